"""Who acts. Pure: carried from the edge (view, task, command) down to the journal row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atdemain.journal.enums import ActorKind


@dataclass(frozen=True)
class Actor:
    """`user` is the account behind a `user` actor; `role` the role it acted under (domain.md §2.1).

    `entity`: the id of the entity that a client of the API speaks for.
    """

    kind: ActorKind
    id: int | None = None
    role: str = ""
    source: str = ""
    request_id: str = ""
    user: Any = None
    entity: int | None = None

    @classmethod
    def of_user(cls, user: Any, *, role: str = "", source: str = "page", request_id: str = "") -> Actor:
        return cls(ActorKind.USER, user.pk, role or _main_role(user), source, request_id, user)


def _main_role(user: Any) -> str:
    return next(iter(sorted(role.value for role in user.roles)), "")


def system(source: str) -> Actor:
    """The clock or another part of the product; `source` says which (sweep, intake…)."""
    return Actor(ActorKind.SYSTEM, source=source)


def importer(source: str, user: Any = None) -> Actor:
    return Actor(ActorKind.IMPORT, user.pk if user else None, source=source, user=user)
