"""Trees, unknowns and exits: what is met, what is not, what nobody can say yet (domain.md §6.5, §11)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.enums import Outcome
from recognition.rules import judge
from recognition.scheme import seeds
from recognition.terms import AllOf, Level, OneCriterion, SameAs
from recognition.trees import CircularCondition, all_of, any_of
from tests.recognition.rules_cast import (
    ADVISOR,
    BACK_OFFICE,
    FIRST,
    LAST,
    MANAGER,
    SUPPORT,
    TRAINER,
    level_1_only,
    person,
    terms,
)

MET, NOT_MET, NA, UNKNOWN = (
    Outcome.MET, Outcome.NOT_MET, Outcome.NOT_APPLICABLE, Outcome.INSUFFICIENT_DATA,
)  # fmt: skip


def judged(*args, **facts):
    return judge(terms(), person(*args, **facts))


@pytest.mark.parametrize(
    ("parts", "every", "some"),
    [
        ((MET, MET), MET, MET),
        ((MET, NOT_MET), NOT_MET, MET),
        ((NOT_MET, UNKNOWN), NOT_MET, UNKNOWN),
        ((MET, UNKNOWN), UNKNOWN, MET),
        ((NOT_MET, NOT_MET), NOT_MET, NOT_MET),
        ((UNKNOWN,), UNKNOWN, UNKNOWN),
        ((NA, MET), MET, MET),
        ((NA, NOT_MET), NOT_MET, NOT_MET),
        ((NA, UNKNOWN), UNKNOWN, UNKNOWN),
        ((NA, NA), NA, NA),
        ((), NA, NA),
    ],
)
def test_tree_of_known_unknown_and_left_out(parts, every, some):
    assert (all_of(parts), any_of(parts)) == (every, some)


@pytest.mark.parametrize("role", [ADVISOR, SUPPORT, TRAINER, MANAGER, BACK_OFFICE])
def test_role_with_plenty_of_everything_reaches_level_2(role):
    result = judged((role, FIRST, LAST))

    assert (result.level, result.amount_cents, result.blocking) == ("level_2", 800_00, ())


@pytest.mark.parametrize(
    ("role", "facts", "level"),
    [
        (ADVISOR, {"active_days": 59}, ""),
        (ADVISOR, {"active_days": 60}, "level_2"),
        (ADVISOR, {"base_training": 0}, ""),
        (ADVISOR, {"suggestions": 0, "mutual_help_minutes": 179}, ""),
        (ADVISOR, {"suggestions": 0, "mutual_help_minutes": 180}, "level_2"),
        (ADVISOR, {"mentoring_minutes": 839}, "level_1"),
        (ADVISOR, {"mentoring_minutes": 840, "distinct_trainees": 1}, "level_1"),
        (ADVISOR, {"in_project_at_end": 0}, "level_1"),
        (ADVISOR, {"in_project_at_end": 0, "just_cause_exit": 1}, "level_2"),
        (SUPPORT, {"mutual_help_answers": 19, "mutual_help_minutes": 599}, ""),
        (SUPPORT, {"mentoring_minutes": 0, "script_evolutions": 1}, "level_1"),
        (TRAINER, {"sessions_given": 1}, ""),
        (TRAINER, {"distinct_trainees": 9}, "level_1"),
        (MANAGER, {"briefing_weeks": (79, 100)}, ""),
        (MANAGER, {"briefing_weeks": (4, 5), "alerts_answered": (0, 0)}, "level_2"),
        (MANAGER, {"alerts_answered": (9, 10)}, "level_1"),
        (BACK_OFFICE, {"named_contacts": 0}, ""),
        (BACK_OFFICE, {"mentoring_minutes": 839}, "level_1"),
    ],
)
def test_threshold_of_the_inclusive_version_is_exact(role, facts, level):
    assert judged((role, FIRST, LAST), **facts).level == level


def test_neutralised_days_count_for_the_threshold_of_days():
    first = (ADVISOR, FIRST, date(2026, 2, 9))  # 40 days

    assert judged(first, neutralised=19).level == ""
    assert judged(first, neutralised=20).level == "level_2"


def test_unknown_higher_level_blocks_and_keeps_the_lower_one():
    result = judged((ADVISOR, FIRST, LAST), **level_1_only(mentoring_minutes=None))

    assert (result.level, result.amount_cents) == ("level_1", 400_00)
    assert len(result.blocking) == 1
    assert "Niveau 2" in result.blocking[0]
    assert "accompagnement co-signé" in result.blocking[0]


def test_unknown_that_another_condition_decides_blocks_nobody():
    result = judged((ADVISOR, FIRST, LAST), mentoring_minutes=None, distinct_trainees=1)

    assert (result.level, result.blocking) == ("level_1", ())


def waiting(minutes, pending):
    one = person((ADVISOR, FIRST, LAST), mentoring_minutes=minutes)
    key = (ADVISOR, "mentoring_minutes")
    return judge(terms(), replace(one, facts={**one.facts, key: replace(one.facts[key], pending=pending)}))


def test_signature_still_awaited_blocks_only_where_it_would_decide():
    assert waiting(600, 240).blocking
    assert waiting(600, 240).level == "level_1"
    assert (waiting(600, 230).level, waiting(600, 230).blocking) == ("level_1", ())
    assert (waiting(840, 240).level, waiting(840, 240).blocking) == ("level_2", ())


def test_signature_still_awaited_is_said_with_what_is_missing():
    assert waiting(600, 240).verdicts[ADVISOR][1].missing == (
        "il manque 4\u00a0h d’accompagnement co-signées, 4\u00a0h en attente de signature",
    )


def test_fact_nobody_collected_is_unknown_never_not_met():
    one = person((ADVISOR, FIRST, LAST))
    facts = {key: fact for key, fact in one.facts.items() if key[1] != "base_training"}

    result = judge(terms(), replace(one, facts=facts))

    assert result.verdicts[ADVISOR][0].outcome == UNKNOWN
    assert result.blocking


def test_pending_just_cause_blocks():
    result = judged((ADVISOR, FIRST, LAST), leaving="pending")

    assert any("juste motif" in sentence for sentence in result.blocking)


def test_unjustified_exit_makes_the_award_nil_and_blocks_nothing():
    result = judged((ADVISOR, FIRST, LAST), leaving="unjustified", mentoring_minutes=None)

    assert (result.amount_cents, result.level, result.blocking) == (0, "", ())
    assert result.verdicts[ADVISOR][0].outcome == MET


def test_time_in_a_role_the_version_does_not_pay_is_left_out():
    old = seeds.historical(FIRST, LAST)

    result = judge(old, person((SUPPORT, FIRST, LAST)))

    assert (result.amount_cents, result.verdicts, result.segments) == (0, {}, ())


@pytest.mark.parametrize(
    "lacking", ["front_role", "pilot_participation", "in_project_at_end", "trains_colleagues"]
)
def test_ambassador_who_meets_three_of_four_is_not_retained_and_reads_which(lacking):
    result = judge(seeds.historical(FIRST, LAST), person((ADVISOR, FIRST, LAST), **{lacking: 0}))

    assert (result.level, result.amount_cents) == ("", 0)
    assert len(result.verdicts[ADVISOR][0].missing) == 1


def test_two_stays_in_one_role_are_judged_once_and_paid_each():
    result = judged((ADVISOR, FIRST, date(2026, 2, 28)), (ADVISOR, date(2026, 5, 1), LAST))

    assert list(result.verdicts) == [ADVISOR]
    assert [one.days for one in result.segments] == [59, 61]


def test_missing_sentence_says_how_many_hours():
    result = judged((ADVISOR, FIRST, LAST), **level_1_only())

    assert result.verdicts[ADVISOR][1].missing == ("il manque 4\u00a0h\u00a030 d’accompagnement co-signées",)


def test_missing_share_says_how_many_of_what():
    result = judged((MANAGER, FIRST, LAST), briefing_weeks=(0, 7))

    assert result.verdicts[MANAGER][0].missing == (
        "il manque 6 semaines avec un briefing animé (briefing animé 0 semaine sur 7, 80 % requis)",
    )


def test_missing_ways_of_an_any_are_said_together():
    result = judged((ADVISOR, FIRST, LAST), suggestions=0, mutual_help_minutes=60)

    assert result.verdicts[ADVISOR][0].missing == (
        "il manque 1 proposition d’amélioration, ou 2\u00a0h d’entraide",
    )


def test_circular_levels_give_no_verdict():
    circular = replace(
        terms(),
        levels=(
            Level("a", 1, "A", {ADVISOR: 1}, SameAs("b")),
            Level("b", 2, "B", {ADVISOR: 2}, AllOf((SameAs("a"), OneCriterion("days_60")))),
        ),
    )

    with pytest.raises(CircularCondition, match="a → b → a"):
        judge(circular, person((ADVISOR, FIRST, LAST)))


@given(
    role=st.sampled_from(seeds.ROLES),
    minutes=st.integers(0, 4000),
    more=st.integers(0, 4000),
    trainees=st.integers(0, 15),
    days=st.integers(1, 181),
    suggestions=st.integers(0, 2),
)
def test_more_mentoring_never_lowers_an_amount(role, minutes, more, trainees, days, suggestions):
    last = date.fromordinal(FIRST.toordinal() + days - 1)
    common = {"distinct_trainees": trainees, "suggestions": suggestions, "mutual_help_minutes": 0}

    less = judged((role, FIRST, last), mentoring_minutes=minutes, **common)
    given_more = judged((role, FIRST, last), mentoring_minutes=minutes + more, **common)

    assert given_more.amount_cents >= less.amount_cents
