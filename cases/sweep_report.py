"""What a sweep did: told once its transaction is committed, and written on the rows that failed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from cases.decisions import Verdict
from cases.enums import TimerStatus
from cases.models import Timer

log = structlog.get_logger("cases.sweep")

MAX_ATTEMPTS = 8
RETRY_FIRST = timedelta(seconds=20)
RETRY_LONGEST = timedelta(minutes=15)


@dataclass
class SweepReport:
    """What one sweep did, in rows; `notices` in inbox items, `transitions` in cases."""

    sent: int = 0
    skipped: int = 0
    void: int = 0
    armed_again: int = 0
    transitions: int = 0
    missed: int = 0
    notices: int = 0
    busy: int = 0
    failed: int = 0
    dead: int = 0
    more: bool = False  # something due was left for time's sake: sweep again at once
    errors: list[str] = field(default_factory=list)

    @property
    def handled(self) -> int:
        return self.sent + self.skipped + self.void + self.armed_again + self.failed


@dataclass
class Outcome:
    """What a transaction did; told to the report once it is committed."""

    verdicts: list[Verdict] = field(default_factory=list)
    failures: list[tuple[int, Exception]] = field(default_factory=list)
    moved: int = 0
    missed: int = 0
    busy: int = 0
    notices: int = 0

    def report(self, report: SweepReport, now: datetime) -> None:
        for verdict in self.verdicts:
            if verdict.status == TimerStatus.DONE or (verdict.again_at and verdict.notices):
                report.sent += 1
            elif verdict.status == TimerStatus.SKIPPED_CATCHUP:
                report.skipped += 1
            elif verdict.status == TimerStatus.VOID:
                report.void += 1
            else:
                report.armed_again += 1
        report.transitions += self.moved
        report.missed += self.missed
        report.busy += self.busy
        report.notices += self.notices
        for pk, error in self.failures:
            failed([pk], error, now, report)


def failed(pks: Collection[int], error: Exception, now: datetime, report: SweepReport) -> None:
    """Count a failure on each row, later and later; the eighth is the last."""
    for row in Timer.objects.filter(pk__in=pks, status=TimerStatus.PENDING).order_by("pk"):
        row.attempts += 1
        row.last_error = f"{type(error).__name__} : {error}"[:400]
        row.retry_at = now + min(RETRY_FIRST * 2 ** (row.attempts - 1), RETRY_LONGEST)
        if row.attempts >= MAX_ATTEMPTS:
            row.status = TimerStatus.DEAD
            row.done_at = now
            report.dead += 1
        written = Timer.objects.filter(
            pk=row.pk, status=TimerStatus.PENDING, attempts=row.attempts - 1
        ).update(
            attempts=row.attempts,
            last_error=row.last_error,
            retry_at=row.retry_at,
            status=row.status,
            done_at=row.done_at,
        )
        report.failed += written
        report.errors.append(f"{row.pk} : {row.last_error}")
        log.warning("timer_failed", timer=row.pk, attempts=row.attempts, error=row.last_error)
