"""T05, T05b and the acknowledgement: what comes back from an entity reaches whoever keeps the case."""

from __future__ import annotations

import pytest

from cases.models import Escalation, Promise, Timer
from cases.sweep import sweep
from cases.workflow import NotAllowed, Refused

from .cast import (
    AFTER,
    HOUR,
    MINUTE,
    NOW,
    REASON,
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
    window,
)

pytestmark = pytest.mark.django_db

FIXED = {"answer_code": "fixed", "answer_text": "Câble refait au point de concentration."}


def answer(stage: Stage, case, by: str = "specialist", *, at=NOW + HOUR, **data):
    facts = {"escalation": open_escalation(case).pk, **FIXED}
    return stage.act(case, "answer_escalation", by, at=at, **(facts | data))


@pytest.mark.parametrize(
    ("answered", "start", "call_by"),
    [
        ("14/11/2018 08:10", "15/11/2018 10:00", "14/11/2018 12:10"),  # four business hours
        ("14/11/2018 18:00", "16/11/2018 10:00", "15/11/2018 10:00"),  # over a night
        ("15/11/2018 09:00", "15/11/2018 10:00", "15/11/2018 11:00"),  # never after the window told
    ],
)
def test_answer_brings_the_case_back_to_call_before_the_earlier_of_window_and_four_hours(
    stage, answered, start, call_by
):
    case = stage.open(at=paris("14/11/2018 08:00"))
    case = stage.escalate(case, at=paris("14/11/2018 08:05"), **window(paris(start)))

    case = answer(stage, case, at=paris(answered)).case

    assert case.state == "callback_due"
    promise = case.current_promise
    assert promise.call_by == paris(call_by)
    assert (promise.window_start, promise.status) == (paris(start), "pending")
    assert case.next_due_at == min(paris(call_by), paris(start))


def test_answer_reads_in_the_journal_and_reaches_owner_and_delegate_at_once(stage):
    case = stage.escalate(stage.open(at=paris("14/11/2018 08:00")), at=paris("14/11/2018 08:05"))
    stage.act(case, "delegate", at=paris("14/11/2018 08:06"), delegate=stage.support.pk)
    forget_notices()

    answer(stage, case, at=paris("14/11/2018 08:10"))

    assert last_sentence(case) == "BO-Cuivre répond : réparé. Client à rappeler avant 14/11 12:10."
    assert told() == [("owner", "entity_answered"), ("support", "entity_answered")]
    escalation = Escalation.objects.get()
    assert (escalation.status, escalation.answered_by_id) == ("answered", stage.specialist.pk)
    assert (escalation.ack_at, escalation.version) == (paris("14/11/2018 08:10"), 2)


def test_answer_makes_the_ladder_earlier_but_not_the_window(stage):
    case = stage.escalate(stage.at("opened"), **AFTER)

    answer(stage, case, at=NOW + HOUR)

    due = dict(Timer.objects.filter(promise__case=case, status="pending").values_list("kind", "due_at"))
    assert due["promise_before"] == NOW + 5 * HOUR - 30 * MINUTE
    assert due["promise_missed"] == NOW + 5 * HOUR
    assert due["promise_window_end"] == AFTER["window_end"]


def test_answer_while_another_entity_is_asked_is_an_event_only(stage):
    case = stage.at("escalated")
    stage.escalate(case, stage.ui, window_start=None, window_end=None)
    forget_notices()

    case = answer(stage, case).case

    assert case.state == "escalated"
    assert case.current_promise.call_by is None
    assert told() == [("owner", "entity_answered")]
    assert sound() == []


def test_answer_to_tell_at_once_brings_the_case_back_though_another_is_asked(stage):
    case = stage.at("escalated")
    stage.escalate(case, stage.ui, window_start=None, window_end=None)

    case = answer(stage, case, tell_client_now=True).case

    assert case.state == "callback_due"
    assert case.escalations.filter(status="sent").count() == 1
    assert sound() == []


def test_answer_when_the_case_is_already_to_call_is_an_event_and_no_longer_bad_news(stage):
    case = stage.at("escalated")
    sweep(TOMORROW["window_start"] - 30 * MINUTE)
    assert stage.again(case).current_promise.kind == "bad_news"
    forget_notices()

    case = answer(stage, case, at=TOMORROW["window_start"] - 10 * MINUTE).case

    assert case.state == "callback_due"
    assert (case.current_promise.kind, case.current_promise.call_by) == ("progress", None)
    assert told() == [("owner", "entity_answered")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"answer_code": ""}, ("answer_code", "answer_code")),
        ({"answer_code": "maybe"}, ("answer_code", "answer_code")),
        ({"answer_text": "oui"}, ("answer_short", "answer_text")),
        ({"escalation": 999_999}, ("escalation", "escalation")),
        ({"escalation": None}, ("escalation", "escalation")),
    ],
)
def test_answer_without_what_it_needs_names_the_field(stage, data, expected):
    case = stage.at("escalated")

    with pytest.raises(Refused) as refusal:
        answer(stage, case, **data)

    assert reasons_of(refusal.value) == [expected]
    assert Escalation.objects.get().status == "sent"


