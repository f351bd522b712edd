"""Every address × role × method × situation answers as `atdemain/pages/permissions/table.txt` says, and nothing is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver

from atdemain.pages.permissions.table import PAGES, ROLES, ROWS, Row
from tests.aside import taken_back
from tests.routes import routes, with_argument

if TYPE_CHECKING:
    from django.test import Client as Browser

    from tests.office import Office

GROUPS: dict[str, list[Row]] = {}
for row in ROWS:
    action = row.situation.rpartition(":")[0]
    GROUPS.setdefault(f"{row.route}:{action}" if action else row.route, []).append(row)

pytestmark = pytest.mark.django_db


def test_every_route_of_the_site_has_a_row():
    patterns = {row.route for row in ROWS}
    known = set(routes(get_resolver()))
    bare = {route for route in known if not any(fnmatchcase(route, pattern) for pattern in patterns)}
    assert not bare, f"Add rows to atdemain/pages/permissions/table.txt for {sorted(bare)}"


def test_every_row_is_about_a_route_of_the_site():
    known = set(routes(get_resolver()))
    dead = {row.route for row in ROWS if not any(fnmatchcase(route, row.route) for route in known)}
    assert not dead, f"Routes that do not exist any more: {sorted(dead)}"


def test_every_action_on_a_case_has_rows_for_each_situation():
    from cases.forms.actions import ACTION_FORMS

    told = {row.situation.split(":")[0] for row in ROWS if row.route == "cases:act"}
    assert told >= {*ACTION_FORMS}


#: Somebody else's object: another unit's, another entity's, another person's.
FOREIGN = {"elsewhere", "field", "somebody's", "other", "colleague"}
#: An action that starts from a case nobody keeps, or from a delegation, is asked there.
FROM = {"assign": "waiting", "claim": "waiting", "return_delegation": "delegated"}


def test_every_address_of_one_object_has_a_row_for_somebody_elses_or_says_why_there_is_none():
    """An address names an object when it takes an argument; a name with `*` speaks for those it fits."""
    told = {row.route for page in PAGES if page.whole_site for row in page.rows}
    told |= {row.route for row in ROWS if row.where in FOREIGN}
    silent = {
        route
        for route in with_argument(get_resolver())
        if not any(fnmatchcase(route, pattern) for pattern in told)
    }
    assert not silent, f"Another unit's, or another entity's, object: {sorted(silent)}"


def test_every_action_on_a_case_is_asked_on_ones_own_a_colleagues_another_units_and_an_unknown_one():
    from cases.forms.actions import ACTION_FORMS

    missing = {}
    for action in ACTION_FORMS:
        rows = [row for row in ROWS if row.page == f"cases:act:{action}"]
        entity_acts = any(row.expected["backoffice"] not in ("403", "405") for row in rows)
        asked = {"copper", "field"} if entity_acts else {FROM.get(action, "own")}
        if not entity_acts and action not in FROM:
            asked.add("unit")
        lacking = (asked | {"elsewhere", "unknown"}) - {row.where for row in rows}
        if lacking:
            missing[action] = sorted(lacking)
    assert missing == {}


def test_every_page_has_a_title_and_a_row():
    untold = [page.key for page in PAGES if not page.title or not page.rows]
    assert untold == []


@pytest.fixture(scope="module")
def logged_in(django_db_setup: None, django_db_blocker) -> Iterator[tuple[Office, Mapping[str, str]]]:
    """The cast and each role's session, made once: what a test changes is undone behind it."""
    from tests.office import NOW, Office

    with django_db_blocker.unblock(), taken_back(), time_machine.travel(NOW, tick=False):
        office = Office.gather()
        browsers = {role: office.browser(role) for role in ROLES}
        for browser in browsers.values():
            browser.get("/accessibilite/")  # renews the session, once and not at each row that is undone
        yield office, {role: browser.cookies.output(header="") for role, browser in browsers.items()}


@pytest.mark.parametrize("group", GROUPS)
def test_addresses_answer_each_role_as_the_table_says(
    logged_in: tuple[Office, Mapping[str, str]], db: None, clock: time_machine.Traveller, group: str
):
    """Every row on the same stage: what one does is undone before the next."""
    from tests.permission_cast import Scene

    office = deepcopy(logged_in[0])
    wrong = []
    for row in GROUPS[group]:
        before = transaction.savepoint()
        scene = Scene(office, row, _browsers(logged_in[1]))
        shared = [] if scene.personal else scene.addresses("")
        for role in ROLES:
            stood = transaction.savepoint()
            addresses = scene.addresses(role) if scene.personal else shared
            for method in row.methods:
                start = transaction.savepoint()
                found = " ".join(sorted({*map(code, scene.ask(role, method, addresses))}))
                transaction.savepoint_rollback(start)
                if found != row.expected[role] and not (row.expected[role] == "any" and found < "5"):
                    told = f"{role or 'nobody'} {method}: {found}, not {row.expected[role]}"
                    wrong.append(f"{row} {told}")
            transaction.savepoint_rollback(stood)
        transaction.savepoint_rollback(before)
    assert wrong == []


def _browsers(sessions: Mapping[str, str]) -> dict[str, Browser]:
    browsers = {role: Client() for role in sessions}
    for role, browser in browsers.items():
        browser.cookies.load(sessions[role])
    return browsers


def code(response: HttpResponse) -> str:
    """« log » for the way to the log-in page, else the status."""
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "log"
    return str(response.status_code)
