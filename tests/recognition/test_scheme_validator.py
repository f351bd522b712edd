"""Every refusal of a version before it is published, at its field (domain.md §6.1, L57–L63, L69)."""

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta

import pytest

from recognition.scheme import seeds
from recognition.scheme.draft import Draft, Neighbour
from recognition.scheme.validator import refusals, validate
from recognition.sources import FORBIDDEN

TODAY = date(2026, 11, 10)
HALF = (date(2027, 1, 1), date(2027, 6, 30))
CRITERION = "criteria.days_60"


def whole(terms=None, **changes) -> Draft:
    """Nothing is missing in it; `changes` are made on a copy."""
    content = deepcopy(seeds.content(terms or seeds.inclusive(*HALF)))
    content.pop("number")
    content |= {
        "name": "Inclusive",
        "decided_on": date(2026, 5, 4),
        "document_url": "https://intranet.example/decision.pdf",
        "envelope_cents": 60_000_00,
    }
    return Draft(**(content | changes))


def with_criterion(**changes) -> Draft:
    draft = whole()
    return replace(draft, criteria={**draft.criteria, "days_60": {**draft.criteria["days_60"], **changes}})


def with_level(code: str = "level_2", **changes) -> Draft:
    draft = whole()
    return replace(draft, levels=[{**one, **changes} if one["code"] == code else one for one in draft.levels])


def found(draft: Draft, today: date = TODAY) -> set[tuple[str, str]]:
    return {(one.path, one.code) for one in refusals(validate(draft, today=today))}


def test_a_whole_version_lacks_nothing():
    assert validate(whole(), today=TODAY) == []
    assert refusals(validate(whole(seeds.historical(*HALF)), today=TODAY)) == []


def test_an_empty_draft_lacks_everything_and_each_message_says_what_to_do():
    issues = validate(Draft(), today=TODAY)
    assert {one.path for one in refusals(issues)} == {
        "name", "legal_basis", "decided_on", "period_start", "period_end", "renewal", "max_renewals", "notice_days",
        "eligible_roles", "just_causes", "criteria", "levels", "proration", "envelope", "budget_policy", "appeal_days",
    }  # fmt: skip
    assert all(one.message.endswith(".") for one in issues)


SCALARS = [
    ({"name": "  "}, "name", "no_name"),
    ({"legal_basis": ""}, "legal_basis", "no_legal_basis"),
    ({"legal_basis": "custom"}, "legal_basis", "no_legal_basis"),
    ({"decided_on": None}, "decided_on", "no_decided_on"),
    ({"decided_on": TODAY + timedelta(1)}, "decided_on", "decided_later"),
    ({"period_start": None}, "period_start", "no_start"),
    ({"period_end": None}, "period_end", "no_end"),
    ({"period_end": date(2026, 12, 31)}, "period_end", "end_before_start"),
    ({"period_start": TODAY}, "period_start", "starts_too_soon"),
    ({"period_start": TODAY - timedelta(1)}, "period_start", "starts_too_soon"),
    ({"renewal": ""}, "renewal", "no_renewal"),
    ({"max_renewals": None}, "max_renewals", "no_max_renewals"),
    ({"max_renewals": -1}, "max_renewals", "negative_renewals"),
    ({"max_renewals": 2}, "max_renewals", "renewals_of_none"),
    ({"renewal": "tacit"}, "max_renewals", "renewal_never"),
    ({"renewal": "express"}, "max_renewals", "renewal_never"),
    ({"notice_days": None}, "notice_days", "no_notice"),
    ({"notice_days": -1}, "notice_days", "negative_notice"),
    ({"notice_days": 181}, "notice_days", "notice_too_long"),
    ({"renewal": "tacit", "max_renewals": 1, "notice_days": 0}, "notice_days", "notice_of_nothing"),
    ({"eligible_roles": []}, "eligible_roles", "no_roles"),
    ({"eligible_roles": ["astronaut"]}, "eligible_roles", "unknown_role"),
    ({"just_causes": []}, "just_causes", "no_just_causes"),
    ({"just_causes": ["unjustified"]}, "just_causes", "unjustified_is_just"),
    ({"just_causes": ["whim"]}, "just_causes", "unknown_cause"),
    ({"just_causes": list(seeds.JUST_CAUSES[1:])}, "just_causes", "just_cause_left_out"),
    ({"proration": ""}, "proration", "no_proration"),
    ({"proration": "hours"}, "proration", "no_proration"),
    ({"envelope_cents": None}, "envelope", "no_envelope"),
    ({"envelope_cents": 0}, "envelope", "envelope_empty"),
    ({"budget_policy": ""}, "budget_policy", "no_policy"),
    ({"appeal_days": None}, "appeal_days", "no_appeal"),
    ({"appeal_days": 0}, "appeal_days", "no_appeal"),
    ({"criteria": {}}, "criteria", "no_criteria"),
    ({"levels": []}, "levels", "no_levels"),
]


