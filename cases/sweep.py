"""What is due, done once (architecture.md §4; domain.md §3.3 TM1 to TM7).

`sweep(now)` may run anywhere, several at once. Due rows are picked with SKIP LOCKED (SQLite: one writer
at a time), and in one short transaction per batch, with nothing leaving the machine, the inbox items and
the e-mails to send are inserted and the rows marked. A crash before the commit leaves them due; after it
there is nothing left to send, and the stable key of each inbox item refuses a second one (INV-12).

1. Rows that move a case (T06, T12) go through the workflow, a few cases per transaction.
2. The others are read set-based (`cases.due`), decided one by one (`cases.decisions`), written set-based.
3. A row that fails is tried again later, alone, and ends `dead` after 8 attempts; it delays nobody.

Lock order: case, then timer, where a case moves. A batch locks its timers and never waits for a case: one
held by somebody else is left for the next sweep.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from datetime import datetime

import structlog
from django.db import Error, OperationalError, transaction
from django.db.models import Q, QuerySet

from atdemain.journal.actors import system
from atdemain.notifications.deliveries import queue_email
from atdemain.notifications.inbox import notify_many
from atdemain.organisation.models import User
from cases import ladder, reminders
from cases.decisions import Verdict, decide
from cases.due import (
    CASE_TIMERS,
    CLOCKS,
    STEPS,
    Due,
    Organisation,
    close,
    due_now,
    lock_case_timers,
    lock_entity_clocks,
    lock_steps,
    surroundings,
)
from cases.enums import CaseState, TimerKind, TimerStatus
from cases.heartbeat import SWEEP, beat
from cases.models import Case, Promise, Timer
from cases.never_open import tell_administrators
from cases.sweep_marks import mark
from cases.sweep_report import Outcome, SweepReport, failed
from cases.workflow import Refused, apply_all

log = structlog.get_logger(__name__)

ACTOR = system("sweep")
RETRIES = 100
#: Cases moved in one transaction: their locks are short, what they share is read and committed once.
TOGETHER = 20
#: Seconds a sweep may spend on the end of observations, which nobody waits for.
CONFIRM_SECONDS = 10.0

#: A due step of an escalated promise first brings the case to « rappel à faire » (T06).
REACHING = Q(
    kind__in=[kind for kind in ladder.RANK if kind != TimerKind.PROMISE_ENTITY],
    case__state=CaseState.ESCALATED,
)
CONFIRMING = Q(kind=TimerKind.CONFIRM)


def sweep(now: datetime, limit: int = 500) -> SweepReport:
    """Do everything due at `now`, `limit` rows per transaction; leave a sign of life.

    Raises `OperationalError` when the database itself fails (connection lost, SQLite locked too long):
    nothing is half done and the next sweep takes over.
    """
    report = SweepReport()
    if due_now(now).exists():
        organisation = Organisation()
        _moves(now, REACHING, limit, organisation, report)
        for lock in (lock_steps, lock_entity_clocks, lock_case_timers):
            _batches(now, lock, limit, organisation, report)
            _retries(now, lock, organisation, report)
        _moves(now, CONFIRMING, limit, organisation, report, seconds=CONFIRM_SECONDS)
        if report.handled or report.busy:
            log.info("sweep", **{name: value for name, value in asdict(report).items() if value})
    beat(SWEEP, now)
    return report


# -- plain steps: set-based ---------------------------------------------------------------------------


Lock = Callable[..., list[Due]]


def _plain(now: datetime, lock: Lock) -> QuerySet[Timer]:
    if lock is lock_case_timers:
        return due_now(now).filter(CASE_TIMERS).exclude(CONFIRMING)
    if lock is lock_entity_clocks:
        return due_now(now).filter(CLOCKS)
    return due_now(now).filter(STEPS).exclude(REACHING)


def _batches(now: datetime, lock: Lock, limit: int, organisation: Organisation, report: SweepReport) -> None:
    untried = _plain(now, lock).filter(attempts=0)
    while True:
        before = report.handled
        taken: list[int] = []
        try:
            with transaction.atomic():
                rows = lock(untried, limit)
                taken = [row.pk for row in rows]
                done = _handle(rows, organisation, now) if rows else Outcome()
        except OperationalError:
            raise
        except Exception:
            if not taken:
                raise
            for pk in taken:
                _alone(pk, now, lock, organisation, report)  # one row spoils the batch: find it
        else:
            done.report(report, now)
        if len(taken) < limit or report.handled == before:
            return


def _retries(now: datetime, lock: Lock, organisation: Organisation, report: SweepReport) -> None:
    failed = _plain(now, lock).filter(attempts__gt=0)
    for pk in list(failed.values_list("pk", flat=True)[:RETRIES]):
        _alone(pk, now, lock, organisation, report)


def _alone(pk: int, now: datetime, lock: Lock, organisation: Organisation, report: SweepReport) -> None:
    def handle() -> Outcome:
        found = lock(_plain(now, lock).filter(pk=pk))
        return _handle(found, organisation, now) if found else Outcome()

    _guarded([pk], handle, now, report)


def _guarded(pks: Collection[int], handle: Callable[[], Outcome], now: datetime, report: SweepReport) -> bool:
    """Run `handle` in its own transaction; what it raises is written on the rows. False if it raised."""
    try:
        with transaction.atomic():
            done = handle()
    except OperationalError:
        raise
    except Exception as error:
        failed(pks, error, now, report)
        return False
    done.report(report, now)
    return True


def _handle(rows: list[Due], organisation: Organisation, now: datetime) -> Outcome:
    """Decide and write locked rows, inside the caller's transaction."""
    done = Outcome()
    around = surroundings(rows, organisation, now)
    for row in rows:
        try:
            done.verdicts.append(decide(row, around, now))
        except Error:
            raise
        except Exception as error:
            done.failures.append((row.pk, error))
    for calendar in organisation.calendars.values():
        tell_administrators(calendar, now)
    mark(done, ACTOR, now)
    notices = [notice for verdict in done.verdicts for notice in verdict.notices]
    if notices:
        done.notices = len(notices)
        notify_many(notices)
        _queue_emails([notice for notice in notices if notice["kind"] in reminders.MAILED], now)
    _close(done.verdicts, now)
    return done


