"""The access log: who looked at a client's data (architecture.md §6). Never feeds a performance figure."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from atdemain.database import run
from atdemain.journal.actors import Actor
from atdemain.journal.models import AccessLog


def log_access(
    source: HttpRequest | Actor,
    action: str,
    object_type: str,
    object_id: str | int = "",
    *,
    client_id: int | None = None,
    purpose: str = "",
    rows: int | None = None,
) -> None:
    """One row, one INSERT. `action`: view, search, record, export."""
    actor: Actor = source if isinstance(source, Actor) else source.actor  # type: ignore[attr-defined]
    run(
        _INSERT,
        (
            timezone.now(), actor.id, actor.role, action, object_type, str(object_id), client_id, purpose, rows,
            actor.request_id,
        ),
    )  # fmt: skip


#: Written once: every page that shows a client's data ends with it.
_INSERT = (
    f"INSERT INTO {AccessLog._meta.db_table} "
    "(at, user_id, role, action, object_type, object_id, client_id, purpose, rows, request_id) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)
