"""A1, A2, A3: who keeps the case, who calls in the meantime, how urgent it is."""

from __future__ import annotations

import pytest
from django.utils import timezone

from atdemain.organisation.consent import consent
from atdemain.organisation.enums import Role
from atdemain.organisation.models import InternalAdvisor, Participation
from atdemain.organisation.participation import objections_to_leaving
from cases import hooks
from cases.models import Timer
from cases.sweep import sweep
from cases.workflow import NotAllowed, Refused

from .cast import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REASON,
    TOMORROW,
    Stage,
    forget_notices,
    journal,
    last_sentence,
    reasons_of,
    sound,
    told,
)

pytestmark = pytest.mark.django_db


# -- claim --------------------------------------------------------------------------------------------


def test_claim_gives_the_case_and_expects_a_first_action_in_four_hours(stage):
    case = stage.open(owner=None)

    case = stage.act(case, "claim", "owner", at=NOW + MINUTE).case

    assert (case.owner_id, case.assigned_at) == (stage.owner.pk, NOW + MINUTE)
    due = dict(Timer.objects.filter(case=case).values_list("kind", "due_at"))
    assert due["first_action_owner"] == NOW + MINUTE + 4 * HOUR
    assert due["first_action_manager"] == NOW + MINUTE + 8 * HOUR
    assert told() == []
    assert last_sentence(case) == "Dossier pris dans la file du service."


def test_claim_of_a_case_just_taken_says_who_has_it(stage):
    case = stage.open(owner=None)
    shown = case.version
    stage.act(case, "claim", "owner", version=shown)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "claim", "colleague", version=shown)

    assert reasons_of(refusal.value) == [("taken", "")]
    assert "O. Test" in refusal.value.reasons[0].text
    assert stage.again(case).owner_id == stage.owner.pk
    assert [row.reason_code for row in journal(case, refused=True)] == ["taken"]


def test_claim_twice_by_the_same_account_is_once(stage):
    case = stage.open(owner=None)
    first = stage.act(case, "claim", "owner", version=case.version)

    second = stage.act(case, "claim", "owner", version=case.version)

    assert (second.already, second.event.pk) == (True, first.event.pk)
    assert len(journal(case, refused=None)) == 2


@pytest.mark.parametrize(
    ("name", "code"), [("outsider", "not_participant"), ("designated", "no_consent"), ("off", "not_internal")]
)
def test_claim_by_somebody_who_may_not_keep_it_says_why(stage, name, code):
    stage.hire(stage.unit, **{name: Role.ADVISOR})
    if name == "designated":
        stage.join(stage.people[name], consent="")
    if name == "off":
        InternalAdvisor.objects.filter(user=stage.people[name]).update(active=False)
    case = stage.open(owner=None)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "claim", name)

    assert reasons_of(refusal.value) == [(code, "")]
    assert stage.again(case).owner_id is None


def test_claim_of_a_manual_case_needs_no_participation(stage):
    stage.hire(stage.unit, outsider=Role.ADVISOR)
    case = stage.open(owner=None, origin="manual")

    assert stage.act(case, "claim", "outsider").case.owner_id == stage.outsider.pk


@pytest.mark.parametrize("name", ["support", "manager", "trainer", "stranger", "specialist", "admin"])
def test_claim_is_for_the_advisors_of_the_unit(stage, name):
    case = stage.open(owner=None)

    with pytest.raises(NotAllowed):
        stage.act(case, "claim", name)


# -- assign -------------------------------------------------------------------------------------------

BY_MANAGER = {"reason_code": "load", "reason_text": ""}


def test_assign_tells_the_new_owner_and_the_former_and_replans_what_is_promised(stage):
    case = stage.at("callback_due")
    forget_notices()

    done = stage.act(case, "assign", "manager", advisor=stage.colleague.pk, **BY_MANAGER)

    assert done.case.owner_id == stage.colleague.pk
    assert done.event.reason_code == "load"
    assert told() == [("colleague", "case_assigned"), ("owner", "case_reassigned")]
    assert last_sentence(case) == "Dossier confié (charge)."
    forget_notices()
    sweep(TOMORROW["window_start"])
    assert told() == [("colleague", "promise_start")]
    assert sound() == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"advisor": None}, ("advisor", "advisor")),
        ({"advisor": 999_999}, ("advisor", "advisor")),
        ({"advisor": "owner"}, ("same", "advisor")),
        ({"advisor": "colleague", "reason_code": ""}, ("reason_code", "reason_code")),
        ({"advisor": "colleague", "reason_code": "mood"}, ("reason_code", "reason_code")),
        (
            {"advisor": "colleague", "reason_code": "other", "reason_text": "bof"},
            ("reason_short", "reason_text"),
        ),
        ({"advisor": "outsider"}, ("not_participant", "advisor")),
    ],
)
def test_assign_without_what_it_needs_names_the_field(stage, data, expected):
    stage.hire(stage.unit, outsider=Role.ADVISOR)
    case = stage.at("opened")
    who = data["advisor"]
    facts = BY_MANAGER | data | {"advisor": stage.people[who].pk if who in stage.people else who}

    with pytest.raises(Refused) as refusal:
        stage.act(case, "assign", "manager", **facts)

    assert reasons_of(refusal.value) == [expected]
    assert stage.again(case).owner_id == stage.owner.pk