@pytest.mark.parametrize("by", ["owner", "manager"])
def test_answer_got_by_phone_says_from_whom(stage, by):
    case = stage.at("escalated")

    with pytest.raises(Refused) as refusal:
        answer(stage, case, by)
    assert reasons_of(refusal.value) == [("named_contact", "named_contact")]

    answer(stage, case, by, named_contact=stage.named.pk)
    assert "par téléphone (Chef de quart)" in last_sentence(case)


@pytest.mark.parametrize("by", ["technician", "colleague", "stranger", "support", "other_manager", "hr"])
def test_answer_belongs_to_the_entity_the_owner_and_the_manager(stage, by):
    case = stage.at("escalated")

    with pytest.raises(NotAllowed):
        answer(stage, case, by)

    assert Escalation.objects.get().status == "sent"
    assert journal(case, refused=True)[-1].reason_code == "not_allowed"


@pytest.mark.parametrize("status", ["answered", "withdrawn"])
def test_answer_to_an_escalation_that_is_over_is_refused(stage, status):
    case = stage.at("escalated")
    pk = open_escalation(case).pk
    if status == "answered":
        answer(stage, case)
    else:
        stage.act(case, "withdraw_escalation", escalation=pk, reason=REASON)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "answer_escalation", "specialist", escalation=pk, **FIXED)

    assert reasons_of(refusal.value)[0][0] in ("already_answered", "withdrawn")


def test_answer_to_the_escalation_of_another_case_is_refused(stage):
    case, other = stage.at("escalated"), stage.at("escalated")

    with pytest.raises(Refused) as refusal:
        answer(stage, case, escalation=open_escalation(other).pk)

    assert reasons_of(refusal.value) == [("escalation", "escalation")]


def test_no_event_of_an_escalation_moves_the_owner(stage):
    case = stage.at("escalated")
    pk = open_escalation(case).pk
    stage.act(case, "acknowledge_escalation", "specialist", escalation=pk)
    answer(stage, case)
    stage.escalate(case, stage.ui, **AFTER)
    stage.act(case, "withdraw_escalation", escalation=open_escalation(case).pk, reason=REASON)

    case = stage.again(case)
    assert (case.owner_id, case.specialist_id) == (stage.owner.pk, stage.specialist.pk)
    assert sound() == []


# -- acknowledgement ----------------------------------------------------------------------------------


def test_acknowledge_tells_the_owner_and_names_the_specialist(stage):
    case = stage.at("escalated")
    forget_notices()

    done = stage.act(case, "acknowledge_escalation", "specialist", escalation=open_escalation(case).pk)

    escalation = Escalation.objects.get()
    assert (escalation.status, escalation.ack_by_id) == ("acknowledged", stage.specialist.pk)
    assert (done.case.state, done.case.specialist_id) == ("escalated", stage.specialist.pk)
    assert told() == [("owner", "escalation_acknowledged")]
    assert last_sentence(case) == "BO-Cuivre accuse réception."


def test_acknowledge_again_is_refused(stage):
    case = stage.at("escalated")
    pk = open_escalation(case).pk
    stage.act(case, "acknowledge_escalation", "specialist", escalation=pk)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "acknowledge_escalation", "specialist", escalation=pk)

    assert reasons_of(refusal.value) == [("already_acknowledged", "")]


@pytest.mark.parametrize("by", ["technician", "owner", "manager", "colleague"])
def test_acknowledge_belongs_to_the_entity(stage, by):
    case = stage.at("escalated")

    with pytest.raises(NotAllowed):
        stage.act(case, "acknowledge_escalation", by, escalation=open_escalation(case).pk)


# -- T05b: withdrawn ----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["owner", "colleague", "manager"])
def test_withdraw_the_last_escalation_brings_the_case_back(stage, by):
    case = stage.at("escalated")
    stage.act(case, "delegate", delegate=stage.colleague.pk)
    forget_notices()

    done = stage.act(case, "withdraw_escalation", by, escalation=open_escalation(case).pk, reason=REASON)

    assert done.case.state == "callback_due"
    assert done.case.current_promise.status == "pending"
    assert Escalation.objects.get().withdrawn_reason == REASON
    assert told() == [("specialist", "escalation_withdrawn")]
    assert last_sentence(case) == "Escalade vers BO-Cuivre retirée."
    assert done.event.payload.body["reason"] == REASON
    assert sound() == []


def test_withdraw_one_of_two_escalations_keeps_the_state(stage):
    case = stage.at("escalated")
    stage.escalate(case, stage.ui, window_start=None, window_end=None)

    case = stage.act(case, "withdraw_escalation", escalation=open_escalation(case).pk, reason=REASON).case

    assert case.state == "escalated"


@pytest.mark.parametrize("by", ["support", "third", "specialist", "other_manager"])
def test_withdraw_is_refused_to_others(stage, by):
    case = stage.at("escalated")
    if by == "support":
        stage.act(case, "delegate", delegate=stage.support.pk)

    with pytest.raises(NotAllowed):
        stage.act(case, "withdraw_escalation", by, escalation=open_escalation(case).pk, reason=REASON)


def test_withdraw_without_a_reason_is_refused(stage):
    case = stage.at("escalated")

    with pytest.raises(Refused) as refusal:
        stage.act(case, "withdraw_escalation", escalation=open_escalation(case).pk, reason="non")

    assert reasons_of(refusal.value) == [("reason_short", "reason")]
    assert Promise.objects.get(case=case).status == "pending"
