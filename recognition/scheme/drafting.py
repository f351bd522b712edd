"""Drafts: made from nothing, from a version, to better one or to go on after one; changed by conditional update."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from copy import deepcopy
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.record import record
from atdemain.organisation.models import Programme, User
from recognition.enums import Renewal, SchemeState
from recognition.models import BudgetEnvelope, SchemeVersion
from recognition.scheme.draft import CONTENT
from recognition.sources import ALL

KIND = "schemeversion"
ONE_DAY = timedelta(days=1)
RESERVE_BP = 500
#: JSON that holds labels and names.
WRITTEN = ("signatories", "criteria", "levels")


class SchemeRefused(Exception):
    """French, says what to do."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class SchemeStale(Exception):
    """Somebody else changed, published or dropped it since the page was drawn; `current` None: it is gone."""

    def __init__(self, current: SchemeVersion | None) -> None:
        super().__init__(str(current))
        self.current = current


def new(programme: Programme, *, by: User, actor: Actor, now: datetime) -> SchemeVersion:
    """An empty one, open to the five roles."""
    return _create(programme, by, actor, now, {"eligible_roles": list(ALL)}, None)


def copied(source: SchemeVersion, *, by: User, actor: Actor, now: datetime) -> SchemeVersion:
    """The same conditions for a later period, to be dated."""
    return _create(source.programme, by, actor, now, {"period_start": None, "period_end": None}, source)


def amending(source: SchemeVersion, *, by: User, actor: Actor, now: datetime) -> SchemeVersion:
    """The same period; published only if nobody loses by it (domain.md §6.1)."""
    if source.state not in (SchemeState.PUBLISHED, SchemeState.IN_FORCE):
        raise SchemeRefused("Seule une version publiée et non terminée s’améliore.")
    if SchemeVersion.objects.public().filter(amends=source).exists():
        raise SchemeRefused("Une amélioration de cette version est déjà publiée : améliorez celle-là.")
    return _create(source.programme, by, actor, now, {"amends": source}, source)


def renewing(source: SchemeVersion, *, by: User, actor: Actor, now: datetime) -> SchemeVersion:
    """The next period of an express renewal; it is published by two people like any other."""
    if source.renewal != Renewal.EXPRESS:
        raise SchemeRefused("Cette version ne se reconduit pas par décision expresse.")
    if refusal := cannot_renew(source):
        raise SchemeRefused(refusal)
    start, end = next_period(source)
    fields = {
        "period_start": start,
        "period_end": end,
        "renews": source,
        "renewal_rank": source.renewal_rank + 1,
    }
    return _create(source.programme, by, actor, now, fields, source)


def cannot_renew(source: SchemeVersion) -> str:
    """Why it does not go on, "" when it may."""
    if source.state == SchemeState.DRAFT:
        return "Un brouillon ne se reconduit pas."
    if source.renewal_stopped_on is not None:
        return f"La reconduction a été arrêtée le {source.renewal_stopped_on:%d/%m/%Y}."
    if source.renewal_rank >= (source.max_renewals or 0):
        return f"Cette version a déjà été reconduite {source.renewal_rank} fois, autant qu’elle le prévoit."
    if SchemeVersion.objects.filter(renews=source).exists():
        return "La période suivante existe déjà."
    if SchemeVersion.objects.public().filter(amends=source).exists():
        return "Une amélioration a pris sa place : c’est elle qui se reconduit."
    return ""


def next_period(source: SchemeVersion) -> tuple[date, date]:
    """As long as the one before: as many months when it holds whole months, else as many days."""
    start, end = source.period_start, source.period_end
    assert start is not None
    assert end is not None
    following = end + ONE_DAY
    if start.day == 1 and following.day == 1:
        months = (following.year - start.year) * 12 + following.month - start.month
        year, month = divmod(following.year * 12 + following.month - 1 + months - 1, 12)
        return following, date(year, month + 1, calendar.monthrange(year, month + 1)[1])
    return following, following + (end - start)


def copy_of(source: SchemeVersion) -> dict[str, Any]:
    """Its content, as fields of another row."""
    return {name: deepcopy(getattr(source, name)) for name in CONTENT}


def number_after(programme: Programme) -> int:
    """Under the lock of the programme."""
    return (SchemeVersion.objects.filter(programme=programme).aggregate(last=Max("number"))["last"] or 0) + 1


