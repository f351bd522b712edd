"""Planning of due rows, inside the transaction of the transition that calls it (domain.md §3.3).

At most two statements each, while the unit has hours (else `cases.never_open`). A row already sent is never
re-armed (INV-12); a row planned twice under the same version is moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

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
    _insert(case.pk, promise.version, steps, promise=promise.pk)
    tell_administrators(calendar, now)


def plan_opened(case: Case, calendar: BusinessCalendar, now: datetime) -> None:
    """A case that has just been created: TM1 (nobody keeps it yet) and TM6, in one statement."""
    silent = ladder.Step(TimerKind.SILENT_CASE, ladder.silent_due(calendar, now))
    _insert(case.pk, case.version, [*ladder.unassigned_steps(calendar, now), silent])
    tell_administrators(calendar, now)


def plan_unassigned(case: Case, calendar: BusinessCalendar, now: datetime) -> None:
    """TM1 from `now`, when a working case is left without an owner; `calendar` is the case's unit's."""
    _void_kinds(case, UNASSIGNED)
    _insert(case.pk, case.version, ladder.unassigned_steps(calendar, now))
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
    _insert(case.pk, case.version, ladder.first_action_steps(calendar, now, minutes))
    tell_administrators(calendar, now)


def plan_resolved(case: Case, calendar: BusinessCalendar) -> None:
    """A case that has just been resolved (`resolved_at` set): TM7, and the question of satisfaction.

    `calendar` is the owner's unit's.
    """
    _void_kinds(case, RESOLVED)
    asked = ladder.Step(TimerKind.SATISFACTION, ladder.satisfaction_due(calendar, case.resolved_at))
    _insert(
        case.pk,
        case.version,
        [asked, ladder.Step(TimerKind.CONFIRM, ladder.confirm_due(case.resolved_at))],
    )


def void_satisfaction(case: Case) -> None:
    """The client has answered: nothing is left to ask."""
    _void_kinds(case, (TimerKind.SATISFACTION,))


def plan_silent(case: Case, calendar: BusinessCalendar, now: datetime) -> None:
    """TM6, once when a case starts to be worked on again (reopened, restored).

    No need to call it at each event: when due, the sweep reads `last_event_at` and re-arms.
    """
    _void_kinds(case, (TimerKind.SILENT_CASE,))
    due = ladder.silent_due(calendar, now)
    _insert(case.pk, case.version, [ladder.Step(TimerKind.SILENT_CASE, due)])
    tell_administrators(calendar, now)


def plan_entity(escalation: Escalation, calendar: BusinessCalendar) -> None:
    """TM3 and TM4 of an escalation that has just been sent; `calendar` is the entity's, which reopens some day."""
    steps = deadlines.entity_steps(calendar, escalation.sent_at, escalation.colour)
    _insert(escalation.case_id, 1, steps, escalation=escalation.pk)


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


def _insert(
    case_id: int,
    epoch: int,
    steps: Sequence[ladder.Step],
    *,
    promise: int | None = None,
    escalation: int | None = None,
) -> None:
    """One statement. Written by hand: the ORM cannot name a partial unique index as conflict target."""
    if not steps:
        return
    target = "(case_id, kind, epoch) WHERE escalation_id IS NULL AND promise_id IS NULL"
    if promise is not None:
        target = "(promise_id, kind, epoch) WHERE promise_id IS NOT NULL"
    elif escalation is not None:
        target = "(escalation_id, kind, epoch) WHERE escalation_id IS NOT NULL"
    row = "(%s, %s, %s, %s, %s, %s, 'pending', 0, '')"
    adapt = connection.ops.adapt_datetimefield_value
    values: list[object] = []
    for step in steps:
        values += [case_id, promise, escalation, epoch, step.kind.value, adapt(step.due_at)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_timer "
            "(case_id, promise_id, escalation_id, epoch, kind, due_at, status, attempts, last_error) "
            f"VALUES {', '.join([row] * len(steps))} ON CONFLICT {target} DO UPDATE SET "
            "due_at = excluded.due_at, status = 'pending', attempts = 0, retry_at = NULL, last_error = '' "
            "WHERE cases_timer.status <> 'done'",
            values,
        )
