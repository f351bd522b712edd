"""What passes while somebody is away: plan(), pure (domain.md §5.6)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import handover
from routing.engine import Candidate, Request
from routing.handover import DELEGATE, MOVE, STAYS, Away, Held, plan
from routing.load import case_points
from routing.policy import Policy

NOW = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy()
OWNER = 1


def away(
    days: int = 3, *, sudden: bool = False, start: datetime = NOW + DAY, end: datetime | None = None
) -> Away:
    return Away(OWNER, NOW if sudden else start, end or start + days * DAY, days, sudden)


def someone(pk: int, points: int = 0, **more: object) -> Candidate:
    facts = {"skills": {"base": 1}, "cap": 10_000, "unit_id": 1} | more
    return Candidate(pk, f"N{pk:03}", f"C. {pk}", points=points, **facts)


def held(
    pk: int, window: tuple[datetime, datetime] | None = None, *, colour: str = "orange", **more: object
) -> Held:
    request = Request(
        colour=colour, unit_id=1, stages=(frozenset({1}),), state="callback_due" if window else "opened"
    )
    return Held(pk, request, window, **more)


def owed(days: float) -> tuple[datetime, datetime]:
    return NOW + days * DAY, NOW + days * DAY + HOUR


def kinds(*args: object, **more: object) -> dict[int, tuple[str, str]]:
    return {step.case_id: (step.kind, step.why) for step in plan(*args, **more)}


def test_three_days_pass_the_three_callbacks_owed_and_nothing_else():
    cases = [held(pk, owed(pk)) for pk in (1, 2, 3)] + [held(4), held(5, owed(9)), held(6, colour="red")]
    found = kinds(cases, away(3, end=NOW + 4 * DAY), [someone(2)], POLICY, NOW)
    assert [found[pk][0] for pk in (1, 2, 3)] == [DELEGATE] * 3
    assert [found[pk] for pk in (4, 5, 6)] == [(STAYS, "unaffected")] * 3


@pytest.mark.parametrize(
    ("days", "sudden", "kind"),
    [
        (1, False, STAYS),
        (2, False, DELEGATE),
        (5, False, DELEGATE),
        (6, False, MOVE),
        (1, True, DELEGATE),
        (6, True, MOVE),
    ],
)
def test_length_decides_what_becomes_of_a_callback(days, sudden, kind):
    when = away(days, sudden=sudden, end=NOW + 12 * DAY)
    assert kinds([held(1, owed(1.5))], when, [someone(2)], POLICY, NOW)[1][0] == kind


def test_long_absence_moves_red_cases_too_and_leaves_the_others():
    found = kinds([held(1, colour="red"), held(2, colour="green")], away(6), [someone(2)], POLICY, NOW)
    assert found == {1: (MOVE, ""), 2: (STAYS, "unaffected")}


def test_late_callback_is_due_now_for_a_sudden_absence_only():
    late = (NOW - 2 * HOUR, NOW - HOUR)
    assert kinds([held(1, late)], away(1, sudden=True), [someone(2)], POLICY, NOW)[1] == (DELEGATE, "")
    assert kinds([held(1, late)], away(3), [someone(2)], POLICY, NOW)[1] == (STAYS, "unaffected")


def test_callback_that_a_delegate_covers_and_another_units_case_stay():
    cases = [held(1, owed(1.5), covered=True), held(2, owed(1.5), elsewhere=True)]
    assert kinds(cases, away(3), [someone(2)], POLICY, NOW) == {
        1: (STAYS, "covered"),
        2: (STAYS, "elsewhere"),
    }


def test_who_is_not_there_then_is_not_chosen_and_a_pause_of_now_does_not_count():
    (step,) = plan(
        [held(1, owed(1.5), not_there=frozenset({2}))],
        away(3),
        [someone(2), someone(3, busy="break")],
        POLICY,
        NOW,
    )
    assert step.to == 3


def test_someone_elses_choice_is_kept_while_they_can_and_refused_when_they_cannot():
    cases, people = [held(1, owed(1.5)), held(2, owed(1.6))], [someone(2), someone(3, 9_900)]
    steps = plan(cases, away(3), people, POLICY, NOW, wanted={1: None, 2: 3})
    assert [(step.why, step.to) for step in steps] == [("chosen", None), ("no_longer", None)]
    assert plan(cases, away(3), people, POLICY, NOW, wanted={1: 2})[0].to == 2


def world(seed: int) -> tuple[list[Held], Away, list[Candidate]]:
    draw = random.Random(seed)
    people = [
        someone(
            pk,
            draw.randrange(0, 11_000, 100),
            cap=draw.choice([5_000, 8_000, 10_000]),
            unit_id=draw.choice([1, 1, 1, 2]),
            consents=draw.random() > 0.1,
            recovery_needed=draw.random() < 0.1,
        )
        for pk in range(1, 9)
    ]
    cases = [
        held(
            pk,
            owed(draw.uniform(-1, 12)) if draw.random() < 0.7 else None,
            colour=draw.choice(["red", "orange", "green"]),
            covered=draw.random() < 0.1,
            elsewhere=draw.random() < 0.1,
            not_there=frozenset(draw.sample(range(2, 9), draw.randrange(0, 4))),
        )
        for pk in range(1, draw.randrange(2, 25))
    ]
    days = draw.choice([1, 2, 3, 5, 6, 9])
    return cases, away(days, sudden=draw.random() < 0.5, end=NOW + (days + 1) * DAY), people


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 1_000_000))
def test_any_absence_moves_the_affected_once_to_who_is_there_and_never_above_the_cap(seed):
    cases, when, people = world(seed)
    steps = plan(cases, when, people, POLICY, NOW)
    by_id = {case.case_id: case for case in cases}
    assert sorted(step.case_id for step in steps) == sorted(by_id)  # each once
    points = {one.user_id: one.points for one in people}
    caps = {one.user_id: one.cap for one in people}
    for step in steps:
        case = by_id[step.case_id]
        affected = handover.owed_inside(case.window, when, NOW) or (
            when.days > 5 and case.request.colour == "red"
        )
        if step.kind == STAYS:
            continue
        assert affected
        assert not case.covered
        assert not case.elsewhere
        assert step.kind == (MOVE if when.days > 5 else DELEGATE)
        assert step.to != OWNER
        assert step.to not in case.not_there
        points[step.to] += case_points(case.request.state, case.request.colour, POLICY)
        assert points[step.to] <= caps[step.to]
    shuffled = random.Random(seed + 1)
    again = plan(shuffled.sample(cases, len(cases)), when, shuffled.sample(people, len(people)), POLICY, NOW)
    assert again == steps
