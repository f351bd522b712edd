"""Planning of due rows, inside the transaction of the transition that calls it (domain.md §3.3).

At most two statements each, while the unit has hours (else `cases.never_open`). A row already sent is never
re-armed (INV-12); a row planned twice under the same version is moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Q

from atdemain.database import run, table_of, table_params
from atdemain.organisation.calendar import BusinessCalendar
from cases import deadlines, ladder
from cases.enums import CaseState, PromiseStatus, TimerKind, TimerStatus
from cases.models import Case, Escalation, Promise, Timer
from cases.never_open import tell_administrators

UNASSIGNED = (TimerKind.UNASSIGNED_MANAGER, TimerKind.UNASSIGNED_HEAD)
ENTITY_ACK = (TimerKind.ENTITY_ACK, TimerKind.ENTITY_ACK_HEAD)
RESOLVED = (TimerKind.CONFIRM, TimerKind.SATISFACTION)
FIRST_ACTION = (TimerKind.FIRST_ACTION_OWNER, TimerKind.FIRST_ACTION_MANAGER)


def plan_ladder(case: Case, promise: Promise, calendar: BusinessCalendar, now: datetime) -> None:
    """Plan the ladder of `promise` at its present version; steps of earlier versions become void.

    Call it once `case.state` and the promise (window, `call_by`, `version`, case) are what they will be.
    `calendar` is the owner's unit's.
    """
    if promise.version > 1:
        Timer.objects.filter(promise=promise, status=TimerStatus.PENDING).exclude(
            epoch=promise.version
        ).update(status=TimerStatus.VOID)
    steps = ladder.to_plan(
        ladder.Window(promise.window_start, promise.window_end, promise.call_by),
        calendar,
        now=now,
        escalated=case.state == CaseState.ESCALATED,
        missed=promise.status == PromiseStatus.MISSED,
    )
    rows = [_Row(case.pk, promise.version, step.kind.value, step.due_at, promise.pk) for step in steps]
    _insert(rows, _OF_PROMISE)
    tell_administrators(calendar, now)


def plan_opened(cases: Iterable[Case]) -> None:
    """Cases that have just been created: TM1 (nobody keeps it yet) and TM6. One statement, and one for each unit's hours."""
    steps: dict[tuple[int, datetime], list[ladder.Step]] = {}
    rows = []
    for case in cases:
        key = (case.unit_id, case.opened_at)
        if key not in steps:
            calendar = case.unit.calendar()
            silent = ladder.Step(TimerKind.SILENT_CASE, ladder.silent_due(calendar, case.opened_at))
            steps[key] = [*ladder.unassigned_steps(calendar, case.opened_at), silent]
            tell_administrators(calendar, case.opened_at)
        rows += [_Row(case.pk, case.version, step.kind.value, step.due_at) for step in steps[key]]
    _insert(rows, _OF_CASE)


def plan_unassigned(case: Case, calendar: BusinessCalendar, now: datetime) -> None:
    """TM1 from `now`, when a working case is left without an owner; `calendar` is the case's unit's."""
    _void_kinds(case, UNASSIGNED)
    _plan(case, ladder.unassigned_steps(calendar, now))
    tell_administrators(calendar, now)


def void_unassigned(case: Case) -> None:
    """Somebody keeps it now."""
    _void_kinds(case, UNASSIGNED)


def plan_first_action(
    case: Case, calendar: BusinessCalendar, now: datetime, minutes: int = ladder.FIRST_ACTION_MINUTES
) -> None:
    """TM2 from `now`, the moment of assignment or reopening; an earlier plan becomes void.

    `minutes` are business minutes for the owner, twice as many for the manager; after a reopening give
    `ladder.FIRST_ACTION_REOPENED_MINUTES`.
    """
    _void_kinds(case, FIRST_ACTION)
    _plan(case, ladder.first_action_steps(calendar, now, minutes))
    tell_administrators(calendar, now)


def plan_resolved(case: Case, calendar: BusinessCalendar) -> None:
    """A case that has just been resolved (`resolved_at` set): TM7, and the question of satisfaction.

    `calendar` is the owner's unit's.
    """
    _void_kinds(case, RESOLVED)
    asked = ladder.Step(TimerKind.SATISFACTION, ladder.satisfaction_due(calendar, case.resolved_at))
    _plan(case, [asked, ladder.Step(TimerKind.CONFIRM, ladder.confirm_due(case.resolved_at))])


