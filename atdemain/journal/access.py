"""The access log: who looked at a client's data (architecture.md §6). Never feeds a performance figure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from atdemain.database import run
from atdemain.journal.actors import Actor
from atdemain.journal.chain import storable
from atdemain.journal.enums import ActorKind, Purpose
from atdemain.journal.models import AccessLog

FILTERS_LENGTH = 300
#: What people type in a box names clients: the log tells that something was asked for, never what.
TYPED = frozenset({"q", "who", "client", "name", "phone", "person", "search", "text"})


def log_access(
    source: HttpRequest | Actor,
    action: str,
    object_type: str,
    object_id: str | int = "",
    *,
    client_id: int | None = None,
    purpose: Purpose | str = "",
    rows: int | None = None,
    filters: Mapping[str, str] | None = None,
) -> None:
    """One row, one INSERT. `action` is an `AccessAction`, `purpose` a `Purpose`.

    A list gives `rows`, how many it showed, and tells its filters: those of its address, unless given.
    """
    actor: Actor = source if isinstance(source, Actor) else source.actor  # type: ignore[attr-defined]
    if filters is None and rows is not None and isinstance(source, HttpRequest):
        filters = source.GET
    by_api = actor.kind == ActorKind.API_CLIENT
    account, client = (None, actor.id) if by_api else (actor.id, None)
    run(
        _INSERT,
        (
            timezone.now(), account, client, actor.role, str(action), object_type, str(object_id), client_id,
            str(purpose), rows, told(filters or {}), actor.request_id,
        ),
    )  # fmt: skip


#: Written once: every page that shows a client's data ends with it.
_INSERT = (
    f"INSERT INTO {AccessLog._meta.db_table} "
    "(at, user_id, api_client_id, role, action, object_type, object_id, client_id, purpose, rows, filters, request_id) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def told(filters: Mapping[str, str]) -> str:
    """« colour=red&q=… »: in a stable order, without what was typed nor what was left empty."""
    kept = ((name, "…" if name in TYPED else value) for name, value in sorted(filters.items()) if value)
    return storable("&".join(f"{name}={value}" for name, value in kept))[:FILTERS_LENGTH]


def begins_at() -> datetime | None:
    """How far back the log goes; None while it is empty. Rows are written in the order of time."""
    return AccessLog.objects.order_by("pk").values_list("at", flat=True).first()
