"""What the browser tests hold in hand: the clock of both sides, and one person's window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import time_machine
from playwright.sync_api import Locator, Page, Response, expect

from cases.sweep import sweep
from tests.office import NOW

DESK = (1366, 768)
PHONE = (390, 844)
PASSWORD = "une phrase pour les essais"
SAYS = r"""sentence => {
  const said = document.getElementById('annonces').textContent;
  return said.replace(/\s/g, ' ').replaceAll('\u2060', '').includes(sentence);
}"""

FOCUSED = "() => { const e = document.activeElement; return e.id || e.name || e.textContent.trim(); }"


class Clock:
    """The server's time and that of every open page."""

    def __init__(self, traveller: time_machine.Coordinates) -> None:
        self.traveller = traveller
        self.now = NOW
        self.pages: list[Page] = []

    def move_to(self, when: datetime) -> datetime:
        """Both clocks jump; nothing that was waiting in a page fires, and what a page had asked has come."""
        for page in self.pages:
            if not page.is_closed():
                page.wait_for_load_state("load")
                asking = "#help-case[hx-trigger=load], [hx-trigger=load] > div > a[href$='/entities/']"
                expect(page.locator(asking)).to_have_count(0)
        self.now = when
        self.traveller.move_to(when)
        for page in self.pages:
            if not page.is_closed():
                page.clock.set_system_time(when)
        return when

    def shift(self, by: timedelta) -> datetime:
        return self.move_to(self.now + by)

    def sweep_at(self, when: datetime) -> None:
        """What the scheduler does at that time."""
        sweep(self.move_to(when))


@dataclass
class Desk:
    """One person's browser window."""

    page: Page
    base: str
    faults: list[str] = field(default_factory=list)
    clicks: int = 0

    def go(self, path: str) -> Response | None:
        return self.page.goto(self.base + path)

    def log_in(self, username: str, path: str = "/") -> None:
        """By the form, as in the morning."""
        self.go(path)
        self.page.fill("#id_login", username)
        self.page.fill("#id_password", PASSWORD)
        self.page.get_by_role("button", name="Se connecter").click()
        self.page.locator("#menu").wait_for(state="attached")

    def click(self, target: Any) -> None:
        """An interaction, counted."""
        self.clicks += 1
        self.locate(target).click()

    def locate(self, target: Any) -> Any:
        return self.page.locator(target).first if isinstance(target, str) else target.first

    def announced(self, sentence: str) -> None:
        """The polite region says it (spaces and no-break spaces are the same here)."""
        self.page.wait_for_function(
            SAYS,
            arg=sentence,
        )

    @property
    def dialog(self) -> Locator:
        """The action's dialog, open."""
        return self.page.locator("#action-dialog[open]")

    def overflow(self) -> int:
        """Pixels by which the page is wider than its window."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    @property
    def focused(self) -> str:
        """id, name or text of what has the focus."""
        return self.page.evaluate(f"({FOCUSED})()")

    def focus_reaches(self, start: str) -> None:
        """Waits until what has the focus is called so (a dialog gives it back a moment after it closes)."""
        self.page.wait_for_function(f"start => ({FOCUSED})().startsWith(start)", arg=start)

    def words(self, target: str = "main") -> str:
        """Text as it is read, spaces made plain."""
        return " ".join(self.page.locator(target).first.inner_text().replace("\u2060", "").split())


Sit = Callable[..., Desk]


def watch(desk: Desk, base: str, expects: tuple[int, ...]) -> None:
    page, faults = desk.page, desk.faults

    def on_console(message: Any) -> None:
        if "Autofocus processing was blocked" in message.text:  # a test that types before the page is ready
            return
        told = (
            f"status of {status}" in message.text or f"Code {status}" in message.text for status in expects
        )
        if not any(told):  # the browser's own words, and htmx's
            faults.append(f"console: {message.text}")

    def on_request(request: Any) -> None:
        if not request.url.startswith((base, "data:", "blob:", "about:")):
            faults.append(f"outside request: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("request", on_request)  # a route would switch the browser's cache off