@pytest.mark.parametrize(("changes", "path", "code"), SCALARS, ids=[one[2] for one in SCALARS])
def test_a_version_without_this_is_refused_at_its_field(changes, path, code):
    assert (path, code) in found(whole(**changes))


CRITERIA = [
    ({"label": " "}, "label", "no_label"),
    ({"source": ""}, "source", "no_source"),
    ({"source": "horoscope"}, "source", "unknown_source"),
    ({"comparator": ""}, "comparator", "no_comparator"),
    ({"comparator": "is_true"}, "comparator", "wrong_comparator"),
    ({"threshold": None}, "threshold", "no_threshold"),
    ({"threshold": True}, "threshold", "no_threshold"),
    ({"threshold": -1}, "threshold", "negative_threshold"),
    ({"threshold": 0}, "threshold", "threshold_of_nothing"),
    ({"threshold": 10**12}, "threshold", "huge_threshold"),
    ({"unit": ""}, "unit", "no_unit"),
    ({"unit": "minutes"}, "unit", "wrong_unit"),
    ({"roles": []}, "roles", "criterion_without_role"),
    ({"roles": ["astronaut"]}, "roles", "unknown_role"),
    ({"source": "briefing_weeks", "unit": "percent", "threshold": 101}, "threshold", "share_over_whole"),
    ({"source": "briefing_weeks", "unit": "percent", "threshold": 80}, "roles", "source_silent"),
    ({"source": "base_training", "unit": "yes_no", "comparator": "is_true", "threshold": 2}, "threshold", "threshold_of_yes"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "code"), CRITERIA, ids=[one[2] for one in CRITERIA])
def test_a_criterion_without_this_is_refused_at_its_field(changes, field, code):
    assert (f"{CRITERION}.{field}", code) in found(with_criterion(**changes))


@pytest.mark.parametrize("source", FORBIDDEN)
def test_a_criterion_on_what_is_forbidden_is_refused_by_its_name(source):
    assert (f"{CRITERION}.source", "forbidden_source") in found(with_criterion(source=source))


def test_a_criterion_of_a_role_that_the_version_leaves_out_is_refused():
    draft = whole()
    draft = replace(draft, eligible_roles=["advisor", "support", "trainer", "manager"])
    assert (f"{CRITERION}.roles", "role_not_eligible") in found(draft)


AMOUNTS = dict.fromkeys(seeds.ROLES, 900_00)
LEVELS = [
    ({"label": ""}, "label", "level_without_label"),
    ({"rank": 0}, "rank", "level_without_rank"),
    ({"rank": None}, "rank", "level_without_rank"),
    ({"amounts": {}}, "amounts.support", "amount_missing"),
    ({"amounts": AMOUNTS | {"support": -1}}, "amounts.support", "amount_negative"),
    ({"amounts": AMOUNTS | {"support": 10**9}}, "amounts.support", "amount_huge"),
    ({"amounts": AMOUNTS | {"support": 399_99}}, "amounts.support", "amount_decreases"),
    ({"amounts": AMOUNTS | {"hr": 1}}, "amounts.hr", "amount_of_no_role"),
    ({"condition": None}, "condition", "no_condition"),
    ({"condition": {}}, "condition", "no_condition"),
    ({"condition": {"maybe": []}}, "condition", "condition_unreadable"),
    ({"condition": {"all": []}}, "condition", "group_empty"),
    ({"condition": {"all": [{"any": []}, {"criterion": "days_60"}]}}, "condition", "group_empty"),
    ({"condition": {"criterion": "nowhere"}}, "condition", "criterion_unknown"),
    ({"condition": {"same_as": "level_9"}}, "condition", "level_unknown"),
    ({"condition": {"all": [{"same_as": "level_2"}, {"criterion": "days_60"}]}}, "condition", "circular"),
    ({"condition": {"all": [{"criterion": "days_60"}] * 81}}, "condition", "condition_too_long"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "field", "code"), LEVELS, ids=[one[2] for one in LEVELS])
def test_a_level_without_this_is_refused_at_its_field(changes, field, code):
    assert (f"levels.level_2.{field}", code) in found(with_level(**changes))


def test_two_levels_of_one_code_or_one_rank_are_refused():
    draft = whole()
    assert ("levels.level_1", "level_twice") in found(replace(draft, levels=[*draft.levels, draft.levels[0]]))
    assert ("levels", "rank_twice") in found(with_level(rank=1))


def test_levels_that_refer_to_each_other_are_refused_on_both():
    draft = whole()
    levels = [
        {**draft.levels[0], "condition": {"all": [{"same_as": "level_2"}]}},
        {**draft.levels[1], "condition": {"any": [{"same_as": "level_1"}]}},
    ]
    codes = found(replace(draft, levels=levels))
    assert {("levels.level_1.condition", "circular"), ("levels.level_2.condition", "circular")} <= codes


REACH = [
    ("a threshold longer than the period", {"threshold": 182}, "level_unreachable"),
    ("the whole period", {"threshold": 181}, None),
]


