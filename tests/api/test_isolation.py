"""A partner that goes through every address with what is another's: it sees, guesses and changes nothing.

Of what is another's it gets the answer given of what does not exist, byte for byte, after the same queries: their
number and their text stand for the time they take.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from atdemain import api
from atdemain.journal.models import AuditEvent
from atdemain.notifications.enums import DeliveryStatus
from atdemain.notifications.models import Delivery, WebhookSubscription
from atdemain.notifications.webhooks import events
from atdemain.organisation.models import EntityContact, IdempotentAnswer
from atdemain.rest.views import ApiView
from cases.models import Case, Contact, Escalation, FaultTicket
from cases.querysets import CaseQuerySet, EscalationQuerySet
from routing.api.directory import Contact as DirectoryContact
from tests.api.cast import Partner
from tests.api.test_contacts import call, send
from tests.notifications.webhook_cast import subscribed
from tests.office import HOUR, NOW, TOLD, Office

pytestmark = pytest.mark.django_db

HOOK = "https://hooks.partenaire.example/hook"
UNKNOWN = 999_999
ANSWER = {"answer_code": "fixed", "text": TOLD}
#: Route → what is asked of it, with the body that its owner would send.
ATTACKS: dict[str, dict[str, Any]] = {
    "escalation": {"GET": None},
    "escalation_acknowledge": {"POST": {}},
    "escalation_answer": {"POST": ANSWER},
    "escalation_request_info": {"POST": {"text": TOLD}},
    "escalation_named_contact": {"POST": {"contact": 1}},
    "case": {"GET": None},
    "directory_contact": {"GET": None, "PUT": {"name": "Pirate", "phone": "01 99 00 99 01"}},
    "webhook": {"GET": None, "PUT": {"url": HOOK, "events": ["case.resolved"]}, "DELETE": None},
    "webhook_rotate": {"POST": {}},
    "webhook_test": {"POST": {}},
    "webhook_deliveries": {"GET": None},
    "webhook_resend_all": {"POST": {}},
    "webhook_resend": {"POST": {}},
}


class Theirs:
    """The entity « copper », its program, and one of each thing that it has."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.case = office.case("escalated", entity="copper")
        self.escalation = self.case.escalations.get()
        self.webhook, _ = subscribed(office.entities["copper"], HOOK)
        self.key = events.announce_test(self.webhook, "x", NOW)
        Delivery.objects.update(status=DeliveryStatus.DEAD)
        self.person = office.entities["copper"].contacts.get()
        self.program = Partner.of(office, "copper")

    def address(self, route: str, *, known: bool = True) -> str:
        if route == "case":
            return reverse("api:case", args=[self.case.ref if known else "ATD-2026-999999"])
        kind, key = route.partition("_")[0], [self.key if known else "msg_0"]
        pk = {"escalation": self.escalation.pk, "directory": self.person.pk, "webhook": self.webhook.pk}[kind]
        return reverse(
            f"api:{route}", args=[pk if known else UNKNOWN, *(key if route == "webhook_resend" else ())]
        )

    def state(self) -> list[Any]:
        """Everything of theirs that an attack might change."""
        return [
            list(model._default_manager.order_by("pk").values())
            for model in (Case, Escalation, WebhookSubscription, Delivery, EntityContact, FaultTicket)
        ] + [AuditEvent.objects.filter(refused=False).count()]


@pytest.fixture
def theirs(office, clock) -> Theirs:
    return Theirs(office)


@pytest.fixture
def p1(office, clock) -> Partner:
    return Partner.of(office)


#: What tells one answer from another whoever asks.
VOLATILE = {"x-request-id", "ratelimit", "date"}


def heard(partner: Partner, method: str, where: str, body: Any, **headers: Any) -> tuple[Any, ...]:
    """All that a caller can observe: status, headers, body, and the queries that its time is made of."""
    with CaptureQueriesContext(connection) as captured:
        answer = partner.ask(method, where, body, **{"If_Match": '"1"'} | headers)
    told = {name.lower(): value for name, value in answer.items() if name.lower() not in VOLATILE}
    return (
        answer.status_code,
        told,
        answer.content,
        [_shape(query["sql"]) for query in captured.captured_queries],
    )


