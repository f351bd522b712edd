"""The call that rings, on the page of the called advisor: by itself, once, and to nobody else."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from atdemain.journal.models import AccessLog, AuditEvent
from cases import telephony
from cases.models import Client, IncomingCall, PhoneExtension
from tests.office import HOUR, NOW, Office, text_of

NUMBER = "+33199004127"
RINGING = "/ringing/"
HTMX = {"HX-Request": "true", "X-AT-Poll": "1"}


@pytest.fixture
def odile(office: Office) -> Client:
    for number, username in (("4127", "advisor"), ("4128", "colleague")):
        PhoneExtension.objects.create(number=number, user=office.people[username])
    return office.client("Odile Marchand", phone=NUMBER)


def ring(number: str = NUMBER, call: str = "c-1", extension: str = "4127") -> IncomingCall:
    return IncomingCall.objects.get(pk=telephony.ring(extension, number, call, at=NOW, now=NOW).call)


def poll(office: Office, seen: object = 0, who: str = "advisor"):
    return office.browser(who).get(RINGING, {"seen": seen}, headers=HTMX)


def test_nothing_rings_nothing_is_answered(office: Office, odile: Client) -> None:
    assert poll(office).status_code == 204


def test_who_calls_is_shown_with_what_the_rule_says(office: Office, odile: Client) -> None:
    office.contact(odile, NOW - HOUR)
    call = ring()
    page = poll(office)
    text = text_of(page)
    assert page.status_code == 200
    assert f"seen={call.pk}" in text
    assert "Odile Marchand" in text
    assert "01 99 00 41 27" in text
    assert "1 contact compté en 7 jours : celui-ci serait le <b>2ᵉ</b>." in text
    assert reverse("cases:client", args=[odile.client_ref]) in text


def test_it_is_announced_once_and_drawn_once(office: Office, odile: Client) -> None:
    call = ring()
    assert "Appel entrant : Odile Marchand, 1ᵉʳ contact en 7 jours." in text_of(poll(office))
    assert poll(office, call.pk).status_code == 204
    another_page = text_of(poll(office))
    assert "Odile Marchand" in another_page
    assert "annonces" not in another_page


def test_only_the_called_advisor_sees_it(office: Office, odile: Client) -> None:
    ring()
    for who in ("colleague", "support", "manager", "stranger"):
        assert poll(office, who=who).status_code == 204


def test_one_access_row_tells_that_it_was_shown(office: Office, odile: Client) -> None:
    ring()
    for _ in range(3):
        poll(office)
    row = AccessLog.objects.get(client_id=odile.pk)
    assert (row.user_id, row.action, row.purpose) == (office.people["advisor"].pk, "view", "record")


def test_a_call_that_nobody_looked_at_leaves_no_access_row(office: Office, odile: Client) -> None:
    ring()
    assert not AccessLog.objects.exists()


def test_a_case_is_named_with_who_follows_it(office: Office, odile: Client) -> None:
    case = office.case(client=odile, owner="colleague")
    ring()
    text = text_of(poll(office))
    assert reverse("cases:case", args=[case.ref]) in text
    assert "suivi par C. Essai" in text or "suivi par Colleague" in text


def test_a_case_of_one_s_own_says_so(office: Office, odile: Client) -> None:
    office.case(client=odile, owner="advisor")
    ring()
    assert "vous le suivez" in text_of(poll(office))


def test_a_client_of_another_unit_is_named_without_a_link_to_what_is_not_visible(
    office: Office, odile: Client
) -> None:
    far = office.client("Yann Le Gall", unit="brest", phone="+33199004555")
    office.case(client=far, owner="stranger", unit="brest")
    ring("+33199004555")
    text = text_of(poll(office))
    assert "Yann Le Gall" in text
    assert "UAT Brest" in text
    assert f"/clients/{far.client_ref}/" not in text
    assert 'href="/cases/ATD' not in text


@pytest.mark.parametrize(
    ("number", "words"),
    [("01 99 00 99 99", "Aucun client à ce numéro."), ("", "Numéro masqué.")],
)
def test_who_is_not_known_is_told_as_such(office: Office, odile: Client, number: str, words: str) -> None:
    ring(number)
    assert words in text_of(poll(office))
    assert not AccessLog.objects.exists()


def test_a_shared_number_names_nobody(office: Office, odile: Client) -> None:
    office.client("Paul Marchand", phone=NUMBER)
    ring()
    text = text_of(poll(office))
    assert "2 clients ont ce numéro." in text
    assert "Marchand" not in text


def test_taking_it_opens_the_form_with_who_calls_and_takes_it_off(office: Office, odile: Client) -> None:
    call = ring()
    browser = office.browser("advisor")
    answer = browser.post(reverse("cases:ringing_take", args=[call.pk]))
    assert answer.status_code == 302
    form = text_of(browser.get(answer["Location"]))
    assert "Odile Marchand" in form
    assert f'value="{odile.client_ref}" checked' in form
    assert poll(office, call.pk).status_code == 200  # the page that showed it is told it is over
    assert "Odile" not in text_of(poll(office, call.pk))
    assert poll(office).status_code == 204


def test_a_shared_number_opens_the_form_with_the_number(office: Office, odile: Client) -> None:
    office.client("Paul Marchand", phone=NUMBER)
    browser = office.browser("advisor")
    answer = browser.post(reverse("cases:ringing_take", args=[ring().pk]))
    assert "Paul Marchand" in text_of(browser.get(answer["Location"]))


def test_dismissing_it_twice_equals_once(office: Office, odile: Client) -> None:
    call = ring()
    browser = office.browser("advisor")
    address = reverse("cases:ringing_dismiss", args=[call.pk])
    first = browser.post(address, headers={"HX-Request": "true"})
    assert first.status_code == 200
    assert "seen=0" in first.content.decode()
    closed = IncomingCall.objects.get().closed_at
    assert browser.post(address).status_code == 302
    assert IncomingCall.objects.get().closed_at == closed


def test_somebody_else_s_call_is_as_unknown(office: Office, odile: Client) -> None:
    call = ring()
    browser = office.browser("colleague")
    for name in ("cases:ringing_take", "cases:ringing_dismiss"):
        assert browser.post(reverse(name, args=[call.pk])).status_code == 404
        assert browser.post(reverse(name, args=[2**63])).status_code == 404
    assert IncomingCall.objects.get().closed_at is None


def test_pages_of_who_has_a_telephone_ask_and_those_of_the_others_do_not(
    office: Office, odile: Client
) -> None:
    assert 'id="ringing"' in text_of(office.browser("advisor").get("/"))
    assert 'id="ringing"' not in text_of(office.browser("support").get("/"))
    PhoneExtension.objects.create(number="4000", user=office.people["hr"])
    assert 'id="ringing"' not in text_of(office.browser("hr").get("/"))


def test_without_script_the_call_has_a_page(office: Office, odile: Client) -> None:
    browser = office.browser("advisor")
    quiet = text_of(browser.get(RINGING))
    assert "Votre poste ne sonne pas." in quiet
    assert 'id="ringing"' in quiet  # « s’affiche ici de lui-même »
    ring()
    text = text_of(browser.get(RINGING))
    assert 'id="ringing"' not in text
    assert "Odile Marchand" in text
    assert "Noter l’appel" in text
    assert "n’est à votre nom" in text_of(office.browser("support").get(RINGING))


def test_a_page_that_asks_costs_two_queries_and_does_not_keep_the_session_alive(
    office: Office, odile: Client
) -> None:
    """The session, and one row of a partial index."""
    browser = office.browser("advisor")
    browser.get(RINGING, {"seen": 0}, headers=HTMX)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(RINGING, {"seen": 0}, headers=HTMX).status_code == 204
    assert len(queries) == 2
    assert all(query["sql"].startswith("SELECT") for query in queries)
    assert sum("cases_incomingcall" in query["sql"] for query in queries) == 1


def test_who_is_not_logged_in_is_told_so_and_not_that_nothing_rings(office: Office, odile: Client) -> None:
    assert office.browser().get(RINGING, {"seen": 0}, headers=HTMX).status_code == 401


def test_an_administrator_says_whose_telephone_it_is_and_the_journal_keeps_it(office: Office) -> None:
    browser = office.browser("admin")
    add = reverse("admin:cases_phoneextension_add")
    advisor = office.people["advisor"].pk
    assert browser.post(add, {"number": "4127", "user": advisor}).status_code == 302
    extension = PhoneExtension.objects.get()
    refused = browser.post(add, {"number": "4127", "user": office.people["support"].pk})
    assert refused.status_code == 200
    assert browser.post(add, {"number": "quatre", "user": office.people["support"].pk}).status_code == 200
    assert browser.post(add, {"number": "4130", "user": office.people["hr"].pk}).status_code == 200
    assert PhoneExtension.objects.count() == 1
    delete = reverse("admin:cases_phoneextension_delete", args=[extension.pk])
    assert browser.post(delete, {"post": "yes"}).status_code == 302
    events = AuditEvent.objects.filter(object_type="phoneextension").order_by("seq")
    assert [event.action for event in events] == ["created", "deleted"]
