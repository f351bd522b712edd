"""How many gestures an action costs, and what the grid of callbacks lets one pick (domain.md L20, §5)."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from cases.enums import CaseState
from cases.models import CallbackAttempt, Case
from tests.office import Office

from .desk import Sit

pytestmark = pytest.mark.browser

PARIS = ZoneInfo("Europe/Paris")
SUMMARY = "Paires inversées au répartiteur, à reprendre."


@pytest.mark.smoke
def test_promise_from_the_case_page_takes_three_interactions(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/")
    desk.click(desk.page.get_by_role("link", name="Promettre un rappel"))
    desk.click(desk.page.get_by_role("radio", name="jeu. 12/11, 16:00"))
    button = desk.page.get_by_role("button", name="Promettre jeu. 12/11, 16:00")
    assert "16:00–17:00" in button.inner_text().replace("\u2060", "")
    desk.click(button)
    desk.page.locator(".at-hero-time", has_text="16:00").wait_for()
    assert desk.clicks == 3
    assert Case.objects.get(pk=case.pk).state == CaseState.CALLBACK_DUE


def test_attempt_takes_two_interactions(office: Office, sit: Sit) -> None:
    case = office.case("callback_due")
    desk = sit("advisor", f"/cases/{case.ref}/")
    desk.click(desk.page.get_by_role("link", name="Noter une tentative"))
    desk.click(desk.page.get_by_role("button", name="Message laissé"))
    desk.page.locator(".at-tl-text", has_text="message laissé").wait_for()
    assert desk.clicks == 2
    assert CallbackAttempt.objects.get(case=case).outcome == "voicemail"


def test_escalation_takes_four_interactions_with_its_news_date(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/")
    desk.click(desk.page.get_by_role("link", name="Escalader"))
    desk.dialog.get_by_label("Entité à saisir").select_option(label="UI-Provence")
    desk.dialog.get_by_label("Ce que l’entité doit savoir").fill(SUMMARY)
    desk.clicks += 2
    desk.click(desk.dialog.get_by_role("button", name="Escalader et promettre jeu. 12/11, 08:00"))
    desk.page.get_by_role("heading", name="Acteurs du dossier").wait_for()
    assert desk.clicks == 4
    case = Case.objects.get(pk=case.pk)
    assert case.state == CaseState.ESCALATED
    assert case.current_promise.window_start.astimezone(PARIS).hour == 8


def test_escalation_without_summary_or_date_is_refused_and_says_so(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/", expects=(422,))
    desk.click(desk.page.get_by_role("link", name="Escalader"))
    desk.dialog.wait_for()
    desk.page.evaluate("document.querySelectorAll('[name=slot]').forEach(cell => { cell.checked = false; })")
    desk.click(desk.dialog.locator("[data-submit]"))
    desk.dialog.get_by_text("3 champs à corriger").wait_for()
    assert "Choisissez un créneau dans la grille" in desk.dialog.inner_text()
    assert Case.objects.get(pk=case.pk).state == CaseState.OPENED


@pytest.mark.smoke
def test_grid_holds_no_sunday_holiday_past_nor_closed_hour(office: Office, sit: Sit) -> None:
    """Tuesday 10 November, 15:30: Wednesday is a holiday, Sunday is closed, hours are 8 to 20."""
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/promise_callback/")
    seen: set[datetime] = set()
    for _ in range(3):
        values = desk.page.locator("input[name=slot]").evaluate_all("all => all.map(one => one.value)")
        seen |= {datetime.fromisoformat(value).astimezone(PARIS) for value in values}
        following = desk.page.get_by_role("button", name="Semaine suivante")
        if not following.count():
            break
        following.click()
        desk.page.wait_for_load_state()
    days = {at.date().isoformat() for at in seen}
    assert "2026-11-11" not in days
    assert not any(at.weekday() == 6 for at in seen)
    assert {at.hour for at in seen} == set(range(8, 20))
    assert min(seen).hour == 16
    # The tenth business day after the 10th, Wednesday and Sunday being closed, is Monday the 23rd.
    assert max(days) == "2026-11-23"


def test_shut_days_say_why(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/promise_callback/")
    shut = desk.page.locator(".at-shut-col").all_inner_texts()
    assert [words.strip() for words in shut] == ["Férié", "Fermé"]


def test_another_week_of_the_grid_keeps_what_was_typed(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/")
    desk.click(desk.page.get_by_role("link", name="Promettre un rappel"))
    desk.dialog.get_by_text("Ajouter une note").click()
    desk.dialog.get_by_label("Note pour le rappel").fill("Sonner à l’interphone.")
    desk.dialog.get_by_role("button", name="Semaine suivante").click()
    desk.dialog.get_by_role("radio", name="lun. 23/11, 10:00").or_(
        desk.dialog.get_by_role("radio", name="mar. 17/11, 10:00")
    ).first.wait_for()
    assert desk.dialog.get_by_label("Note pour le rappel").input_value() == "Sonner à l’interphone."


def test_impossible_action_is_reachable_says_why_and_does_nothing(office: Office, sit: Sit) -> None:
    case = office.case("escalated")
    desk = sit("advisor", f"/cases/{case.ref}/")
    greyed = desk.page.get_by_role("button", name="Résoudre", exact=True)
    assert greyed.get_attribute("aria-disabled") == "true"
    reason = desk.page.locator(f"#{greyed.get_attribute('aria-describedby')}")
    assert "escalade est ouverte chez BO-Cuivre" in reason.inner_text()
    greyed.focus()
    desk.focus_reaches("Résoudre")
    desk.page.keyboard.press("Enter")
    assert desk.page.url.endswith(f"/cases/{case.ref}/")
    desk.page.locator("dialog[open]").wait_for(state="detached")
