"""TM2, TM6, TM7 and the moves of a case by the clock (domain.md §3.2 T06, T12, §3.3)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.models import Entity, User
from cases.enums import (
    CaseState,
    Colour,
    EscalationReason,
    PromiseKind,
    PromiseStatus,
    TimerKind,
    TimerStatus,
)
from cases.models import CallbackAttempt, Case, Escalation, Timer
from cases.sweep import sweep
from cases.timers import plan_first_action, plan_resolved, plan_silent, void_case
from tests.cases.clock_cast import HOUR, MINUTE, Cast, inbox, paris, set_case, status

pytestmark = pytest.mark.django_db

START = paris("14/11/2018 16:00")


@pytest.fixture
def cast() -> Cast:
    return Cast.gather()


def escalated(cast: Cast, **fields) -> tuple:
    promise = cast.promise(START, state=CaseState.ESCALATED, **fields)
    entity = Entity.objects.create(code="bo", name="BO-Cuivre", kind="back_office")
    Escalation.objects.create(
        case=promise.case,
        target_entity=entity,
        reason=EscalationReason.NETWORK_DIAGNOSIS,
        summary="Ligne coupée depuis le point de concentration.",
        colour=Colour.RED,
        sent_by=cast.owner,
        sent_at=promise.made_at,
        ack_due=promise.made_at + HOUR,
        answer_due=promise.made_at + 4 * HOUR,
    )
    return promise, entity


# -- T06 ----------------------------------------------------------------------------------------------


def test_promise_reached_moves_the_escalated_case_and_reminds_the_owner_once(cast):
    promise, _ = escalated(cast)

    report = sweep(START - 30 * MINUTE)

    case = Case.objects.get(pk=promise.case_id)
    promise.refresh_from_db()
    assert case.state == CaseState.CALLBACK_DUE
    assert promise.kind == PromiseKind.BAD_NEWS
    assert inbox() == [("lyon-owner", "promise_before")]
    assert Notification.objects.get().title.startswith("Rappel à 16:00, toujours sans réponse")
    assert report.transitions == 1
    assert (
        AuditEvent.objects.filter(object_type="case", object_id=str(case.pk), to_state="callback_due").count()
        == 1
    )


def test_promise_reached_then_the_rest_of_the_ladder_goes_on(cast):
    promise, _ = escalated(cast)

    sweep(START - 30 * MINUTE)
    sweep(START)
    sweep(START + HOUR)

    assert [kind for _, kind in inbox()] == ["promise_before", "promise_start", "promise_missed"]
    promise.refresh_from_db()
    assert promise.status == PromiseStatus.MISSED


def test_promise_reached_after_an_outage_moves_the_case_and_sends_the_latest_step_only(cast):
    promise, _ = escalated(cast)

    report = sweep(START + 95 * MINUTE)

    promise.refresh_from_db()
    assert Case.objects.get(pk=promise.case_id).state == CaseState.CALLBACK_DUE
    assert promise.status == PromiseStatus.MISSED
    assert inbox() == [("lyon-manager", "promise_plus_30")]
    assert report.transitions == 1


def test_promise_made_within_the_half_hour_moves_the_escalated_case_at_the_next_sweep(cast):
    promise, _ = escalated(cast, made_at=START - 20 * MINUTE)

    sweep(START - 19 * MINUTE)

    assert Case.objects.get(pk=promise.case_id).state == CaseState.CALLBACK_DUE
    assert inbox() == [("lyon-owner", "promise_before")]


def test_one_hour_before_the_entity_that_owes_an_answer_is_asked(cast):
    _, entity = escalated(cast)
    group, _ = Group.objects.get_or_create(name="back_office")
    specialist = User.objects.create(username="bo-1", entity=entity)
    specialist.groups.add(group)

    sweep(START - 60 * MINUTE)

    assert inbox() == [("bo-1", "promise_entity")]


def test_one_hour_before_a_case_that_is_not_escalated_nobody_is_asked(cast):
    promise = cast.promise(START)

    sweep(START - 60 * MINUTE)

    assert inbox() == []
    assert status(promise, TimerKind.PROMISE_ENTITY) == TimerStatus.VOID


# -- T12 ----------------------------------------------------------------------------------------------


def resolved(cast: Cast, at) -> Case:
    case = cast.case(
        CaseState.RESOLVED,
        at - HOUR,
        resolved_at=at,
        resolution_code="configuration",
        root_cause="usage",
        client_confirmation="confirmed",
    )
    plan_resolved(case, case.unit.calendar())
    return case


def test_confirm_closes_after_seven_days_and_two_for_late_records(cast):
    at = paris("05/11/2018 10:00")
    case = resolved(cast, at)

    sweep(at + timedelta(hours=215, minutes=59))
    assert Case.objects.get(pk=case.pk).state == CaseState.RESOLVED
    report = sweep(at + timedelta(hours=216))

    closed = Case.objects.get(pk=case.pk)
    assert (closed.state, closed.closure_kind) == (CaseState.CLOSED, "confirmed")
    assert report.transitions == 1
    assert Timer.objects.get(case=case, kind=TimerKind.CONFIRM).status == TimerStatus.DONE


def test_confirm_of_a_case_reopened_meanwhile_is_void(cast):
    at = paris("05/11/2018 10:00")
    case = resolved(cast, at)
    set_case(case.pk, state=CaseState.OPENED)

    sweep(at + timedelta(hours=216))

    assert Case.objects.get(pk=case.pk).state == CaseState.OPENED
    assert Timer.objects.get(case=case, kind=TimerKind.CONFIRM).status == TimerStatus.VOID


def test_confirm_of_a_case_resolved_again_waits_for_the_new_observation(cast):
    at = paris("05/11/2018 10:00")
    case = resolved(cast, at)
    set_case(case.pk, resolved_at=at + timedelta(days=4), version=2)
    plan_resolved(Case.objects.get(pk=case.pk), case.unit.calendar())

    sweep(at + timedelta(hours=216))
    assert Case.objects.get(pk=case.pk).state == CaseState.RESOLVED
    sweep(at + timedelta(hours=216, days=4))

    assert Case.objects.get(pk=case.pk).state == CaseState.CLOSED


# -- TM2 ----------------------------------------------------------------------------------------------


def test_first_action_reminds_the_owner_after_four_hours_then_the_manager_after_eight(cast):
    at = paris("14/11/2018 09:00")
    case = cast.case(CaseState.OPENED, at, assigned_at=at)
    plan_first_action(case, cast.unit.calendar(), at)

    sweep(paris("14/11/2018 12:59"))
    assert inbox() == []
    sweep(paris("14/11/2018 13:00"))
    sweep(paris("14/11/2018 17:00"))

    assert inbox() == [("lyon-owner", "first_action_owner"), ("lyon-manager", "first_action_manager")]


def test_first_action_after_a_reopening_is_due_in_two_hours(cast):
    at = paris("14/11/2018 19:00")
    case = cast.case(CaseState.OPENED, at, assigned_at=at, reopened_at=at, first_action_at=at - 50 * HOUR)
    plan_first_action(case, cast.unit.calendar(), at, minutes=120)

    sweep(paris("15/11/2018 08:59"))
    assert inbox() == []
    sweep(paris("15/11/2018 09:00"))

    assert inbox() == [("lyon-owner", "first_action_owner")]


@pytest.mark.parametrize(
    "fields",
    [
        {"first_action_at": paris("14/11/2018 10:00")},
        {"state": CaseState.CALLBACK_DUE},
        {"owner_id": None},
    ],
)
def test_first_action_no_longer_expected_is_void(cast, fields):
    at = paris("14/11/2018 09:00")
    case = cast.case(CaseState.OPENED, at, assigned_at=at)
    plan_first_action(case, cast.unit.calendar(), at)
    set_case(case.pk, **fields)

    report = sweep(paris("14/11/2018 13:00"))

    assert inbox() == []
    assert report.void == 1


def test_assigning_again_restarts_the_first_action(cast):
    at = paris("14/11/2018 09:00")
    case = cast.case(CaseState.OPENED, at, assigned_at=at)
    plan_first_action(case, cast.unit.calendar(), at)
    case.version = 2
    plan_first_action(case, cast.unit.calendar(), at + 2 * HOUR)

    sweep(paris("14/11/2018 13:00"))
    assert inbox() == []
    sweep(paris("14/11/2018 15:00"))

    assert inbox() == [("lyon-owner", "first_action_owner")]


# -- TM6 ----------------------------------------------------------------------------------------------


def test_silent_case_reaches_the_manager_at_the_end_of_the_third_business_day(cast):
    at = paris("30/10/2018 10:00")
    case = cast.case(CaseState.OPENED, at)
    plan_silent(case, cast.unit.calendar(), at)

    sweep(paris("03/11/2018 19:59"))
    assert inbox() == []
    sweep(paris("03/11/2018 20:00"))

    assert inbox() == [("lyon-manager", "silent_case")]


def test_silent_case_with_an_event_since_is_armed_again(cast):
    at = paris("05/11/2018 10:00")
    case = cast.case(CaseState.OPENED, at)
    plan_silent(case, cast.unit.calendar(), at)
    set_case(case.pk, last_event_at=paris("07/11/2018 10:00"))

    report = sweep(paris("08/11/2018 20:00"))
    assert (report.armed_again, inbox()) == (1, [])
    sweep(paris("10/11/2018 20:00"))

    assert inbox() == [("lyon-manager", "silent_case")]


def test_one_silence_is_told_once_and_the_next_one_again(cast):
    at = paris("05/11/2018 10:00")
    case = cast.case(CaseState.OPENED, at)
    plan_silent(case, cast.unit.calendar(), at)
    for day in range(8, 30):
        sweep(paris(f"{day:02}/11/2018 21:00"))
    assert inbox() == [("lyon-manager", "silent_case")]
    set_case(case.pk, last_event_at=paris("29/11/2018 10:00"))

    for day in range(1, 10):
        sweep(paris(f"{day:02}/12/2018 21:00"))

    assert inbox() == [("lyon-manager", "silent_case")] * 2


def test_silent_case_that_is_no_longer_worked_on_is_void(cast):
    at = paris("05/11/2018 10:00")
    case = cast.case(CaseState.OPENED, at)
    plan_silent(case, cast.unit.calendar(), at)
    set_case(case.pk, state=CaseState.RESOLVED, resolution_code="other", root_cause="usage", resolved_at=at)

    report = sweep(paris("08/11/2018 20:00"))

    assert (report.void, inbox()) == (1, [])


def test_void_case_leaves_the_promise_that_moved_to_another_case(cast):
    moved = cast.promise(START)
    source = moved.case
    plan_silent(source, cast.unit.calendar(), START)
    target = cast.case(CaseState.CALLBACK_DUE, START - HOUR)
    type(moved).objects.filter(pk=moved.pk).update(case=target)

    voided = void_case(source)
    sweep(START)

    assert voided == 1
    assert inbox() == [("lyon-owner", "promise_start")]
    assert Notification.objects.get().object_id == str(target.pk)


def test_a_call_on_the_case_the_promise_moved_to_counts(cast):
    moved = cast.promise(START)
    target = cast.case(CaseState.CALLBACK_DUE, START - HOUR)
    type(moved).objects.filter(pk=moved.pk).update(case=target)
    CallbackAttempt.objects.create(case=target, by=cast.owner, at=START, outcome="no_answer")

    sweep(START + HOUR)

    moved.refresh_from_db()
    assert moved.status == PromiseStatus.PENDING
