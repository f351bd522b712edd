"""From the third call to a kept callback, and back: the whole product in one browser."""

from datetime import timedelta

import pytest

from cases.enums import CaseState, PromiseStatus
from cases.models import Case, Promise
from tests.office import NOW, Office

from .desk import PASSWORD, Clock, Sit

pytestmark = [pytest.mark.browser, pytest.mark.smoke]

NUMBER = "+33199001234"


def test_third_call_becomes_a_kept_callback_then_a_resolution_that_a_new_call_reopens(
    office: Office, sit: Sit, clock: Clock
) -> None:
    client = office.client("Jeanne Martin", phone=NUMBER)
    office.contact(client, NOW - timedelta(days=3), who="colleague")
    office.contact(client, NOW - timedelta(days=1), who="colleague")
    advisor = office.people["advisor"]
    advisor.set_password(PASSWORD)
    advisor.save()
    desk = sit()
    page = desk.page

    # She logs in and notes the third call.
    desk.log_in("advisor")
    page.get_by_role("heading", name="Ma journée").wait_for()
    page.get_by_role("link", name="Noter un appel").first.click()
    page.fill("#id_who", "01 99 00 12 34")
    page.get_by_text("celui-ci serait le 3ᵉ").wait_for()
    page.select_option("#id_reason", "pas-de-synchro")
    page.fill("#id_summary", "Plus de synchronisation depuis ce matin.")
    page.get_by_role("button", name="Noter l’appel").click()
    page.get_by_role("heading", name="3ᵉ contact en 7 jours : un dossier s’ouvre").wait_for()
    assert "3 comptés" in desk.words("section[aria-labelledby=h-why]")

    # The case is hers, and she promises a callback on Thursday, the next day open.
    page.get_by_role("button", name="Prendre ce dossier").click()
    page.get_by_role("link", name="Promettre un rappel").click()
    page.get_by_role("radio", name="jeu. 12/11, 10:00").click()
    page.get_by_role("button", name="Promettre jeu. 12/11").click()
    page.get_by_text("dans 1 jour").wait_for()
    case = Case.objects.get(client=client)
    assert case.state == CaseState.CALLBACK_DUE
    assert case.owner_id == advisor.pk
    assert desk.words(".at-hero-time") == "10:00–11:00"

    # Half an hour before, she is reminded once, however often the scheduler looks.
    start = Promise.objects.get(case=case).window_start
    for minutes in (30, 29, 28):
        clock.sweep_at(start - timedelta(minutes=minutes))
    desk.log_in("advisor", "/inbox/")
    assert page.get_by_role("button", name=f"Rappel à 10:00 : {case.ref}", exact=True).count() == 1

    # The hour comes: nobody answers, then she reaches the client, and the problem is solved.
    clock.sweep_at(start + timedelta(minutes=5))
    desk.log_in("advisor")
    assert "Rappeler" in desk.words('[data-section="now"]')
    page.get_by_role("link", name="Jeanne Martin").click()
    page.get_by_role("link", name="Noter une tentative").click()
    page.get_by_role("button", name="Pas de réponse").click()
    page.get_by_text("Tentative").first.wait_for()
    clock.shift(timedelta(minutes=10))
    page.get_by_role("link", name="Résoudre").click()
    page.select_option("#id_resolution_code", "repaired_network")
    page.select_option("#id_root_cause", "network")
    page.fill("#id_told", "La ligne est réparée, la synchronisation tient.")
    page.get_by_role("button", name="Résoudre le dossier").click()
    page.get_by_text("Résolu, en observation").first.wait_for()
    assert Promise.objects.get(case=case).status == PromiseStatus.KEPT
    assert "jusqu’au 19/11 10:15" in desk.words(".at-hero")

    # Four days later the client calls a colleague: the case reopens, and she is told.
    clock.sweep_at(start + timedelta(days=4))
    other = sit("colleague", "/record/")
    other.page.fill("#id_who", "0199001234")
    other.page.get_by_text("suivi par A. Essai").wait_for()
    other.page.select_option("#id_reason", "pas-de-synchro")
    other.page.get_by_role("button", name="Noter l’appel").click()
    other.page.get_by_role("heading", name="Le dossier de ce client est rouvert").wait_for()
    assert "Suivi par Advisor Essai" in other.words()
    case.refresh_from_db()
    assert case.state == CaseState.OPENED
    assert case.reopened_count == 1
    desk.log_in("advisor", "/inbox/")
    assert "dossier rouvert" in desk.words()
    desk.go("/")
    assert "Rouvert" in desk.words('[data-section="work"]')
