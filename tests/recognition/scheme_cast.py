"""Versions for the tests: drafts that may be published, published ones, and who publishes them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from atdemain.journal.actors import Actor
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Programme, User
from atdemain.organisation.roles import set_roles
from recognition.models import BudgetEnvelope, SchemeVersion
from recognition.scheme import drafting, publication, seeds
from recognition.terms import Terms
from tests.office import NOW, Office

DAY = timedelta(days=1)
#: The next half-year after the office's 10 November 2026.
HALF = (date(2027, 1, 1), date(2027, 6, 30))
BEFORE = (date(2026, 7, 1), date(2026, 12, 31))


def programme() -> Programme:
    return Programme.objects.order_by("pk").first() or Programme.objects.create(
        code="at-demain", name="AT Demain"
    )


def second_hr(office: Office) -> User:
    """Somebody of HR who writes nothing."""
    if "hr2" not in office.people or not User.objects.filter(pk=office.people["hr2"].pk).exists():
        user = User.objects.create(
            username="hr2",
            first_name="Nadia",
            last_name="Benali",
            employee_number="H002",
            unit=office.units["lyon"],
        )
        set_roles(user, [Role.HR])
        office.people["hr2"] = user
    return office.people["hr2"]


def actor(office: Office, name: str = "hr") -> Actor:
    return Actor.of_user(office.people[name], role=Role.HR.value)


def draft(
    office: Office, terms: Terms | None = None, *, by: str = "hr", now: datetime = NOW, envelope: int | None = 60_000_00,
    **fields: Any,
) -> SchemeVersion:  # fmt: skip
    """A draft of « hr » with nothing missing; `fields` win."""
    second_hr(office)
    terms = terms or seeds.inclusive(*HALF)
    person = office.people[by]
    row = drafting.new(programme(), by=person, actor=actor(office, by), now=now)
    content = seeds.content(terms, **{"name": "Inclusive", "decided_on": date(2026, 1, 5), **fields})
    content.pop("number")
    money = {} if envelope is None else {"envelope_cents": envelope}
    return drafting.change(
        row.pk, {**content, **money}, version=row.version, by=person, actor=actor(office, by), now=now
    )


def published(
    office: Office, terms: Terms | None = None, *, now: datetime = NOW, **fields: Any
) -> SchemeVersion:
    """Drafted by « hr », published by « hr2 »."""
    row = draft(office, terms, now=now, **fields)
    return publish(office, row, now=now)


def publish(office: Office, row: SchemeVersion, *, by: str = "hr2", now: datetime = NOW) -> SchemeVersion:
    second_hr(office)
    return publication.publish(
        row.pk, version=row.version, by=office.people[by], actor=actor(office, by), now=now
    )


def envelope(row: SchemeVersion) -> int:
    return BudgetEnvelope.objects.get(scheme=row).total_cents
