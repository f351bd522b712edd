"""Who the contacts are counted for (domain.md §4.4). Pure."""

from __future__ import annotations

from cases.enums import IdentityScope

_LINE = IdentityScope.LINE.value
_FAMILY = IdentityScope.CLIENT_AND_FAMILY.value


def identity_key(client_id: int | None, line_id: int | None, family: str, scope: str) -> str:
    """The identity under a rule's scope; "" for an unidentified contact (never grouped).

    No line: the client is the identity. An unknown reason is a family of its own.
    """
    if client_id is None:
        return ""
    if scope == _LINE and line_id is not None:
        return f"line:{line_id}"
    if scope == _FAMILY:
        return f"client:{client_id}:{family or 'unknown'}"
    return f"client:{client_id}"
