"""The load score (domain.md §5.3, §11) and the fairness figures (§5.4): every worked number."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from routing.enums import Band
from routing.fairness import compensation_balance, jain, origin_ratio
from routing.load import LoadFacts, band, cap, components, hard_points, in_points, pair_weighs, score
from routing.policy import Policy, PolicyRefused

from .test_engine import NOW, POLICY, A, B, C

TEN = datetime(2026, 11, 12, 10, 0, tzinfo=UTC)


def test_score_of_the_worked_examples():
    assert [score(facts, POLICY, NOW) for facts in (A, B, C)] == [9710, 2500, 4000]
    assert [cap(facts.working_time_pct, POLICY) for facts in (A, B, C)] == [10_000, 8_000, 10_000]


def test_explanation_lines_add_up_to_the_score():
    lines = components(A, POLICY, NOW)
    assert sum(line.points for line in lines) == 9710
    assert [(line.code, line.count, in_points(line.points)) for line in lines] == [
        ("opened_red", 1, "15"), ("opened_green", 2, "20"), ("callback_due_orange", 1, "9,6"),
        ("callback_due_green", 1, "8"), ("escalated_green", 4, "20"), ("resolved", 2, "2"), ("due", 1, "4"),
        ("overdue", 1, "8"), ("conflictual", 1, "7,5"), ("bad_news", 1, "3"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("minutes", "points"), [(0, 1000), (30, 750), (60, 500), (119, 10), (120, 0), (-1, 0)]
)
def test_conflictual_contact_fades_over_two_hours(minutes, points):
    assert hard_points(TEN, POLICY, TEN + timedelta(minutes=minutes)) == points


def test_two_hard_contacts_less_than_five_minutes_apart_weigh_five_points_once():
    close = LoadFacts(hard_at=(TEN, TEN + timedelta(minutes=4, seconds=59), TEN + timedelta(minutes=9)))
    now = TEN + timedelta(minutes=9)
    assert [line.points for line in components(close, POLICY, now) if line.code == "hard_pair"] == [500]
    assert not pair_weighs((TEN, TEN + timedelta(minutes=5)), POLICY, now)
    second = TEN + timedelta(minutes=4)
    assert pair_weighs((TEN, second), POLICY, second + timedelta(minutes=119))
    assert not pair_weighs((TEN, second), POLICY, second + timedelta(minutes=120))


def test_mentoring_still_to_come_weighs_by_the_minute():
    assert score(LoadFacts(scheduled_minutes=90), POLICY, NOW) == 900


@pytest.mark.parametrize(
    ("points", "expected"),
    [(0, Band.GREEN), (5999, Band.GREEN), (6000, Band.ORANGE), (8499, Band.ORANGE), (8500, Band.RED),
     (9999, Band.RED), (10_000, Band.SATURATED), (20_000, Band.SATURATED)],
)  # fmt: skip
def test_band_limits(points, expected):
    assert band(points, 10_000, POLICY) == expected


@pytest.mark.parametrize(
    ("values", "expected"), [([12, 10, 9, 9], 0.985), ([20, 12, 5, 3], 0.692), ([0, 0], 1), ([], 1), ([7], 1)]
)
def test_jain(values, expected):
    assert jain(values) == pytest.approx(expected, abs=0.0005)


def test_origin_ratio_and_compensation_of_the_domain():
    assert origin_ratio(180, 600, 2_000, 10_000) == pytest.approx(1.5)
    assert origin_ratio(1, 0, 1, 1) is None
    assert compensation_balance(100, 4, 310) == (400, 90)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"opened": -1}, "opened"), ({"cap": 0}, "cap"), ({"red": 0}, "red"), ({"opened": "dix"}, "opened"),
     ({"opened": float("nan")}, "opened"), ({"ouvert": 1}, "ouvert"), ({"opened": True}, "opened"),
     ({"fairness_in_unit": 2}, "fairness_in_unit"), ({"band_orange_pct": 90}, "band_orange_pct"),
     ({"cap": 1e9}, "cap")],
)  # fmt: skip
def test_policy_that_makes_no_sense_is_refused_by_field(change, field):
    with pytest.raises(PolicyRefused) as refused:
        Policy.from_json({**POLICY.to_json(), **change})
    assert list(refused.value.errors) == [field]


def test_policy_survives_its_own_json():
    assert Policy.from_json(POLICY.to_json()) == POLICY
