"""« Noter un appel »: the call in progress, what it makes of the story, and the day's access it gives."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest

from atdemain.journal.models import AccessLog
from atdemain.organisation.models import Participation, Programme, UnitParticipation
from cases.models import Case, Client, ClientAccessGrant, ClientPhone, Contact
from tests.office import HOUR, NOW, Office, text_of

pytestmark = pytest.mark.django_db

NUMBER = "+33199004127"
DAY = timedelta(days=1)


def form(**fields: Any) -> dict[str, Any]:
    filled = {
        "who": "01 99 00 41 27",
        "reason": "debit-lent",
        "channel": "voice",
        "outcome": "handled",
        "summary": "Débit lent depuis hier soir.",
        "key": str(uuid.uuid4()),
        "started": (NOW - timedelta(minutes=4)).isoformat(),
    }
    return {name: value for name, value in (filled | fields).items() if value is not None}


def taking_part(office: Office) -> None:
    programme = Programme.objects.get()
    UnitParticipation.objects.create(programme=programme, unit=office.units["lyon"], participates=True)
    Participation.objects.create(
        programme=programme,
        employee=office.people["advisor"],
        role="advisor",
        mode="volunteer",
        starts_on=(NOW - 30 * DAY).date(),
        consent="accepted",
    )


def test_a_call_from_a_known_number_is_noted_for_its_client(office):
    client = office.client("Léa Moreau", phone=NUMBER)
    browser = office.browser("advisor")
    answer = browser.post("/record/", form())
    contact = Contact.objects.get()
    assert answer["Location"] == f"/record/{contact.pk}/"
    assert (contact.client_id, contact.caller_number) == (client.pk, NUMBER)
    assert contact.arrived_at == NOW - timedelta(minutes=4)
    assert contact.handled_by_id == office.people["advisor"].pk
    words = text_of(browser.get(answer["Location"]))
    assert "1ᵉʳ contact en 7 jours" in words
    assert "Débit lent depuis hier soir." in words


@pytest.mark.parametrize(
    "who", ["0199004127", "+33 1 99 00 41 27", "0033 199004127", "cli-00001", "CLI-00001", "moreau lea"]
)
def test_the_client_is_found_by_number_reference_or_name(office, who):
    office.client("Léa Moreau", phone=NUMBER)
    page = office.browser("advisor").get("/record/clients/", {"who": who})
    assert "Léa Moreau" in text_of(page)
    assert b"<html" not in page.content


def test_the_second_call_says_that_it_is_the_second(office):
    client = office.client("Léa Moreau", phone=NUMBER)
    office.contact(client, NOW - DAY)
    browser = office.browser("advisor")
    page = browser.post("/record/", form(), follow=True)
    assert "2ᵉ contact en 7 jours" in text_of(page)
    assert "Un dossier s’ouvre au 3ᵉ." in text_of(page)


def test_the_third_call_opens_a_case_and_the_advisor_takes_it(office):
    taking_part(office)
    client = office.client("Léa Moreau", phone=NUMBER)
    office.contact(client, NOW - 2 * DAY)
    office.contact(client, NOW - DAY, channel="chat")
    browser = office.browser("advisor")
    page = browser.post("/record/", form(), follow=True)
    words = text_of(page)
    case = Case.objects.get()
    assert "3ᵉ contact en 7 jours : un dossier s’ouvre" in words
    assert case.contacts.count() == 3
    assert f'action="/cases/{case.ref}/claim/"' in page.content.decode()


def test_a_case_that_opens_for_a_colleague_says_to_tell_the_client_who_calls_back(office):
    taking_part(office)
    client = office.client("Léa Moreau", phone=NUMBER)
    office.contact(client, NOW - 2 * DAY)
    office.contact(client, NOW - DAY)
    browser = office.browser("advisor")
    address = browser.post("/record/", form())["Location"]
    Case.objects.update(owner=office.people["colleague"].advisor_profile)
    words = text_of(browser.get(address))
    assert "Les contacts comptés du client y sont rattachés." in words
    assert "en prend la charge : dites au client qui le rappelle" in words


def test_a_call_on_an_open_case_says_who_keeps_it_and_when_the_callback_is(office):
    client = office.client("Léa Moreau", phone=NUMBER)
    office.case("callback_due", owner="colleague", client=client)
    page = office.browser("advisor").post("/record/", form(), follow=True)
    words = text_of(page)
    assert "Ce client a déjà un dossier" in words
    assert "Colleague Essai" in words
    assert "10:00–11:00" in words


def test_a_client_of_another_unit_is_found_by_number_and_opens_for_a_day(office, clock):
    client = office.client("Jean Le Goff", unit="brest", phone=NUMBER)
    case = office.case("callback_due", owner="stranger", unit="brest", client=client)
    browser = office.browser("advisor")
    assert browser.get(f"/clients/{client.client_ref}/").status_code == 404
    words = text_of(browser.post("/record/", form(), follow=True))
    assert "Stranger Essai" in words
    assert f"/cases/{case.ref}/" not in words
    assert browser.get(f"/clients/{client.client_ref}/").status_code == 200
    assert browser.get(f"/cases/{case.ref}/").status_code == 404
    assert ClientAccessGrant.objects.get().until == NOW + timedelta(hours=24)
    clock.shift(timedelta(hours=23, minutes=59))
    assert office.browser("advisor").get(f"/clients/{client.client_ref}/").status_code == 200
    clock.shift(timedelta(minutes=1))
    assert office.browser("advisor").get(f"/clients/{client.client_ref}/").status_code == 404


def test_a_client_of_another_unit_is_not_found_by_name(office):
    office.client("Jean Le Goff", unit="brest", phone=NUMBER)
    page = office.browser("advisor").get("/record/clients/", {"who": "le goff"})
    assert "Jean Le Goff" not in text_of(page)


def test_a_withheld_number_is_noted_for_nobody_and_opens_nothing(office):
    page = office.browser("advisor").post("/record/", form(who="", withheld="on"), follow=True)
    assert "L’appel est noté sans client." in text_of(page)
    contact = Contact.objects.get()
    assert (contact.client_id, contact.caller_number) == (None, "")
    assert not ClientAccessGrant.objects.exists()


def test_a_new_client_is_created_on_the_spot_with_the_number(office):
    browser = office.browser("advisor")
    page = browser.post(
        "/record/", form(client="new", new_name="  Anne Noël ", new_segment="pro"), follow=True
    )
    client = Client.objects.get()
    assert (client.display_name, client.segment, client.name_key) == ("Anne Noël", "pro", "anne noel")
    assert client.unit_id == office.units["lyon"].pk
    assert ClientPhone.objects.get().e164 == NUMBER
    assert "créé" in text_of(page)
    assert "Anne Noël" in text_of(browser.get("/search", {"q": "noel"}))


def test_a_new_client_without_a_name_is_asked_for_it(office):
    answer = office.browser("advisor").post("/record/", form(client="new"))
    assert answer.status_code == 422
    assert "Donnez le nom du nouveau client." in text_of(answer)
    assert not Client.objects.exists()


@pytest.mark.parametrize("new", [False, True])
def test_the_same_form_sent_twice_is_one_call_and_one_client(office, new):
    if not new:
        office.client("Léa Moreau", phone=NUMBER)
    data = form(client="new", new_name="Anne Noël") if new else form()
    browser = office.browser("advisor")
    first, second = browser.post("/record/", data), browser.post("/record/", data)
    assert first["Location"] == second["Location"]
    assert (Contact.objects.count(), Client.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"who": ""}, "Dites qui appelle"),
        ({"who": "01 99 00 00 00"}, "Aucun client à ce numéro ni à cette référence"),
        ({"reason": ""}, "Choisissez le motif."),
        ({"reason": "nimporte"}, "Ce motif n’existe pas."),
        ({"summary": "x" * 401}, "400 caractères"),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_stays(office, fields, words):
    office.client("Léa Moreau", phone=NUMBER)
    answer = office.browser("advisor").post("/record/", form(conflictual="on") | fields)
    assert answer.status_code == 422
    page = text_of(answer)
    assert words in page
    if "summary" not in fields:
        assert "Débit lent depuis hier soir." in page
    assert re.search(r'name="conflictual"[^>]*checked', page)
    assert not Contact.objects.exists()


def test_two_clients_of_one_number_are_both_proposed_and_one_is_chosen(office):
    first, second = office.client("Léa Moreau", phone=NUMBER), office.client("Paul Moreau", phone=NUMBER)
    browser = office.browser("advisor")
    undecided = browser.post("/record/", form())
    assert undecided.status_code == 422
    assert "Léa Moreau" in text_of(undecided)
    assert "Paul Moreau" in text_of(undecided)
    browser.post("/record/", form(client=second.client_ref))
    assert Contact.objects.get().client_id == second.pk != first.pk


def test_a_client_the_words_do_not_name_cannot_be_chosen(office):
    """A forged field does not open somebody else's record."""
    office.client("Léa Moreau", phone=NUMBER)
    other = office.client("Jean Le Goff", unit="brest")
    office.browser("advisor").post("/record/", form(client=other.client_ref))
    assert not ClientAccessGrant.objects.filter(client=other).exists()


