"""What passes between owner and entity while an escalation is open, and the live call handed over (L09, L18, L19)."""

from __future__ import annotations

import pytest

from atdemain.organisation.enums import EntityKind, Role
from atdemain.organisation.models import Entity, User
from cases.models import CallLeg, Contact, Escalation, EscalationNote, RepeatVerdict
from cases.workflow import NotAllowed, Refused

from .cast import (
    HOUR,
    MINUTE,
    NOW,
    TOMORROW,
    Stage,
    forget_notices,
    journal,
    last_sentence,
    open_escalation,
    paris,
    reasons_of,
    sound,
    told,
)

pytestmark = pytest.mark.django_db

TEXT = "Quel est le numéro de la prise au mur ?"


def escalated(stage: Stage):
    stage.hire(entity=stage.bo, second=Role.BACK_OFFICE)
    case = stage.at("escalated")
    forget_notices()
    return case


def act(stage: Stage, case, action: str, by: str, **data):
    return stage.act(case, action, by, **({"escalation": open_escalation(case).pk} | data)).case


#: action → (who, what it sends, the sentence, who is told)
ACTS = {
    "claim_escalation": ("specialist", {}, "Escalade prise par BO-Cuivre.", []),
    "request_info": ("specialist", {"text": TEXT}, "BO-Cuivre demande une précision.", ["owner"]),
    "give_status": ("specialist", {"text": TEXT}, "BO-Cuivre fait le point.", ["owner"]),
    "request_status": ("owner", {}, "Nouvelles demandées à BO-Cuivre.", ["specialist", "second"]),
}


@pytest.mark.parametrize("action", ACTS)
def test_exchange_moves_nothing_but_writes_one_row_and_tells_the_other_side(stage, action):
    by, data, says, whom = ACTS[action]
    case = escalated(stage)
    before = (case.state, case.owner_id, case.current_promise_id, len(journal(case)))

    case = act(stage, case, action, by, **data)

    assert (case.state, case.owner_id, case.current_promise_id, len(journal(case)) - 1) == before
    assert last_sentence(case) == says
    assert sorted(who for who, _ in told()) == sorted(whom)
    assert sound() == []


@pytest.mark.parametrize(
    "action", ["claim_escalation", "hand_back_escalation", "request_info", "give_status"]
)
@pytest.mark.parametrize("by", ["technician", "owner", "manager", "stranger"])
def test_only_a_specialist_of_the_entity_acts_for_it(stage, action, by):
    case = escalated(stage)
    with pytest.raises(NotAllowed):
        act(stage, case, action, by, text=TEXT)
    assert not EscalationNote.objects.exists()


@pytest.mark.parametrize("action", ["give_info", "request_status"])
@pytest.mark.parametrize("by", ["specialist", "colleague", "other_manager"])
def test_only_who_has_the_case_in_charge_speaks_for_it(stage, action, by):
    case = escalated(stage)
    with pytest.raises(NotAllowed):
        act(stage, case, action, by, text=TEXT)


def test_precision_asked_then_given_comes_back_to_who_asked(stage):
    case = act(stage, escalated(stage), "request_info", "specialist", text=TEXT)
    escalation = open_escalation(case)
    assert (escalation.info_asked_at, escalation.handled_by) == (NOW + 5 * MINUTE, stage.specialist)
    assert escalation.answer_due == paris("14/11/2018 18:02")  # the clock goes on
    with pytest.raises(Refused) as again:
        act(stage, case, "request_info", "specialist", text=TEXT)
    assert reasons_of(again.value) == [("already_asked", "text")]
    forget_notices()

    case = act(stage, case, "give_info", "owner", text="Prise numéro 3, dans l’entrée.")

    assert told() == [("specialist", "info_given")]
    assert open_escalation(case).info_asked_at is None
    assert list(EscalationNote.objects.values_list("kind", flat=True)) == ["info_request", "info_given"]
    with pytest.raises(Refused) as nothing:
        act(stage, case, "give_info", "owner", text=TEXT)
    assert reasons_of(nothing.value) == [("not_asked", "text")]


@pytest.mark.parametrize("action", ["request_info", "give_status"])
def test_text_too_short_names_its_field(stage, action):
    with pytest.raises(Refused) as refusal:
        act(stage, escalated(stage), action, "specialist", text="oui")
    assert reasons_of(refusal.value) == [("reason_short", "text")]


def test_where_are_we_is_asked_once_an_hour_and_the_point_ends_the_wait(stage):
    case = act(stage, escalated(stage), "request_status", "owner", at=NOW + 10 * MINUTE)
    with pytest.raises(Refused) as refusal:
        act(stage, case, "request_status", "owner", at=NOW + 20 * MINUTE)
    assert reasons_of(refusal.value) == [("already_asked", "")]
    case = act(stage, case, "give_status", "second", text=TEXT, at=NOW + 30 * MINUTE)
    assert open_escalation(case).status_asked_at is None
    case = act(stage, case, "request_status", "owner", at=NOW + 40 * MINUTE)
    act(stage, case, "request_status", "owner", at=NOW + 2 * HOUR)


def test_two_specialists_take_it_at_once_and_the_second_is_told_who(stage):
    case = escalated(stage)
    version = case.version
    act(stage, case, "claim_escalation", "specialist", version=version)
    with pytest.raises(Refused) as refusal:
        act(stage, case, "claim_escalation", "second", version=version)
    assert refusal.value.reasons[0].text.startswith("S. Test l’a déjà prise.")
    again = stage.act(
        case, "claim_escalation", "specialist", version=version, escalation=open_escalation(case).pk
    )
    assert again.already
    assert stage.again(case).specialist == stage.specialist


