"""The house's switch: one call says who rings and where it goes, and the called advisor's page shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.journal.models import AccessLog
from atdemain.organisation.models import Entity
from cases.models import IncomingCall, PhoneExtension
from tests.api.cast import Partner, problem
from tests.api.test_contacts import live  # noqa: F401
from tests.office import HOUR, NOW, Office

pytestmark = pytest.mark.django_db
NUMBER = "+33199004127"


@pytest.fixture
def switch(office: Office) -> Partner:
    """An entity of the house; P1 is none."""
    PhoneExtension.objects.create(number="4127", user=office.people["advisor"])
    return Partner.of(office, "copper", scopes=["telephony"])


def rings(switch: Partner, **more: Any) -> dict[str, Any]:
    sent = {"call_id": "c-1", "extension": "4127", "number": "01 99 00 41 27", **more}
    answer = switch.post("/telephony/calls", sent)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_call_says_all_in_one_answer_and_names_nobody(office: Office, switch: Partner, live) -> None:  # noqa: F811
    client = office.client("Odile Marchand", phone=NUMBER)
    case = office.case(client=client)
    told = rings(switch)
    assert told == {
        "announced": True,
        "identified": True,
        "shared_by": 0,
        "client_ref": client.client_ref,
        "case_ref": case.ref,
        "case_state": "opened",
        "contacts_in_window": 0,
        "would_be_count": 1,
        "window_hours": 168,
        "rd3plus": False,
        "mode": None,
        "queue": {"kind": "owner", "unit": "lyon", "extension": "4127"},
    }
    assert IncomingCall.objects.get().user == office.people["advisor"]
    assert "Odile" not in str(told)


def test_the_third_call_goes_to_the_queue_of_rd3plus(office: Office, switch: Partner, live) -> None:  # noqa: F811
    client = office.client(phone=NUMBER)
    for days in (3, 1):
        office.contact(client, NOW - timedelta(days=days))
    told = rings(switch)
    assert (told["would_be_count"], told["rd3plus"], told["mode"]) == (3, True, "live")
    assert told["queue"] == {"kind": "rd3plus", "unit": "lyon", "extension": None}


def test_the_page_of_the_advisor_shows_it_then_no_more_once_it_ended(office: Office, switch: Partner) -> None:
    office.client("Odile Marchand", phone=NUMBER)
    rings(switch)
    browser = office.browser("advisor")
    page = browser.get("/ringing/?seen=0", headers={"HX-Request": "true", "X-AT-Poll": "1"})
    assert "Odile Marchand" in page.content.decode()
    assert switch.post("/telephony/calls/end", {"call_id": "c-1"}).json() == {"ended": True}
    assert switch.post("/telephony/calls/end", {"call_id": "c-1"}).json() == {"ended": False}
    assert browser.get("/ringing/?seen=0", headers={"HX-Request": "true"}).status_code == 204


def test_a_lookup_changes_nothing_but_the_row_that_says_it_was_asked(office: Office, switch: Partner) -> None:
    client = office.client(phone=NUMBER)
    told = switch.post("/telephony/lookup", {"number": NUMBER}).json()
    assert told["client_ref"] == client.client_ref
    assert not IncomingCall.objects.exists()
    row = AccessLog.objects.get(client_id=client.pk)
    assert (row.user_id, row.api_client_id) == (None, switch.client.pk)


@pytest.mark.parametrize("worked", [True, False])
def test_a_call_costs_eight_queries_at_most_token_and_limit_included(
    office: Office,
    switch: Partner,
    live,  # noqa: F811
    worked: bool,
    engine: str,
) -> None:
    client = office.client(phone=NUMBER)
    if worked:
        office.case(client=client)
    for n in range(1, 5):
        office.contact(client, NOW - n * HOUR)
    rings(switch)
    with CaptureQueriesContext(connection) as queries:
        rings(switch, call_id="c-2")
    most = 8 if engine == "postgresql" else 16  # SQLite reads the rules each time
    assert len(queries) <= most, [query["sql"][:60] for query in queries]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"call_id": ""}, "/call_id"),
        ({"call_id": "a b"}, "/call_id"),
        ({"call_id": "é"}, "/call_id"),
        ({"call_id": "x" * 65}, "/call_id"),
        ({"extension": "quatre"}, "/extension"),
        ({"extension": 4127}, "/extension"),
        ({"extension": "1" * 13}, "/extension"),
        ({"number": "9" * 41}, "/number"),
        ({"at": "hier"}, "/at"),
        ({"name": "Odile"}, "/name"),
    ],
)
def test_what_does_not_suit_is_told_at_its_place(switch: Partner, more: dict, pointer: str) -> None:
    sent = {"call_id": "c-1", "extension": "4127", "number": NUMBER, **more}
    told = problem(switch.post("/telephony/calls", sent), 422, "validation")
    assert pointer in [fault["pointer"] for fault in told["errors"]]
    assert not IncomingCall.objects.exists()


def test_a_withheld_number_rings_too(office: Office, switch: Partner) -> None:
    told = rings(switch, number="")
    assert (told["announced"], told["identified"]) == (True, False)


def test_an_entity_outside_the_house_never_has_this_right_whatever_was_ticked(
    office: Office, switch: Partner
) -> None:
    outside = Partner.of(office, "p1", scopes=["telephony", "cases:read"])
    sent = {"call_id": "c-1", "extension": "4127", "number": NUMBER}
    problem(outside.post("/telephony/calls", sent), 403, "missing_scope")
    problem(outside.post("/telephony/lookup", {"number": NUMBER}), 403, "missing_scope")
    Entity.objects.filter(code="copper").update(internal=False)
    problem(switch.post("/telephony/calls", sent), 403, "missing_scope")


def test_the_same_announcement_again_is_the_same_call(office: Office, switch: Partner) -> None:
    rings(switch)
    rings(switch)
    assert IncomingCall.objects.count() == 1


def test_the_administrator_cannot_give_it_to_an_entity_of_outside(office: Office) -> None:
    browser = office.browser("admin")
    sent = {"entity": office.entities["p1"].pk, "name": "SI", "scopes": ["telephony"], "per_minute": "60"}
    refused = browser.post("/partners/new/", sent)
    assert refused.status_code == 422
    assert "réservé aux entités internes" in refused.content.decode()
    own = Partner.of(office, "p1").client
    assert "telephony" not in own.granted
    assert "telephony" not in browser.get(f"/partners/{own.pk}/").content.decode()
    assert "telephony" in Partner.of(office, "copper").client.granted