def _shape(sql: str) -> str:
    """A query without the values in it."""
    return re.sub(r"'[^']*'|\d+", "?", sql)


def attack(p1: Partner, theirs: Theirs, route: str) -> None:
    for method, body in ATTACKS[route].items():
        known, unknown = (theirs.address(route, known=known) for known in (True, False))
        for headers in ({}, {"Idempotency_Key": "k"}) if method == "POST" else ({}, {"If_None_Match": '"1"'}):
            told = heard(p1, method, known, body, **headers)
            assert told[0] == 404, (method, known)
            assert told == heard(p1, method, unknown, body, **headers), (method, known)


def test_every_route_that_names_an_object_is_attacked():
    named = {
        one.name
        for one in api.urlpatterns
        if "<" in str(one.pattern) and issubclass(getattr(one.callback, "view_class", object), ApiView)
    }
    assert named == set(ATTACKS)


@pytest.mark.parametrize("route", ATTACKS)
def test_what_is_anothers_is_answered_like_what_does_not_exist_after_the_same_queries(p1, theirs, route):
    before = theirs.state()
    attack(p1, theirs, route)
    assert theirs.state() == before
    assert not IdempotentAnswer.objects.exists()


def everything(self: Any, entity: int) -> Any:
    """The control: what an address would be without its entity."""
    return self.all()


def anybody(self: DirectoryContact, pk: int) -> EntityContact:
    return EntityContact.objects.get(pk=pk)


@pytest.mark.parametrize(
    ("route", "owner", "name", "open_to_all"),
    [
        ("escalation", EscalationQuerySet, "of_entity", everything),
        ("escalation_acknowledge", EscalationQuerySet, "of_entity", everything),
        ("webhook", type(WebhookSubscription.objects.all()), "of_entity", everything),
        ("directory_contact", DirectoryContact, "_row", anybody),
        ("case", CaseQuerySet, "asked_of", everything),
    ],
)
def test_without_its_entity_an_address_fails_the_attack(
    p1, theirs, monkeypatch, route, owner, name, open_to_all
):
    monkeypatch.setattr(owner, name, open_to_all)
    if route == "case":
        monkeypatch.setattr(EscalationQuerySet, "of_entity", everything)
    with pytest.raises((AssertionError, EntityContact.DoesNotExist)):
        attack(p1, theirs, route)


# -- what a list, a filter or a body may name ----------------------------------------------------------------


def test_a_list_shows_ones_own_whatever_its_cursor_says(p1, theirs, office):
    mine = office.case("escalated", entity="p1").escalations.get()
    for _ in range(3):
        office.case("escalated", entity="copper")
    cursor = theirs.program.get("/escalations?limit=1").json()["next"].partition("cursor=")[2]
    for path in (
        "/escalations", f"/escalations?cursor={cursor}", "/escalations?updated_since=2000-01-01T00:00:00Z",
        "/escalations?status=sent&colour=orange",
    ):  # fmt: skip
        assert [one["id"] for one in p1.get(path).json()["items"]] in ([mine.pk], []), path
    assert p1.get("/webhooks").json() == {"items": []}
    told = str(p1.get("/directory").json())
    assert theirs.person.name not in told
    told = p1.get("/flows").json()
    assert (told["contacts_handled"], told["rd3plus_originated"]) == (0, 0)


def test_the_etag_of_anothers_object_or_list_tells_nothing(p1, theirs):
    etag = theirs.program.get("/escalations")["ETag"]
    assert p1.get("/escalations", If_None_Match=etag).status_code == 200
    assert p1.get("/escalations")["ETag"] != etag
    for tag in ("*", '"1"'):
        assert p1.get(theirs.address("escalation"), If_None_Match=tag).status_code == 404
        assert p1.post(theirs.address("escalation_answer"), ANSWER, If_Match=tag).status_code == 404