@pytest.mark.parametrize(("why", "changes", "code"), REACH, ids=[one[0] for one in REACH])
def test_a_level_that_nobody_can_reach_is_refused(why, changes, code):
    codes = {one for path, one in found(with_criterion(**changes)) if path.startswith("levels.")}
    assert codes == ({code} if code else set())


def test_a_level_that_asks_to_stay_and_to_have_left_is_refused():
    both = {"all": [{"same_as": "level_1"}, {"criterion": "still_in"}, {"criterion": "just_exit"}]}
    assert ("levels.level_2.condition", "level_unreachable_by_role") in found(with_level(condition=both))


def test_a_level_that_one_role_cannot_reach_is_refused_and_names_it():
    issues = validate(with_level(condition={"criterion": "scripts_2"}), today=TODAY)
    unreached = [one for one in issues if one.code == "level_unreachable_by_role"]
    assert len(unreached) == 4
    assert any("Conseiller client" in one.message for one in unreached)


@pytest.mark.parametrize(
    ("signed", "referendum", "code"),
    [
        ((50_01,), False, None),
        ((50_00,), False, "referendum_missing"),
        ((30_01,), False, "referendum_missing"),
        ((30_01,), True, None),
        ((30_00,), True, "agreement_not_valid"),
        ((20_00, 31_00), False, None),
        ((), True, "agreement_not_valid"),
    ],
)
def test_an_agreement_needs_more_than_half_or_a_referendum(signed, referendum, code):
    names = [{"organisation": f"Syndicat {n}", "signed": True, "weight_bp": w} for n, w in enumerate(signed)]
    names.append({"organisation": "Non signataire", "signed": False, "weight_bp": 20_00})
    draft = whole(legal_basis="collective_agreement", signatories=names, referendum_approved=referendum)
    assert {one for _, one in found(draft)} == ({code} if code else set())


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([{"organisation": "", "signed": True, "weight_bp": 10}], "signatory_unnamed"),
        ([{"organisation": "A", "signed": True, "weight_bp": 10}] * 2, "signatory_twice"),
        ([{"organisation": "A", "signed": True, "weight_bp": 100_01}], "weight_out_of_range"),
        ([{"organisation": "A", "signed": True, "weight_bp": -1}], "weight_out_of_range"),
        (
            [
                {"organisation": "A", "signed": True, "weight_bp": 60_00},
                {"organisation": "B", "signed": False, "weight_bp": 41_00},
            ],
            "weights_over_whole",
        ),
    ],
)
def test_signatories_that_do_not_add_up_are_refused(rows, code):
    assert ("signatories", code) in found(whole(signatories=rows))


def test_a_version_published_less_than_thirty_days_before_is_warned_about_and_not_stopped():
    issues = validate(whole(), today=date(2026, 12, 3))
    assert [(one.code, one.warning) for one in issues] == [("short_notice", True)]
    assert validate(whole(), today=date(2026, 12, 2)) == []


@pytest.mark.parametrize(
    ("start", "end", "clash"),
    [
        (date(2026, 7, 1), date(2026, 12, 31), False),
        (date(2026, 7, 1), date(2027, 1, 1), True),
        (date(2027, 6, 30), date(2027, 12, 31), True),
        (date(2027, 2, 1), date(2027, 2, 28), True),
        (date(2027, 7, 1), date(2027, 12, 31), False),
    ],
)
def test_a_period_that_meets_another_version_is_refused(start, end, clash):
    draft = whole(neighbours=[Neighbour(1, start, end)])
    assert (("period_start", "period_overlaps") in found(draft)) is clash


def test_an_amendment_keeps_the_period_and_may_be_published_while_it_runs():
    draft = whole(amends=Neighbour(2, *HALF))
    assert found(draft, today=date(2027, 3, 1)) == set()
    assert ("period_end", "amendment_too_late") in found(draft, today=date(2027, 7, 1))
    other = replace(draft, period_end=date(2027, 7, 31))
    assert ("period_start", "amendment_other_period") in found(other, today=date(2027, 3, 1))


def test_a_leap_day_is_a_day_like_another():
    leap = whole(period_start=date(2028, 2, 29), period_end=date(2028, 2, 29), notice_days=0)
    assert {code for _, code in found(leap)} == {"level_unreachable"}  # 60 days do not fit in one


def test_a_criterion_that_no_level_uses_is_told_and_does_not_stop():
    draft = whole()
    draft = replace(draft, criteria={**draft.criteria, "spare": dict(draft.criteria["days_60"])})
    assert [(one.path, one.warning) for one in validate(draft, today=TODAY)] == [("criteria.spare", True)]


def test_a_tree_with_too_many_ways_is_judged_in_time():
    wide = {"all": [{"any": [{"criterion": "days_60"}, {"criterion": "suggestion"}]}] * 40}
    assert validate(with_level(code="level_1", condition=wide), today=TODAY) is not None
