"""What a call that rings would be, asked as often as one likes: nothing is ever written."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.journal.models import AccessLog, AuditEvent
from cases.models import Case, ClientPhone, Contact, Line
from tests.api.cast import Partner, problem
from tests.api.test_contacts import call, live, send  # noqa: F401
from tests.office import HOUR, NOW, Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def p1(office, clock) -> Partner:
    return Partner.of(office)


def check(partner: Partner, **body):
    answer = partner.post("/repeat-check", body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_third_call_is_announced_with_the_queue_that_takes_it(p1, live):  # noqa: F811
    for n in (3, 2):
        send(p1, call(f"c{n}", NOW - n * HOUR))
    asked = {"client_ref": "CLI-9", "unit": "lyon", "reason": "pas-de-synchro"}
    told = check(p1, **asked)
    assert told == {
        "identified": True,
        "would_be_count": 3,
        "rd3plus": True,
        "mode": "live",
        "owner_queue": "lyon",
        "transfer_line": "+33199009990",
    }
    for _ in range(3):
        assert check(p1, **asked) == told
    assert (Case.objects.count(), Contact.objects.count()) == (0, 2)
    assert not AuditEvent.objects.filter(object_type="case").exists()
    assert not AccessLog.objects.exists()


def test_a_second_call_stays_with_the_partner(p1, live):  # noqa: F811
    send(p1, call("c1"))
    told = check(p1, client_ref="CLI-9", unit="lyon")
    assert (told["would_be_count"], told["rd3plus"], told["owner_queue"]) == (2, False, None)


def test_a_client_whose_case_is_being_worked_goes_to_its_unit(p1, live):  # noqa: F811
    case = live.case("opened")
    told = check(p1, client_ref=case.client.client_ref)
    assert (told["rd3plus"], told["owner_queue"], told["transfer_line"]) == (False, "lyon", "+33199009990")


def test_a_line_or_a_number_leads_to_its_client_and_a_shared_number_to_nobody(p1, office: Office):
    one, other = office.client(phone="+33199004127"), office.client()
    Line.objects.create(line_ref="L1", client=one, technology="fibre", unit=office.units["lyon"])
    office.contact(one, NOW - HOUR)
    assert check(p1, line_ref="L1")["would_be_count"] == 2
    assert check(p1, caller_number="01 99 00 41 27")["would_be_count"] == 2
    ClientPhone.objects.create(client=other, e164="+33199004127")
    shared = check(p1, caller_number="01 99 00 41 27")
    assert (shared["identified"], shared["would_be_count"]) == (False, None)
    assert check(p1, client_ref="INCONNU")["would_be_count"] == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, ""),
        ({"client_ref": "A", "line_ref": "B"}, "/line_ref"),
        ({"caller_number": "12"}, "/caller_number"),
        ({"client_ref": "A", "unit": "nulle"}, "/unit"),
        ({"client_ref": "A", "channel": []}, "/channel"),
        ({"client_ref": ["A"]}, "/client_ref"),
        ({"client_ref": "A", "x": 1}, "/x"),
        ([], ""),
    ],
)
def test_a_question_that_names_nobody_or_two_is_422_at_its_place(p1, body, where):
    told = problem(p1.post("/repeat-check", body), 422, "validation")
    assert told["errors"][0]["pointer"] == where


@pytest.mark.parametrize("worked", [False, True])
def test_a_question_costs_at_most_eight_queries(p1, live, worked):  # noqa: F811
    client = live.case("opened").client if worked else live.client()
    for n in (4, 3, 2):
        live.contact(client, NOW - n * HOUR)
    Line.objects.create(line_ref="L1", client=client, technology="fibre", unit=live.units["lyon"])
    with CaptureQueriesContext(connection) as captured:
        assert check(p1, line_ref="L1")["owner_queue"] == "lyon"
    if connection.vendor == "postgresql":
        assert len(captured) <= 8, chr(10).join(query["sql"][:300] for query in captured.captured_queries)