def test_a_key_that_another_client_used_is_free_and_tells_nothing(p1, theirs, office):
    asked = {"contacts": [call("c1")]}
    first = theirs.program.post("/contacts", asked, Idempotency_Key="meme")
    mine = p1.post("/contacts", asked, Idempotency_Key="meme")
    assert mine.json()["created"] == 1
    assert "Idempotency-Replayed" not in mine
    assert first.json()["created"] == 1
    assert p1.post("/contacts", {"contacts": [call("c2")]}, Idempotency_Key="autre").status_code == 200


def test_a_body_that_names_a_person_of_another_directory_is_refused_like_one_that_names_nobody(
    p1, theirs, office
):
    mine = office.case("escalated", entity="p1").escalations.get()
    where = f"/escalations/{mine.pk}/named-contact"
    told = heard(p1, "POST", where, {"contact": theirs.person.pk})
    assert told[0] == 422
    assert told == heard(p1, "POST", where, {"contact": UNKNOWN})


def test_a_contact_of_another_is_neither_corrected_nor_known(p1, theirs):
    send(theirs.program, call("c1", summary="La leur", interaction_id="i1"))
    assert send(p1, call("c1", summary="La mienne", interaction_id="i1", client_ref="CLI-8"))["created"] == 1
    for entity in ("copper", "nulle"):
        (item,) = send(p1, call("c2", handling_entity=entity))["items"]
        assert item["errors"][0]["code"] == "not_yours"
    found = Contact.objects.get(handling_entity__code="copper")
    assert (found.summary, found.exclusion_code) == ("La leur", "")


def test_a_case_asked_of_two_entities_shows_each_its_own_escalation_and_tickets(p1, theirs, office):
    case = theirs.case
    office.do(
        case, "escalate", "advisor", at=NOW + timedelta(minutes=1), target_entity=office.entities["p1"],
        summary=TOLD, colour="orange", mode="case", reason="network_diagnosis",
        window_start=case.current_promise.window_start, window_end=case.current_promise.window_end,
    )  # fmt: skip
    field = Partner.of(office, "field")
    office.entities["field"].__class__.objects.filter(code="field").update(internal=False)
    ticket = {"system": "oceane", "opened_at": (NOW - HOUR).isoformat(), "case_ref": case.ref}
    for program, ref in ((theirs.program, "DU-CUIVRE"), (p1, "DE-P1")):
        program.post("/fault-tickets", {"fault_tickets": [ticket | {"ref": ref}]})
    FaultTicket.objects.create(
        system="oceane", ref="DU-TERRAIN", case=case, feed=office.entities["field"], opened_at=NOW - HOUR,
        responsible_entity=office.entities["field"], updated_at=NOW, status="open",
    )  # fmt: skip
    FaultTicket.objects.create(
        system="oceane", ref="DE-LA-MAISON", case=case, opened_at=NOW - HOUR, updated_at=NOW, status="open"
    )
    told = p1.get(f"/cases/{case.ref}").json()
    refs = {one["ref"] for one in told["faults"]}
    assert {"DE-P1", "DE-LA-MAISON"} <= refs
    assert "DU-TERRAIN" not in refs
    assert told["escalation"]["id"] == case.escalations.get(target_entity=office.entities["p1"]).pk
    assert field.get(f"/cases/{case.ref}").status_code == 404


def test_a_webhook_is_told_of_its_own_entity_and_no_other(office, theirs):
    mine, _ = subscribed(office.entities["p1"], "https://hooks.p1.example/hook")
    Delivery.objects.all().delete()
    other = office.case("escalated", entity="copper")
    office.do(other, "withdraw_escalation", "advisor", escalation=other.escalations.get().pk, reason=TOLD)
    assert not Delivery.objects.filter(subscription=mine).exists()
    assert Delivery.objects.filter(subscription=theirs.webhook).exists()