def test_the_page_after_a_call_is_for_who_noted_it(office):
    office.client("Léa Moreau", phone=NUMBER)
    address = office.browser("advisor").post("/record/", form())["Location"]
    assert office.browser("colleague").get(address).status_code == 404


@pytest.mark.parametrize(
    "started",
    ["", "x", "2026-13-45T10:00:00Z", "2026-11-10T10:00:00", (NOW + HOUR).isoformat(), (NOW - 5 * HOUR).isoformat()],
)  # fmt: skip
def test_a_call_that_says_no_believable_time_is_of_now(office, started):
    office.client("Léa Moreau", phone=NUMBER)
    assert office.browser("advisor").post("/record/", form(started=started)).status_code == 302
    assert Contact.objects.get().arrived_at == NOW


def test_looking_up_and_noting_are_written_in_the_access_log(office):
    client = office.client("Léa Moreau", phone=NUMBER)
    browser = office.browser("advisor")
    browser.get("/record/clients/", {"who": "01 99 00 41 27"})
    browser.post("/record/", form())
    rows = AccessLog.objects.order_by("pk").values_list("action", "client_id", "purpose", "user__username")
    assert ("search", client.pk, "record", "advisor") in rows
    assert ("record", client.pk) in [row[:2] for row in rows]


def test_who_has_no_case_notes_no_call(office):
    for who in ("trainer", "backoffice", "hr", "staffrep", "admin", "partner"):
        browser = office.browser(who)
        assert browser.get("/record/").status_code == 403
        assert browser.post("/record/", form(withheld="on", who="")).status_code == 403
    assert not Contact.objects.exists()


def test_an_unreadable_key_notes_nothing_and_the_page_comes_back_with_a_good_one(office):
    client = office.client("Léa Moreau", phone=NUMBER)
    browser = office.browser("advisor")
    answer = browser.post("/record/", form(key="not-a-key"))
    assert answer.status_code == 422
    assert not Contact.objects.exists()
    assert "l’appel n’est pas encore noté" in text_of(answer)
    page = answer.content.decode()
    assert "Débit lent depuis hier soir." in page
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)
    for _click in range(2):
        browser.post("/record/", form(key=key))
    assert Contact.objects.get().client_id == client.pk


def test_the_third_contact_of_a_client_without_unit_says_that_a_unit_is_missing(office):
    advisor = office.people["advisor"]
    advisor.unit = None
    advisor.save()
    client = office.client("Léa Moreau", phone=NUMBER)
    client.unit = None
    client.save()
    browser = office.browser("advisor")
    for _call in range(3):
        answer = browser.post("/record/", form())
    words = text_of(browser.get(answer["Location"]))
    assert Contact.objects.latest("pk").n_in_window == 3
    assert not Case.objects.exists()
    assert "aucune unité n’est connue" in words
    assert "hors du programme" not in words
