"""Every address × role × method × situation answers as `tests/permissions.py` says, and nothing is left out."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import get_resolver

from tests.permissions import ROLES, ROWS, Row
from tests.routes import routes

GROUPS: dict[str, list[Row]] = {}
for row in ROWS:
    action = row.situation.rpartition(":")[0]
    GROUPS.setdefault(f"{row.route}:{action}" if action else row.route, []).append(row)

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def test_every_route_of_the_site_has_a_row():
    patterns = {row.route for row in ROWS}
    known = set(routes(get_resolver()))
    bare = {route for route in known if not any(fnmatchcase(route, pattern) for pattern in patterns)}
    assert not bare, f"Add rows to tests/permissions.py for {sorted(bare)}"


def test_every_row_is_about_a_route_of_the_site():
    known = set(routes(get_resolver()))
    dead = {row.route for row in ROWS if not any(fnmatchcase(route, row.route) for route in known)}
    assert not dead, f"Routes that do not exist any more: {sorted(dead)}"


def test_every_action_on_a_case_has_rows_for_each_situation():
    from cases.forms.actions import ACTION_FORMS

    told = {row.situation.split(":")[0] for row in ROWS if row.route == "cases:act"}
    assert told >= {*ACTION_FORMS}


@pytest.mark.parametrize("group", GROUPS)
def test_addresses_answer_each_role_as_the_table_says(office, group: str):
    """Every row on the same stage: what one does is undone before the next."""
    from tests.permission_cast import Scene

    browsers = {role: office.browser(role) for role in ROLES}
    wrong = []
    for row in GROUPS[group]:
        before = transaction.savepoint()
        scene = Scene(office, row, browsers)
        for role in ROLES:
            for method in row.methods:
                start = transaction.savepoint()
                found = " ".join(sorted({*map(code, scene.ask(role, method))}))
                transaction.savepoint_rollback(start)
                if found != row.expected[role] and not (row.expected[role] == "any" and found < "5"):
                    told = f"{role or 'nobody'} {method}: {found}, not {row.expected[role]}"
                    wrong.append(f"{row} {told}")
        transaction.savepoint_rollback(before)
    assert wrong == []


def code(response: HttpResponse) -> str:
    """« log » for the way to the log-in page, else the status."""
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "log"
    return str(response.status_code)
