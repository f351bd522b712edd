"""One job at work: a row is acted on in the transaction that also writes its outcome.

What a killed worker left undone is still pending, what it did is settled: the next one does no row twice.
Two workers on one job meet at the row's conditional update, and what the later one did is rolled back.
A few rows share a transaction, for two seconds or so; a row that is refused leaves the others alone.
"""

from __future__ import annotations

import time
from collections import Counter
from contextlib import nullcontext
from datetime import datetime
from typing import Any

import structlog
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from atdemain.jobs import files
from atdemain.jobs.background import BEAT, Stop
from atdemain.jobs.endings import announce
from atdemain.jobs.enums import Outcome, Status
from atdemain.jobs.kinds import KINDS, JobRefused, Result, RowRefused
from atdemain.jobs.models import Job, JobRow
from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.models import User

log = structlog.get_logger(__name__)

BATCH = 100  # rows of one transaction at most
HOLD = 2.0  # seconds after its first row, after which it is committed
TRIES = 3
BROKEN = (
    "Une erreur est survenue sur cette ligne : rien n’a changé. Recommencez, puis prévenez l’administrateur."
)


class Interrupted(Exception):
    """Stopped by its owner, taken up by another worker, or out of time; what is done stays."""


class _SettledElsewhere(Exception):
    """Another worker settled a row of this transaction first: nothing of it is kept."""


class Work:
    """`run()` does what is left, or raises Interrupted, JobRefused, or what broke.

    `told`: that it is finished goes to its asker's inbox, in the transaction that finishes it.
    """

    def __init__(self, job: Job, *, stop: Stop, told: bool = False) -> None:
        self.job, self.stop, self.told = job, stop, told
        self.kind = KINDS[job.kind]
        self.actor: Actor | None = None
        self._stamped = float("-inf")

    def run(self) -> None:
        self._alive()
        if self.kind.write is not None:
            self._file()
        else:
            while rows := list(self.job.rows.filter(outcome=Outcome.PENDING).order_by("position")[:BATCH]):
                self._alive()
                self._rows(rows)
            self._finish()

    # -- rows ------------------------------------------------------------------------------------------------

    def _rows(self, rows: list[JobRow]) -> None:
        """One transaction, or nothing of it: tried again where it met another's."""
        for left in reversed(range(TRIES)):
            try:
                self._together(rows)
            except _SettledElsewhere:
                return  # the caller reads again what is left
            except OperationalError:  # a deadlock, or SQLite's writer was busy for too long
                if not left:
                    raise
                time.sleep(0.2)
            else:
                return

    def _together(self, rows: list[JobRow]) -> None:
        """As many of these rows as HOLD allows: what they lock, others wait for."""
        now, end = timezone.now(), 0.0
        counted: Counter[str] = Counter()
        around = self.kind.around(rows, now) if self.kind.around else nullcontext()
        with transaction.atomic(durable=True), around:
            for row in rows:
                outcome = self._row(row, now)
                counted[outcome] += 1
                end = end or time.monotonic() + HOLD
                if self.stop() or time.monotonic() > end:
                    break
            added = {name: F(name) + number for name, number in counted.items()}
            if not self._mine().update(updated_at=now, **added):
                raise Interrupted

    def _row(self, row: JobRow, now: datetime) -> str:
        """Act and settle, or nothing of the act and the reason why."""
        act = self.kind.undo if self.job.undoes_id else self.kind.act
        try:
            with transaction.atomic():
                result = act(self.job, row, self.actor, now)
            _settle(row, result, now, result.reason)
            return str(result.outcome)
        except (_SettledElsewhere, OperationalError):
            raise
        except RowRefused as error:
            refusal = error
        except Exception:
            log.exception("job_row_failed", job=self.job.pk, row=row.pk)
            refusal = RowRefused(BROKEN)
        _settle(row, Result(Outcome.REFUSED), now, refusal.reason)
        if refusal.tell is not None:
            refusal.tell()
        return str(Outcome.REFUSED)

    # -- a file ----------------------------------------------------------------------------------------------

    def _file(self) -> None:
        path = files.fresh()
        try:
            lines = self.kind.write(self.job, path, self._progress)
            self._finish(
                lines, file=path.name, total=lines, done=lines, expires_at=timezone.now() + files.KEPT
            )
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _progress(self, lines: int) -> None:
        self._alive(done=lines)

    # -- signs of life ---------------------------------------------------------------------------------------

    def _mine(self) -> Any:
        return Job.objects.filter(pk=self.job.pk, status=Status.RUNNING, token=self.job.token)

    def _alive(self, **facts: Any) -> None:
        """Now and then: still ours, and does whoever asked still have the right?"""
        if self.stop():
            raise Interrupted
        if time.monotonic() - self._stamped < BEAT:
            return
        self._stamped = time.monotonic()
        if not self._mine().update(updated_at=timezone.now(), **facts):
            raise Interrupted
        user = User.objects.select_related("unit", "entity").get(pk=self.job.asked_by_id)
        self.job.asked_by = user
        self.actor = Actor.of_user(user, source=f"job:{self.job.pk}")
        refusal = "Votre compte n’est plus actif." if not user.is_active else self.kind.may(self.job)
        if refusal:
            raise JobRefused(refusal)

    def _finish(self, lines: int | None = None, **fields: Any) -> None:
        now = timezone.now()
        with transaction.atomic(durable=True):
            if not self._mine().update(
                status=Status.FINISHED, finished_at=now, updated_at=now, error="", **fields
            ):
                raise Interrupted
            self.job.refresh_from_db(fields=["status", "total", "done", "already", "refused", "finished_at"])
            if lines is not None and self.kind.written is not None:
                self.kind.written(self.job, self.actor, lines, now)
            record(
                "job",
                self.job.pk,
                "finished",
                actor=self.actor,
                at=now,
                to_state=Status.FINISHED,
                changes={name: [None, getattr(self.job, name)] for name in ("done", "already", "refused")},
            )
            if self.told:
                announce(self.job, now)


def _settle(row: JobRow, result: Result, now: datetime, reason: str = "") -> None:
    """The row's outcome, with what was done for it; raises where another worker settled it first."""
    if not _pending(row).update(
        outcome=result.outcome, memory=row.memory | result.memory, reason=reason[:400], settled_at=now
    ):
        raise _SettledElsewhere


def _pending(row: JobRow) -> Any:
    """The row, if nobody settled it since: what keeps two workers from doing it twice."""
    return JobRow.objects.filter(pk=row.pk, outcome=Outcome.PENDING)