def void_satisfaction(case: Case) -> None:
    """The client has answered: nothing is left to ask."""
    _void_kinds(case, (TimerKind.SATISFACTION,))


def plan_silent(case: Case, calendar: BusinessCalendar, now: datetime) -> None:
    """TM6, once when a case starts to be worked on again (reopened, restored).

    No need to call it at each event: when due, the sweep reads `last_event_at` and re-arms.
    """
    _void_kinds(case, (TimerKind.SILENT_CASE,))
    due = ladder.silent_due(calendar, now)
    _plan(case, [ladder.Step(TimerKind.SILENT_CASE, due)])
    tell_administrators(calendar, now)


def plan_entity(escalation: Escalation, calendar: BusinessCalendar) -> None:
    """TM3 and TM4 of an escalation that has just been sent; `calendar` is the entity's, which reopens some day."""
    steps = deadlines.entity_steps(calendar, escalation.sent_at, escalation.colour)
    rows = [
        _Row(escalation.case_id, 1, step.kind.value, step.due_at, escalation_id=escalation.pk)
        for step in steps
    ]
    _insert(rows, _OF_ESCALATION)


def void_entity(escalation: Escalation, *, acknowledged: bool = False) -> None:
    """The entity answered, or is no longer asked; `acknowledged`: it only said that it has it."""
    rows = Timer.objects.filter(escalation=escalation, status=TimerStatus.PENDING)
    if acknowledged:
        rows = rows.filter(kind__in=ENTITY_ACK)
    rows.update(status=TimerStatus.VOID)


def void(promise: Promise) -> int:
    """The promise is settled or moved: its pending steps will not be sent. Answers how many."""
    return Timer.objects.filter(promise=promise, status=TimerStatus.PENDING).update(status=TimerStatus.VOID)


def void_case(case: Case) -> int:
    """The case left the working states: none of its pending timers will be sent. Answers how many.

    The steps of a promise that moved to another case (merge) are not touched: they follow it.
    """
    return Timer.objects.filter(
        Q(promise=None) | Q(promise__case=case), case=case, status=TimerStatus.PENDING
    ).update(status=TimerStatus.VOID)


def _void_kinds(case: Case, kinds: Sequence[TimerKind]) -> None:
    Timer.objects.filter(case=case, promise=None, kind__in=kinds, status=TimerStatus.PENDING).update(
        status=TimerStatus.VOID
    )


class _Row(NamedTuple):
    """A step of a case's, a promise's or an escalation's, at its version."""

    case_id: int
    epoch: int
    kind: str
    due_at: datetime
    promise_id: int | None = None
    escalation_id: int | None = None


_COLUMNS = dict(
    zip(_Row._fields, ("bigint", "integer", "text", "timestamptz", "bigint", "bigint"), strict=True)
)
#: What a row planned twice conflicts with.
_OF_CASE = "(case_id, kind, epoch) WHERE escalation_id IS NULL AND promise_id IS NULL"
_OF_PROMISE = "(promise_id, kind, epoch) WHERE promise_id IS NOT NULL"
_OF_ESCALATION = "(escalation_id, kind, epoch) WHERE escalation_id IS NOT NULL"


def _plan(case: Case, steps: Iterable[ladder.Step]) -> None:
    _insert([_Row(case.pk, case.version, step.kind.value, step.due_at) for step in steps], _OF_CASE)


def _insert(rows: Sequence[_Row], target: str) -> None:
    """One statement. Written by hand: the ORM cannot name a partial unique index as conflict target."""
    if not rows:
        return
    names = ", ".join(_COLUMNS)
    with connection.wrap_database_errors:
        run(
            f"INSERT INTO cases_timer ({names}, status, attempts, last_error) "
            f"SELECT {names}, 'pending', 0, '' FROM {table_of('q', **_COLUMNS)} WHERE true "
            f"ON CONFLICT {target} DO UPDATE SET "
            "due_at = excluded.due_at, status = 'pending', attempts = 0, retry_at = NULL, last_error = '' "
            "WHERE cases_timer.status <> 'done'",
            table_params(rows, len(_COLUMNS)),
        )
