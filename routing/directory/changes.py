"""What is written in the directory: each change one row of the journal, in its own transaction.

A row is changed only as the page showed it: its version is part of the update, so the second of two people
is told and nothing of the first is lost.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.record import record
from atdemain.notifications.inbox import notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity, EntityContact, PriorityLine, User
from routing.models import UnreachableReport

Row = Entity | EntityContact | PriorityLine
#: « Injoignable » said this many times alerts the entity (domain.md §5.6).
ALERT_AT = 2
#: The same person clicking again within this is the same report.
SAME_REPORT = timedelta(minutes=10)
NBSP = "\u00a0"


class StaleRow(Exception):
    """Somebody changed it since the page was drawn, or wrote the same one."""


@transaction.atomic
def save(row: Row, *, seen: int | None, actor: Actor, now: datetime) -> None:
    """Write a new row (`seen` None) or a changed one. Raises StaleRow."""
    manager: Any = type(row)._default_manager
    before = None
    if row.pk is not None:
        _take(row, seen)
        before = manager.get(pk=row.pk)
        row.version = before.version
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:  # two people give an entity the same line at once
        raise StaleRow from error
    _journal(row, before, actor, now)
    if isinstance(row, EntityContact) and before is not None and _other_person(before, row):
        settle(row, now)


@transaction.atomic
def verify(contact: EntityContact, *, actor: Actor, now: datetime) -> bool:
    """« Vérifié aujourd’hui »: what was reported unreachable is settled. False when it already was today."""
    held = EntityContact.objects.select_for_update().get(pk=contact.pk)
    before = EntityContact.objects.get(pk=contact.pk)
    today = timezone.localdate(now)
    if held.verified_on == today and not _waiting(held).exists():
        return False
    held.verified_on, held.verified_by = today, actor.user
    held.version += 1
    held.save(update_fields=["verified_on", "verified_by", "version"])
    settle(held, now)
    _journal(held, before, actor, now, "verified")
    return True


@transaction.atomic
def report_unreachable(contact: EntityContact, *, user: User, actor: Actor, now: datetime) -> str:
    """`noted`, `alerted` (the second one: the entity is told, once until it is settled) or `known`."""
    EntityContact.objects.select_for_update().get(pk=contact.pk)
    waiting = list(_waiting(contact).order_by("at", "pk"))
    if any(one.by_id == user.pk and now - one.at < SAME_REPORT for one in waiting):
        return "known"
    waiting.append(UnreachableReport.objects.create(contact=contact, by=user, at=now))
    record("entitycontact", contact.pk, "reported_unreachable", actor=actor, at=now)
    if len(waiting) < ALERT_AT:
        return "noted"
    return "alerted" if _alert(contact, waiting[0], now) else "noted"


def settle(contact: EntityContact, now: datetime) -> int:
    return _waiting(contact).update(settled_at=now)


def people_of(entity: Entity) -> list[int]:
    """Whom to tell about an entity: its people and its head, else the administrators."""
    own = User.objects.filter(is_active=True).filter(
        models.Q(entity=entity.pk) | models.Q(pk=entity.head_id or 0)
    )
    found = list(own.exclude(groups__name=Role.PARTNER.value).order_by("pk").values_list("pk", flat=True))
    if found:
        return found
    admins = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value)
    return list(admins.order_by("pk").values_list("pk", flat=True))


def _alert(contact: EntityContact, first: UnreachableReport, now: datetime) -> int:
    entity = contact.entity
    return notify_many(
        {
            "recipient_id": pk,
            "kind": "contact_unreachable",
            "title": f"{entity.name}{NBSP}: un interlocuteur est signalé injoignable pour la deuxième fois",
            "body": "Vérifiez son numéro dans l’annuaire, ou donnez-en un autre.",
            "url": f"/directory/{entity.code}/",
            "object_type": "entitycontact",
            "object_id": str(contact.pk),
            "dedupe_key": f"unreachable:{first.pk}:{pk}",
            "at": now,
        }
        for pk in people_of(entity)
    )


def _waiting(contact: EntityContact) -> models.QuerySet[UnreachableReport]:
    return UnreachableReport.objects.filter(contact=contact.pk, settled_at__isnull=True)


def _other_person(before: EntityContact, after: EntityContact) -> bool:
    """Another number or another person: what was said of the former one is over."""
    return (before.phone, before.extension, before.active) != (after.phone, after.extension, after.active)


def _take(row: Row, seen: int | None) -> None:
    """Count the change against the version that the page showed."""
    manager: Any = type(row)._default_manager
    if seen is None or not manager.filter(pk=row.pk, version=seen).update(version=F("version") + 1):
        raise StaleRow


def _journal(row: Row, before: Row | None, actor: Actor, now: datetime, action: str = "") -> None:
    changes, personal = differences(before, row)
    if before is not None and not changes and not personal:
        return
    record(
        row._meta.model_name or "",
        row.pk,
        action or ("changed" if before is not None else "created"),
        actor=actor,
        at=now,
        changes=changes,
        personal=personal,
    )
