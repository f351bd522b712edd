"""The ladder of a callback as time passes (domain.md §3.3 TM5): `now` travels, nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Delivery, Notification
from atdemain.organisation.models import CalendarException
from cases import hooks
from cases.enums import AttemptOutcome, CaseState, PromiseStatus, TimerKind, TimerStatus
from cases.models import CallbackAttempt, Promise, Timer
from cases.sweep import sweep
from cases.timers import plan_ladder, void
from tests.cases.clock_cast import HOUR, MINUTE, PARIS, Cast, inbox, paris, set_case, status

pytestmark = pytest.mark.django_db

START = paris("14/11/2018 16:00")
END = START + HOUR


@pytest.fixture
def cast() -> Cast:
    return Cast.gather()


def called(promise: Promise, at: datetime, outcome: AttemptOutcome = AttemptOutcome.NO_ANSWER) -> None:
    CallbackAttempt.objects.create(
        case=promise.case, promise=promise, by=promise.made_by, at=at, outcome=outcome
    )


def test_sweep_with_nothing_due_sends_nothing(cast):
    cast.promise(START)

    report = sweep(START - 61 * MINUTE)

    assert report.handled == 0
    assert inbox() == []


def test_the_whole_ladder_reaches_each_person_once_at_its_time(cast):
    promise = cast.promise(START)
    minute = START - 2 * HOUR
    heard: list[tuple[str, str, str]] = []
    while minute <= paris("15/11/2018 09:00"):
        known = len(heard)
        sweep(minute)
        heard += [(f"{minute.astimezone(PARIS):%d %H:%M}", *item) for item in inbox()[known:]]
        minute += MINUTE

    assert heard == [
        ("14 15:30", "lyon-owner", "promise_before"),
        ("14 16:00", "lyon-owner", "promise_start"),
        ("14 17:00", "lyon-owner", "promise_missed"),
        ("14 17:30", "lyon-manager", "promise_plus_30"),
        ("14 19:00", "lyon-head", "promise_plus_120"),
        ("15 08:00", "lyon-manager", "promise_red_list"),
    ]
    promise.refresh_from_db()
    assert promise.status == PromiseStatus.MISSED
    assert not Timer.objects.filter(status=TimerStatus.PENDING).exists()


def test_sweeping_again_at_the_same_instant_sends_nothing_more(cast):
    cast.promise(START)

    sweep(START)
    again = sweep(START)

    assert again.handled == 0
    assert inbox() == [("lyon-owner", "promise_start")]


def test_titles_say_local_times_and_the_reference(cast):
    promise = cast.promise(START)

    sweep(START - 30 * MINUTE)

    item = Notification.objects.get()
    assert item.title == f"Rappel à 16:00 : {promise.case.ref}"
    assert item.body == "Fenêtre promise au client : le 14/11/2018 de 16:00 à 17:00."
    assert item.url == f"/cases/{promise.case.ref}/"
    assert item.urgent


@pytest.mark.parametrize(
    ("minutes", "latest", "told"),
    [
        (1, TimerKind.PROMISE_START, "lyon-owner"),
        (60, TimerKind.PROMISE_MISSED, "lyon-owner"),
        (95, TimerKind.PROMISE_PLUS_30, "lyon-manager"),
        (200, TimerKind.PROMISE_PLUS_120, "lyon-head"),
        (24 * 60, TimerKind.PROMISE_RED_LIST, "lyon-manager"),
    ],
)
def test_catch_up_after_an_outage_sends_the_latest_step_only(cast, minutes, latest, told):
    promise = cast.promise(START)

    report = sweep(START + minutes * MINUTE)

    assert inbox() == [(told, latest.value)]
    assert status(promise, latest) == TimerStatus.DONE
    assert report.skipped == Timer.objects.filter(status=TimerStatus.SKIPPED_CATCHUP).count() > 0
    assert report.sent == 1


def test_catch_up_in_batches_of_one_still_sends_the_latest_step_only(cast):
    for _ in range(3):
        cast.promise(START)

    sweep(START + 95 * MINUTE, limit=1)

    assert [kind for _, kind in inbox()] == ["promise_plus_30"] * 3


def test_catch_up_marks_missed_even_when_the_missed_step_is_skipped(cast):
    promise = cast.promise(START)

    report = sweep(START + 95 * MINUTE)

    promise.refresh_from_db()
    assert promise.status == PromiseStatus.MISSED
    assert report.missed == 1
    assert status(promise, TimerKind.PROMISE_MISSED) == TimerStatus.SKIPPED_CATCHUP


def test_missed_writes_one_journal_row_on_the_case(cast):
    promise = cast.promise(START)

    sweep(END)
    sweep(END + 30 * MINUTE)

    event = AuditEvent.objects.get(object_type="case", object_id=str(promise.case_id))
    assert event.action == "promise_missed"
    assert event.changes["promise_status"] == ["pending", "missed"]
    assert (event.actor_kind, event.source, event.at) == ("system", "sweep", END)


@pytest.mark.parametrize("minutes", [-10, 0, 60])
def test_a_call_in_time_silences_the_rest_of_the_ladder(cast, minutes):
    promise = cast.promise(START)
    sweep(START - 30 * MINUTE)
    called(promise, START + minutes * MINUTE)

    for later in (61, 95, 200, 24 * 60):
        sweep(START + later * MINUTE)

    promise.refresh_from_db()
    assert promise.status == PromiseStatus.PENDING
    assert inbox() == [("lyon-owner", "promise_before")]
    assert status(promise, TimerKind.PROMISE_MISSED) == TimerStatus.VOID


@pytest.mark.parametrize("minutes", [-11, 61])
def test_a_call_outside_the_window_does_not_silence_it(cast, minutes):
    promise = cast.promise(START)
    called(promise, START + minutes * MINUTE)

    sweep(START + 62 * MINUTE)

    promise.refresh_from_db()
    assert promise.status == PromiseStatus.MISSED


def test_a_corrected_attempt_does_not_count(cast):
    promise = cast.promise(START)
    called(promise, START)
    wrong = CallbackAttempt.objects.get()
    right = CallbackAttempt.objects.create(
        case=promise.case, by=promise.made_by, at=START - 3 * HOUR, outcome=AttemptOutcome.NO_ANSWER
    )
    CallbackAttempt.objects.filter(pk=wrong.pk).update(superseded_by=right)

    sweep(END)

    promise.refresh_from_db()
    assert promise.status == PromiseStatus.MISSED


def test_a_moved_promise_voids_its_former_steps_and_follows_the_new_window(cast):
    promise = cast.promise(START)
    promise.version = 2
    promise.window_start += 2 * HOUR
    promise.window_end += 2 * HOUR
    promise.save()
    plan_ladder(promise.case, promise, cast.unit.calendar(), START - HOUR)

    sweep(START + HOUR)
    assert inbox() == []
    sweep(START + 2 * HOUR - 30 * MINUTE)

    assert inbox() == [("lyon-owner", "promise_before")]
    assert set(Timer.objects.filter(epoch=1).values_list("status", flat=True)) == {TimerStatus.VOID}


def test_a_step_whose_promise_moved_without_a_new_plan_is_void_when_due(cast):
    promise = cast.promise(START)
    Promise.objects.filter(pk=promise.pk).update(version=2)

    report = sweep(START)

    assert inbox() == []
    assert report.void == 3
    assert report.sent == 0


@pytest.mark.parametrize("state", [CaseState.OPENED, CaseState.CLOSED, CaseState.RESOLVED])
def test_a_step_of_a_case_that_owes_nothing_any_more_is_void_when_due(cast, state):
    promise = cast.promise(START)
    set_case(
        promise.case_id,
        state=state,
        closure_kind="confirmed" if state == CaseState.CLOSED else "",
        closed_at=START,
        resolution_code="other",
        root_cause="usage",
        resolved_at=START,
    )

    sweep(START)

    assert inbox() == []
    assert status(promise, TimerKind.PROMISE_START) == TimerStatus.VOID


def test_void_keeps_what_was_sent(cast):
    promise = cast.promise(START)
    sweep(START)

    voided = void(promise)

    assert voided == 4
    assert status(promise, TimerKind.PROMISE_START) == TimerStatus.DONE


def test_planning_again_at_the_same_version_never_re_arms_what_was_sent(cast):
    promise = cast.promise(START)
    sweep(START - 30 * MINUTE)

    plan_ladder(promise.case, promise, cast.unit.calendar(), START - 60 * MINUTE)
    sweep(START - 29 * MINUTE)

    assert inbox() == [("lyon-owner", "promise_before")]


def test_an_absent_owner_is_not_the_only_one_told(cast, monkeypatch):
    cast.promise(START, delegate=cast.delegate)
    monkeypatch.setitem(hooks.providers, "owners_away", set)

    sweep(START)

    assert inbox() == [("lyon-owner", "promise_start"), ("lyon-delegate", "promise_start")]


def test_an_absent_owner_without_delegate_has_the_manager_told(cast, monkeypatch):
    cast.promise(START)
    monkeypatch.setitem(hooks.providers, "owners_away", set)

    sweep(START)

    assert inbox() == [("lyon-owner", "promise_start"), ("lyon-manager", "promise_start")]


def test_a_delegate_in_force_is_reminded_with_the_owner(cast):
    cast.promise(START, delegate=cast.delegate, delegate_from=START - HOUR, delegate_to=START + HOUR)

    sweep(START)

    assert inbox() == [("lyon-owner", "promise_start"), ("lyon-delegate", "promise_start")]


def test_a_delegate_to_come_hears_only_of_the_missed_callback(cast):
    cast.promise(START, delegate=cast.delegate, delegate_from=END + 5 * HOUR)

    sweep(START)
    sweep(END)

    assert inbox(cast.delegate) == [("lyon-delegate", "promise_missed")]


def test_a_disabled_owner_account_counts_as_absent(cast):
    cast.promise(START)
    cast.owner.is_active = False
    cast.owner.save()

    sweep(START)

    assert ("lyon-manager", "promise_start") in inbox()


def test_without_team_manager_the_unit_head_hears_instead(cast):
    cast.promise(START)
    type(cast.owner.team).objects.update(manager=None)

    sweep(START + 95 * MINUTE)

    assert inbox() == [("lyon-head", "promise_plus_30")]


def test_manager_steps_also_leave_by_email_under_the_same_key(cast):
    promise = cast.promise(START)

    sweep(START + 95 * MINUTE)
    sweep(START + 95 * MINUTE)

    mail = Delivery.objects.get()
    assert mail.recipient == "lyon-m@exemple.fr"
    assert promise.case.ref in mail.subject
    assert mail.key == Notification.objects.get().dedupe_key


@pytest.mark.parametrize(
    ("start", "plus_30"),
    [
        ("10/11/2018 19:00", "12/11/2018 08:30"),  # Saturday evening, then a Sunday
        ("31/10/2018 18:45", "02/11/2018 08:15"),  # then All Saints
        ("24/12/2018 18:50", "26/12/2018 08:20"),  # then Christmas
    ],
)
def test_delays_after_the_window_jump_sundays_and_holidays(cast, start, plus_30):
    cast.promise(paris(start))

    sweep(paris(plus_30) - 45 * MINUTE)
    before = inbox(cast.manager)
    sweep(paris(plus_30))

    assert ("lyon-manager", "promise_plus_30") not in before
    assert ("lyon-manager", "promise_plus_30") in inbox(cast.manager)


def test_a_dated_closing_of_the_unit_delays_the_ladder(cast):
    CalendarException.objects.create(
        unit=cast.unit, date=START.date(), opens="08:00", closes="17:00", reason="Travaux"
    )
    cast.promise(START)

    sweep(END + 31 * MINUTE)
    assert inbox(cast.manager) == []
    sweep(paris("15/11/2018 08:30"))

    assert inbox(cast.manager) == [("lyon-manager", "promise_plus_30")]


def test_a_reunion_unit_is_reminded_and_relayed_in_its_own_time():
    cast = Cast.gather("reunion", tz="Indian/Reunion", holiday_zone="reunion")
    start = paris("19/12/2018 18:50", "Indian/Reunion")
    cast.promise(start)

    sweep(start - 30 * MINUTE)
    assert Notification.objects.get().title.startswith("Rappel à 18:50")
    sweep(paris("21/12/2018 08:19", "Indian/Reunion"))
    assert ("reunion-manager", "promise_plus_30") not in inbox()
    sweep(paris("21/12/2018 08:20", "Indian/Reunion"))

    assert ("reunion-manager", "promise_plus_30") in inbox()


@pytest.mark.parametrize("night", ["25/10/2026", "28/03/2027"])
def test_clock_change_nights_remind_thirty_elapsed_minutes_before(night):
    cast = Cast.gather("nuit", weekly_hours=[[["00:00", "24:00"]]] * 7)
    start = paris(f"{night} 03:10")
    cast.promise(start)

    sweep(start - 31 * MINUTE)
    assert inbox() == []
    sweep(start - 30 * MINUTE)

    assert inbox() == [("nuit-owner", "promise_before")]


def test_an_answer_brings_the_ladder_forward_and_the_window_decides_of_missed(cast):
    promise = cast.promise(START, call_by=paris("14/11/2018 12:10"), made_at=paris("13/11/2018 10:00"))

    sweep(paris("14/11/2018 11:40"))
    sweep(paris("14/11/2018 12:10"))
    promise.refresh_from_db()
    assert inbox() == [("lyon-owner", "promise_before"), ("lyon-owner", "promise_missed")]
    assert promise.status == PromiseStatus.PENDING
    assert Notification.objects.latest("pk").title == (
        f"Rappel en retard, à faire avant 12:10 : {promise.case.ref}"
    )
    sweep(END)

    promise.refresh_from_db()
    assert promise.status == PromiseStatus.MISSED
    assert status(promise, TimerKind.PROMISE_WINDOW_END) == TimerStatus.DONE


def test_a_promise_without_anybody_to_tell_is_not_dropped(cast):
    promise = cast.promise(START, owner_id=None)
    cast.unit.head = None
    cast.unit.save()

    report = sweep(START)

    timer = Timer.objects.get(promise=promise, kind=TimerKind.PROMISE_START)
    assert report.failed == 1
    assert (timer.status, timer.attempts) == (TimerStatus.PENDING, 1)
    assert "Personne à prévenir" in timer.last_error
    assert timer.retry_at == START + timedelta(seconds=20)
