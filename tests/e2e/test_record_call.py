"""Noting the call in progress: who may be calling, and what the contact makes of the story."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.models import Case, Client, Contact
from routing.models import RoutingPolicy
from tests.office import NOW, Office
from tests.routing.cast import present, skill

from .desk import Sit

pytestmark = pytest.mark.browser

NUMBER = "+33199001234"


def test_second_contact_is_said_at_once(office: Office, sit: Sit) -> None:
    client = office.client("Jeanne Martin", phone=NUMBER)
    office.contact(client, NOW - timedelta(days=1), who="colleague")
    desk = sit("advisor", "/record/")
    desk.page.fill("#id_who", "+33 1 99 00 12 34")
    desk.page.get_by_text("celui-ci serait le 2ᵉ").wait_for()
    desk.page.select_option("#id_reason", "pas-de-synchro")
    desk.page.get_by_role("button", name="Noter l’appel").click()
    desk.page.get_by_role("heading", name="2ᵉ contact en 7 jours").wait_for()
    assert "Un dossier s’ouvre au 3ᵉ" in desk.words()


def test_owner_of_the_open_case_is_said_with_the_promised_time(office: Office, sit: Sit) -> None:
    client = office.client("Jeanne Martin", phone=NUMBER)
    office.case("callback_due", owner="colleague", client=client)
    desk = sit("advisor", "/record/")
    desk.page.fill("#id_who", "0199001234")
    desk.page.get_by_text("suivi par C. Essai").wait_for()
    desk.page.select_option("#id_reason", "pas-de-synchro")
    desk.page.get_by_role("button", name="Noter l’appel").click()
    desk.page.get_by_role("heading", name="Ce client a déjà un dossier").wait_for()
    assert "Suivi par Colleague Essai" in desk.words()
    assert "10:00–11:00" in desk.words()


def test_new_client_is_created_on_the_spot_by_keyboard(office: Office, sit: Sit) -> None:
    desk = sit("advisor", "/record/")
    desk.focus_reaches("id_who")
    desk.page.keyboard.type("01 99 00 77 77")
    desk.page.get_by_text("Aucun client au 01 99 00 77 77").wait_for()
    desk.page.get_by_role("radio", name="Nouveau client").focus()
    desk.page.keyboard.press("Space")
    desk.focus_reaches("id_new_name")
    desk.page.keyboard.type("Lucie Neuve")
    desk.page.select_option("#id_reason", "pas-de-synchro")
    desk.page.get_by_role("button", name="Noter l’appel").focus()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("heading", name="1ᵉʳ contact en 7 jours").wait_for()
    client = Client.objects.get(display_name="Lucie Neuve")
    assert client.phones.get().e164 == "+33199007777"
    assert client.unit == office.units["lyon"]


def test_withheld_number_is_noted_and_counts_for_nobody(office: Office, sit: Sit) -> None:
    desk = sit("advisor", "/record/")
    desk.page.get_by_label("Numéro masqué").check()
    desk.page.select_option("#id_reason", "pas-de-synchro")
    desk.page.get_by_role("button", name="Noter l’appel").click()
    desk.page.get_by_text("L’appel est noté sans client").wait_for()
    contact = Contact.objects.get()
    assert contact.client_id is None
    assert not contact.counts


def test_two_clicks_on_the_button_are_one_contact(office: Office, sit: Sit) -> None:
    office.client("Jeanne Martin", phone=NUMBER)
    desk = sit("advisor", "/record/")
    desk.page.fill("#id_who", "0199001234")
    desk.page.get_by_text("aucun contact compté").wait_for()
    desk.page.select_option("#id_reason", "pas-de-synchro")
    desk.page.get_by_role("button", name="Noter l’appel").dblclick()
    desk.page.get_by_role("heading", name="1ᵉʳ contact en 7 jours").wait_for()
    assert Contact.objects.count() == 1


def test_third_contact_opens_a_case_that_has_an_owner_at_once_and_the_page_says_why(
    office: Office, sit: Sit
) -> None:
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
    client = office.client("Jeanne Martin", phone=NUMBER)
    for days in (3, 1):
        office.contact(client, NOW - timedelta(days=days), who="advisor")
    skill(office.people["colleague"])
    present(office.people["colleague"], "shift", NOW - timedelta(hours=6), NOW + timedelta(hours=4))
    desk = sit("advisor", "/record/")
    desk.page.fill("#id_who", "0199001234")
    desk.page.get_by_text("celui-ci serait le 3ᵉ").wait_for()
    desk.page.select_option("#id_reason", "pas-de-synchro")
    desk.page.get_by_role("button", name="Noter l’appel").click()
    desk.page.get_by_role("heading", name="3ᵉ contact en 7 jours : un dossier s’ouvre").wait_for()
    assert "Suivi par Colleague Essai" in desk.words()
    assert "par le routage à qui est en service, peut le prendre" in desk.words()

    case = Case.objects.get(client=client)
    owner = sit("colleague", f"/cases/{case.ref}/")
    owner.click("#why-advisor summary")
    owner.page.locator("#why-advisor").get_by_text("choisie : C. Essai").wait_for()
