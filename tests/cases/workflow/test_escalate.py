"""T03, T03b, T04: another entity must act, and the client always has a date of news."""

from __future__ import annotations

import pytest

from cases import hooks
from cases.models import Escalation, Promise, Timer
from cases.sweep import sweep
from cases.workflow import Refused

from .cast import (
    AFTER,
    HOUR,
    MINUTE,
    NOW,
    TOMORROW,
    forget_notices,
    last_sentence,
    paris,
    reasons_of,
    sound,
    told,
    window,
)

pytestmark = pytest.mark.django_db


def test_escalate_writes_the_escalation_its_due_times_and_the_promise(stage, monkeypatch):
    heard = []
    monkeypatch.setitem(hooks.in_transaction, "escalation_sent", [lambda **facts: heard.append(facts)])
    case = stage.at("opened")
    forget_notices()

    case = stage.escalate(case, at=NOW, named_contact=stage.named.pk)

    escalation = Escalation.objects.get(case=case)
    assert (escalation.status, escalation.mode, escalation.colour) == ("sent", "case", "red")
    assert (escalation.sent_by_id, escalation.named_contact_id) == (stage.owner.pk, stage.named.pk)
    assert escalation.ack_due == NOW + 2 * HOUR
    assert escalation.answer_due == NOW + 8 * HOUR
    assert Promise.objects.get(case=case, closed_at=None).window_start == TOMORROW["window_start"]
    assert case.owner_id == stage.owner.pk
    assert told() == [("specialist", "escalation_received")]
    assert [facts["escalation"].pk for facts in heard] == [escalation.pk]
    assert last_sentence(case) == (
        "Escaladé vers BO-Cuivre (rouge) ; accusé attendu 14/11 12:00 ; réponse attendue 14/11 18:00 ; "
        "rappel promis le 15/11 entre 10:00 et 11:00."
    )


@pytest.mark.parametrize(
    ("colour", "acknowledged", "answered"),
    [
        ("red", "14/11/2018 12:00", "14/11/2018 18:00"),
        ("orange", "14/11/2018 14:00", "15/11/2018 14:00"),
        ("green", "14/11/2018 18:00", "17/11/2018 14:00"),
    ],
)
def test_escalate_due_times_follow_the_colour_in_the_entitys_hours(stage, colour, acknowledged, answered):
    case = stage.escalate(stage.at("opened"), at=NOW, colour=colour)

    escalation = Escalation.objects.get(case=case)
    assert (escalation.ack_due, escalation.answer_due) == (paris(acknowledged), paris(answered))


@pytest.mark.parametrize(
    ("colour", "latest", "days"),
    [("red", "16/11/2018", 2), ("orange", "16/11/2018", 2), ("green", "19/11/2018", 4)],
)
def test_escalate_promises_news_within_two_business_days_or_four_in_green(stage, colour, latest, days):
    too_late = {"red": "17/11/2018", "orange": "17/11/2018", "green": "20/11/2018"}[colour]
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        stage.escalate(case, colour=colour, **window(paris(f"{too_late} 08:00")))
    assert reasons_of(refusal.value) == [("news_too_late", "window_start")]
    assert f"{days} jours ouvrés" in refusal.value.reasons[0].text

    assert stage.escalate(case, colour=colour, **window(paris(f"{latest} 19:00"))).state == "escalated"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"target_entity": None}, ("entity_missing", "target_entity")),
        ({"target_entity": 999_999}, ("entity_missing", "target_entity")),
        ({"summary": "trop court"}, ("summary_short", "summary")),
        ({"summary": " " * 40}, ("summary_short", "summary")),
        ({"mode": "fax"}, ("mode", "mode")),
        ({"reason": ""}, ("escalation_reason", "reason")),
        ({"reason": "weather"}, ("escalation_reason", "reason")),
        ({"colour": "blue"}, ("colour", "colour")),
        ({"window_start": None, "window_end": None}, ("news_date", "window_start")),
        (window(NOW + 10 * MINUTE), ("window_too_soon", "window_start")),
        ({"named_contact": 999_999}, ("named_contact", "named_contact")),
    ],
)
def test_escalate_without_what_it_needs_names_the_field_and_writes_nothing(stage, data, expected):
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        stage.escalate(case, **data)

    assert expected in reasons_of(refusal.value)
    assert stage.again(case).state == "opened"
    assert not Escalation.objects.exists()
    assert not Promise.objects.exists()


def test_escalate_to_a_contact_of_another_entity_is_refused(stage):
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        stage.escalate(case, stage.ui, named_contact=stage.named.pk)

    assert reasons_of(refusal.value) == [("named_contact", "named_contact")]


def test_escalate_to_an_entity_that_takes_none_is_refused(stage):
    stage.bo.accepts_escalations = False
    stage.bo.save()

    with pytest.raises(Refused) as refusal:
        stage.escalate(stage.at("opened"))

    assert reasons_of(refusal.value) == [("entity_closed", "target_entity")]


def test_escalate_without_an_owner_is_refused(stage):
    case = stage.open(owner=None)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "escalate", "manager", **stage.escalation())

    assert reasons_of(refusal.value) == [("no_owner", "")]