def _close(verdicts: list[Verdict], now: datetime) -> None:
    by_status: dict[TimerStatus, list[int]] = {}
    for verdict in verdicts:
        if verdict.again_at is None:
            by_status.setdefault(verdict.status, []).append(verdict.row.pk)
        else:
            Timer.objects.filter(pk=verdict.row.pk).update(due_at=verdict.again_at, attempts=0, retry_at=None)
    for status, pks in by_status.items():
        close(pks, status, now)


def _queue_emails(notices: list[dict], now: datetime) -> None:
    """An e-mail beside the inbox item, for those who have an address; same stable key."""
    if not notices:
        return
    addresses = dict(
        User.objects.filter(pk__in={notice["recipient_id"] for notice in notices}, is_active=True)
        .exclude(email="")
        .order_by()
        .values_list("pk", "email")
    )
    for notice in notices:
        address = addresses.get(notice["recipient_id"])
        if address:
            body = "\n\n".join(part for part in (notice["title"], notice["body"]) if part)
            queue_email(address, notice["title"], body, notice["dedupe_key"], now)


# -- rows that move a case, a few in each transaction ------------------------------------------------------


def _moves(
    now: datetime,
    which: Q,
    limit: int,
    organisation: Organisation,
    report: SweepReport,
    seconds: float | None = None,
) -> None:
    stop = None if seconds is None else time.monotonic() + seconds
    seen: set[int] = set()
    while True:
        page = [
            found
            for found in due_now(now).filter(which).values_list("pk", "case_id")[: 4 * limit]
            if found[0] not in seen
        ]
        if not page:
            return
        seen.update(pk for pk, _ in page)
        by_case: dict[int, list[int]] = {}
        for pk, case in page:
            by_case.setdefault(case, []).append(pk)
        cases = sorted(by_case)
        for start in range(0, len(cases), TOGETHER):
            if stop is not None and time.monotonic() > stop:
                report.more = True
                return
            some = {case: by_case[case] for case in cases[start : start + TOGETHER]}
            _move_together(some, organisation, now, report)


