"""The specialist answers from her desk, and the owner sees it without touching anything (domain.md L19)."""

from __future__ import annotations

import pytest

from cases.models import Escalation
from tests.office import Office

from .axe import violations
from .desk import PHONE, Sit

pytestmark = pytest.mark.browser


def test_answer_given_at_the_desk_reaches_the_owners_page_by_itself(office: Office, sit: Sit) -> None:
    case = office.case("escalated")
    owner = sit("advisor", f"/cases/{case.ref}/")
    desk = sit("backoffice", "/escalations/")

    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name="Accuser réception").click()
    desk.page.locator("body").press("d")
    desk.dialog.wait_for()
    assert violations(desk.page) == []
    desk.dialog.get_by_label("Ce qu’il vous manque").fill("Quel est le numéro de la prise ?")
    with desk.page.expect_navigation():
        desk.dialog.get_by_role("button", name="Demander la précision").click()
    desk.page.get_by_text("Vous attendez une précision du conseiller").wait_for()

    desk.page.locator("body").press("r")
    desk.dialog.wait_for()
    date = desk.dialog.get_by_label("Date et heure du rendez-vous")
    assert not date.is_visible()
    desk.dialog.get_by_text("Rendez-vous pris", exact=True).click()
    assert date.is_visible()
    desk.dialog.get_by_text("Réparé", exact=True).click()
    assert not date.is_visible()
    desk.dialog.get_by_label("Ce qui sera dit au client").fill("La ligne est rétablie depuis ce matin.")
    desk.dialog.get_by_role("button", name="Envoyer la réponse").click()
    desk.page.get_by_text("Aucune escalade ouverte.").wait_for()
    assert Escalation.objects.get().status == "answered"
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert violations(desk.page) == []
    assert desk.overflow() == 0

    owner.page.clock.fast_forward(9_000)
    owner.announced("Nouveau message : BO-Cuivre répond : réparé.")
    assert owner.page.locator('[data-count="inbox"]').inner_text().strip().startswith("3")
