"""What entities are told of: their escalations and the end of their cases, in the transaction of each."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from atdemain.notifications.models import Delivery, WebhookSubscription
from cases import webhooks, workflow
from tests.notifications.webhook_cast import ALL, subscribed
from tests.office import HOUR, NOW, THURSDAY, TOLD, Office

URL = "https://hooks.partenaire.example/hook"
WINDOW = {"window_start": THURSDAY, "window_end": THURSDAY + HOUR}


@pytest.fixture
def copper(office: Office) -> WebhookSubscription:
    return subscribed(office.entities["copper"], URL)[0]


@pytest.fixture
def field(office: Office) -> WebhookSubscription:
    return subscribed(office.entities["field"], URL)[0]


def told(subscription: WebhookSubscription, event: str = "") -> list[dict[str, Any]]:
    rows = Delivery.objects.filter(subscription=subscription).order_by("pk")
    return [json.loads(row.body) for row in rows if row.event.startswith(event)]


def test_an_escalation_sent_is_told_to_its_entity_alone(office: Office, copper, field) -> None:
    case = office.case("escalated", entity="copper", at=NOW)
    [body] = told(copper)
    escalation = case.escalations.get()
    assert (body["type"], body["version"], body["timestamp"]) == (
        "escalation.created",
        1,
        "2026-11-10T14:30:00Z",
    )
    assert body["data"] == {
        "escalation": escalation.pk,
        "case_ref": case.ref,
        "status": "sent",
        "version": 1,
        "colour": "orange",
        "mode": "case",
        "reason": "network_diagnosis",
        "sent_at": "2026-11-10T14:30:00Z",
        "ack_due": escalation.ack_due.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "answer_due": escalation.answer_due.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    assert told(field) == []


def test_no_message_holds_a_name_a_number_or_a_typed_word(office: Office, copper) -> None:
    client = office.client("Odile Marchand", phone="+33199004127")
    case = office.case("escalated", client=client)
    escalation = case.escalations.get()
    office.do(case, "withdraw_escalation", "advisor", escalation=escalation.pk, reason="Erreur de frappe.")
    everything = " ".join(Delivery.objects.filter(subscription=copper).values_list("body", flat=True))
    for word in ("Odile", "Marchand", "0041", client.client_ref, "Paires", "frappe", "advisor", "Essai"):
        assert word not in everything
    assert len(everything) < 2_000


def test_an_escalation_withdrawn_is_told_once(office: Office, copper) -> None:
    case = office.case("escalated")
    office.do(
        case,
        "withdraw_escalation",
        "advisor",
        escalation=case.escalations.get().pk,
        reason="Le client a retrouvé sa ligne.",
    )
    [body] = told(copper, "escalation.withdrawn")
    assert body["data"]["status"] == "withdrawn"


def test_a_cancelled_case_tells_that_its_escalation_is_withdrawn(office: Office, copper) -> None:
    case = office.case("escalated")
    office.do(case, "cancel", "manager", cancel_reason="test")
    assert len(told(copper, "escalation.withdrawn")) == 1


def test_a_case_resolved_is_told_to_the_entities_that_were_asked_on_it(office: Office, copper, field) -> None:
    case = office.case("escalated", at=NOW - 2 * HOUR)
    office.do(
        case,
        "answer_escalation",
        "backoffice",
        escalation=case.escalations.get().pk,
        answer_code="fixed",
        answer_text=TOLD,
        at=NOW - HOUR,
    )
    resolved = office.do(
        case,
        "resolve",
        "advisor",
        resolution_code="repaired_network",
        root_cause="network",
        client_confirmation="confirmed",
        reached_now=True,
        told=TOLD,
    )
    [body] = told(copper, "case.resolved")
    assert body["data"] == {
        "case_ref": resolved.ref,
        "colour": resolved.colour,
        "resolution_code": "repaired_network",
        "resolved_at": "2026-11-10T14:30:00Z",
    }
    assert told(field) == []


def test_a_case_resolved_again_is_told_again_even_if_it_was_closed_by_mistake(office: Office, copper) -> None:
    """A reopening by mistake counts as none: its second resolution is news all the same."""
    case = office.case("escalated", at=NOW - 3 * HOUR)
    answered = {"escalation": case.escalations.get().pk, "answer_code": "fixed", "answer_text": TOLD}
    office.do(case, "answer_escalation", "backoffice", at=NOW - 2 * HOUR, **answered)
    resolve = {"root_cause": "network", "client_confirmation": "confirmed", "reached_now": True, "told": TOLD}
    office.do(case, "resolve", "advisor", resolution_code="repaired_network", at=NOW - HOUR, **resolve)
    mistake = {"reason": "Ce n’était pas ce dossier.", "closed_by_mistake": True}
    office.do(case, "reopen", "advisor", at=NOW - HOUR / 2, **mistake)
    office.do(case, "resolve", "advisor", resolution_code="configuration", **resolve)
    codes = [body["data"]["resolution_code"] for body in told(copper, "case.resolved")]
    assert codes == ["repaired_network", "configuration"]


def test_a_case_of_no_entity_is_told_to_nobody(office: Office, copper) -> None:
    office.case("resolved")
    assert told(copper) == []


def test_a_change_rolled_back_takes_its_message_along(office: Office, copper) -> None:
    case = office.case("callback_due")
    with transaction.atomic():
        workflow.apply(
            case.pk,
            "escalate",
            actor=office.actor("advisor"),
            now=NOW,
            target_entity=office.entities["copper"],
            summary="Paires inversées au répartiteur, à reprendre.",
            colour="orange",
            mode="case",
            reason="network_diagnosis",
        )
        assert len(told(copper)) == 1
        transaction.set_rollback(True)
    assert told(copper) == []


def test_only_the_events_asked_for_are_told_and_none_by_a_stopped_one(office: Office, copper) -> None:
    WebhookSubscription.objects.update(events=["case.resolved"])
    office.case("escalated")
    WebhookSubscription.objects.update(events=ALL, active=False, disabled_reason="admin", disabled_at=NOW)
    office.case("escalated")
    assert told(copper) == []


# -- due soon -------------------------------------------------------------------------------------------


def test_an_answer_due_within_an_hour_is_told_once_however_often_the_clock_comes_round(
    office: Office, copper
) -> None:
    case = office.case("escalated", at=NOW)
    due = case.escalations.get().answer_due
    webhooks.due_soon(due - timedelta(minutes=61))
    assert told(copper, "escalation.due_soon") == []
    for minutes in (60, 59, 1, 0, -30):
        webhooks.due_soon(due - timedelta(minutes=minutes))
    [body] = told(copper, "escalation.due_soon")
    assert body["data"]["case_ref"] == case.ref


def test_the_hour_before_is_counted_in_the_entity_s_business_time(office: Office, copper) -> None:
    """Due at half past eight: it is told the evening before, at half past seven."""
    case = office.case("escalated", at=NOW)
    morning = THURSDAY.replace(hour=7, minute=30)  # 8:30 in Paris; the day before is a holiday
    case.escalations.update(answer_due=morning)
    evening = NOW.replace(hour=18, minute=29)
    webhooks.due_soon(evening)
    assert told(copper, "escalation.due_soon") == []
    webhooks.due_soon(evening + timedelta(minutes=1))
    assert len(told(copper, "escalation.due_soon")) == 1


def test_an_answered_or_withdrawn_escalation_is_due_no_more(office: Office, copper) -> None:
    case = office.case("escalated", at=NOW)
    escalation = case.escalations.get()
    office.do(case, "withdraw_escalation", "advisor", escalation=escalation.pk, reason="Ligne retrouvée.")
    webhooks.due_soon(escalation.answer_due - timedelta(minutes=10))
    assert told(copper, "escalation.due_soon") == []


def test_what_fell_due_long_before_the_subscription_is_not_told(office: Office, copper) -> None:
    case = office.case("escalated", at=NOW)
    webhooks.due_soon(case.escalations.get().answer_due + timedelta(hours=2))
    assert told(copper, "escalation.due_soon") == []


def test_a_round_with_nothing_to_tell_costs_three_queries_at_most(
    office: Office, copper, django_assert_max_num_queries
) -> None:
    for _ in range(3):
        office.case("escalated", at=NOW)
    with django_assert_max_num_queries(3):
        webhooks.due_soon(NOW)


def test_a_site_without_a_subscription_pays_one_query_a_round(
    office: Office, django_assert_max_num_queries
) -> None:
    office.case("escalated", at=NOW)
    with django_assert_max_num_queries(1):
        webhooks.due_soon(NOW)


def test_the_clock_s_rounds_include_it() -> None:
    from cases import hooks

    assert webhooks.due_soon in hooks.rounds
