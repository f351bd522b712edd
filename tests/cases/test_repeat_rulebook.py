"""domain.md §4.1, §4.4, §4.6, pure: which rule applies, whose contacts are counted together, the two windows."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.repeat import ParticipationFacts, RuleFacts, evaluate, identity_key

from .repeat_facts import LIVE_RULE, UNIT, book, contact, last, paris, verdicts

AT = paris("07/11 10:00")


def rule(number: int, **changes) -> RuleFacts:
    return LIVE_RULE._replace(id=number, code=f"R{number}", **changes)


PROGRAMME, SEGMENT = rule(1), rule(2, segment="pro")
OF_UNIT, OF_BOTH = rule(3, unit_id=UNIT), rule(4, unit_id=UNIT, segment="pro")


@pytest.mark.parametrize(
    ("rules", "unit", "segment", "chosen"),
    [
        ([PROGRAMME, SEGMENT, OF_UNIT, OF_BOTH], UNIT, "pro", OF_BOTH),
        ([PROGRAMME, SEGMENT, OF_UNIT], UNIT, "pro", OF_UNIT),
        ([PROGRAMME, SEGMENT], UNIT, "pro", SEGMENT),
        ([PROGRAMME], UNIT, "pro", PROGRAMME),
        ([PROGRAMME, SEGMENT, OF_UNIT, OF_BOTH], 2, "pro", SEGMENT),
        ([PROGRAMME, SEGMENT, OF_UNIT, OF_BOTH], UNIT, "consumer", OF_UNIT),
        ([PROGRAMME, SEGMENT, OF_UNIT, OF_BOTH], None, "consumer", PROGRAMME),
    ],
)
def test_rulebook_the_most_specific_rule_wins_whatever_the_order(rules, unit, segment, chosen):
    for order in (rules, rules[::-1]):
        assert book(*order).choose(unit, segment, AT) == chosen


def test_rulebook_a_specific_rule_out_of_its_period_leaves_the_place_to_the_general_one():
    later = OF_BOTH._replace(valid_from=AT + timedelta(seconds=1))
    assert book(PROGRAMME, later).choose(UNIT, "pro", AT) == PROGRAMME
    assert book(PROGRAMME, later).choose(UNIT, "pro", AT + timedelta(seconds=1)) == later


def test_rulebook_a_period_holds_its_start_and_not_its_end():
    first = rule(1, valid_to=AT)
    second = rule(2, valid_from=AT)
    rules = book(first, second)
    assert rules.choose(UNIT, "consumer", AT - timedelta(microseconds=1)) == first
    assert rules.choose(UNIT, "consumer", AT) == second


def test_rulebook_no_rule_in_force_counts_and_is_never_rd3plus():
    contacts = [contact(i, f"0{i}/11 10:00") for i in (1, 2, 3)]
    verdict = last(contacts, book(rule(1, valid_from=paris("01/12 00:00"))))
    assert (verdict.n, verdict.rd3plus, verdict.rule.id) == (3, False, None)


@pytest.mark.parametrize(
    ("rows", "mode"),
    [
        ([], "shadow"),
        ([ParticipationFacts(1, UNIT, True)], "live"),
        ([ParticipationFacts(1, UNIT, False)], "shadow"),
        ([ParticipationFacts(2, UNIT, True)], "shadow"),
        (
            [ParticipationFacts(1, UNIT, True), ParticipationFacts(1, UNIT, False, date(2018, 11, 7))],
            "shadow",
        ),
        ([ParticipationFacts(1, UNIT, True, None, date(2018, 11, 7))], "live"),
        ([ParticipationFacts(1, UNIT, True, None, date(2018, 11, 6))], "shadow"),
    ],
)
def test_rulebook_live_only_where_the_unit_takes_part_that_day(rows, mode):
    assert book(participations=rows).mode(LIVE_RULE, UNIT, AT) == mode


@pytest.mark.parametrize(
    ("scope", "line", "family", "key"),
    [
        ("client", 7, "slow", "client:1"),
        ("line", 7, "slow", "line:7"),
        ("line", None, "slow", "client:1"),
        ("client_and_family", 7, "slow", "client:1:slow"),
        ("client_and_family", None, "", "client:1:unknown"),
    ],
)
def test_identity_follows_the_scope(scope, line, family, key):
    assert identity_key(1, line, family, scope) == key


def test_identity_of_nobody_is_empty_and_never_grouped():
    assert {identity_key(None, None, "slow", scope) for scope in ("client", "line", "client_and_family")} == {
        ""
    }


def test_evaluate_same_family_counts_the_family_of_the_contact_only():
    same = LIVE_RULE._replace(reason_scope="same_family")
    contacts = [
        contact(i, f"05/11 1{i}:00", family=family)
        for i, family in enumerate(["slow", "tv", "slow", "", "slow"])
    ]
    assert [v.n for v in verdicts(contacts, book(same)).values()] == [1, 1, 2, 1, 3]


MINUTE = timedelta(minutes=1)


@given(
    minutes=st.lists(st.integers(0, 16 * 24 * 60), min_size=1, max_size=12),
    start=st.sampled_from(["02/05 00:00", "05/11 00:00", "03/07/2023 00:00"]),
)
@settings(max_examples=200, deadline=None)
def test_evaluate_rolling_lies_between_seven_and_eight_calendar_days_outside_a_clock_change(minutes, start):
    """domain.md §4.1: N_cal7 ≤ N_roll ≤ N_cal8."""
    contacts = [contact(i, paris(start) + m * MINUTE) for i, m in enumerate(minutes)]
    counts = [
        {key: verdict.n for key, verdict in evaluate(contacts, book(each)).items()}
        for each in (
            LIVE_RULE._replace(window_mode="calendar", window_hours=168),
            LIVE_RULE,
            LIVE_RULE._replace(window_mode="calendar", window_hours=192),
        )
    ]
    for key in counts[0]:
        assert counts[0][key] <= counts[1][key] <= counts[2][key]


@given(minutes=st.lists(st.integers(0, 30 * 24 * 60), min_size=1, max_size=12))
@settings(max_examples=200, deadline=None)
def test_evaluate_rolling_is_the_naive_count_in_elapsed_time(minutes):
    """Across the end of summer time too: the window is 168 elapsed hours."""
    base = paris("15/10 00:00")
    times = [base + m * MINUTE for m in minutes]
    found = evaluate([contact(i, at) for i, at in enumerate(times)], book())
    for verdict in found.values():
        at = verdict.contact.arrived_at
        assert verdict.n == sum(at - timedelta(hours=168) < other <= at for other in times)
