"""The faults that an entity follows: told in any order, its own alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cases.faults import FaultUpdate, upsert
from cases.models import Case, FaultTicket, FaultTicketChange
from tests.api.cast import Partner, problem
from tests.office import HOUR, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def p1(office, clock) -> Partner:
    return Partner.of(office)


def ticket(ref: str = "OC1", **fields: Any) -> dict[str, Any]:
    opened = (NOW - 5 * HOUR).isoformat()
    return {"system": "oceane", "ref": ref, "opened_at": opened, "colour": "orange"} | fields


def send(partner: Partner, *tickets: Any) -> dict[str, Any]:
    answer = partner.post("/fault-tickets", {"fault_tickets": list(tickets)})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_ticket_is_created_then_told_again_then_closed_with_its_history(p1, office):
    assert send(p1, ticket())["created"] == 1
    assert send(p1, ticket())["unchanged"] == 1
    red = ticket(colour="red", updated_at=(NOW - 2 * HOUR).isoformat())
    assert send(p1, red)["updated"] == 1
    assert send(p1, {"system": "oceane", "ref": "OC1", "closed_at": NOW.isoformat()})["updated"] == 1
    found = FaultTicket.objects.get()
    assert (found.colour, found.status, found.closed_at) == ("red", "closed", NOW)
    assert found.responsible_entity == office.entities["p1"]
    assert FaultTicketChange.objects.filter(ticket=found).count() == 3


def test_a_change_that_comes_late_takes_its_place(p1):
    send(p1, ticket(colour="green", updated_at=(NOW - HOUR).isoformat()))
    send(p1, ticket(colour="red", updated_at=(NOW - 3 * HOUR).isoformat()))
    assert FaultTicket.objects.get().colour == "green"


def test_whether_another_entity_follows_the_same_reference_cannot_be_learnt(p1, office):
    """Each has its own: the answers are those of a reference that nobody follows, and nothing of the other moves."""
    other = Partner.of(office, "field")
    send(other, ticket(colour="green"))
    known, fresh = send(p1, ticket(colour="red")), send(p1, ticket("OC2", colour="red"))
    assert str(known).replace("OC1", "OC2") == str(fresh)
    known, fresh = send(p1, {"system": "oceane", "ref": "OC1"}), send(p1, {"system": "oceane", "ref": "OC2"})
    assert str(known).replace("OC1", "OC2") == str(fresh)
    told = send(p1, {"system": "oceane", "ref": "OC3", "closed_at": NOW.isoformat()})
    send(other, ticket("OC4"))
    again = send(p1, {"system": "oceane", "ref": "OC4", "closed_at": NOW.isoformat()})
    assert str(told).replace("OC3", "OC4") == str(again)
    assert set(FaultTicket.objects.filter(ref="OC1").values_list("responsible_entity__code", "colour")) == {
        ("field", "green"),
        ("p1", "red"),
    }


def test_the_house_speaks_of_the_ticket_that_a_partner_tells_and_a_partner_of_the_one_given_to_it(p1, office):
    """One fault is one ticket: nothing is counted twice in the open faults."""
    admin = office.actor("admin")
    send(p1, ticket())
    red = FaultUpdate("OC1", colour="red", updated_at=NOW - 2 * HOUR)
    assert upsert(red, actor=admin, now=NOW).status == "updated"
    given = FaultUpdate("OC5", opened_at=NOW - HOUR, entity_code="p1")
    assert upsert(given, actor=admin, now=NOW).status == "created"
    assert send(p1, {"system": "oceane", "ref": "OC5", "closed_at": NOW.isoformat()})["updated"] == 1
    assert FaultTicket.objects.count() == 2
    taken = FaultUpdate("OC1", entity_code="field", updated_at=NOW - HOUR)
    assert upsert(taken, actor=admin, now=NOW).status == "updated"
    (item,) = send(p1, ticket(colour="green"))["items"]
    assert "n’est plus suivi" in item["errors"][0]["detail"]
    assert FaultTicket.objects.get(ref="OC1").responsible_entity == office.entities["field"]


def test_between_two_partners_and_an_older_ticket_of_its_own_the_house_means_its_own(p1, office):
    other, admin = Partner.of(office, "field"), office.actor("admin")
    for partner in (p1, other):
        send(partner, ticket())
    named = FaultUpdate("OC1", colour="red", entity_code="field", updated_at=NOW - HOUR)
    assert upsert(named, actor=admin, now=NOW).status == "updated"
    assert FaultTicket.objects.get(feed=office.entities["field"]).colour == "red"
    assert upsert(FaultUpdate("OC1", opened_at=NOW - HOUR), actor=admin, now=NOW).status == "created"
    assert upsert(FaultUpdate("OC1", colour="green"), actor=admin, now=NOW).status == "updated"
    assert FaultTicket.objects.get(feed=None).colour == "green"


def test_a_case_is_named_only_by_an_entity_that_was_asked_about_it(p1, office):
    mine: Case = office.case("escalated", entity="p1")
    theirs: Case = office.case("escalated", entity="copper")
    told = send(p1, ticket(case_ref=theirs.ref), ticket("OC2", case_ref="ATD-2026-999999"))
    first, second = (item["errors"][0]["detail"] for item in told["items"])
    assert first.replace(theirs.ref, "") == second.replace("ATD-2026-999999", "")
    assert send(p1, ticket("OC3", case_ref=mine.ref))["created"] == 1
    assert FaultTicket.objects.get(ref="OC3").case == mine


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"colour": "bleu"}, "colour"),
        ({"colour": []}, "colour"),
        ({"status": "perdu"}, "status"),
        ({"system": "minitel"}, "system"),
        ({"ref": ""}, "ref"),
        ({"ref": "x" * 81}, "ref"),
        ({"ref": "x" * 41}, "ref"),
        ({"opened_at": "hier"}, "opened_at"),
        ({"opened_at": None}, "opened_at"),
        ({"opened_at": (NOW + timedelta(days=1)).isoformat()}, "opened_at"),
        ({"closed_at": (NOW - 6 * HOUR).isoformat()}, "closed_at"),
        ({"line_ref": "inconnue"}, "line_ref"),
        ({"entity_code": "copper"}, "entity_code"),
    ],
)
def test_what_is_wrong_in_a_ticket_is_told_where_it_is(p1, fields, name):
    (item,) = send(p1, ticket() | fields)["items"]
    assert item["status"] == "rejected"
    assert item["errors"][0]["pointer"] == f"/fault_tickets/0/{name}"
    assert FaultTicket.objects.count() == 0


def test_more_than_five_hundred_tickets_are_413(p1):
    refused = p1.post("/fault-tickets", {"fault_tickets": [1] * 501})
    problem(refused, 413, "too_many_items")
