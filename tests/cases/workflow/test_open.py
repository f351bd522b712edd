"""T01: by the rule, by hand, and never twice (domain.md §3.2, INV-03)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from atdemain.journal.actors import Actor, system
from atdemain.journal.models import AuditEvent
from cases import hooks, workflow
from cases.enums import Colour, Origin
from cases.models import Case, Contact, Timer
from cases.repeat import ContactFacts, RuleFacts, Verdict
from cases.workflow import NotAllowed, Refused

from .cast import HOUR, MINUTE, NOW, Stage, journal, last_sentence, paris, reasons_of, sound, told

pytestmark = pytest.mark.django_db

WHY = "Le client décrit une panne ancienne."


def verdict(contact: Contact, n: int = 3) -> Verdict:
    facts = ContactFacts(
        contact.pk, "test", contact.source_id, "client", contact.client_id, None, contact.unit_id, "consumer",
        True, "", 1, "voice", "in", contact.arrived_at, None, None, None, "handled", contact.reason_id, "no_sync",
    )  # fmt: skip
    return Verdict(
        contact=facts,
        code="",
        n=n,
        rd3plus=True,
        rule=RuleFacts(id=1, code="R1", version=2, programme_id=1, mode="live"),
        identity_key=f"client:{contact.client_id}",
        window_start=contact.arrived_at - timedelta(hours=168),
        mode="live",
    )


def opened_by_rule(stage: Stage, n: int = 3, **client) -> tuple[Case, list[Contact]]:
    customer = stage.client(**client)
    third = paris("12/11/2018 10:00")
    contacts = [stage.contact(customer, third - delta * HOUR) for delta in (80, 30, 0)]
    case = stage.open(
        client=customer,
        at=third + MINUTE,
        owner=None,
        verdict=verdict(contacts[-1], n),
        contact_ids=[c.pk for c in contacts],
    )
    return case, contacts


def test_open_by_the_rule_links_the_contacts_and_says_the_rule_and_its_window(stage):
    case, contacts = opened_by_rule(stage)

    assert case.state == "opened"
    assert case.ref == f"ATD-2018-{case.pk:06}"
    assert set(case.contacts.values_list("pk", flat=True)) == {c.pk for c in contacts}
    assert len(journal(case)) == 1
    assert last_sentence(case) == (
        "Dossier ouvert automatiquement : 3ᵉ contact en 7 jours (règle R1 v2, 05/11 10:00 → 12/11 10:00)."
    )
    assert journal(case)[0].actor_kind == "system"
    assert sound() == []


@pytest.mark.parametrize(
    ("n", "client", "colour"),
    [
        (3, {}, Colour.ORANGE),
        (4, {}, Colour.ORANGE),
        (5, {}, Colour.RED),
        (3, {"priority_client": True, "priority_reason": "isolated"}, Colour.RED),
    ],
)
def test_open_is_orange_and_red_for_a_priority_client_or_from_the_fifth_contact(stage, n, client, colour):
    case, _ = opened_by_rule(stage, n, **client)

    assert case.colour == colour


def test_open_plans_the_silence_and_the_wait_and_calls_routing_once(stage, monkeypatch):
    heard = []
    monkeypatch.setitem(hooks.in_transaction, "cases_opened", [lambda **facts: heard.append(facts)])

    case, _ = opened_by_rule(stage)

    assert [(facts["cases"], facts["quiet"]) for facts in heard] == [([case], False)]
    planned = Timer.objects.filter(case=case).values_list("kind", flat=True)
    assert sorted(planned) == ["silent_case", "unassigned_head", "unassigned_manager"]


def test_open_of_replayed_history_plans_and_sends_nothing(stage):
    case = stage.open(owner=None, replay=True)

    assert not Timer.objects.filter(case=case).exists()
    assert told() == []


def test_open_when_routing_fails_leaves_nothing(stage, monkeypatch):
    def fail(**facts):
        raise RuntimeError("routing is down")

    monkeypatch.setitem(hooks.in_transaction, "cases_opened", [fail])
    with pytest.raises(RuntimeError):
        stage.open()

    assert not Case.objects.exists()
    assert not AuditEvent.objects.filter(object_type="case").exists()


def test_open_while_one_is_working_answers_that_one_and_attaches_the_contact(stage):
    case = stage.open()
    contact = stage.contact(case.client, NOW + HOUR)

    with transaction.atomic():
        again = workflow.open_case(
            client_id=case.client_id,
            line_id=None,
            identity_key=case.identity_key,
            reason_family="no_sync",
            origin=Origin.RD3PLUS,
            unit_id=stage.unit.pk,
            actor=system("intake"),
            now=NOW + HOUR,
            contact_ids=[contact.pk],
        )

    assert again.pk == case.pk
    assert Case.objects.count() == 1
    assert Contact.objects.get(pk=contact.pk).case_id == case.pk


@pytest.mark.parametrize("situation", ["resolved", "confirmed", "cancelled"])
def test_open_after_the_last_one_ended_is_a_new_case(stage, situation):
    case = stage.at(situation)

    new = stage.open(client=case.client, at=NOW + 20 * HOUR)

    assert new.pk != case.pk
    assert new.state == "opened"


# -- by hand ------------------------------------------------------------------------------------------


def by_hand(stage: Stage, name: str = "owner", client=None, **data):
    client = client or stage.client()
    facts = {"reason_family": "slow", "text": WHY}
    return workflow.open_manually(
        client.pk, actor=Actor.of_user(stage.person(name)), now=NOW, **(facts | data)
    )


@pytest.mark.parametrize("name", ["owner", "support", "manager", "stranger"])
def test_open_by_hand_says_why_and_by_whom(stage, name):
    client = stage.client()
    contact = stage.contact(client, NOW - MINUTE)

    done = by_hand(stage, name, client, contact_id=contact.pk)

    assert (done.case.origin, done.case.state, done.already) == ("manual", "opened", False)
    assert done.event.actor_id == stage.people[name].pk
    assert done.event.payload.body == {"text": WHY}
    assert last_sentence(done.case) == "Dossier ouvert : ouverture manuelle."
    assert Contact.objects.get(pk=contact.pk).case_id == done.case.pk


@pytest.mark.parametrize("name", ["trainer", "hr", "admin", "specialist", "other_manager"])
def test_open_by_hand_is_refused_to_other_roles_and_to_the_manager_of_another_unit(stage, name):
    client = stage.client()

    with pytest.raises(NotAllowed):
        by_hand(stage, name, client)

    assert not Case.objects.exists()
    trace = AuditEvent.objects.get(object_type="client", object_id=str(client.pk))
    assert (trace.action, trace.refused, trace.reason_code) == ("open", True, "not_allowed")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"reason_family": "rain"}, [("reason_family", "reason_family")]),
        ({"text": "court"}, [("reason_short", "text")]),
        ({"text": "  a \x00 "}, [("reason_short", "text")]),
        (
            {"reason_family": "", "text": ""},
            [("reason_family", "reason_family"), ("reason_short", "text")],
        ),
    ],
)
def test_open_by_hand_without_what_it_needs_names_the_field(stage, data, expected):
    with pytest.raises(Refused) as refusal:
        by_hand(stage, **data)

    assert reasons_of(refusal.value) == expected
    assert AuditEvent.objects.filter(object_type="client", refused=True).count() == 1


def test_open_by_hand_while_one_is_working_names_it(stage):
    case = stage.open()

    with pytest.raises(Refused) as refusal:
        by_hand(stage, "colleague", case.client)

    assert reasons_of(refusal.value) == [("other_working", "")]
    assert case.ref in refusal.value.reasons[0].text


def test_open_by_hand_twice_is_once(stage):
    client = stage.client()
    first = by_hand(stage, client=client)
    rows = AuditEvent.objects.count()

    second = by_hand(stage, client=client)

    assert (second.case.pk, second.already) == (first.case.pk, True)
    assert AuditEvent.objects.count() == rows


def test_open_by_hand_does_not_take_the_contact_of_another_case_nor_of_another_client(stage):
    cancelled = stage.at("cancelled")
    kept = stage.contact(cancelled.client, NOW, case=cancelled)
    foreign = stage.contact(stage.client(), NOW)

    first = by_hand(stage, client=cancelled.client, contact_id=kept.pk)
    second = by_hand(stage, contact_id=foreign.pk)

    assert Contact.objects.get(pk=kept.pk).case_id == cancelled.pk
    assert Contact.objects.get(pk=foreign.pk).case_id is None
    assert (first.case.contacts.count(), second.case.contacts.count()) == (0, 0)


def test_case_built_in_another_state_is_refused_by_its_constructor(stage):
    client = stage.client()
    with pytest.raises(ValueError, match="starts opened"):
        Case.objects.create(
            client=client,
            identity_key="client:x",
            reason_family="slow",
            state="resolved",
            origin="manual",
            unit=stage.unit,
            opened_at=NOW,
            last_event_at=NOW,
        )


def test_two_working_cases_of_one_identity_are_refused_by_the_database(stage):
    case = stage.open()

    with pytest.raises(IntegrityError), transaction.atomic():
        Case.objects.bulk_create(
            [
                Case(
                    client=case.client,
                    identity_key=case.identity_key,
                    reason_family="slow",
                    origin="manual",
                    unit=stage.unit,
                    opened_at=NOW,
                    last_event_at=NOW,
                )
            ]
        )