# -- T03b: from a callback due -------------------------------------------------------------------------


def test_escalate_a_callback_due_keeps_a_promise_that_is_far_enough(stage):
    case = stage.at("callback_due")
    promise = case.current_promise_id

    case = stage.escalate(case, window_start=None, window_end=None)

    assert (case.state, case.current_promise_id) == ("escalated", promise)
    assert Promise.objects.get(pk=promise).status == "pending"


@pytest.mark.parametrize(("minutes", "needed"), [(31, False), (30, True), (29, True), (-10, True)])
def test_escalate_a_callback_due_within_the_half_hour_needs_a_new_promise(stage, minutes, needed):
    case = stage.at("callback_due")
    at = TOMORROW["window_start"] - minutes * MINUTE

    if not needed:
        assert stage.escalate(case, at=at, window_start=None, window_end=None).state == "escalated"
        return
    with pytest.raises(Refused) as refusal:
        stage.escalate(case, at=at, window_start=None, window_end=None)
    assert reasons_of(refusal.value) == [("news_date", "window_start")]

    case = stage.escalate(case, at=at, **AFTER)
    assert case.current_promise.window_start == AFTER["window_start"]
    assert sound() == []


def test_escalate_after_a_missed_promise_needs_a_new_one_and_counts_the_old_broken(stage):
    case = stage.at("callback_due")
    sweep(TOMORROW["window_end"])
    old = Promise.objects.get(case=case)
    assert old.status == "missed"

    with pytest.raises(Refused):
        stage.escalate(case, at=TOMORROW["window_end"] + HOUR, window_start=None, window_end=None)
    stage.escalate(case, at=TOMORROW["window_end"] + HOUR, **AFTER)

    old.refresh_from_db()
    assert old.status == "broken_rebooked"


@pytest.mark.parametrize(("agrees", "status"), [(True, "renegotiated"), (False, "broken_rebooked")])
def test_escalate_with_another_date_is_renegotiated_only_if_the_client_agrees(stage, agrees, status):
    case = stage.at("callback_due")
    old = case.current_promise_id

    stage.escalate(case, client_agrees=agrees, **AFTER)

    assert Promise.objects.get(pk=old).status == status
    assert not Timer.objects.filter(promise=old, status="pending").exists()


def test_escalate_after_a_call_in_the_window_leaves_the_old_promise_kept(stage):
    case = stage.at("callback_due")
    old = case.current_promise_id
    stage.act(case, "log_attempt", at=TOMORROW["window_start"], outcome="no_answer")

    stage.escalate(case, at=TOMORROW["window_start"] + 5 * MINUTE, **AFTER)

    assert Promise.objects.get(pk=old).status == "kept"


def test_escalate_again_after_an_answer_forgets_the_hour_of_that_answer(stage):
    """The clock must bring the case back 30 minutes before the window, not before the old `call_by`."""
    case = stage.escalate(stage.at("opened"), **AFTER)
    stage.act(
        case,
        "answer_escalation",
        "specialist",
        at=NOW + HOUR,
        escalation=case.escalations.get().pk,
        answer_code="rejected",
        answer_text="Défaut chez le client.",
    )
    assert stage.again(case).current_promise.call_by == NOW + 5 * HOUR

    case = stage.escalate(case, stage.ui, at=NOW + 2 * HOUR, window_start=None, window_end=None)
    assert case.current_promise.call_by is None

    sweep(NOW + 6 * HOUR)
    assert stage.again(case).state == "escalated"
    assert not Timer.objects.filter(attempts__gt=0).exists()
    sweep(AFTER["window_start"] - 30 * MINUTE)
    assert stage.again(case).state == "callback_due"


# -- T04: a second entity ------------------------------------------------------------------------------


def test_add_escalation_asks_a_second_entity_and_keeps_the_state_and_the_promise(stage):
    case = stage.at("escalated")
    promise = case.current_promise_id
    forget_notices()

    case = stage.escalate(
        case, stage.ui, at=NOW + 10 * MINUTE, window_start=None, window_end=None, colour="orange"
    )

    assert (case.state, case.current_promise_id) == ("escalated", promise)
    assert case.escalations.count() == 2
    assert told() == [("technician", "escalation_received")]
    assert last_sentence(case).startswith("Seconde entité saisie : UI-Provence ; réponse attendue")


def test_add_escalation_to_an_entity_already_asked_is_refused(stage):
    case = stage.at("escalated")

    with pytest.raises(Refused) as refusal:
        stage.escalate(case, stage.bo, window_start=None, window_end=None)

    assert reasons_of(refusal.value) == [("entity_already", "target_entity")]


def test_add_escalation_under_its_own_name_is_the_same_act(stage):
    case = stage.at("escalated")
    shown = stage.again(case).version
    data = stage.escalation(stage.ui, window_start=None, window_end=None)

    done = stage.act(case, "add_escalation", version=shown, **data)
    again = stage.act(case, "escalate", version=shown, **data)

    assert (done.event.action, done.already) == ("add_escalation", False)
    assert (again.event.pk, again.already) == (done.event.pk, True)
