"""What a partner wrote, kept thirty days to help it: what is kept, who reads it, and when it goes (domain.md §2.9)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.journal import purging
from atdemain.journal.actors import system
from atdemain.journal.models import AccessLog
from atdemain.journal.retention import KINDS
from atdemain.organisation.models import ApiCall
from atdemain.rest import call_log
from cases.models import Case, Client, Contact, Line
from cases.retention import partner_calls, pseudonymise
from tests.api.cast import Partner
from tests.api.test_contacts import call, send
from tests.office import HOUR, NOW, TOLD, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def p1(office, clock) -> Partner:
    return Partner.of(office)


def test_a_writing_request_is_kept_with_its_answer_and_body_in_one_statement(p1):
    with CaptureQueriesContext(connection) as captured:
        answer = p1.post("/contacts", {"contacts": [call("c1", summary="Voyant rouge")]})
    kept = ApiCall.objects.get()
    assert (kept.client, kept.at, kept.method, kept.path) == (p1.client, NOW, "POST", "/api/v1/contacts")
    assert (kept.status, kept.code, kept.refused, kept.answer) == (200, "", 0, "")
    assert kept.request_id == answer["X-Request-ID"]
    assert json.loads(kept.body)["contacts"][0]["summary"] == "Voyant rouge"
    assert kept.size == len(kept.body.encode())
    assert sum(ApiCall._meta.db_table in query["sql"] for query in captured.captured_queries) == 1


def test_what_was_refused_is_kept_with_its_reasons(p1):
    p1.post("/contacts", {"contacts": [call("bon"), call("faux", channel="pigeon")]})
    partly = ApiCall.objects.get()
    assert (partly.status, partly.refused) == (200, 1)
    assert [one["source_id"] for one in json.loads(partly.answer)] == ["faux"]
    p1.post("/contacts", {"contact": []})
    whole = ApiCall.objects.latest("pk")
    assert (whole.status, whole.code, json.loads(whole.answer)["status"]) == (422, "validation", 422)
    p1.ask("POST", "/contacts", b'{"a": "\x00\xff')
    unread = ApiCall.objects.latest("pk")
    assert (unread.code, unread.body) == ("malformed_json", '{"a": "��')
    p1.ask("DELETE", "/contacts/%00")
    p1.ask("DELETE", "/contacts")
    assert ApiCall.objects.latest("pk").code == "method_not_allowed"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/escalations", None),
        ("HEAD", "/me", None),
        ("POST", "/repeat-check", {"client_ref": "CLI-9"}),
        ("POST", "/telephony/lookup", {"number": "01 99 00 41 27"}),
        ("POST", "/telephony/calls", {"call_id": "1", "extension": "4127", "number": "01 99 00 41 27"}),
    ],
)
def test_a_question_is_not_kept(p1, office, method, path, body):
    p1.ask(method, path, body)
    assert not ApiCall.objects.exists()


def test_what_the_limit_turns_away_or_nobody_signs_is_not_kept(office, clock):
    p1 = Partner.of(office, per_minute=1)
    assert [p1.post("/contacts", {}).status_code for _ in range(3)] == [422, 429, 429]
    p1.token = "inconnu"
    assert p1.post("/contacts", {}).status_code == 401
    assert ApiCall.objects.count() == 1


def test_a_long_body_is_kept_up_to_its_limit_and_without_escapes(p1):
    p1.ask("POST", "/contacts", b'{"contacts": "\\u00e9t\\u00e9"}')
    assert ApiCall.objects.get().body == '{"contacts": "été"}'
    p1.ask("POST", "/contacts", b'{"contacts": ["' + b"x" * 100_000 + b'"]}')
    kept = ApiCall.objects.latest("pk")
    assert (len(kept.body), kept.size) == (ApiCall.KEPT, 100_018)


def test_the_work_stands_without_its_trace(p1, monkeypatch):
    def down(*args: Any) -> None:
        raise psycopg.OperationalError("gone")

    monkeypatch.setattr(call_log, "run", down)
    assert send(p1, call("c1"))["created"] == 1
    assert not ApiCall.objects.exists()


def test_thirty_days_later_it_is_gone(p1):
    send(p1, call("c1"))
    run = lambda at: purging.run(at, [KINDS["api_calls"]], system("purge")).counts["api_calls"]  # noqa: E731
    assert run(NOW + 30 * DAY - HOUR) == {}
    assert run(NOW + 30 * DAY) == {"calls": 1}


# -- a client's data go --------------------------------------------------------------------------------------


def bodies() -> list[str]:
    return list(ApiCall.objects.order_by("pk").values_list("body", flat=True))


def test_the_bodies_that_name_a_client_go_with_its_data_and_the_others_stay(office, p1):
    send(p1, call("c1", client_name="Zoé Zqxj", caller_number="01 99 00 41 27"))
    p1.ask("POST", "/contacts", json.dumps({"contacts": [call("c2", client_ref="CLI-9")]}).encode())
    client = Client.objects.get(client_ref="CLI-9")
    Line.objects.create(line_ref="LIG 7", client=client, technology="fibre", unit=office.units["lyon"])
    send(p1, call("c3", client_ref=None, line_ref="LIG 7"))
    send(p1, call("c9", client_ref="CLI-99"))
    p1.post("/contacts", {"contacts": [{"client_name": "Zoé Zqxj", "client_ref": "cli-9"}]})
    p1.ask("POST", "/contacts", b'{"contacts": [{"client_name": "Zo\xc3\xa9 Zqxj"')
    p1.ask("POST", "/contacts", b'{"contacts": ["Zqxj", "' + b"x" * 100_000 + b'"]}')
    case: Case = office.case("escalated", client=client, entity="p1")
    one = case.escalations.get()
    p1.post(f"/escalations/{one.pk}/answer", {"answer_code": "fixed", "text": TOLD}, If_Match='"1"')
    p1.post("/fault-tickets", {"fault_tickets": [{"case_ref": case.ref, "system": "oceane", "ref": "A"}]})
    assert all(bodies())
    Contact.objects.filter(client=client).update(caller_number="")
    pseudonymise([client.pk], actor=system("test"), now=NOW, reason_code="request", before_term=True)
    left = [body for body in bodies() if body]
    assert len(left) == 1
    assert "CLI-99" in left[0]
    assert ApiCall.objects.count() == 9
    assert not ApiCall.objects.filter(answer__contains="cli-9").exists()


def test_what_an_entity_that_never_knew_the_client_sent_is_not_looked_into(office, p1):
    other = Partner.of(office, "field")
    send(p1, call("c1"))
    send(other, call("c1", client_ref="AUTRE"))
    client = Client.objects.get(client_ref="CLI-9")
    assert partner_calls.forget([client.pk], []) == 1
    assert [bool(body) for body in bodies()] == [False, True]


# -- the administrator's pages -------------------------------------------------------------------------------


def test_an_administrator_reads_what_was_sent_and_each_reading_is_in_the_access_log(office, p1):
    send(p1, call("bon"))
    send(p1, call("faux", channel="pigeon", client_name="Léa <b>Moreau</b>"))
    p1.post("/contacts", {"contact": []})
    browser = office.browser("admin")
    where = f"/partners/{p1.client.pk}/calls/"
    page = browser.get(where)
    assert [row.status for row in page.context["rows"]] == [422, 200, 200]
    assert "1 refusé" in text_of(page)
    assert not AccessLog.objects.filter(object_type="api_calls").exists()
    wrong = browser.get(f"{where}?only=wrong")
    assert [row.went_wrong for row in wrong.context["rows"]] == [True, True]
    one = ApiCall.objects.get(refused=1)
    told = browser.get(f"{where}{one.pk}/").content.decode()
    assert "Léa &lt;b&gt;Moreau&lt;/b&gt;" in told
    assert "/contacts/0/channel" in told
    row = AccessLog.objects.get(object_type="api_calls")
    assert (row.user_id, row.purpose, row.rows) == (office.people["admin"].pk, "partner_help", 1)
    other = Partner.of(office, "field")
    assert browser.get(f"/partners/{other.client.pk}/calls/{one.pk}/").status_code == 404


def test_older_requests_are_a_page_further(office, p1, monkeypatch):
    monkeypatch.setattr("atdemain.pages.partners.calls.PAGE", 2)
    for n in range(5):
        send(p1, call(f"c{n}"))
    browser, seen, where = office.browser("admin"), [], f"/partners/{p1.client.pk}/calls/"
    while where:
        page = browser.get(where)
        seen += [row.pk for row in page.context["rows"]]
        older = page.context["older"]
        where = f"/partners/{p1.client.pk}/calls/?before={older}" if older else ""
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == 5