def _move_together(
    cases: dict[int, list[int]], organisation: Organisation, now: datetime, report: SweepReport
) -> None:
    """Several cases in one transaction; when one of them spoils it, each in its own."""
    try:
        with transaction.atomic():
            done = _move_locked(cases, organisation, now)
    except OperationalError:
        raise
    except Exception:
        for case, pks in cases.items():
            _move(case, pks, organisation, now, report)
    else:
        done.report(report, now)


def _move(
    case_id: int, pks: list[int], organisation: Organisation, now: datetime, report: SweepReport
) -> None:
    """Bring one case where the clock says, then send what goes with it.

    A refusal or an error leaves the case as it is and is retried; the reminder itself does not wait.
    """

    if _guarded(pks, lambda: _move_locked({case_id: pks}, organisation, now), now, report):
        return
    try:
        with transaction.atomic():
            rows = lock_steps(Timer.objects.filter(pk__in=pks, status=TimerStatus.PENDING).filter(REACHING))
            around = surroundings(rows, organisation, now)
            notices = [notice for row in rows for notice in decide(row, around, now).notices]
            if notices:
                notify_many(notices)
    except OperationalError:
        raise
    except Exception as error:
        log.warning("reminder_failed", case=case_id, error=repr(error))
    else:
        report.notices += len(notices)


def _move_locked(cases: dict[int, list[int]], organisation: Organisation, now: datetime) -> Outcome:
    """Case → its due rows. Cases held by somebody else are left for the next sweep."""
    found = Case.objects.select_for_update(skip_locked=True).filter(pk__in=cases).order_by("pk")
    held = set(found.values_list("pk", flat=True))
    busy = sum(len(pks) for case, pks in cases.items() if case not in held)
    due = due_now(now).filter(pk__in=[pk for case in held for pk in cases[case]])
    confirming = lock_case_timers(due.filter(CONFIRMING))
    # some may be done by another sweep by now, or moved to another case
    rows = [row for row in lock_steps(due) if row.case_id in held]
    reached = {
        row.case_id
        for row in rows
        if row.state == CaseState.ESCALATED and row.closed_at is None and row.version == row.epoch
    }
    if reached:
        for answer in apply_all(sorted(reached), "promise_reached", actor=ACTOR, now=now).values():
            if isinstance(answer, Refused):
                raise answer
        rows = _after_reaching(rows, reached)
    done = _confirm(confirming, now)
    handled = _handle(rows, organisation, now) if rows else Outcome()
    handled.verdicts += done.verdicts
    handled.moved = done.moved + len(reached)
    handled.busy += busy
    return handled


def _after_reaching(rows: list[Due], reached: Collection[int]) -> list[Due]:
    """The rows as they are once their cases have moved: a callback is due, and of what kind."""
    promises = [row.promise_id for row in rows if row.case_id in reached]
    kinds = dict(Promise.objects.filter(pk__in=promises).order_by().values_list("pk", "kind"))
    return [
        row._replace(state=CaseState.CALLBACK_DUE.value, promise_kind=kinds[row.promise_id])
        if row.case_id in reached
        else row
        for row in rows
    ]


def _confirm(rows: list[Due], now: datetime) -> Outcome:
    """TM7: closed for good, unless it was reopened or resolved again since this row was planned."""
    due = {
        row.case_id: row.pk
        for row in rows
        if row.state == CaseState.RESOLVED
        and row.resolved_at is not None
        and ladder.confirm_due(row.resolved_at) <= now
    }
    confirmed = _confirmed(sorted(due), now) if due else set()
    done = Outcome(moved=len(confirmed))
    for row in rows:
        closed = row.case_id in confirmed and due[row.case_id] == row.pk
        done.verdicts.append(Verdict(row, TimerStatus.DONE if closed else TimerStatus.VOID))
    _close(done.verdicts, now)
    return done


def _confirmed(cases: Sequence[int], now: datetime) -> set[int]:
    """Those that closed. Where a contact belied the resolution, the case stays and its owner was told."""
    answers = apply_all(cases, "confirm", actor=ACTOR, now=now)
    for answer in answers.values():
        if isinstance(answer, Refused) and answer.reasons[0].code != "late_contact":
            raise answer
    return {case for case, answer in answers.items() if not isinstance(answer, Refused)}
