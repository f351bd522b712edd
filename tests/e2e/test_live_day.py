"""Ma journée keeps itself up to date without taking anything from who reads it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.office import HOUR, NOW, Office

from .desk import Clock, Desk, Sit

pytestmark = pytest.mark.browser

MINUTE = timedelta(minutes=1)


def poll(desk: Desk) -> None:
    """The half minute passes."""
    with desk.page.expect_response(lambda response: "x-at-signature" in response.request.headers):
        desk.page.clock.fast_forward(31_000)


@pytest.mark.smoke
def test_new_callback_appears_and_is_announced_in_one_sentence(
    office: Office, sit: Sit, clock: Clock
) -> None:
    office.case("callback_due", start=NOW + 2 * HOUR, client=office.client("Anne Premier"))
    desk = sit("advisor", "/")
    office.case("callback_due", start=NOW + 20 * MINUTE, client=office.client("Jeanne Martin"))
    clock.move_to(NOW + 25 * MINUTE)
    poll(desk)
    desk.announced("1 nouveau rappel à faire : Jeanne Martin, 15:50–16:50.")
    assert "Jeanne Martin" in desk.words('[data-section="now"]')
    assert "rappeler Jeanne Martin" in desk.words("[data-next-action]")


def test_nothing_new_says_nothing_and_draws_nothing(office: Office, sit: Sit) -> None:
    office.case("callback_due", start=NOW + 2 * HOUR)
    desk = sit("advisor", "/")
    desk.page.evaluate("document.querySelector('[data-line]').dataset.same = 'yes'")
    with desk.page.expect_response(lambda response: "x-at-signature" in response.request.headers) as answer:
        desk.page.clock.fast_forward(31_000)
    assert answer.value.status == 204
    assert desk.page.locator("[data-same]").count() == 1
    assert desk.words("#annonces") == ""


def test_line_with_the_focus_keeps_it_and_the_change_waits_to_be_shown(office: Office, sit: Sit) -> None:
    office.case("callback_due", start=NOW + 2 * HOUR, client=office.client("Anne Premier"))
    desk = sit("advisor", "/")
    desk.page.get_by_role("link", name="Anne Premier").focus()
    office.case("opened", at=NOW, client=office.client("Jeanne Martin"))
    poll(desk)
    shown = desk.page.get_by_role("button", name="1 changement, afficher")
    shown.wait_for()
    desk.focus_reaches("Anne Premier")
    assert desk.page.get_by_role("link", name="Jeanne Martin").count() == 0
    desk.announced("1 nouveau dossier : Jeanne Martin")
    shown.click()
    desk.page.get_by_role("link", name="Jeanne Martin").wait_for()
    assert "Premier" in desk.focused


def test_open_details_and_scroll_survive_a_refresh(office: Office, sit: Sit) -> None:
    office.case("resolved", client=office.client("Paul Calme"))
    for number in range(12):
        office.case("callback_due", start=NOW + 2 * HOUR + number * MINUTE)
    desk = sit("advisor", "/")
    desk.page.locator("#s-watch summary").click()
    desk.page.locator("#s-watch summary").blur()
    desk.page.evaluate("window.scrollTo(0, 400)")
    office.case("opened", at=NOW, client=office.client("Jeanne Martin"))
    poll(desk)
    desk.page.get_by_role("link", name="Jeanne Martin").wait_for()
    assert desk.page.locator("#s-watch").get_attribute("open") is not None
    assert desk.page.evaluate("window.scrollY") == 400


def test_frozen_list_asks_for_nothing_until_released(office: Office, sit: Sit) -> None:
    desk = sit("advisor", "/")
    freeze = desk.page.get_by_role("button", name="Figer la liste")
    freeze.click()
    desk.announced("La liste est figée.")
    asked: list[str] = []
    desk.page.on(
        "request", lambda request: asked.append(request.url) if "x-at-signature" in request.headers else None
    )
    office.case("opened", at=NOW, client=office.client("Jeanne Martin"))
    desk.page.clock.fast_forward(120_000)
    assert asked == []
    freeze.click()
    desk.page.get_by_role("link", name="Jeanne Martin").wait_for()


def test_day_left_alone_closes_its_session_and_says_so(office: Office, sit: Sit, clock: Clock) -> None:
    """Polling is nobody's gesture: it does not keep a shared desk open."""
    desk = sit("advisor", "/", expects=(401,))
    for minutes in (10, 20, 29):
        clock.move_to(NOW + minutes * MINUTE)
        poll(desk)
    desk.page.locator("dialog[open]").wait_for(state="detached")
    clock.move_to(NOW + 31 * MINUTE)
    poll(desk)
    desk.page.locator("#session-closed[open]").wait_for()
    assert desk.focused != ""
