"""Every page of the site asked by every role, once, on a stage where each text is hostile and says whose it is.

Addresses come from the table of permissions, so a new route is visited as soon as it has its rows. Texts end
with the token of their owner: a unit, and the entity a case was escalated to.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.http import HttpResponse
from django.test import Client as Browser

from atdemain.notifications.webhooks.subscriptions import Refused
from atdemain.pages.permissions.table import ROLES, ROWS, Row
from atdemain.triggers import all_lifted
from cases.models import Case, Client, Escalation, Line
from cases.workflow.outcomes import WorkflowError
from recognition.scheme.publication import NotPublished
from tests.office import Office
from tests.permission_cast import Scene

from .payloads import PAYLOADS

#: What a page reads to find its way, not to show: an address, a code, a key.
NOT_SHOWN = {
    "username", "password", "ref", "client_ref", "line_ref", "code", "tz", "url", "e164", "number", "phone",
    "identity_key", "name_key", "client_key", "source_system", "source_id", "dedupe_key", "key", "token",
    "stored_path", "profile_text", "object_type", "object_id", "holiday_zone", "request_id", "hash",
    "prev_hash", "payload_hash", "salt", "email", "kind", "theme", "content_hash", "text_version", "file",
    "file_sha256", "profile_sha256", "employee_number", "recipient", "purpose", "role", "action", "filters",
    "mode", "source", "extension",
}  # fmt: skip
#: The reference of a case, copied on the row of a job: it is its address too.
WRITTEN_BY_US = {"jobs.JobRow.label"}
APPS = {"organisation", "notifications", "cases", "routing", "recognition", "jobs"}
#: Staged after the cases: their planning would refuse the cases' promises.
LAST = ("routing:planning", "routing:absence")
#: Tables that a visit may write: the access log, sessions, limits on log-ins and on the API.
WRITTEN_BY_READING = {
    "journal_accesslog",
    "django_session",
    "organisation_cache",
    "organisation_requestcount",
}


@dataclass(frozen=True)
class Visit:
    route: str
    situation: str
    role: str
    method: str
    address: str
    status: int
    headers: dict[str, str]
    body: str

    def __str__(self) -> str:
        return f"{self.role or 'nobody'} {self.method} {self.address} ({self.route} {self.situation})"


@dataclass
class Stage:
    office: Office
    visits: list[Visit] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    @property
    def pages(self) -> Iterator[Visit]:
        return (one for one in self.visits if one.headers["content-type"].startswith("text/html"))


def play(office: Office, methods: tuple[str, ...] = ("GET", "HEAD")) -> Stage:
    """Set the stage, poison it, then visit everything."""
    browsers = {role: office.browser(role) for role in ROLES}
    places = list(_places(office, browsers))
    poison()
    stage = Stage(office)
    for browser in browsers.values():
        browser.get("/")  # the session renews itself once
    stage.before = fingerprints()
    seen: set[tuple[str, str, str]] = set()
    for row, role, address in places:
        for method in [name for name in methods if name in row.methods and worth(row, role, name)]:
            if (role, method, address) not in seen:
                seen.add((role, method, address))
                stage.visits.append(_visit(row, browsers[role], role, method, address))
    stage.after = fingerprints()
    return stage


def worth(row: Row, role: str, method: str) -> bool:
    """A refusal has one body for all and the permission matrix asks each: here one role in ten is refused."""
    expected = row.expected[role]
    if expected == "405" or (expected in ("403", "log") and row.route.startswith("admin")):
        return role == "advisor"
    return method == "GET" or (expected == "200" and role in ("advisor", "manager", "admin"))


def _places(office: Office, browsers: dict[str, Browser]) -> Iterator[tuple[Row, str, str]]:
    """(row, role, address), one scene per route and situation that is read.

    A scene whose objects are on the stage already is left out: those of the other one are visited.
    """
    staged = set()
    for row in sorted(ROWS, key=lambda row: row.route.startswith(LAST)):
        name = (row.route, row.situation)
        if not {"GET", "HEAD"} & set(row.methods) or name in staged or row.situation == "recorded":
            continue
        staged.add(name)
        start = transaction.savepoint()  # a block would be one too many for the workflow's durable ones
        try:
            scene = Scene(office, row, browsers)
            found = [(row, role, address) for role in ROLES for address in scene.addresses(role)]
        except (IntegrityError, WorkflowError, NotPublished, Refused):
            transaction.set_rollback(False)
            transaction.savepoint_rollback(start)
            continue
        transaction.savepoint_commit(start)
        yield from found


def _visit(row: Row, browser: Browser, role: str, method: str, address: str) -> Visit:
    response: HttpResponse = getattr(browser, method.lower())(address)
    body = b"".join(response) if response.streaming else response.content
    headers = {name.lower(): value for name, value in response.items()}
    headers.setdefault("content-type", "")
    return Visit(
        row.route, row.situation, role, method, address, response.status_code, headers,
        body.decode(errors="replace"),
    )  # fmt: skip


# -- hostile texts ----------------------------------------------------------------------------------------


def texts_of(model: type[models.Model]) -> list[models.Field]:
    """Free text columns, those that fill a page rather than lead to it."""
    return [
        one
        for one in model._meta.concrete_fields
        if isinstance(one, (models.CharField, models.TextField))
        and not isinstance(one, models.SlugField)
        and not one.choices
        and one.name not in NOT_SHOWN
        and str(one) not in WRITTEN_BY_US
        and not one.primary_key
    ]


def poison() -> int:
    """A payload and its owner's token in every text there is, partner-fed and journalled ones included."""
    owners, turn, written = Owners(), count(), 0
    for model in apps.get_models():
        columns = texts_of(model)
        if model._meta.app_label not in APPS or not columns or model._meta.proxy:
            continue
        for row in model._default_manager.order_by("pk"):
            values = {}
            for column in columns:
                if not getattr(row, column.attname) and column.name not in ("summary", "told", "note"):
                    continue
                values[column.attname] = _fitting(turn, column.max_length, owners.token(row))
            values = {name: value for name, value in values.items() if value}
            written += len(values)
            if values:
                try:
                    with transaction.atomic():
                        models.QuerySet(model).filter(pk=row.pk).update(**values)
                except IntegrityError:  # a rule of the database keeps this row as it is
                    continue
    return written + _poison_journal(owners, turn)


