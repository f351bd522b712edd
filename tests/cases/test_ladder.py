"""The ladder's times and what counts as a call (domain.md §3.3 TM5, §3.4, §11). Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from atdemain.organisation.calendar import BusinessCalendar
from cases import ladder
from cases.enums import AttemptOutcome, TimerKind
from cases.ladder import Window

PARIS = ZoneInfo("Europe/Paris")
REUNION = ZoneInfo("Indian/Reunion")
WEEK = [[["08:00", "20:00"]]] * 6 + [[]]


def paris(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=PARIS).astimezone(UTC)


def reunion(text: str) -> datetime:
    return datetime.strptime(text, "%d/%m/%Y %H:%M").replace(tzinfo=REUNION).astimezone(UTC)


def calendar(tz: str = "Europe/Paris", zone: str = "metropole", exceptions: list | None = None):
    return BusinessCalendar.build(tz=tz, holiday_zone=zone, weekly_hours=WEEK, exceptions=exceptions or [])


def times(window: Window, cal: BusinessCalendar) -> dict[TimerKind, datetime]:
    return {step.kind: step.due_at for step in ladder.steps(window, cal)}


@pytest.mark.parametrize(
    ("start", "end", "plus_30", "plus_120", "red_list"),
    [
        ("14/11/2018 10:00", "14/11/2018 11:00", "14/11/2018 11:30", "14/11/2018 13:00", "15/11/2018 08:00"),
        # late on Saturday before Sunday 11/11, a holiday anyway
        ("10/11/2018 18:50", "10/11/2018 19:50", "12/11/2018 08:20", "12/11/2018 09:50", "12/11/2018 08:00"),
        # eve of All Saints
        ("31/10/2018 18:45", "31/10/2018 19:45", "02/11/2018 08:15", "02/11/2018 09:45", "02/11/2018 08:00"),
        # ending at closing time, and 30 minutes that land exactly on it
        ("13/11/2018 19:00", "13/11/2018 20:00", "14/11/2018 08:30", "14/11/2018 10:00", "14/11/2018 08:00"),
        ("13/11/2018 18:30", "13/11/2018 19:30", "13/11/2018 20:00", "14/11/2018 09:30", "14/11/2018 08:00"),
        # Saturday before Easter Monday
        ("31/03/2018 18:30", "31/03/2018 19:30", "31/03/2018 20:00", "03/04/2018 09:30", "03/04/2018 08:00"),
    ],
)
def test_steps_after_the_window_follow_business_minutes(start, end, plus_30, plus_120, red_list):
    found = times(Window(paris(start), paris(end)), calendar())

    assert found[TimerKind.PROMISE_PLUS_30] == paris(plus_30)
    assert found[TimerKind.PROMISE_PLUS_120] == paris(plus_120)
    assert found[TimerKind.PROMISE_RED_LIST] == paris(red_list)


def test_steps_before_the_window_are_plain_time():
    found = times(Window(paris("12/11/2018 08:00"), paris("12/11/2018 09:00")), calendar())

    assert found[TimerKind.PROMISE_BEFORE] == paris("12/11/2018 07:30")
    assert found[TimerKind.PROMISE_START] == paris("12/11/2018 08:00")
    assert found[TimerKind.PROMISE_MISSED] == paris("12/11/2018 09:00")
    assert TimerKind.PROMISE_WINDOW_END not in found


@pytest.mark.parametrize(
    ("night", "start"),
    [
        ("hour repeated", datetime(2026, 10, 25, 1, 10, tzinfo=UTC)),  # 02:10 the second time
        ("hour skipped", datetime(2027, 3, 28, 1, 10, tzinfo=UTC)),  # 03:10, ten minutes after the jump
    ],
)
def test_the_reminder_is_thirty_elapsed_minutes_before_on_clock_change_nights(night, start):
    always_open = BusinessCalendar.build(
        tz="Europe/Paris", holiday_zone="metropole", weekly_hours=[[["00:00", "24:00"]]] * 7
    )

    found = times(Window(start, start + timedelta(hours=1)), always_open)

    assert start - found[TimerKind.PROMISE_BEFORE] == timedelta(minutes=30)
    assert found[TimerKind.PROMISE_PLUS_30] - start == timedelta(minutes=90)


def test_a_reunion_unit_has_its_own_hours_and_holidays():
    window = Window(reunion("19/12/2018 18:50"), reunion("19/12/2018 19:50"))

    found = times(window, calendar("Indian/Reunion", "reunion"))

    assert found[TimerKind.PROMISE_PLUS_30] == reunion("21/12/2018 08:20")  # 20/12: abolition day
    assert found[TimerKind.PROMISE_RED_LIST] == reunion("21/12/2018 08:00")


def test_a_dated_exception_moves_the_red_list():
    closed = [
        (paris("15/11/2018 12:00").date(), "", ""),
        (paris("16/11/2018 12:00").date(), "10:30", "18:00"),
    ]
    window = Window(paris("14/11/2018 10:00"), paris("14/11/2018 11:00"))

    assert times(window, calendar(exceptions=closed))[TimerKind.PROMISE_RED_LIST] == paris("16/11/2018 10:30")


def test_an_answer_makes_the_ladder_earlier_without_moving_what_the_client_was_told():
    window = Window(paris("15/11/2018 10:00"), paris("15/11/2018 11:00"), call_by=paris("14/11/2018 12:10"))

    found = times(window, calendar())

    assert found[TimerKind.PROMISE_BEFORE] == paris("14/11/2018 11:40")
    assert found[TimerKind.PROMISE_MISSED] == paris("14/11/2018 12:10")
    assert found[TimerKind.PROMISE_PLUS_30] == paris("14/11/2018 12:40")
    assert TimerKind.PROMISE_START not in found
    assert found[TimerKind.PROMISE_WINDOW_END] == paris("15/11/2018 11:00")


def test_a_call_by_within_the_window_keeps_its_start():
    window = Window(paris("14/11/2018 10:00"), paris("14/11/2018 12:00"), call_by=paris("14/11/2018 11:30"))

    found = times(window, calendar())

    assert found[TimerKind.PROMISE_BEFORE] == paris("14/11/2018 09:30")
    assert found[TimerKind.PROMISE_START] == paris("14/11/2018 10:00")
    assert found[TimerKind.PROMISE_MISSED] == paris("14/11/2018 11:30")
    assert found[TimerKind.PROMISE_WINDOW_END] == paris("14/11/2018 12:00")


NINE = Window(paris("14/11/2018 09:00"), paris("14/11/2018 10:00"))


@pytest.mark.parametrize(
    ("now", "escalated", "missed", "first"),
    [
        ("13/11/2018 12:00", False, False, TimerKind.PROMISE_ENTITY),
        ("14/11/2018 08:10", False, False, TimerKind.PROMISE_BEFORE),
        ("14/11/2018 08:45", False, False, TimerKind.PROMISE_START),
        ("14/11/2018 08:45", True, False, TimerKind.PROMISE_BEFORE),  # the state has to move all the same
        ("14/11/2018 10:10", False, False, TimerKind.PROMISE_MISSED),
        ("14/11/2018 10:10", False, True, TimerKind.PROMISE_PLUS_30),
    ],
)
def test_planning_late_leaves_out_what_is_past(now, escalated, missed, first):
    planned = ladder.to_plan(NINE, calendar(), now=paris(now), escalated=escalated, missed=missed)

    assert planned[0].kind == first
    assert [step.due_at for step in planned] == sorted(step.due_at for step in planned)


@pytest.mark.parametrize(
    ("at", "outcome", "called"),
    [
        ("14/11/2018 08:49", AttemptOutcome.NO_ANSWER, False),
        ("14/11/2018 08:50", AttemptOutcome.NO_ANSWER, True),
        ("14/11/2018 10:00", AttemptOutcome.VOICEMAIL, True),
        ("14/11/2018 10:01", AttemptOutcome.REACHED, False),
        ("13/11/2018 17:00", AttemptOutcome.REACHED, True),
        ("13/11/2018 07:00", AttemptOutcome.REACHED, False),  # before the promise was made
    ],
)
def test_a_call_counts_from_ten_minutes_before_to_the_end(at, outcome, called):
    found = ladder.is_called(
        NINE,
        [(paris(at), outcome)],
        made_at=paris("13/11/2018 09:00"),
        until=NINE.end,
    )

    assert found is called


def test_a_call_since_the_answer_counts_for_the_earlier_ladder_only():
    window = Window(NINE.start, NINE.end, call_by=paris("13/11/2018 17:00"))
    attempt = [(paris("13/11/2018 14:00"), AttemptOutcome.NO_ANSWER)]
    facts = {"made_at": paris("12/11/2018 09:00"), "answered_at": paris("13/11/2018 13:00")}

    assert ladder.is_called(window, attempt, until=window.effective_end, **facts)
    assert not ladder.is_called(window, attempt, until=window.end, **facts)


def test_first_action_is_due_after_four_then_eight_business_hours():
    assert ladder.first_action_steps(calendar(), paris("10/11/2018 17:00"), 240) == [
        (TimerKind.FIRST_ACTION_OWNER, paris("12/11/2018 09:00")),
        (TimerKind.FIRST_ACTION_MANAGER, paris("12/11/2018 13:00")),
    ]


def test_silence_ends_with_the_third_business_day():
    assert ladder.silent_due(calendar(), paris("30/10/2018 10:00")) == paris("03/11/2018 20:00")


def test_observation_lasts_seven_days_and_two_for_late_records():
    assert ladder.confirm_due(paris("12/11/2018 10:00")) == paris("21/11/2018 10:00")


# -- the mirrors that lists filter by -----------------------------------------------------------------


@pytest.mark.parametrize("cal", [calendar(), calendar("Indian/Reunion", "reunion")], ids=["paris", "reunion"])
def test_a_case_is_before_the_moment_of_silence_exactly_when_its_silence_is_due(cal):
    for now in moments(datetime(2026, 11, 2, 5, tzinfo=UTC), timedelta(hours=7), 60):
        before = ladder.silent_before(cal, now)
        for last in moments(now - timedelta(days=9), timedelta(hours=5), 40):
            assert (last < before) == (ladder.silent_due(cal, last) <= now), (now, last)


@pytest.mark.parametrize("cal", [calendar(), calendar("Indian/Reunion", "reunion")], ids=["paris", "reunion"])
def test_a_window_is_before_the_moment_of_lateness_exactly_when_the_manager_is_told(cal):
    for now in moments(datetime(2026, 11, 2, 5, tzinfo=UTC), timedelta(minutes=173), 150):
        before = ladder.late_before(cal, now)
        for end in moments(now - timedelta(days=3), timedelta(minutes=31), 150):
            late = cal.due_in_minutes(end, ladder.MANAGER_AFTER) <= now
            assert (end <= before) == late, (now, end)


def test_a_unit_that_never_opens_counts_plain_time_both_ways():
    cal = BusinessCalendar.build(tz="Europe/Paris", holiday_zone="metropole", weekly_hours=[[]] * 7)
    now = datetime(2026, 11, 10, 15, tzinfo=UTC)
    assert ladder.silent_before(cal, now) == now - timedelta(days=3)
    assert ladder.late_before(cal, now) == now - timedelta(minutes=30)


def moments(start: datetime, step: timedelta, count: int) -> list[datetime]:
    return [start + step * n for n in range(count)]
