"""Days into cents: every worked number of domain.md §6.5 and §6.6."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.amounts import prorated, segments, share_out
from recognition.rules import Interval, judge
from tests.recognition.rules_cast import ADVISOR, FIRST, LAST, SUPPORT, level_1_only, person, terms


def amount(*intervals, **facts):
    return judge(terms(), person(*intervals, **facts)).amount_cents


def test_amount_of_ninety_days_at_level_1_is_198_90():
    assert amount((ADVISOR, FIRST, date(2026, 3, 31)), **level_1_only(leaving="just")) == 198_90


def test_amount_with_twenty_neutralised_days_is_243_09():
    assert amount((ADVISOR, FIRST, date(2026, 3, 31)), neutralised=20, **level_1_only()) == 243_09


def test_amount_of_136_days_at_level_2_is_601_10():
    assert amount((ADVISOR, date(2026, 2, 15), LAST)) == 601_10


def test_amount_of_two_roles_is_the_sum_of_rounded_segments_601_11():
    result = judge(
        terms(),
        person(
            (ADVISOR, FIRST, date(2026, 3, 31)),
            (SUPPORT, date(2026, 4, 1), LAST),
            **level_1_only(script_evolutions=2, mutual_help_answers=20),
        ),
    )

    assert [(one.level, one.amount_cents) for one in result.segments] == [
        ("level_1", 198_90),
        ("level_2", 402_21),
    ]
    assert (result.amount_cents, result.level) == (601_11, "level_2")


def test_amount_of_a_whole_period_with_sixty_days_at_school_is_400():
    """The school days of a work-study employee lie inside the participation: they already count (§11)."""
    assert amount((ADVISOR, FIRST, LAST), **level_1_only()) == 400_00


def test_neutralised_days_go_to_the_last_segment_and_stop_at_the_period():
    held = [
        Interval(ADVISOR, FIRST, date(2026, 3, 31)),
        Interval(SUPPORT, date(2026, 4, 1), date(2026, 6, 20)),
    ]

    found = segments(held, 30, 181, {ADVISOR: ("level_1", 400_00), SUPPORT: ("level_2", 800_00)})

    assert [(one.days, one.neutralised) for one in found] == [(90, 0), (81, 10)]
    assert found[1].amount_cents == prorated(800_00, 91, 181)


def test_rounding_is_half_up_to_the_cent():
    assert [prorated(1, 1, 2), prorated(1, 1, 3), prorated(5, 1, 2), prorated(100, 29, 366)] == [1, 0, 3, 8]


def test_leap_day_is_a_day_of_the_period():
    first, last = date(2028, 1, 1), date(2028, 6, 30)
    found = judge(terms(first, last), person((ADVISOR, date(2028, 2, 29), date(2028, 2, 29)), active_days=60))

    assert terms(first, last).period_days == 182
    assert found.segments[0].days == 1
    assert found.amount_cents == prorated(800_00, 1, 182)


def test_period_without_a_day_is_refused():
    with pytest.raises(ValueError):
        prorated(400_00, 1, 0)


def test_scale_shares_a_thousand_euros_to_the_cent():
    shared = share_out({"A": 800_00, "B": 400_00, "C": 198_90}, 1000_00)

    assert shared == {"A": 571_88, "B": 285_94, "C": 142_18}


def test_scale_breaks_ties_by_employee_number():
    assert share_out({"E3": 100, "E1": 100, "E2": 100}, 200) == {"E1": 67, "E2": 67, "E3": 66}


def test_scale_under_the_limit_changes_nothing():
    assert share_out({"A": 100, "B": 0}, 100) == {"A": 100, "B": 0}


def test_scale_of_nothing_gives_nothing():
    assert share_out({}, 0) == {}
    assert share_out({"A": 5}, 0) == {"A": 0}


@given(
    amounts=st.dictionaries(
        st.text("0123456789", min_size=1, max_size=4), st.integers(0, 200_000), max_size=30
    ),
    limit=st.integers(0, 3_000_000),
)
def test_scale_never_exceeds_the_limit_nor_anybody_s_own_amount(amounts, limit):
    shared = share_out(amounts, limit)

    assert sum(shared.values()) == min(limit, sum(amounts.values()))
    assert all(0 <= shared[one] <= amounts[one] for one in amounts)
    assert share_out(dict(reversed(amounts.items())), limit) == shared