def _fitting(turn: Any, longest: int | None, token: str) -> str:
    for _ in PAYLOADS:
        text = PAYLOADS[next(turn) % len(PAYLOADS)]
        if longest is None or len(text) + len(token) + 1 <= longest:
            return f"{text} {token}".strip()
    return token if longest is None or len(token) <= longest else ""


def _poison_journal(owners: Owners, turn: Any) -> int:
    """The personal values of the journal, which a trigger keeps from being rewritten."""
    payload = apps.get_model("journal.AuditPayload")
    rows = list(payload.objects.select_related("event"))
    with all_lifted(connection):
        for row in rows:
            token = owners.of_event(row.event.object_type, row.event.object_id)
            row.body = {
                name: _fitting(turn, None, token) if isinstance(value, str) else value
                for name, value in row.body.items()
            }
        payload.objects.bulk_update(rows, ["body"])
    return len(rows)


class Owners:
    """Whose a row is: « (lyon) », « (brest) », « (lyon+copper) »; "" for what is nobody's in particular."""

    def __init__(self) -> None:
        entities: dict[int, set[str]] = {}
        for case_id, code in Escalation.objects.values_list("case", "target_entity__code"):
            entities.setdefault(case_id, set()).add(code)
        units = {
            pk: (unit, client) for pk, unit, client in Case.objects.values_list("pk", "unit__code", "client")
        }
        self.cases = {pk: self._name(unit, entities.get(pk, set())) for pk, (unit, _client) in units.items()}
        asked: dict[int, set[str]] = {}
        for pk, (_unit, client) in units.items():
            asked.setdefault(client, set()).update(entities.get(pk, set()))
        self.clients = {
            pk: self._name(unit, asked.get(pk, set()))
            for pk, unit in Client.objects.values_list("pk", "unit__code")
        }
        self.lines = dict(Line.objects.values_list("pk", "client"))

    @staticmethod
    def _name(unit: str | None, entities: set[str]) -> str:
        return f"({'+'.join([unit or 'nowhere', *sorted(entities)])})"

    def token(self, row: models.Model) -> str:
        for name, column in (("case", "case_id"), ("client", "client_id")):
            key = row.pk if row._meta.model_name == name else getattr(row, column, None)
            if isinstance(key, int):
                return (self.cases if name == "case" else self.clients).get(key, "")
        escalation = getattr(row, "escalation", None)
        if escalation is not None:
            return self.cases.get(escalation.case_id, "")
        return ""

    def of_event(self, object_type: str, object_id: str) -> str:
        if object_type in ("case", "client") and object_id.isdecimal():
            return (self.cases if object_type == "case" else self.clients).get(int(object_id), "")
        return ""


# -- what is stored ---------------------------------------------------------------------------------------


def fingerprints() -> dict[str, str]:
    """A hash of every table, but those that reading writes."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if table not in WRITTEN_BY_READING:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
                rows = sorted(json.dumps(row, default=str) for row in cursor.fetchall())
                found[table] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found
