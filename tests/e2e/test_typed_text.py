"""Nothing typed is ever lost: refusals, two tabs, a session that closes on a shared desk, no script."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases.enums import CaseState
from cases.models import CallbackAttempt, Case
from tests.office import NOW, TOLD, Office

from .desk import PASSWORD, Clock, Sit

pytestmark = pytest.mark.browser

NOTE = "Le client rappelle s’il part en déplacement, prévenir avant 16:00."
SUMMARY = "Paires inversées au répartiteur, à reprendre."
MINUTE = timedelta(minutes=1)


@pytest.mark.smoke
def test_refused_form_names_the_field_keeps_the_text_and_takes_the_focus_there(
    office: Office, sit: Sit
) -> None:
    case = office.case("callback_due", start=NOW - 10 * MINUTE)
    desk = sit("advisor", f"/cases/{case.ref}/", expects=(422,))
    desk.page.get_by_role("link", name="Résoudre").click()
    desk.dialog.get_by_label("Ce qui a résolu").select_option("repaired_network")
    desk.dialog.get_by_label("Cause").select_option("network")
    desk.dialog.get_by_label("Ce que vous avez dit").fill("trop court")
    desk.dialog.get_by_role("button", name="Résoudre le dossier").click()
    desk.dialog.get_by_text("20 caractères au moins ce que").wait_for()
    desk.focus_reaches("id_told")
    assert desk.dialog.get_by_label("Ce que vous avez dit").input_value() == "trop court"
    assert desk.dialog.get_by_label("Cause").input_value() == "network"
    assert Case.objects.get(pk=case.pk).state == CaseState.CALLBACK_DUE


@pytest.mark.smoke
def test_session_that_closes_gives_the_text_back_to_the_same_account(
    office: Office, sit: Sit, clock: Clock
) -> None:
    advisor = office.people["advisor"]
    advisor.set_password(PASSWORD)
    advisor.save()
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/", expects=(401,))
    desk.page.get_by_role("link", name="Noter", exact=True).click()
    desk.dialog.get_by_label("Note").fill(NOTE)
    clock.move_to(NOW + 31 * MINUTE)
    desk.dialog.get_by_role("button", name="Ajouter la note").click()
    closed = desk.page.locator("#session-closed[open]")
    assert "Votre saisie est gardée" in closed.inner_text()
    closed.get_by_role("link", name="Se reconnecter").click()
    desk.page.get_by_text("Session fermée. Votre saisie est gardée").wait_for()
    desk.page.fill("#id_login", "advisor")
    desk.page.fill("#id_password", PASSWORD)
    desk.page.get_by_role("button", name="Se connecter").click()
    desk.page.wait_for_url(f"**/cases/{case.ref}/")
    desk.page.get_by_role("link", name="Noter", exact=True).click()
    desk.announced("Votre saisie a été retrouvée.")
    assert desk.dialog.get_by_label("Note").input_value() == NOTE
    desk.dialog.get_by_role("button", name="Ajouter la note").click()
    desk.page.locator(".at-quote", has_text="déplacement").wait_for()


def test_text_kept_on_a_desk_is_not_given_to_another_account(office: Office, sit: Sit, clock: Clock) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/", expects=(401,))
    desk.page.get_by_role("link", name="Noter", exact=True).click()
    desk.dialog.get_by_label("Note").fill(NOTE)
    cookie = office.browser("manager").cookies["sessionid"].value
    desk.page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": desk.base}])
    desk.go(f"/cases/{case.ref}/")
    desk.page.get_by_role("link", name="Noter", exact=True).click()
    desk.dialog.wait_for()
    assert desk.dialog.get_by_label("Note").input_value() == ""
    assert NOTE not in desk.page.evaluate("JSON.stringify(sessionStorage)")


@pytest.mark.smoke
def test_second_tab_is_told_who_moved_the_case_and_keeps_what_was_typed(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    left = sit("advisor", f"/cases/{case.ref}/", expects=(409,))
    left.page.get_by_role("link", name="Escalader").click()
    left.dialog.get_by_label("Ce que l’entité doit savoir").fill(SUMMARY)
    left.dialog.get_by_label("Entité à saisir").select_option(label="UI-Provence")
    right = sit("advisor", f"/cases/{case.ref}/", context=left.page.context)
    right.page.get_by_role("link", name="Noter une tentative").click()
    right.page.get_by_role("button", name="Pas de réponse").click()
    right.page.locator(".at-tl-text", has_text="pas de réponse").wait_for()
    left.dialog.locator("[data-submit]").click()
    left.dialog.get_by_text("Le dossier a changé entre-temps").wait_for()
    assert "Vous l’avez fait avancer dans une autre fenêtre, 15:30" in left.words("#action-dialog")
    assert left.dialog.get_by_label("Ce que l’entité doit savoir").input_value() == SUMMARY
    assert Case.objects.get(pk=case.pk).state == CaseState.OPENED
    left.dialog.locator("[data-submit]").click()  # read again, still true: confirmed
    left.page.get_by_role("heading", name="Acteurs du dossier").wait_for()
    assert Case.objects.get(pk=case.pk).state == CaseState.ESCALATED


def test_second_advisor_to_take_a_case_is_told_who_has_it(office: Office, sit: Sit) -> None:
    case = office.case(owner=None, client=office.client("Jeanne Martin"))
    first, second = sit("advisor", "/queue/"), sit("colleague", "/queue/", expects=(409,))
    first.page.get_by_role("button", name=f"Prendre le dossier {case.ref}").click()
    first.page.wait_for_url(f"**/cases/{case.ref}/")
    second.page.get_by_role("button", name=f"Prendre le dossier {case.ref}").click()
    second.page.get_by_text("Advisor Essai").or_(second.page.get_by_text("A. Essai")).first.wait_for()
    assert Case.objects.get(pk=case.pk).owner_id == office.people["advisor"].pk


def test_form_in_progress_survives_a_reload(office: Office, sit: Sit) -> None:
    desk = sit("advisor", "/record/")
    desk.page.fill("#id_summary", "Plus de synchronisation depuis ce matin.")
    desk.page.select_option("#id_reason", "pas-de-synchro")
    desk.page.reload()
    desk.announced("Votre saisie a été retrouvée.")
    assert desk.page.input_value("#id_summary") == "Plus de synchronisation depuis ce matin."
    assert desk.page.input_value("#id_reason") == "pas-de-synchro"


@pytest.mark.smoke
def test_whole_flow_works_without_script(office: Office, sit: Sit) -> None:
    client = office.client("Jeanne Martin", phone="+33199001234")
    for days in (3, 1):
        office.contact(client, NOW - timedelta(days=days), who="colleague")
    desk = sit("advisor", "/record/", script=False)
    page = desk.page
    page.fill("#id_who", "01.99.00.12.34")
    page.fill("#id_summary", "Plus de synchronisation.")
    page.get_by_role("button", name="Chercher").click()
    page.get_by_text("celui-ci serait le 3ᵉ").wait_for()
    assert "summary" not in page.url
    assert page.input_value("#id_summary") == "Plus de synchronisation."
    page.select_option("#id_reason", "pas-de-synchro")
    page.get_by_role("button", name="Noter l’appel").click()
    page.get_by_role("button", name="Prendre ce dossier").click()
    page.get_by_role("link", name="Promettre un rappel").click()
    page.get_by_role("radio", name="jeu. 12/11, 10:00").check()
    page.get_by_role("button", name="Promettre", exact=True).click()
    assert "10:00–11:00" in desk.words(".at-hero")
    page.get_by_role("link", name="Noter une tentative").click()
    page.get_by_role("button", name="Occupé").click()
    page.locator(".at-tl-text", has_text="occupé").wait_for()
    page.get_by_role("link", name="Résoudre").click()
    page.select_option("#id_resolution_code", "repaired_network")
    page.select_option("#id_root_cause", "network")
    page.fill("#id_told", TOLD)
    page.get_by_role("button", name="Résoudre le dossier").click()
    assert "Résolu, en observation" in desk.words(".at-hero")
    assert Case.objects.get(client=client).state == CaseState.RESOLVED


def test_wrong_attempt_is_corrected_and_both_stay_in_the_story(office: Office, sit: Sit) -> None:
    case = office.case("callback_due", start=NOW - 10 * MINUTE)
    office.do(case, "log_attempt", "advisor", outcome="reached")
    desk = sit("advisor", f"/cases/{case.ref}/")
    desk.page.get_by_role("link", name="Corriger").first.click()
    desk.dialog.get_by_label("Pas de réponse").check()
    desk.dialog.get_by_label("Pourquoi").fill("J’ai cliqué sur la mauvaise issue.")
    desk.dialog.get_by_role("button", name="Corriger la tentative").click()
    desk.page.locator(".at-tl-text", has_text="orrig").first.wait_for()
    story = desk.words(".at-tl")
    assert "client joint" in story
    assert "pas de réponse" in story
    assert CallbackAttempt.objects.filter(case=case).count() == 2