def test_assign_to_somebody_who_is_no_advisor_is_refused(stage):
    case = stage.open(owner=None)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "assign", "manager", advisor=stage.specialist.pk, **BY_MANAGER)

    assert reasons_of(refusal.value) == [("advisor", "advisor")]


@pytest.mark.parametrize("name", ["owner", "colleague", "support", "other_manager", "hr"])
def test_assign_is_the_units_managers(stage, name):
    with pytest.raises(NotAllowed):
        stage.act(stage.at("opened"), "assign", name, advisor=stage.third.pk, **BY_MANAGER)


@pytest.mark.parametrize("situation", ["resolved", "confirmed", "cancelled"])
def test_assign_of_a_case_that_is_not_worked_on_is_refused(stage, situation):
    with pytest.raises(Refused) as refusal:
        stage.act(stage.at(situation), "assign", "manager", advisor=stage.colleague.pk, **BY_MANAGER)

    assert reasons_of(refusal.value) == [("wrong_state", "")]


# -- delegate -----------------------------------------------------------------------------------------


def test_delegate_may_act_and_the_owner_stays_the_owner(stage):
    case = stage.at("callback_due")
    forget_notices()

    case = stage.act(case, "delegate", delegate=stage.support.pk, delegate_to=NOW + 3 * DAY).case

    assert (case.owner_id, case.delegate_id) == (stage.owner.pk, stage.support.pk)
    assert told() == [("support", "case_delegated")]
    assert last_sentence(case) == "Suppléance confiée à S. Test."
    stage.act(case, "log_attempt", "support", at=TOMORROW["window_start"], outcome="no_answer")


def test_delegation_that_is_returned_ends_and_is_told(stage):
    case = stage.at("opened")
    stage.act(case, "delegate", delegate=stage.support.pk)
    forget_notices()

    case = stage.act(case, "return_delegation", "support").case

    assert (case.delegate_id, case.delegate_from, case.delegate_to) == (None, None, None)
    assert told() == [("owner", "delegation_ended")]
    with pytest.raises(Refused) as refusal:
        stage.act(case, "return_delegation")
    assert reasons_of(refusal.value) == [("no_delegate", "")]


def test_delegation_given_to_another_is_told_to_the_former(stage):
    case = stage.at("opened")
    stage.act(case, "delegate", delegate=stage.support.pk)
    forget_notices()

    stage.act(case, "delegate", delegate=stage.colleague.pk)

    assert sorted(told()) == [("colleague", "case_delegated"), ("support", "delegation_ended")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"delegate": None}, ("delegate", "delegate")),
        ({"delegate": "owner"}, ("delegate", "delegate")),
        ({"delegate": "stranger"}, ("delegate", "delegate")),
        ({"delegate": "trainer"}, ("delegate", "delegate")),
        ({"delegate": "specialist"}, ("delegate", "delegate")),
        ({"delegate": "support", "delegate_to": NOW}, ("delegate_to", "delegate_to")),
        (
            {"delegate": "support", "delegate_from": NOW + DAY, "delegate_to": NOW + DAY},
            ("delegate_to", "delegate_to"),
        ),
    ],
)
def test_delegate_without_what_it_needs_names_the_field(stage, data, expected):
    case = stage.at("opened")
    who = data["delegate"]

    with pytest.raises(Refused) as refusal:
        stage.act(case, "delegate", **(data | {"delegate": stage.people[who].pk if who else None}))

    assert reasons_of(refusal.value) == [expected]


def test_delegate_without_an_owner_is_refused(stage):
    with pytest.raises(Refused) as refusal:
        stage.act(stage.open(owner=None), "delegate", "manager", delegate=stage.support.pk)

    assert reasons_of(refusal.value) == [("no_owner", "")]


def test_delegate_who_becomes_the_owner_is_no_longer_the_delegate(stage):
    case = stage.at("opened")
    stage.act(case, "delegate", delegate=stage.colleague.pk)

    case = stage.act(case, "assign", "manager", advisor=stage.colleague.pk, **BY_MANAGER).case

    assert (case.owner_id, case.delegate_id) == (stage.colleague.pk, None)


# -- colour -------------------------------------------------------------------------------------------


