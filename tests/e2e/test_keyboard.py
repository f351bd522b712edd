"""Everything by keyboard, and the single keys with their off switch (WCAG 2.1.4)."""

from __future__ import annotations

import pytest

from tests.office import HOUR, NOW, Office

from .desk import Desk, Sit

pytestmark = pytest.mark.browser


def press(desk: Desk, *keys: str) -> None:
    for key in keys:
        desk.page.keyboard.press(key)


@pytest.mark.smoke
def test_keys_search_move_and_open(office: Office, sit: Sit) -> None:
    first = office.case("callback_due", start=NOW + HOUR, client=office.client("Anne Premier"))
    office.case("callback_due", start=NOW + 2 * HOUR, client=office.client("Bruno Second"))
    desk = sit("advisor", "/")
    press(desk, "/")
    desk.focus_reaches("q")
    press(desk, "j")
    assert desk.page.input_value("#q") == "j"  # typing is typing
    desk.page.locator("#q").blur()
    press(desk, "j")
    desk.focus_reaches("Anne Premier")
    press(desk, "j")
    desk.focus_reaches("Bruno Second")
    press(desk, "j")  # the last line is the last
    desk.focus_reaches("Bruno Second")
    press(desk, "k", "Enter")
    desk.page.wait_for_url(f"**/cases/{first.ref}/")


@pytest.mark.parametrize(("key", "title"), [("p", "Promettre un rappel"), ("e", "Escalader"), ("n", "Noter")])
def test_key_opens_the_action_and_escape_gives_the_focus_back(
    office: Office, sit: Sit, key: str, title: str
) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/")
    press(desk, key)
    desk.dialog.get_by_role("heading", name=title).wait_for()
    press(desk, "Escape")
    desk.page.locator("#action-dialog[open]").wait_for(state="detached")
    desk.page.wait_for_function("key => document.activeElement.dataset.key === key", arg=key)


def test_question_mark_lists_the_keys(office: Office, sit: Sit) -> None:
    desk = sit("advisor", "/")
    press(desk, "?")
    desk.page.locator("#keyboard[open]").wait_for()
    assert "Promettre un rappel" in desk.words("#keyboard")
    press(desk, "Escape")
    desk.page.locator("#keyboard[open]").wait_for(state="detached")


def test_keys_switched_off_do_nothing(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    desk = sit("advisor", "/account/")
    desk.page.get_by_role("checkbox", name="Raccourcis clavier").uncheck()
    desk.page.get_by_role("button", name="Enregistrer les réglages").click()
    desk.page.get_by_text("Réglages enregistrés").wait_for()
    desk.go(f"/cases/{case.ref}/")
    press(desk, "p", "?", "/")
    desk.page.locator("dialog[open]").wait_for(state="detached")
    assert desk.focused != "q"
    assert desk.page.locator("#q").get_attribute("aria-keyshortcuts") is None


def test_grid_is_one_tab_stop_and_arrows_move_in_it(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    desk = sit("advisor", f"/cases/{case.ref}/promise_callback/")
    desk.page.locator("input[name=slot]").first.focus()
    press(desk, "ArrowDown")
    picked = desk.page.locator("input[name=slot]:checked").get_attribute("data-label")
    press(desk, "ArrowDown")
    assert desk.page.locator("input[name=slot]:checked").get_attribute("data-label") != picked
    press(desk, "Tab")
    assert desk.page.evaluate("document.activeElement.name") != "slot"


def test_first_tab_goes_to_the_content(office: Office, sit: Sit) -> None:
    desk = sit("advisor", "/queue/")
    press(desk, "Tab")
    desk.focus_reaches("Aller au contenu")
    press(desk, "Enter")
    desk.focus_reaches("contenu")


def test_menu_drawer_of_a_small_screen_opens_and_closes_by_keyboard(office: Office, sit: Sit) -> None:
    desk = sit("advisor", "/", size=(390, 844))
    desk.page.get_by_role("button", name="Menu").focus()
    press(desk, "Enter")
    desk.page.get_by_role("link", name="File du service").wait_for()
    press(desk, "Escape")
    desk.page.get_by_role("link", name="File du service").wait_for(state="hidden")
    desk.focus_reaches("Menu")
