"""On PostgreSQL, no list, no search and no cockpit reads the cases, the clients or the contacts from end to end.

A site of the bench, small but large enough that reading a table whole is dearer than its index; the bench asks the
same at a million (`python -m tests.bench --only lists,search,cockpit`).
"""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.test import Client as Browser

from atdemain.organisation.models import User
from cases.models import Case, Client, ClientPhone
from tests.bench import bench_lists, site
from tests.bench.visiting import counted, plans, reading, scanned
from tests.office import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

SIZE = 10_000


@pytest.fixture
def browser(monkeypatch) -> Browser:
    site.fill_site(SIZE, NOW)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    browser = Browser()
    browser.force_login(User.objects.get(username=site.MANAGER))
    return browser


def addresses() -> list[str]:
    """Every page of the bench, and a search of each kind."""
    lists = [f"/lists/{key}/{query}" for key, pages in bench_lists.PAGES.items() for _what, query in pages]
    client = Client.objects.filter(unit__code="site-0").order_by("pk")[100]
    case = Case.objects.filter(client=client).first() or Case.objects.filter(unit__code="site-0")[0]
    number = ClientPhone.objects.get(client=client).e164
    words = (
        client.client_ref,
        number,
        case.ref,
        "OC00000100",
        "Martin",
        "jean martin",
        "mar",
        "m",
        "j martin",
        "zzyzx",
    )
    return [*lists, "/team/", *(f"/search?q={word.replace('+', '%2B')}" for word in words)]


def read_whole(browser: Browser, address: str) -> list[str]:
    """« table: statement » for each large table that the page reads from end to end."""
    with counted() as ran:
        assert browser.get(address).status_code in (200, 302), address
    asked = reading(ran)
    return [f"{address} {table}: {sql[:200]}" for (sql, _), plan in zip(asked, plans(asked), strict=True)
            for table in scanned(plan)]  # fmt: skip


def test_no_page_reads_a_large_table_from_end_to_end(browser):
    found = [line for address in addresses() for line in read_whole(browser, address)]
    assert not found, "\n".join(found)


#: Table → a page that reads it by an index.
READ_BY_INDEX = {
    "cases_client": "/search?q=kerganou",
    "cases_case": "/lists/cases/",
    "cases_contact": "/lists/contacts/",
}


def test_without_its_indexes_a_table_is_caught_being_read_whole(browser):
    caught = {}
    for table, address in READ_BY_INDEX.items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT i.indexrelid::regclass::text FROM pg_index i LEFT JOIN pg_constraint c "
                "ON c.conindid = i.indexrelid WHERE i.indrelid = %s::regclass AND c.oid IS NULL",
                [table],
            )
            for (index,) in cursor.fetchall():
                cursor.execute(f"DROP INDEX {index}")
            caught[table] = f" {table}: " in "".join(read_whole(browser, address))
            transaction.set_rollback(True)
    assert caught == dict.fromkeys(READ_BY_INDEX, True)
