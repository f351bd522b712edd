"""Whom to call, from inside the case: the number in one click, the wait measured, the directory kept true."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atdemain.notifications.models import Notification
from atdemain.organisation.models import EntityContact, PriorityLine
from routing.models import InterEntityCall
from tests.office import NOW, Office

from .desk import Clock, Sit

pytestmark = pytest.mark.browser

LINE = "+33199009980"


@pytest.fixture
def line(office: Office) -> PriorityLine:
    return PriorityLine.objects.create(entity=office.entities["copper"], number=LINE)


def test_priority_line_is_shown_first_in_the_case_and_copied_in_one_click(
    office: Office, sit: Sit, line: PriorityLine
) -> None:
    case = office.case("escalated")
    desk = sit("advisor", f"/cases/{case.ref}/")
    desk.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    panel = desk.page.get_by_role("region", name="Appeler une entité")
    panel.get_by_text("01 99 00 99 80").wait_for()
    assert "01 99 00 99 80" in panel.locator(".at-number").first.inner_text().replace("\u00a0", " ")
    desk.click(panel.get_by_role("button", name="Copier le numéro de BO-Cuivre"))
    desk.announced("Numéro copié.")
    desk.page.wait_for_function(f"async () => await navigator.clipboard.readText() === '{LINE}'")
    assert desk.clicks == 1


def test_entry_verified_is_dated_and_one_reported_twice_alerts_its_entity(
    office: Office, sit: Sit, clock: Clock
) -> None:
    contact = office.entities["copper"].contacts.get()
    EntityContact.objects.filter(pk=contact.pk).update(verified_on=(NOW - timedelta(days=100)).date())
    desk = sit("support", "/directory/copper/")
    desk.page.get_by_text("vérifié le 02/08/2026, à revoir").wait_for()
    desk.page.get_by_role("button", name="Vérifié aujourd’hui").click()
    desk.page.get_by_text("vérifié le 10/11/2026").wait_for()
    desk.page.get_by_role("button", name="Signaler injoignable").click()
    desk.page.get_by_text("signalé injoignable").first.wait_for()
    assert not Notification.objects.filter(kind="contact_unreachable").exists()
    clock.shift(timedelta(minutes=15))
    desk.page.get_by_role("button", name="Signaler injoignable").click()
    desk.page.get_by_text("est prévenue").wait_for()
    entity = sit("backoffice", "/inbox/")
    entity.page.get_by_text("signalé injoignable pour la deuxième fois").first.wait_for()


def test_call_to_an_entity_measures_the_wait_and_notes_the_client_on_hold(
    office: Office, sit: Sit, clock: Clock, line: PriorityLine
) -> None:
    case = office.case("escalated")
    desk = sit("advisor", f"/cases/{case.ref}/")
    desk.click(desk.page.get_by_role("button", name="Avec le client en ligne : appeler BO-Cuivre"))
    desk.page.get_by_role("heading", name="Appel à BO-Cuivre").wait_for()
    assert desk.page.get_by_label("Le client patiente en ligne").is_checked()
    clock.shift(timedelta(seconds=150))
    desk.click(desk.page.get_by_role("button", name="A répondu"))
    desk.page.get_by_text("client en attente").first.wait_for()
    assert "a répondu après 2 min" in desk.words()
    assert desk.clicks == 2
    call = InterEntityCall.objects.get()
    assert 120 <= call.wait_s < 180  # both clocks also run while the pages are drawn
    assert call.client_on_hold
