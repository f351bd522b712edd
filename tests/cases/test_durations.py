"""How long a case was in each state: moves in, stays and totals out."""

from __future__ import annotations

from datetime import timedelta

from atdemain.organisation.calendar import BusinessCalendar
from cases.audit.durations import Spell, spells, totals
from cases.enums import CaseState
from tests.cases.clock_cast import HOUR, MINUTE, paris

OPENED, DUE, RESOLVED, CLOSED = "opened", "callback_due", "resolved", "closed"
START = paris("14/11/2018 10:00")  # a Wednesday
CALENDAR = BusinessCalendar.build(
    tz="Europe/Paris", holiday_zone="metropole", weekly_hours=[[["08:00", "20:00"]]] * 6 + [[]]
)


def told(moves, now):
    return {one.state: one for one in totals(spells(moves), CALENDAR, now)}


def test_a_case_just_opened_has_been_open_until_now():
    (only,) = told([(START, OPENED)], START + HOUR).values()
    assert (only.state, only.stays, only.elapsed, only.business, only.share) == (
        CaseState.OPENED,
        1,
        60,
        60,
        100,
    )


def test_a_row_that_moves_nothing_ends_no_stay():
    moves = [(START, OPENED), (START + MINUTE, OPENED), (START + HOUR, DUE), (START + 2 * HOUR, DUE)]
    assert spells(moves) == [
        Spell(CaseState.OPENED, START, START + HOUR),
        Spell(CaseState.CALLBACK_DUE, START + HOUR, None),
    ]


def test_stays_in_the_same_state_are_added_and_counted():
    moves = [(START, OPENED), (START + HOUR, DUE), (START + 2 * HOUR, OPENED), (START + 4 * HOUR, DUE)]
    found = told(moves, START + 5 * HOUR)
    assert (found[CaseState.OPENED].stays, found[CaseState.OPENED].elapsed) == (2, 180)
    assert (found[CaseState.CALLBACK_DUE].stays, found[CaseState.CALLBACK_DUE].elapsed) == (2, 120)
    assert [found[state].share for state in found] == [60, 40]


def test_a_night_is_elapsed_but_not_business_time():
    evening = paris("14/11/2018 19:00")
    (only,) = told([(evening, OPENED)], paris("15/11/2018 09:00")).values()
    assert (only.elapsed, only.business) == (14 * 60, 120)


def test_a_closed_case_counts_no_more_time():
    moves = [(START, OPENED), (START + HOUR, CLOSED)]
    assert set(told(moves, START + timedelta(days=90))) == {CaseState.OPENED}


def test_a_cancellation_undone_leaves_the_time_it_lasted():
    moves = [(START, OPENED), (START + HOUR, CLOSED), (START + 3 * HOUR, OPENED)]
    found = told(moves, START + 4 * HOUR)
    assert found[CaseState.CLOSED].elapsed == 120
    assert found[CaseState.OPENED].elapsed == 120


def test_a_row_dated_before_the_one_it_follows_makes_no_negative_time():
    found = told([(START, OPENED), (START - HOUR, DUE)], START + HOUR)
    assert (found[CaseState.OPENED].elapsed, found[CaseState.CALLBACK_DUE].elapsed) == (0, 60)


def test_seconds_are_added_before_they_are_cut():
    """Two stays of 90 seconds are three minutes."""
    half = timedelta(seconds=90)
    moves = [(START, OPENED), (START + half, DUE), (START + HOUR, OPENED), (START + HOUR + half, RESOLVED)]
    assert told(moves, START + 2 * HOUR)[CaseState.OPENED].elapsed == 3


def test_nothing_told_is_no_time_and_an_unknown_state_is_passed_over():
    assert told([], START) == {}
    assert spells([(START, "elsewhere"), (START, "")]) == []


def test_shares_follow_the_clock_change_in_utc():
    """The night of 28 October 2018 has 25 hours in Paris."""
    (only,) = told([(paris("27/10/2018 12:00"), OPENED)], paris("28/10/2018 12:00")).values()
    assert only.elapsed == 25 * 60
