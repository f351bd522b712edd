"""The access log: who looked at a client's data (architecture.md §6). Never feeds a performance figure."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

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
    AccessLog.objects.create(
        at=timezone.now(),
        user_id=actor.id,
        role=actor.role,
        action=action,
        object_type=object_type,
        object_id=str(object_id),
        client_id=client_id,
        purpose=purpose,
        rows=rows,
        request_id=actor.request_id,
    )
