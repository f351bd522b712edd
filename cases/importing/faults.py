"""A file of fault tickets through a profile (docs/import.md): the same reading as contacts, then `cases.faults`.

Rows are taken ticket by ticket, so that a dry run, rolled back batch by batch, counts as the real one does.
Interrupted, it is run again from the start: what is stored already is `unchanged`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import importer
from atdemain.journal.record import record
from cases.faults import FaultResult, FaultUpdate, ref_key, upsert_many

from .errors import Interrupted, RowRejected
from .parsing import Parser
from .profile import Profile
from .runner import opened, sha256_of

BATCH = 500
Reject = tuple[int, str, str]  # line, column, reason


@dataclass(slots=True)
class FaultTally:
    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    seconds: float = 0.0
    rejects: list[Reject] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        names = ("rows", "created", "updated", "unchanged", "rejected")
        return {name: getattr(self, name) for name in names} | {"seconds": round(self.seconds, 2)}


def import_file(
    path: Path, profile: Profile, *, dry: bool = False, stop: Callable[[], bool] = lambda: False
) -> FaultTally:
    """Raises ProfileRefused before the first row, Interrupted between two transactions."""
    started = time.monotonic()
    tally = FaultTally()
    updates = _read(path, profile, tally)
    actor = importer("import")
    for batch in _by_ticket(updates):
        if stop():
            raise Interrupted
        with transaction.atomic():
            results = upsert_many(batch, actor=actor, now=timezone.now(), source=profile.name)
            transaction.set_rollback(dry)
        _count(results, profile, tally)
    tally.rejects.sort()
    tally.seconds = time.monotonic() - started
    if not dry:
        digest = sha256_of(path)[:32]
        counts = {name: [None, value] for name, value in tally.as_json().items() if name != "seconds"}
        with transaction.atomic():
            record(
                "faultimport", digest, "imported", actor=actor, at=timezone.now(), changes=counts,
                personal={"file": path.name, "profile": profile.name},
            )  # fmt: skip
    return tally


def _read(path: Path, profile: Profile, tally: FaultTally) -> list[FaultUpdate]:
    updates = []
    with opened(path, profile) as table:
        parser = Parser(profile, table.index)
        for row in table:
            tally.rows += 1
            try:
                if isinstance(row, RowRejected):
                    raise row
                updates.append(FaultUpdate(**parser.parse(row), row=row.line))
            except RowRejected as error:
                tally.rejected += 1
                tally.rejects.append((error.line, error.column, error.reason))
    return updates


def _by_ticket(updates: list[FaultUpdate]) -> Iterator[list[FaultUpdate]]:
    """Batches of about `BATCH`; all that a file says of one ticket is in the same."""
    updates.sort(key=lambda one: (one.system, ref_key(one.ref), one.row))
    batch: list[FaultUpdate] = []
    last = None
    for update in updates:
        key = (update.system, ref_key(update.ref))
        if len(batch) >= BATCH and key != last:
            yield batch
            batch = []
        batch.append(update)
        last = key
    if batch:
        yield batch


def _count(results: list[FaultResult], profile: Profile, tally: FaultTally) -> None:
    for result in results:
        setattr(tally, result.status, getattr(tally, result.status) + 1)
        if result.status == "rejected":
            tally.rejects.append((result.update.row, profile.label(result.field), result.reason))
