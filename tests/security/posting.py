"""Each form and action of the site, sent three times on the same stage: without its token, as it is, and with
the name of every column there is. What each changed is a hash of every table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.http import HttpResponse
from django.test import Client as Browser

from atdemain.jobs import files
from atdemain.pages.permissions.table import ROLES, ROWS, Row
from tests.office import Office
from tests.permission_cast import Scene

from .markup import read
from .stage import WRITTEN_BY_READING

#: Fields that an address takes without a page of its own that shows them, and why.
DOCUMENTED: dict[str, frozenset[str]] = {
    "accounts:import": frozenset({"text"}),  # the second step, on the page of the preview
    "recognition:campaign_step": frozenset({"reason"}),  # of a new collection, on the campaign's page
    "recognition:competency_person": frozenset({"proofs"}),  # drawn once there is something to point at
    "recognition:suggestion_new": frozenset({"case"}),  # drawn when it is made from a case
}
#: What is drawn by chance would differ from one sending to the next.
DRAWN: dict[str, Any] = {
    "atdemain.journal.record.new_salt": "sel",
    "cases.forms.record.new_reference": "CLI-N0000001",
    "cases.retention.pseudonymise.new_salt": "sel",
    "atdemain.jobs.queue.uuid4": UUID(int=1),
    "atdemain.jobs.files.uuid4": UUID(int=2),
}


@dataclass(frozen=True)
class Posted:
    """What one address answered to one role, and the tables after, in each of the three ways."""

    row: Row
    role: str
    address: str
    without_token: int
    plain: int
    loaded: int
    changed: frozenset[str]
    differs: frozenset[str]
    extra: int

    def __str__(self) -> str:
        return f"{self.role} POST {self.address} ({self.row.route} {self.row.situation})"


def post_everything(office: Office) -> Iterator[Posted]:
    """One row for each route and action that somebody may post to."""
    browsers = {role: office.browser(role) for role in ROLES}
    strict = {role: office.browser(role, enforce_csrf_checks=True) for role in ROLES}
    columns = every_column(office)
    for row in _rows():
        role = next(name for name in ROLES if row.expected[name] in ("302", "200", "422"))
        before = transaction.savepoint()
        scene = Scene(office, row, browsers)
        for address in list(scene.addresses(role)):
            yield _posted(scene, row, role, address, browsers[role], strict[role], columns)
        transaction.savepoint_rollback(before)


def _rows() -> Iterator[Row]:
    """Those that log everybody in again come last: taken back, they leave browsers without a session."""
    seen = set()
    for row in sorted(ROWS, key=lambda row: "dpo" in row.situation):
        action = row.situation.rpartition(":")[0]
        allowed = any(row.expected[role] in ("302", "200", "422") for role in ROLES if role)
        ours = allowed and "POST" in row.methods and not row.route.startswith(("admin", "account_log"))
        if ours and (row.route, action) not in seen:
            seen.add((row.route, action))
            yield row


def _posted(
    scene: Scene,
    row: Row,
    role: str,
    address: str,
    browser: Browser,
    strict: Browser,
    columns: Mapping[str, str],
) -> Posted:
    data = dict(scene.data)
    start = transaction.savepoint()
    page = browser.get(address)
    form = page.status_code == 200 and page["Content-Type"].startswith("text/html")
    shown = read(page.content.decode()).inputs if form else set()
    known = {*data, *shown, *DOCUMENTED.get(row.route, ())}
    extra = {name: value for name, value in columns.items() if name not in known}
    transaction.savepoint_rollback(start)
    refused, _nothing = _send(strict, address, data)
    before = state()
    plain, after_plain = _send(browser, address, data)
    loaded, after_loaded = _send(browser, address, data | extra)
    return Posted(
        row, role, address, refused.status_code, plain.status_code, loaded.status_code,
        frozenset(name for name in after_plain if before.get(name) != after_plain[name]),
        frozenset(name for name in after_loaded if after_plain.get(name) != after_loaded[name]),
        len(extra),
    )  # fmt: skip


def _send(browser: Browser, address: str, data: dict[str, Any]) -> tuple[HttpResponse, dict[str, str]]:
    """Posted, looked at, and taken back: numbers, salts and references are the same at the next sending."""
    start, numbers, chance = transaction.savepoint(), _sequences(), count()
    with ExitStack() as stack:
        for place, drawn in DRAWN.items():
            stack.enter_context(patch(place, lambda *_, drawn=drawn: drawn))
        # A form without its key draws one: a new one at each sending, and the same at the next series.
        stack.enter_context(patch("uuid.uuid4", lambda: UUID(int=next(chance) + 1, version=4)))
        stack.enter_context(patch("secrets.token_hex", lambda size=32: f"{next(chance):0{2 * size}x}"))
        response = browser.post(address, data)
    after = state()
    files.remove(UUID(int=2).hex)
    transaction.savepoint_rollback(start)
    _back(numbers)
    return response, after


def every_column(office: Office) -> dict[str, str]:
    """The name of each column of each model of the product, with a value that would be worth slipping in."""
    found: dict[str, str] = {}
    stranger = str(office.people["stranger"].pk)
    for model in apps.get_models():
        for column in model._meta.concrete_fields:
            for name in {column.name, column.attname}:
                found.setdefault(name, _tempting(column, stranger))
    return found


def _tempting(column: models.Field, stranger: str) -> str:
    if column.is_relation or isinstance(column, models.IntegerField | models.AutoField):
        return stranger
    if isinstance(column, models.BooleanField):
        return "on"
    if isinstance(column, models.DateTimeField):
        return "2020-01-01T08:00"
    if isinstance(column, models.DateField):
        return "2020-01-01"
    if column.choices:
        return str(list(column.choices)[-1][0])
    return "GLISSE"


# -- what is stored ---------------------------------------------------------------------------------------


def state() -> dict[str, str]:
    """A hash of each table that was ever written, in one question; the others are empty."""
    tables = [one for one in _written() if one not in WRITTEN_BY_READING]
    parts = (
        f"SELECT '{one}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{one}\" t"
        for one in tables
    )
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


def _written() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND pg_relation_size(oid) > 0"
        )
        return [name for (name,) in cursor.fetchall()]


def _sequences() -> list[tuple[str, int | None]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(sequencename), last_value FROM pg_sequences WHERE schemaname = 'public'"
        )
        return cursor.fetchall()


def _back(numbers: list[tuple[str, int | None]]) -> None:
    """A rollback gives no number back: the next rows take those the last ones had."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(name::regclass, coalesce(last, 1), last IS NOT NULL) "
            "FROM unnest(%s::text[], %s::bigint[]) AS s(name, last)",
            [[name for name, _ in numbers], [last for _, last in numbers]],
        )
