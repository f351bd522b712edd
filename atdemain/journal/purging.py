"""Running the table of retention: by the clock in small slices, or by `manage.py purge`.

Where a run stands is in the journal, on the chain (`retention`, code of the kind): `purged` tells what a
batch erased and where the next one begins, `paused` that time was up, `up_to_date` that nothing is left.
The head of that chain is what two runs at once would both want: the second leaves the kind to the first.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from atdemain.journal.actors import Actor, system
from atdemain.journal.models import AuditEvent, JournalHead
from atdemain.journal.record import record
from atdemain.journal.retention import KINDS, Batch, Kind, Purged, batches

CHAIN = "retention"
DONE, PURGED, PAUSED = "up_to_date", "purged", "paused"
#: What the clock gives to it each time it comes round; a batch under way is finished.
SLICE_SECONDS = 2.0
#: After this, what it passed over may have come to its term: a run begins again.
RESUMED = timedelta(days=1)


class Busy(Exception):
    """Another run is purging this kind."""


def come_round(now: datetime, seconds: float = SLICE_SECONDS) -> Purged:
    """One slice of what is due by the clock: one query per kind when nothing is."""
    return run(now, [kind for kind in KINDS.values() if is_due(kind, now)], system("purge"), seconds)


def is_due(kind: Kind, now: datetime) -> bool:
    last = _last(kind)
    return last is None or last.action != DONE or last.at <= now - kind.every


def run(now: datetime, kinds: list[Kind], actor: Actor, seconds: float | None = None) -> Purged:
    """Erase what is past its term, batch by batch, each in a transaction of its own; twice equals once."""
    end = None if seconds is None else time.monotonic() + seconds
    told = Purged()
    for kind in kinds:
        try:
            if not _run_kind(kind, now, actor, told, end):
                told.more = True
                break
        except Busy:
            told.more = True
    return told


def _run_kind(kind: Kind, now: datetime, actor: Actor, told: Purged, end: float | None) -> bool:
    """False when time was up before all was seen."""
    told.add(kind.code, {})
    for batch in batches(kind, now, _resume(kind, now)):
        if batch.keys:
            told.add(kind.code, _erase(kind, batch, now, actor))
        if end is not None and time.monotonic() >= end and batch.position != (len(kind.parts) - 1, None):
            if not batch.keys:
                _tell(kind, PAUSED, now, actor, {"after": [None, batch.next]})
            return False
    _tell(kind, DONE, now, actor, {})
    return True


def _erase(kind: Kind, batch: Batch, now: datetime, actor: Actor) -> dict[str, int]:
    with transaction.atomic():
        _hold(kind)
        counts = batch.part.erase(batch.keys, now)
        went: dict[str, Any] = {name: [number, 0] for name, number in counts.items() if number}
        if went:
            record(
                CHAIN, kind.code, PURGED, actor=actor, at=now, changes=went | {"after": [None, batch.next]}
            )
    return counts


def _tell(kind: Kind, action: str, now: datetime, actor: Actor, changes: dict[str, Any]) -> None:
    with transaction.atomic():
        _hold(kind)
        record(CHAIN, kind.code, action, actor=actor, at=now, changes=changes)


def _hold(kind: Kind) -> None:
    """The head of the kind's chain, for this transaction. Raises Busy where another one has it."""
    heads = JournalHead.objects.filter(object_type=CHAIN, object_id=kind.code)
    held = list(heads.select_for_update(skip_locked=True).values_list("pk", flat=True))
    if not held and heads.exists():
        raise Busy


def _resume(kind: Kind, now: datetime) -> tuple[int, Any] | None:
    """Where an unfinished run of less than a day stopped; None to begin at the beginning."""
    last = _last(kind)
    if last is None or last.action == DONE or last.at <= now - RESUMED:
        return None
    index, after = last.changes["after"][1]
    if after is None:
        index, after = index + 1, kind.parts[index + 1].start if index + 1 < len(kind.parts) else None
    return (index, after) if index < len(kind.parts) else None


def _last(kind: Kind) -> AuditEvent | None:
    return AuditEvent.objects.filter(object_type=CHAIN, object_id=kind.code).order_by("-seq").first()


@dataclass(frozen=True, slots=True)
class Latest:
    """When a kind was last gone through to the end, and what was last erased of it."""

    checked_at: datetime | None
    purged_at: datetime | None
    rows: int


def latest() -> dict[str, Latest]:
    """By kind, for those that ever ran. Two queries."""
    chains = AuditEvent.objects.filter(object_type=CHAIN, action__in=(DONE, PURGED))
    ends = chains.order_by().values_list("object_id", "action").annotate(last=Max("seq"))
    keys = Q(pk__in=[])
    for code, _action, seq in ends:
        keys |= Q(object_id=code, seq=seq)
    found: dict[str, dict[str, AuditEvent]] = {}
    for row in AuditEvent.objects.filter(keys, object_type=CHAIN).order_by("pk"):
        found.setdefault(row.object_id, {})[row.action] = row
    return {code: _latest(rows.get(DONE), rows.get(PURGED)) for code, rows in found.items()}


def _latest(done: AuditEvent | None, purged: AuditEvent | None) -> Latest:
    counts = purged.changes.items() if purged else ()
    return Latest(
        done.at if done else None,
        purged.at if purged else None,
        sum(pair[0] for name, pair in counts if name != "after"),
    )
