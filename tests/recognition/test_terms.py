"""Terms as data: what is written is read back, what is not terms is refused where it is (domain.md §6.1, §6.2)."""

import json
from datetime import date

import pytest

from recognition.enums import PARTICIPANT_ROLES, Comparator, Unit
from recognition.scheme import seeds
from recognition.sources import FORBIDDEN, SOURCES, refusal
from recognition.terms import DEEPEST, TermsRefused, leaves, read, read_condition, write

HALF = (date(2026, 1, 1), date(2026, 6, 30))
SEEDS = [seeds.historical(*HALF), seeds.inclusive(*HALF)]


@pytest.mark.parametrize("terms", SEEDS, ids=["historical", "inclusive"])
def test_terms_written_as_json_are_read_back_the_same(terms):
    assert read(json.loads(json.dumps(write(terms)))) == terms


@pytest.mark.parametrize("terms", SEEDS, ids=["historical", "inclusive"])
def test_terms_of_a_seed_name_only_what_exists(terms):
    for criterion in terms.criteria.values():
        source = SOURCES[criterion.source]
        assert criterion.unit == source.unit
        assert criterion.comparator in source.comparators
        assert set(criterion.roles) <= set(source.roles) & set(terms.eligible_roles)
    levels = {level.code for level in terms.levels}
    for level in terms.levels:
        assert set(level.amounts) == set(terms.eligible_roles)
        for leaf in leaves(level.condition):
            assert (
                getattr(leaf, "criterion", None) in terms.criteria or getattr(leaf, "level", None) in levels
            )


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"number": None}, "number"),
        ({"number": True}, "number"),
        ({"period_start": "2026-02-30"}, "period_start"),
        ({"period_end": None}, "period_end"),
        ({"eligible_roles": "advisor"}, "eligible_roles"),
        ({"criteria": []}, "criteria"),
        ({"criteria": {"a": {"label": "A"}}}, "criteria.a.source"),
        ({"levels": None}, "levels"),
        ({"levels": [{"code": "x", "rank": 1, "label": "X", "amounts": {"advisor": 4.5}}]}, "levels.x.amounts.advisor"),
        ({"levels": [{"code": "x", "rank": 1, "label": "X", "amounts": {}}]}, "levels.x.condition"),
        ({"appeal_days": "30"}, "appeal_days"),
    ],
)  # fmt: skip
def test_terms_that_lack_a_part_are_refused_with_its_path(change, path):
    with pytest.raises(TermsRefused) as refused:
        read(write(SEEDS[0]) | change)
    assert refused.value.path == path


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({}, "condition"),
        ({"all": [], "any": []}, "condition"),
        ({"none": []}, "condition"),
        ({"all": "x"}, "condition.all"),
        ({"all": [{"criterion": "a"}, {"criterion": 3}]}, "condition.all.2.criterion"),
        ({"same_as": ""}, "condition.same_as"),
    ],
)
def test_a_condition_that_is_none_is_refused_with_its_path(data, path):
    with pytest.raises(TermsRefused) as refused:
        read_condition(data)
    assert refused.value.path == path


def test_a_condition_too_deep_to_follow_is_refused():
    data = {"criterion": "a"}
    for _ in range(DEEPEST + 1):
        data = {"all": [data]}
    with pytest.raises(TermsRefused):
        read_condition(data)


def test_the_sources_are_the_closed_list_and_each_says_its_unit_and_roles():
    assert set(SOURCES) == {
        "active_days", "base_training", "suggestions", "mutual_help_minutes", "mutual_help_answers",
        "in_project_at_end", "just_cause_exit", "mentoring_minutes", "distinct_trainees", "sessions_given",
        "script_evolutions", "briefing_weeks", "alerts_answered", "named_contacts", "pilot_participation",
        "front_role", "trains_colleagues",
    }  # fmt: skip
    for source in SOURCES.values():
        assert source.unit in Unit.values
        assert set(source.comparators) <= set(Comparator.values)
        assert set(source.roles) <= {role.value for role in PARTICIPANT_ROLES}
        assert refusal(source.code) == ("", "")


@pytest.mark.parametrize("code", [*FORBIDDEN, "Contract_Type", "strike", "sex", "aht", "seniority"])
def test_a_forbidden_source_is_refused_by_its_name(code):
    reason, sentence = refusal(code)
    assert reason == "forbidden_source"
    assert sentence.startswith("« ")


def test_a_source_that_nobody_knows_is_refused():
    assert refusal("horoscope")[0] == "unknown_source"
    assert refusal("")[0] == "no_source"
