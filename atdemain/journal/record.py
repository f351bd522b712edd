"""Writing in the journal: one row per change, in the change's own transaction.

`record()` one row, `record_many()` set-based, `refuse()` a refusal in a transaction of its own
(what was refused has been rolled back, its trace must not be).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from atdemain import database
from atdemain.journal.actors import Actor
from atdemain.journal.chain import event_hash, new_salt, payload_hash, plain
from atdemain.journal.heads import append_after_commit
from atdemain.journal.models import AuditEvent, AuditPayload, JournalHead

Key = tuple[str, str]  # object type, object id


@dataclass(frozen=True, slots=True)
class Entry:
    """One row to write. `changes` holds codes, ids and dates; `personal` names and free text."""

    object_type: str
    object_id: str | int
    action: str
    actor: Actor
    at: datetime
    from_state: str = ""
    to_state: str = ""
    reason_code: str = ""
    changes: dict[str, Any] | None = None
    personal: dict[str, Any] | None = None
    object_version: int | None = None
    refused: bool = False


def record(
    object_type: str, object_id: str | int, action: str, *, actor: Actor, at: datetime, **fields: Any
) -> AuditEvent:
    """Write one row (see `Entry` for the fields). Must be called inside a transaction."""
    return record_many([Entry(object_type, object_id, action, actor, at, **fields)])[0]


def refuse(
    object_type: str, object_id: str | int, action: str, *, actor: Actor, at: datetime, **fields: Any
) -> AuditEvent:
    """Record that `action` was refused, after the rollback of what tried it.

    Raises RuntimeError inside a transaction: its rollback would take the trace along.
    """
    with transaction.atomic(durable=True):
        return record(object_type, object_id, action, actor=actor, at=at, refused=True, **fields)


def record_many(entries: Iterable[Entry | dict[str, Any]], *, new: bool = False) -> list[AuditEvent]:
    """Write rows (`Entry`, or its fields as a dict) in order, several per object if need be, in at most
    four statements, five where a chain begins on an engine with row locks.

    Writers of one chain wait for each other: each sees the rank and the hash that the one before left.
    `new`: the objects were made in this transaction, so nobody has begun their chains; two statements less.
    """
    rows = [Entry(**entry) if isinstance(entry, dict) else entry for entry in entries]
    if not rows:
        return []
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "The journal is written inside the change's transaction."
        )
    heads = {} if new else _lock_heads({(row.object_type, str(row.object_id)) for row in rows})
    events, bodies = [], []
    for row in rows:
        key = (row.object_type, str(row.object_id))
        seq, prev_hash = heads.get(key, (0, ""))
        salt = new_salt() if row.personal else ""
        body = plain(row.personal) if row.personal else None
        columns: dict[str, Any] = {
            "at": row.at,
            "object_type": row.object_type,
            "object_id": key[1],
            "seq": seq + 1,
            "actor_kind": str(row.actor.kind.value),
            "actor_id": row.actor.id,
            "actor_role": row.actor.role,
            "action": row.action,
            "refused": row.refused,
            "from_state": str(row.from_state),
            "to_state": str(row.to_state),
            "reason_code": str(row.reason_code),
            "changes": plain(row.changes or {}),
            "object_version": row.object_version,
            "request_id": row.actor.request_id,
            "source": row.actor.source,
            "payload_hash": payload_hash(salt, body) if body is not None else "",
        }
        event = AuditEvent(**columns, prev_hash=prev_hash, hash=event_hash(prev_hash, columns))
        heads[key] = (event.seq, event.hash)
        events.append(event)
        bodies.append((salt, body))
    AuditEvent.objects.bulk_create(events)
    payloads = [
        AuditPayload(event=event, salt=salt, body=body)
        for event, (salt, body) in zip(events, bodies, strict=True)
        if body is not None
    ]
    if payloads:
        AuditPayload.objects.bulk_create(payloads)
        for payload in payloads:
            payload.event.payload = payload
    left = [(*key, *head) for key, head in heads.items()]
    with connection.wrap_database_errors:
        database.run(_leave_heads(), database.table_params(left, 4))
    append_after_commit(left)
    return events


def _leave_heads() -> str:
    columns = {"object_type": "text", "object_id": "text", "seq": "integer", "hash": "text"}
    names = ", ".join(columns)
    return (
        f"INSERT INTO {JournalHead._meta.db_table} ({names}) "
        f"SELECT {names} FROM {database.table_of('q', **columns)} WHERE true "
        "ON CONFLICT (object_type, object_id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash"
    )


def _lock_heads(keys: set[Key]) -> dict[Key, tuple[int, str]]:
    """Current (seq, hash) of each chain, locked where the engine has row locks, in a stable order."""
    by_type: dict[str, list[str]] = {}
    for object_type, object_id in keys:
        by_type.setdefault(object_type, []).append(object_id)
    condition = Q()
    for object_type, ids in by_type.items():
        condition |= Q(object_type=object_type, object_id__in=ids)
    locked = JournalHead.objects.select_for_update().filter(condition).order_by("object_type", "object_id")
    heads = {(head.object_type, head.object_id): (head.seq, head.hash) for head in locked}
    if connection.features.has_select_for_update and len(heads) < len(keys):
        heads |= _begin_chains(sorted(keys - heads.keys()))
    return heads


def _begin_chains(keys: list[Key]) -> dict[Key, tuple[int, str]]:
    """A head of rank 0 to lock for each new chain; the one that another transaction began meanwhile."""
    table = connection.ops.quote_name(JournalHead._meta.db_table)
    begun: dict[Key, tuple[int, str]] = {}
    with connection.cursor() as cursor:
        for few in _batched(keys, 1_000):
            cursor.execute(
                f"INSERT INTO {table} AS head (object_type, object_id, seq, hash) VALUES "
                + ", ".join(["(%s, %s, 0, '')"] * len(few))
                + " ON CONFLICT (object_type, object_id) DO UPDATE SET seq = head.seq"
                " RETURNING object_type, object_id, seq, hash",
                [part for key in few for part in key],
            )
            begun |= {(row[0], row[1]): (row[2], row[3]) for row in cursor.fetchall()}
    return begun


def _batched(keys: list[Key], size: int) -> Iterator[list[Key]]:
    for start in range(0, len(keys), size):
        yield keys[start : start + size]
