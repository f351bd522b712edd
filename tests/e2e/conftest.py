"""Browser tests: a real Chromium on a real server in this process, whose clock the test moves.

Server and page both live on Tuesday 10 November 2026, 15:30 in Paris (`tests.office.NOW`): a test moves
the two together with `clock`. Every page is watched: a console message, a script error or a request to
another host fails the test that opened it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.conftest import CHROMIUM

if TYPE_CHECKING:  # models wait until Django is set up, which is after this file when it is named first
    from tests.office import Office

    from .desk import Clock, Desk, Sit

#: Playwright's loop runs in the main thread: Django must let the test speak to the database from it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip
PATIENCE = 10_000  # ms


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo) -> Iterator[None]:
    """A failure shows what each open page said."""
    report = yield
    if report.when == "call" and report.failed:
        for desk in getattr(item, "desks", []):
            report.sections.append((desk.page.url, desk.words("body")[:3000]))
    return report


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def clock() -> Iterator[Clock]:
    from tests.office import NOW

    from .desk import Clock

    with time_machine.travel(NOW, tick=True) as traveller:
        yield Clock(traveller)


@pytest.fixture
def office(transactional_db: None, clock: Clock) -> Office:
    """The cast of the pages' tests, its Lyon unit and advisors taking part in the programme."""
    from atdemain.organisation.models import Participation, Programme, UnitParticipation
    from tests.office import Office

    office = Office.gather()
    programme = Programme.objects.get()
    UnitParticipation.objects.get_or_create(
        programme=programme, unit=office.units["lyon"], defaults={"participates": True}
    )
    for username in ("advisor", "colleague"):
        Participation.objects.create(
            employee=office.people[username],
            programme=programme,
            role="advisor",
            mode="volunteer",
            starts_on=(clock.now - timedelta(days=60)).date(),
            consent="accepted",
        )
    return office


@pytest.fixture
def sit(
    chromium: Browser, live_server: Any, office: Office, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[Sit]:
    """`sit("advisor", "/queue/")`: that account's browser, already logged in, on that page.

    Options: `size`, `dark`, `script=False`, `context` of another desk (a second tab), and
    `expects` statuses whose « Failed to load resource » message is the point of the test.
    """
    from .desk import DESK, Desk, watch

    contexts: list[BrowserContext] = []
    desks: list[Desk] = []
    request.node.desks = desks

    def open_desk(
        username: str = "",
        path: str = "",
        *,
        size: tuple[int, int] = DESK,
        dark: bool = False,
        script: bool = True,
        context: BrowserContext | None = None,
        expects: tuple[int, ...] = (),
    ) -> Desk:
        if context is None:
            context = chromium.new_context(
                viewport={"width": size[0], "height": size[1]},
                color_scheme="dark" if dark else "light",
                java_script_enabled=script,
                locale="fr-FR",
                timezone_id="Europe/Paris",
                reduced_motion="reduce",
            )
            context.set_default_timeout(PATIENCE)
            contexts.append(context)
            if username:
                cookie = office.browser(username).cookies["sessionid"].value
                context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        page = context.new_page()
        if script:
            page.clock.install(time=clock.now)
        clock.pages.append(page)
        desk = Desk(page, live_server.url)
        desks.append(desk)
        watch(desk, live_server.url, expects)
        if path:
            desk.go(path)
        return desk

    yield open_desk
    faults = [fault for desk in desks for fault in desk.faults]
    for context in contexts:
        context.close()
    assert not faults, faults
