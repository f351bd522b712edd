"""Every page that shows a client's data leaves its row in the access log, whatever the role.

Each GET of the permission table that answers 200 is asked for, as each role, on an office where every client
carries a name that is nowhere else. A page whose answer holds such a name must have written a row.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.http import HttpResponse

from atdemain.journal.enums import Purpose
from atdemain.journal.models import AccessLog
from atdemain.pages.permissions.table import ROLES, ROWS, Row
from tests.office import HOUR, NOW, Office

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

TOKEN = "Zyxwvut"
#: What these pages are asked, without which they show nobody.
QUERIES = {
    "cases:search": lambda: {"q": TOKEN},
    "cases:record": lambda: {"who": TOKEN},
    "cases:record_lookup": lambda: {"who": TOKEN},
}
ASKED = [row for row in ROWS if "GET" in row.methods and "200" in row.expected.values()]


@pytest.fixture
def named(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office at work, each client under its own token."""
    make = office.client

    def client(name: str = "", **fields):
        return make(f"{TOKEN} {name or office.made}", **fields)

    monkeypatch.setattr(office, "client", client)
    office.case("callback_due", start=NOW - 3 * HOUR)
    office.case("callback_due", start=NOW + HOUR)
    office.case("opened")
    office.case(owner=None)
    office.case("escalated")
    given = office.case("opened", owner="colleague")
    office.do(given, "assign", "manager", advisor=office.people["advisor"].pk, reason_code="load")
    office.case("resolved", owner="colleague")
    asked = office.case("opened", owner="colleague")
    office.do(asked, "request_cancel", "colleague", cancel_reason="test", text="Ouvert pour un essai.")
    return office


def text(response: HttpResponse) -> str:
    parts = response.streaming_content if response.streaming else [response.content]
    return b"".join(parts).decode(errors="replace")


def unlogged(office: Office, rows: list[Row]) -> tuple[list[str], set[str]]:
    """« route role » of each page that shows a token and wrote no row; and the routes that showed one."""
    from tests.permission_cast import Scene

    browsers = {role: office.browser(role) for role in ROLES}
    silent, showing = [], set()
    for row in rows:
        start = transaction.savepoint()
        scene = Scene(office, row, browsers)
        for role in (role for role in ROLES if row.expected[role] == "200"):
            turn = transaction.savepoint()
            for seen, wrote, where in _ask(scene, role):
                if seen:
                    showing.add(row.route)
                if seen and not wrote:
                    silent.append(f"{where} {role}")
            transaction.savepoint_rollback(turn)
        transaction.savepoint_rollback(start)
    return silent, showing


def _ask(scene, role: str) -> Iterator[tuple[bool, bool, str]]:
    """(the answer shows a client, a row was written, its address)."""
    before = AccessLog.objects.count()
    query = QUERIES.get(scene.row.route, dict)()
    for address in scene.addresses(role):
        response = scene.browsers[role].get(address, query)
        shown = text(response).replace(f'value="{TOKEN}"', "")
        seen = response.status_code == 200 and TOKEN in shown
        now = AccessLog.objects.count()
        strange = AccessLog.objects.exclude(purpose__in=["", *Purpose.values])
        assert not strange.exists(), f"{address}: « {strange.first().purpose} » is no purpose"
        yield seen, now > before, address
        before = now


def test_every_page_that_shows_a_client_to_anybody_writes_its_row(named):
    silent, showing = unlogged(named, ASKED)
    assert silent == [], "\n".join(silent)
    expected = {
        "home", "cases:case", "cases:client", "cases:queue", "cases:team", "cases:act", "cases:audit", "cases:open",
        "cases:access", "cases:access_answer", "cases:record", "cases:record_lookup", "cases:search", "cases:inbox",
    }  # fmt: skip
    assert expected <= showing, "these no longer show any client: the check above sees nothing"


def test_a_page_that_writes_no_row_is_named(named, monkeypatch):
    """The check above can fail."""
    monkeypatch.setattr("cases.views.queue.log_access", lambda *args, **kwargs: None)
    silent, _ = unlogged(named, [row for row in ASKED if row.route == "cases:queue"])
    assert sorted(silent) == ["/queue/ advisor", "/queue/ manager", "/queue/ support"]


@pytest.mark.parametrize(
    ("query", "found"), [("?q=Zyxwvut", True), ("?q=zzzz", False)], ids=["somebody found", "nobody found"]
)
def test_a_search_leaves_its_row_with_its_count_whether_it_finds_or_not(named, query, found):
    before = AccessLog.objects.count()
    page = named.browser("advisor").get(f"/search{query}")
    row = AccessLog.objects.order_by("-pk").first()
    assert (TOKEN in text(page).replace(f'value="{TOKEN}"', "")) is found
    assert AccessLog.objects.count() == before + 1
    assert (row.action, bool(row.rows), row.filters) == ("search", found, "q=…")


def test_a_search_hit_opened_leaves_the_search_and_the_opening(named):
    case = named.case("opened")
    named.browser("advisor").get(f"/search?q={case.ref}", follow=True)
    told = list(AccessLog.objects.order_by("-pk").values_list("action", "object_type", "client_id")[:2])
    assert told == [("hit", "case", case.client_id), ("search", "search", None)]