@transaction.atomic
def _create(
    programme: Programme,
    by: User,
    actor: Actor,
    now: datetime,
    fields: Mapping[str, Any],
    source: SchemeVersion | None,
) -> SchemeVersion:
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    content = copy_of(source) if source is not None else {}
    row = SchemeVersion.objects.create(
        **{**content, **fields},
        programme=programme,
        number=number_after(programme),
        drafted_by=by,
        writers=[by.pk],
        changed_at=now,
        changed_by=by,
    )
    if source is not None:
        before = BudgetEnvelope.objects.filter(scheme=source).first()
        if before is not None:
            BudgetEnvelope.objects.create(
                scheme=row, total_cents=before.total_cents, reserve_bp=before.reserve_bp
            )
    changes: dict[str, Any] = {"number": [None, row.number]}
    for name in ("amends", "renews"):
        if getattr(row, f"{name}_id"):
            changes[name] = [None, getattr(row, f"{name}_id")]
    record(KIND, row.pk, "drafted", actor=actor, at=now, changes=changes, object_version=row.version)
    return row


@transaction.atomic
def change(
    pk: int, fields: Mapping[str, Any], *, version: int, by: User, actor: Actor, now: datetime
) -> SchemeVersion:
    """Write these fields of the draft, and its envelope (`envelope_cents`, `reserve_bp`). Raises SchemeStale.

    The same content again changes nothing, and makes nobody a writer.
    """
    row = SchemeVersion.objects.select_for_update().select_related("programme").filter(pk=pk).first()
    if row is None or row.state != SchemeState.DRAFT or row.version != version:
        raise SchemeStale(row)
    before = SchemeVersion.objects.get(pk=pk)
    fields = dict(fields)
    money: dict[str, Any] = {
        name: fields.pop(name) for name in ("envelope_cents", "reserve_bp") if name in fields
    }
    for name, value in fields.items():
        setattr(row, name, value)
    changes, personal = differences(before, row)
    # What somebody wrote in them is no code.
    personal |= {name: changes.pop(name) for name in WRITTEN if name in changes}
    changes |= _envelope(row, money)
    if not changes and not personal:
        return row
    row.version = version + 1
    row.changed_at, row.changed_by = now, by
    row.writers = sorted({*row.writers, by.pk})
    updated = SchemeVersion.objects.filter(pk=pk, version=version, state=SchemeState.DRAFT).update(
        **fields, version=row.version, changed_at=now, changed_by=by, writers=row.writers
    )
    if not updated:
        raise SchemeStale(SchemeVersion.objects.filter(pk=pk).first())
    record(
        KIND, pk, "changed", actor=actor, at=now, changes=changes, personal=personal, object_version=row.version
    )  # fmt: skip
    return row


def _envelope(row: SchemeVersion, money: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope of a draft is set with it; once published, it moves by movements of its own."""
    if money.get("envelope_cents") is None:
        return {}
    known = BudgetEnvelope.objects.filter(scheme=row).first()
    total, reserve = money["envelope_cents"], money.get("reserve_bp", RESERVE_BP)
    if known is None:
        BudgetEnvelope.objects.create(scheme=row, total_cents=total, reserve_bp=reserve)
        return {"envelope_cents": [None, total], "reserve_bp": [None, reserve]}
    changed = {}
    if known.total_cents != total:
        changed["envelope_cents"] = [known.total_cents, total]
    if known.reserve_bp != reserve:
        changed["reserve_bp"] = [known.reserve_bp, reserve]
    if changed:
        BudgetEnvelope.objects.filter(pk=known.pk).update(total_cents=total, reserve_bp=reserve)
    return changed


@transaction.atomic
def drop(pk: int, *, version: int, actor: Actor, now: datetime) -> None:
    """A draft that will not be; its number goes to the next one. Raises SchemeStale."""
    row = SchemeVersion.objects.select_for_update().filter(pk=pk).first()
    if row is None or row.state != SchemeState.DRAFT or row.version != version:
        raise SchemeStale(row)
    BudgetEnvelope.objects.filter(scheme=row).delete()
    row.delete()
    record(KIND, pk, "dropped", actor=actor, at=now, from_state=SchemeState.DRAFT)