def test_handed_back_it_is_anybodys_again(stage):
    case = act(stage, escalated(stage), "claim_escalation", "specialist")
    with pytest.raises(Refused) as refusal:
        act(stage, case, "hand_back_escalation", "second")
    assert reasons_of(refusal.value) == [("not_taken", "")]
    case = act(stage, case, "hand_back_escalation", "specialist")
    assert (open_escalation(case).handled_by, case.specialist) == (None, None)
    assert told() == [("second", "escalation_handed_back")]
    case = act(stage, case, "claim_escalation", "second")
    assert case.specialist == stage.second


def test_a_specialist_who_went_to_another_entity_keeps_nothing_of_this_one(stage):
    """What is asked goes to the whole entity, and a colleague takes it without waiting for her."""
    case = act(stage, escalated(stage), "claim_escalation", "specialist")
    other = Entity.objects.create(code="bo-fibre", name="BO-Fibre", kind=EntityKind.BACK_OFFICE)
    User.objects.filter(username="specialist").update(entity=other)
    forget_notices()
    case = act(stage, case, "request_status", "owner", at=NOW + 2 * HOUR)
    assert told() == [("second", "status_requested")]
    case = act(stage, case, "claim_escalation", "second")
    assert open_escalation(case).handled_by.username == "second"


def test_answered_escalation_takes_no_exchange(stage):
    case = escalated(stage)
    asked = open_escalation(case).pk
    stage.act(
        case,
        "answer_escalation",
        "specialist",
        escalation=asked,
        answer_code="not_fixed",
        answer_text="Le défaut est plus loin.",
    )
    for action, by in (("request_info", "specialist"), ("request_status", "owner")):
        with pytest.raises(Refused) as refusal:
            stage.act(case, action, by, escalation=asked, text=TEXT)
        assert reasons_of(refusal.value) == [("already_answered", "escalation")]


# -- the answer: what each asks, and by when to call ---------------------------------------------------


@pytest.mark.parametrize(
    ("code", "data", "missing"),
    [
        ("appointment", {"appointment_at": TOMORROW["window_start"]}, ("appointment_at", "appointment_at")),
        ("duplicate", {"duplicate_of": "ATD-2018-000001"}, ("duplicate_of", "duplicate_of")),
    ],
)
def test_answer_asks_for_what_its_code_means(stage, code, data, missing):
    case = escalated(stage)
    answer = {"answer_code": code, "answer_text": "Le technicien vient sur place."}
    with pytest.raises(Refused) as refusal:
        act(stage, case, "answer_escalation", "specialist", **answer)
    assert reasons_of(refusal.value) == [missing]

    act(stage, case, "answer_escalation", "specialist", **answer, **data)

    escalation = Escalation.objects.get()
    assert [getattr(escalation, name) for name in data] == list(data.values())
    assert last_sentence(case).startswith(
        "BO-Cuivre répond : rendez-vous pris, le 15/11 10:00."
        if code == "appointment"
        else "BO-Cuivre répond : doublon de ATD-2018-000001."
    )


def test_answer_tells_the_owner_by_when_to_call(stage):
    from atdemain.notifications.models import Notification

    case = escalated(stage)
    act(stage, case, "answer_escalation", "specialist", answer_code="fixed", answer_text="Câble refait hier.")
    item = Notification.objects.get(kind="entity_answered")
    assert "Client à rappeler avant le 14/11 à 14:05." in item.body.replace("\u00a0", " ")
    assert stage.again(case).current_promise.call_by <= TOMORROW["window_end"]


def test_answer_of_the_first_of_two_entities_says_who_is_still_awaited(stage):
    from atdemain.notifications.models import Notification

    case = escalated(stage)
    case = stage.escalate(case, stage.ui, window_start=None, window_end=None)
    act(stage, case, "answer_escalation", "specialist", answer_code="fixed", answer_text="Câble refait hier.")
    assert stage.again(case).state == "escalated"
    assert "Encore attendu : UI-Provence." in Notification.objects.get(kind="entity_answered").body.replace(
        "\u00a0", " "
    )


# -- the live call ------------------------------------------------------------------------------------


def test_live_call_handed_over_is_a_leg_and_an_escalation_but_no_contact(stage):
    case = stage.open()
    call = stage.contact(case.client, NOW, handled_by=stage.owner, case=case)
    before = Contact.objects.count(), RepeatVerdict.objects.count()

    case = stage.escalate(case, mode="warm_transfer")

    leg = CallLeg.objects.get()
    assert (leg.escalation.mode, leg.contact, leg.by) == ("warm_transfer", call, stage.owner)
    assert (Contact.objects.count(), RepeatVerdict.objects.count()) == before
    assert case.state == "escalated"
    assert last_sentence(case).startswith("Appel transféré en direct à BO-Cuivre (rouge)")
    assert sound() == []


def test_live_call_is_taken_by_whoever_acknowledges(stage):
    case = stage.escalate(stage.open(), mode="warm_transfer")
    act(stage, case, "acknowledge_escalation", "specialist", at=NOW + 3 * MINUTE)
    leg = CallLeg.objects.get()
    assert (leg.taken_by, leg.taken_at) == (stage.specialist, NOW + 3 * MINUTE)
    assert open_escalation(case).handled_by == stage.specialist


def test_live_call_to_an_entity_that_is_shut_is_refused_and_the_case_may_still_be_escalated(stage):
    case = stage.open(at=paris("14/11/2018 19:00"))
    stage.bo.tz = "Indian/Reunion"
    stage.bo.save()
    with pytest.raises(Refused) as refusal:
        stage.escalate(case, mode="warm_transfer", at=paris("14/11/2018 19:10"))
    assert reasons_of(refusal.value) == [("entity_shut", "target_entity")]
    assert not CallLeg.objects.exists()
    assert stage.escalate(case, at=paris("14/11/2018 19:10")).state == "escalated"
