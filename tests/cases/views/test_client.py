"""The client's page: everything on one timeline, and the count explained (domain.md L01)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case, ClientAccessGrant
from tests.office import HOUR, NOW, text_of

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def entries(page) -> list[str]:
    body = text_of(page)
    return re.findall(r'class="at-tl-at">([^<]+)<', body)


def test_five_contacts_and_a_case_are_six_items_in_time_order_in_twelve_queries(office):
    """L01."""
    client = office.client("Léa Moreau")
    for hours, channel in ((5, "voice"), (4, "chat"), (3, "voice"), (2, "chat"), (1, "voice")):
        office.contact(client, NOW - hours * HOUR, channel=channel)
    case = office.case(client=client, owner=None, at=NOW - 30 * timedelta(minutes=1))
    browser = office.browser("advisor")
    browser.get(f"/clients/{client.client_ref}/")
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(f"/clients/{client.client_ref}/")
    assert len(queries) <= 12, "\n".join(query["sql"][:150] for query in queries)
    assert entries(page) == ["15:00", "14:30", "13:30", "12:30", "11:30", "10:30"]
    assert case.ref in text_of(page)


def test_the_count_says_what_counted_what_did_not_and_under_which_rule(office):
    client = office.client()
    office.contact(client, NOW - 3 * DAY)
    office.contact(client, NOW - 2 * DAY, outcome="abandoned")
    office.contact(client, NOW - 9 * DAY)
    words = text_of(office.browser("advisor").get(f"/clients/{client.client_ref}/"))
    assert "1 contact compté en 7 jours" in words
    assert "seuil 3" in words
    assert "Pourquoi pas de dossier ?" in words


@pytest.mark.parametrize(("show", "left"), [("contacts", 2), ("cases", 1), ("", 3), ("nothing", 3)])
def test_the_story_is_filtered_by_kind(office, show, left):
    client = office.client()
    for hours in (3, 2):
        office.contact(client, NOW - hours * HOUR)
    office.case(client=client, owner=None, at=NOW - HOUR)
    page = office.browser("advisor").get(f"/clients/{client.client_ref}/", {"show": show})
    assert len(entries(page)) == left


def test_opening_a_case_by_hand_is_offered_to_who_may_and_only_without_one(office):
    client = office.client()
    address = f"/clients/{client.client_ref}/"
    assert f"{address}open/" in office.browser("advisor").get(address).content.decode()
    case = office.case(client=client)
    body = office.browser("advisor").get(address).content.decode()
    assert f"{address}open/" not in body
    assert f"/cases/{case.ref}/" in body


def test_a_case_opened_by_hand_needs_a_reason_and_keeps_what_was_typed(office):
    client = office.client()
    address = f"/clients/{client.client_ref}/open/"
    browser = office.browser("advisor")
    short = browser.post(address, {"reason_family": "slow", "text": "Trop bref"})
    assert short.status_code == 422
    assert "Trop bref" in text_of(short)
    assert "au moins 10 caractères" in text_of(short)
    done = browser.post(address, {"reason_family": "slow", "text": "Débit nul depuis lundi."})
    assert done.status_code == 302
    case = Case.objects.get(client=client)
    assert done["Location"] == f"/cases/{case.ref}/"
    again = browser.post(address, {"reason_family": "slow", "text": "Débit nul depuis lundi."})
    assert again["Location"] == f"/cases/{case.ref}/"
    assert Case.objects.filter(client=client).count() == 1


def test_an_empty_form_says_each_missing_field(office):
    client = office.client()
    answer = office.browser("advisor").post(f"/clients/{client.client_ref}/open/", {})
    assert answer.status_code == 422
    assert answer.content.decode().count("at-field-error") == 2


def test_a_merged_record_leads_to_the_one_that_replaced_it(office):
    kept, gone = office.client(), office.client()
    gone.merged_into = kept
    gone.save()
    answer = office.browser("advisor").get(f"/clients/{gone.client_ref}/")
    assert answer["Location"] == f"/clients/{kept.client_ref}/"


def test_another_units_client_opens_for_a_day_to_who_recorded_a_call(office, clock):
    client = office.client("Jean Le Goff", unit="brest")
    far = office.case(client=client, owner="stranger", unit="brest")
    address = f"/clients/{client.client_ref}/"
    browser = office.browser("advisor")
    assert browser.get(address).status_code == 404
    ClientAccessGrant.objects.create(
        client=client, user=office.people["advisor"], until=NOW + timedelta(hours=24)
    )
    words = text_of(browser.get(address))
    assert "S. Essai" in words
    assert "Dossier d’une autre unité" in words
    assert f"/cases/{far.ref}/" not in words
    clock.shift(timedelta(hours=24))
    assert office.browser("advisor").get(address).status_code == 404


def test_a_reference_with_a_slash_or_a_percent_has_its_page(office):
    client = office.client("Mairie")
    type(client).objects.filter(pk=client.pk).update(client_ref="FT/2026 é%20?x#1")
    browser = office.browser("advisor")
    found = browser.get("/search", {"q": "mairie"})
    address = re.search(r'href="(/clients/[^"]+)"', found.content.decode()).group(1)
    assert browser.get(address).status_code == 200


@pytest.mark.parametrize("ref", ["CLI-INCONNU", "%00", "a/b/c", "é" * 300, "x%0Ay"])
def test_an_unknown_client_is_a_404(office, ref):
    assert office.browser("advisor").get(f"/clients/{ref}/").status_code == 404
