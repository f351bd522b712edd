"""Who takes the case (domain.md §5.1, §5.2): the worked example, the order of exclusions, the ties."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine import Candidate, Request, decide
from routing.enums import AssignmentMode
from routing.load import LoadFacts, cap, case_points, score
from routing.policy import Policy

NOW = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
POLICY = Policy()
UNIT, OTHER, FAR = 1, 2, 3
READY = {"skills": {"base": 1}, "shift_until": NOW + timedelta(hours=4)}


def candidate(user_id: int, points: float = 0, limit: float = 100, **more) -> Candidate:
    facts = {"unit_id": UNIT, **READY, **more}
    return Candidate(
        user_id, f"E{user_id:04d}", more.pop("name", f"N{user_id}"), points=round(points * 100),
        cap=round(limit * 100), **{k: v for k, v in facts.items() if k != "name"},
    )  # fmt: skip


def request(**more) -> Request:
    return Request(**{"colour": "red", "unit_id": UNIT, "stages": (frozenset({UNIT}),), **more})


A = LoadFacts(
    cases={("opened", "red"): 1, ("opened", "green"): 2, ("callback_due", "orange"): 1, ("callback_due", "green"): 1,
           ("escalated", "green"): 4},
    observed=2, promises_due=1, promises_overdue=1, bad_news_today=1, hard_at=(NOW - timedelta(minutes=30),),
)  # fmt: skip
B = LoadFacts(working_time_pct=80, cases={("opened", "green"): 2, ("escalated", "green"): 1})
C = LoadFacts(cases={("opened", "green"): 4})


def named(user_id: int, name: str, facts: LoadFacts) -> Candidate:
    return Candidate(
        user_id,
        f"E{user_id}",
        name,
        UNIT,
        score(facts, POLICY, NOW),
        cap(facts.working_time_pct, POLICY),
        **READY,
    )


def test_worked_example_chooses_b_at_half_its_cap():
    decision = decide(request(), [named(1, "A.", A), named(2, "B.", B), named(3, "C.", C)], POLICY, NOW)
    assert (decision.chosen.name, decision.mode) == ("B.", AssignmentMode.BALANCED)
    assert decision.sentence() == (
        "choisie\u00a0: B. (25/80 → 40/80 = 50\u202f%)\u202f; C. 55\u202f%\u202f; "
        "A. écartée\u00a0: plafond (112,1/100)"
    )
    assert decision.histogram == {"over_cap": 1}


OUT = NOW + timedelta(minutes=19)
#: each exclusion with a candidate who has it and every later one too: the first code is the one told
STACK = [
    ("not_internal", {"internal": False}),
    ("not_participant", {"participates": False}),
    ("no_consent", {"consents": False}),
    ("no_training", {"skills": {}}),
    ("off_shift", {"shift_until": OUT}),
    ("busy_presence", {"busy": "break"}),
    ("over_cap", {"points": 90}),
    ("recovery_needed", {"recovery_needed": True}),
]


@pytest.mark.parametrize("rank", range(len(STACK)))
def test_exclusion_told_is_the_first_that_applies(rank):
    facts: dict = {}
    for _code, more in STACK[rank:]:
        facts |= more
    decision = decide(request(refused=frozenset({1})), [candidate(1, **facts)], POLICY, NOW)
    assert decision.chosen is None
    assert decision.histogram == {STACK[rank][0]: 1}


def test_client_exclusion_comes_last_and_excludes():
    decision = decide(request(refused=frozenset({1})), [candidate(1)], POLICY, NOW)
    assert decision.histogram == {"client_exclusion": 1}


def test_other_unit_is_excluded_until_overflow_reaches_it():
    far = candidate(1, unit_id=OTHER)
    closed = decide(request(), [far], POLICY, NOW)
    assert (closed.chosen, closed.histogram) == (None, {"other_unit": 1})
    opened = decide(request(stages=(frozenset({UNIT}), frozenset({OTHER}))), [far], POLICY, NOW)
    assert (opened.chosen.user_id, opened.mode, opened.stage) == (1, AssignmentMode.OVERFLOW, 1)


def test_overflow_looks_into_the_national_pool_only_when_nobody_before_is_eligible():
    stages = (frozenset({UNIT}), frozenset({OTHER}), frozenset({UNIT, OTHER, FAR}))
    busy = candidate(1, busy="break")
    neighbour, pool = candidate(2, 80, unit_id=OTHER), candidate(3, 0, unit_id=FAR)
    assert decide(request(stages=stages), [busy, neighbour, pool], POLICY, NOW).chosen.user_id == 2
    assert decide(request(stages=stages), [busy, pool], POLICY, NOW).chosen.user_id == 3


def test_manual_case_needs_no_participation():
    outsider = candidate(1, participates=False, consents=False)
    assert decide(request(needs_participation=False), [outsider], POLICY, NOW).chosen.user_id == 1


@pytest.mark.parametrize(
    ("points", "kept"), [(0, True), (85, True), (105, True), (105.1, False), (130, False)]
)
def test_continuity_may_exceed_the_cap_by_a_fifth_and_no_more(points, kept):
    owner, idle = candidate(1, points), candidate(2)
    decision = decide(request(continuity=(1,)), [owner, idle], POLICY, NOW)
    assert (decision.chosen.user_id == 1) is kept
    assert (decision.mode == AssignmentMode.CONTINUITY) is kept
    assert decision.over_cap is (kept and points > 85)


@pytest.mark.parametrize(("code", "more"), [item for item in STACK if item[0] != "over_cap"])
def test_continuity_never_bypasses(code, more):
    decision = decide(request(continuity=(1,)), [candidate(1, **more), candidate(2)], POLICY, NOW)
    assert decision.chosen.user_id == 2
    assert decision.histogram == {code: 1}


def test_continuity_never_bypasses_the_exclusion_of_a_client():
    decision = decide(request(continuity=(1,), refused=frozenset({1})), [candidate(1)], POLICY, NOW)
    assert decision.chosen is None


def test_continuity_goes_beyond_the_unit():
    decision = decide(request(continuity=(1,)), [candidate(1, unit_id=OTHER), candidate(2)], POLICY, NOW)
    assert (decision.chosen.user_id, decision.mode) == (1, AssignmentMode.CONTINUITY)


def test_tie_goes_to_the_longest_since_the_last_rd3():
    recent, older = candidate(1, last_rd3_at=NOW), candidate(2, last_rd3_at=NOW - timedelta(hours=1))
    assert decide(request(), [recent, older], POLICY, NOW).chosen.user_id == 2
    assert decide(request(), [recent, older, candidate(3)], POLICY, NOW).chosen.user_id == 3


def test_tie_then_goes_to_the_fewest_rd3_in_seven_days_then_to_the_employee_number():
    more, fewer = candidate(1, rd3_in_7_days=2), candidate(2, rd3_in_7_days=1)
    assert decide(request(), [more, fewer], POLICY, NOW).chosen.user_id == 2
    assert decide(request(), [candidate(9), candidate(8)], POLICY, NOW).chosen.user_id == 8


def test_nobody_says_so_with_the_reasons():
    decision = decide(request(), [candidate(1, busy="break"), candidate(2, 99)], POLICY, NOW)
    assert decision.sentence().startswith("personne ne peut prendre ce dossier maintenant")
    assert decision.histogram == {"busy_presence": 1, "over_cap": 1}
    assert decide(request(), [], POLICY, NOW).chosen is None


candidates = st.lists(
    st.builds(
        lambda pk, points, pct, internal, joined, agreed, trained, left, busy, unit, last, week, tired: candidate(
            pk, points, pct, internal=internal, participates=joined, consents=agreed, skills={"base": trained},
            shift_until=NOW + timedelta(minutes=left), busy=busy, unit_id=unit,
            last_rd3_at=None if last is None else NOW - timedelta(minutes=last), rd3_in_7_days=week,
            recovery_needed=tired,
        ),
        st.integers(1, 10_000), st.integers(0, 130), st.sampled_from([50, 80, 100]), st.booleans(), st.booleans(),
        st.booleans(), st.integers(0, 2), st.integers(0, 300), st.sampled_from(["", "", "break"]),
        st.sampled_from([UNIT, OTHER, FAR]), st.none() | st.integers(0, 500), st.integers(0, 5), st.booleans(),
    ),
    max_size=12, unique_by=lambda one: one.user_id,
)  # fmt: skip
STAGES = (frozenset({UNIT}), frozenset({OTHER}))


@given(candidates, st.randoms(use_true_random=False), st.sampled_from(["red", "orange", "green"]), st.data())
def test_the_choice_is_eligible_under_the_cap_and_the_same_in_any_order(pool, shuffle, colour, data):
    known = [one.user_id for one in pool]
    continuity = tuple(data.draw(st.lists(st.sampled_from(known), max_size=2))) if known else ()
    refused = frozenset(data.draw(st.lists(st.sampled_from(known), max_size=2))) if known else frozenset()
    asked = request(colour=colour, continuity=continuity, refused=refused, stages=STAGES)
    decision = decide(asked, pool, POLICY, NOW)
    mixed = list(pool)
    shuffle.shuffle(mixed)
    assert decide(asked, mixed, POLICY, NOW) == decision
    if decision.chosen is None:
        return
    one = next(one for one in pool if one.user_id == decision.chosen.user_id)
    after = one.points + case_points("opened", colour, POLICY)
    assert one.internal
    assert one.participates
    assert one.consents
    assert one.skills["base"] >= 1
    assert one.shift_until - NOW >= timedelta(minutes=20)
    assert not one.busy
    assert not one.recovery_needed
    assert one.user_id not in refused
    if decision.mode == AssignmentMode.CONTINUITY:
        assert after * 100 <= one.cap * 120
        assert one.user_id in continuity
    else:
        assert after <= one.cap
        assert one.unit_id in (UNIT, OTHER)