def test_colour_is_changed_by_the_manager_with_a_reason(stage):
    case = stage.at("opened")
    forget_notices()

    case = stage.act(case, "set_colour", "manager", colour="red", reason=REASON).case

    assert case.colour == "red"
    assert told() == [("owner", "colour_changed")]
    assert last_sentence(case) == "Couleur changée : orange → rouge."


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"colour": "blue", "reason": REASON}, ("colour", "colour")),
        ({"colour": "orange", "reason": REASON}, ("same", "colour")),
        ({"colour": "red", "reason": "oui"}, ("reason_short", "reason")),
    ],
)
def test_colour_without_what_it_needs_names_the_field(stage, data, expected):
    with pytest.raises(Refused) as refusal:
        stage.act(stage.at("opened"), "set_colour", "manager", **data)

    assert reasons_of(refusal.value) == [expected]


@pytest.mark.parametrize("name", ["owner", "support", "other_manager"])
def test_colour_is_the_units_managers(stage, name):
    with pytest.raises(NotAllowed):
        stage.act(stage.at("opened"), "set_colour", name, colour="red", reason=REASON)


# -- leaving (INV-01) -----------------------------------------------------------------------------------


def test_leaving_with_open_cases_is_refused_and_names_them(stage):
    case = stage.at("callback_due")
    stage.at("resolved")

    (reason,) = objections_to_leaving(stage.owner, NOW)

    assert (
        reason == f"O. Test garde 1 dossier ouvert ({case.ref}) : confiez-les d’abord à un autre conseiller."
    )
    assert objections_to_leaving(stage.colleague, NOW) == []
    stage.act(case, "assign", "manager", advisor=stage.colleague.pk, **BY_MANAGER)
    assert objections_to_leaving(stage.owner, NOW) == []


def test_leaving_with_many_open_cases_names_the_first_five(stage):
    refs = [stage.open().ref for _ in range(7)]

    (reason,) = objections_to_leaving(stage.owner, NOW)

    assert "7 dossiers ouverts" in reason
    assert refs[4] in reason
    assert refs[5] not in reason
    assert "et 2 autres" in reason


def withdraw_consent(stage: Stage) -> None:
    participation = Participation.objects.get(employee=stage.owner)
    consent(participation, stage.person("owner"), "withdrawn", "v1", NOW + HOUR)


def test_consent_withdrawn_gives_the_rules_cases_back_to_the_queue_at_once(stage, monkeypatch):
    heard = []
    monkeypatch.setitem(
        hooks.in_transaction, "case_released", [lambda **facts: heard.append(facts["former_owner_id"])]
    )
    by_rule, manual = stage.at("callback_due"), stage.open(origin="manual")
    resolved = stage.at("resolved")
    forget_notices()

    withdraw_consent(stage)

    by_rule = stage.again(by_rule)
    assert (by_rule.state, by_rule.owner_id) == ("callback_due", None)
    assert stage.again(manual).owner_id == stage.owner.pk
    assert stage.again(resolved).owner_id == stage.owner.pk
    assert told() == [("manager", "case_unassigned")]
    assert heard == [stage.owner.pk]
    assert last_sentence(by_rule).startswith("Dossier rendu à la file du service")
    assert sound(NOW + HOUR) == []
    forget_notices()
    sweep(TOMORROW["window_start"])
    assert ("head", "promise_start") in told()


def test_participation_past_its_last_day_gives_the_rules_cases_back_once(stage):
    by_rule, manual = stage.at("callback_due"), stage.open(origin="manual")
    Participation.objects.filter(employee=stage.owner).update(ends_on=timezone.localdate(NOW))
    hooks.tick(NOW + HOUR)
    assert stage.again(by_rule).owner_id == stage.owner.pk
    after = NOW + DAY
    hooks.tick(after)
    hooks.tick(after + HOUR)
    assert stage.again(by_rule).owner_id is None
    assert stage.again(manual).owner_id == stage.owner.pk
    assert sound(after) == []


def test_consent_withdrawn_while_another_participation_runs_keeps_the_cases(stage):
    case = stage.at("opened")
    other = stage.programme.__class__.objects.create(code="atd2", name="Suite")
    stage.programme, first = other, stage.programme
    stage.join(stage.owner)
    stage.programme = first
    participation = Participation.objects.get(employee=stage.owner, programme=first)

    consent(participation, stage.person("owner"), "withdrawn", "v1", NOW + HOUR)

    assert stage.again(case).owner_id == stage.owner.pk


def test_case_without_an_owner_can_be_claimed_and_its_callback_made(stage):
    case = stage.at("callback_due")
    withdraw_consent(stage)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "tell_unresolved", "manager", told=REASON, on_behalf=REASON)
    assert reasons_of(refusal.value) == [("no_owner", "")]

    stage.act(case, "claim", "colleague")
    assert stage.act(case, "log_attempt", "colleague", outcome="no_answer").case.state == "callback_due"
