"""The past replayed: pure, deterministic, fair to part-timers; and the command writes nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from routing.engine import Candidate, Request, decide
from routing.history import gather
from routing.policy import Policy
from routing.replay import LONGEST_IDLE, OURS, Opening, Person, replay
from tests.office import HOUR, NOW, Office
from tests.routing.cast import more_advisors, rd3, takes_part

MINUTE = timedelta(minutes=1)


def person(rank: int, cap: int = 10_000, shift=(NOW, NOW + 8 * HOUR), busy=()) -> Person:
    one = Candidate(rank, f"N{rank:03}", f"P{rank}", 1, 0, cap, skills={"base": 1})
    return Person(one, (shift,), tuple(busy))


def opening(rank: int, after: timedelta, *, until: timedelta = 2 * HOUR, identity: str = "") -> Opening:
    at = NOW + after
    life = ((at, "opened", "green"), (at + until, "closed", "green"))
    return Opening(rank, at, 1, identity or f"client:{rank}", life)


def play(openings, people, variant=OURS):
    return replay(openings, {one.candidate.user_id: one for one in people}, Policy(), variant, NOW + 8 * HOUR)


def test_available_hours_leave_out_what_interrupts_a_shift():
    assert person(1, busy=[(NOW + HOUR, NOW + 2 * HOUR), (NOW + 7 * HOUR, NOW + 9 * HOUR)]).hours() == 6


def test_equal_cases_over_equal_people_are_fair_and_the_order_given_is_nothing():
    people = [person(n) for n in range(1, 5)]
    openings = [opening(n, n * MINUTE) for n in range(8)]
    outcome = play(openings, people)
    assert outcome.jain > 0.99
    assert (outcome.unassigned, outcome.late_share, outcome.over_cap) == (0, 0, 0)
    assert play(openings[::-1], people[::-1]) == outcome


def test_part_timers_are_not_served_last():
    people = [person(1), person(2, cap=8_000)]
    outcome = play([opening(n, n * HOUR, until=30 * MINUTE) for n in range(6)], people)
    assert outcome.jain > 0.95


def test_a_near_tie_goes_to_who_carried_least_over_seven_days_and_says_so():
    request = Request("green", 1, (frozenset({1}),))
    base = {"unit_id": 1, "points": 0, "skills": {"base": 1}, "shift_until": NOW + 8 * HOUR}
    full = Candidate(1, "N1", "A", cap=10_000, week_load=900, **base)
    part = Candidate(2, "N2", "B", cap=8_000, week_load=100, **base)
    decision = decide(request, [full, part], Policy(), NOW)
    assert decision.chosen.user_id == 2
    assert "sept derniers jours" in decision.sentence()
    strict = decide(request, [full, part], Policy(tie_width_pct=0), NOW)
    assert strict.chosen.user_id == 1
    assert "sept derniers jours" not in strict.sentence()


def test_nobody_on_shift_waits_and_is_late_after_fifteen_minutes():
    late = play([opening(1, timedelta(0))], [person(1, shift=(NOW + HOUR, NOW + 8 * HOUR))])
    assert (late.unassigned, late.late_share) == (0, 1)
    never = play([opening(1, timedelta(0))], [person(1, shift=(NOW - HOUR, NOW))])
    assert (never.unassigned, never.late_share) == (1, 1)


def test_ours_never_exceeds_the_cap_and_a_blind_one_does():
    openings = [opening(n, n * MINUTE, until=9 * HOUR) for n in range(12)]
    people = [person(1)]
    assert (play(openings, people).over_cap, play(openings, people).unassigned) == (0, 2)
    assert play(openings, people, LONGEST_IDLE).over_cap == 2


def test_continuity_keeps_the_client_with_who_knows():
    people = [person(1), person(2)]
    openings = [opening(1, timedelta(0), identity="c"), opening(2, 3 * HOUR, identity="c")]
    assert play(openings, people).continuity_share == 1


@pytest.fixture
def office(db) -> Office:
    return Office.gather()


def test_command_reads_the_past_in_few_queries_and_writes_nothing(office):
    takes_part(office.units["lyon"])
    more_advisors(office, 4)
    for n in range(6):
        rd3(office, at=NOW - (5 - n / 2) * HOUR)
    with time_machine.travel(NOW, tick=False):
        said = StringIO()
        with CaptureQueriesContext(connection) as captured:
            call_command("compare_policies", "--json", stdout=said)
        again = StringIO()
        call_command("compare_policies", "--json", stdout=again)
        words = StringIO()
        call_command("compare_policies", "--widths", "0,4", stdout=words)
        assert len(gather(NOW).openings) == 6
    assert said.getvalue() == again.getvalue()
    found = json.loads(said.getvalue())
    assert found["openings"] == 6
    assert [one["unassigned"] for one in found["policies"]] == [0, 0, 0]
    assert "La plus équitable" in words.getvalue()
    own = f"{found['policies'][0]['jain']:.3f}".replace(".", ",")
    assert f"Égalité à 4 % du plafond : {own}" in words.getvalue(), "4 is the width in force"
    assert all(query["sql"].lstrip("( ").upper().startswith("SELECT") for query in captured.captured_queries)
    assert len(captured) <= 16


def test_command_without_a_case_says_what_to_do(office):
    with pytest.raises(CommandError, match="Aucun dossier ouvert"):
        call_command("compare_policies", stdout=StringIO())


@pytest.mark.parametrize("widths", ["0,x", "-1", "101", "nan"])
def test_command_refuses_widths_that_are_no_shares(office, widths):
    with pytest.raises(CommandError, match="virgules"):
        call_command("compare_policies", f"--widths={widths}", stdout=StringIO())


@pytest.mark.parametrize("days", ["0", "29", "dix"])
def test_command_refuses_days_the_planning_does_not_hold(office, days):
    with pytest.raises(CommandError, match="1 à 28"):
        call_command("compare_policies", "--days", days, stdout=StringIO())
