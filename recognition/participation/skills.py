"""Validated skills and their expiry (domain.md L25, L26): by a trainer, never one's own.

The row is the present validation, which routing reads; the ones before stay readable in the journal.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from atdemain.journal.actors import Actor
from atdemain.journal.differences import differences
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import record
from atdemain.notifications.inbox import Item, notify_many
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from recognition.participation.periods import AHEAD, check_order
from recognition.participation.refusal import Refused
from routing.models import AdvisorSkill, Skill

#: « Bientôt »: from so long before the last day.
SOON = timedelta(days=30)
#: A training is valid for so long at most; a date typed wrong is seen.
LONGEST = AHEAD * 5
KIND = "advisorskill"
MINE = "/account/participation/"


@dataclass(frozen=True, slots=True)
class Validation:
    """One validation as it was given."""

    at: datetime
    by: str
    level: int | None
    validated_on: date | None
    expires_on: date | None


def standing(held: AdvisorSkill, today: date) -> str:
    """`expired` the day after its last day, `soon` in the thirty days before, else `valid`."""
    if held.expires_on is None:
        return "valid"
    if held.expires_on < today:
        return "expired"
    return "soon" if held.expires_on <= today + SOON else "valid"


def visible_to(user: User) -> QuerySet[AdvisorSkill]:
    """HR: everybody's; trainers, supports and managers: their unit's; anybody: their own."""
    rows = AdvisorSkill.objects.filter(user__is_active=True)
    if user.has_role(Role.HR):
        return rows
    if user.has_role(Role.TRAINER, Role.SUPPORT, Role.MANAGER):
        return rows.filter(user__unit=user.unit_id or 0)
    return rows.filter(user=user.pk)


def validate(
    person: User,
    skill: Skill,
    *,
    level: int,
    validated_on: date,
    expires_on: date | None,
    actor: Actor,
    now: datetime,
) -> AdvisorSkill:
    """A first validation, or a new one that takes the place of the former. Raises Refused at its field."""
    trainer = actor.user
    if not trainer.has_role(Role.TRAINER) or not trainer.unit_id or person.unit_id != trainer.unit_id:
        raise Refused("Un formateur valide les compétences des personnes de son unité.", "person")
    if person.pk == trainer.pk:
        raise Refused("Nul ne valide sa propre compétence : un autre formateur la valide.", "person")
    today = timezone.localdate(now)
    if validated_on > today:
        raise Refused("Une compétence se valide après l’évaluation, pas avant.", "validated_on")
    if expires_on is not None:
        check_order(validated_on, expires_on, "expires_on")
        if expires_on > today + LONGEST:
            raise Refused("Plus de cinq ans : donnez une échéance plus proche.", "expires_on")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        before = AdvisorSkill.objects.filter(user=person, skill=skill).first()
        held = AdvisorSkill.objects.get(pk=before.pk) if before else AdvisorSkill(user=person, skill=skill)
        if before and before.validated_on > validated_on:
            raise Refused(
                f"Une validation du {before.validated_on:%d/%m/%Y} existe déjà : donnez sa date ou une date qui la suit.",
                "validated_on",
            )
        same = (held.level, held.validated_on, held.expires_on) == (level, validated_on, expires_on)
        if before and same and held.validated_by_id == trainer.pk:
            return held
        held.level, held.validated_on, held.expires_on = level, validated_on, expires_on
        held.validated_by = trainer
        held.save()
        changes, personal = differences(before, held)
        # All of it each time: each row of the journal is one validation that reads whole.
        for name, old in (("level", before and before.level), ("validated_on", before and before.validated_on),
                          ("expires_on", before and before.expires_on)):  # fmt: skip
            changes.setdefault(name, [_plain(old), _plain(getattr(held, name))])
        action = "changed" if before else "created"
        record(KIND, held.pk, action, actor=actor, at=now, changes=changes, personal=personal)
        until = f" jusqu’au {expires_on:%d/%m/%Y}" if expires_on else ""
        notify_many(
            [
                Item(
                    person.pk,
                    "skill_validated",
                    f"{trainer} valide votre compétence : {skill}{until}",
                    f"skill_validated:{held.pk}:{level}:{validated_on}:{expires_on}",
                    now,
                    url=MINE,
                    object_type=KIND,
                    object_id=str(held.pk),
                )
            ]
        )
    return held


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def former(held: AdvisorSkill) -> list[Validation]:
    """Every validation that the journal tells of, newest first; the present one is the first."""
    events = list(
        AuditEvent.objects.filter(object_type=KIND, object_id=str(held.pk), refused=False).order_by("-seq")
    )
    people = User.objects.in_bulk({event.actor_id for event in events if event.actor_id})
    told = []
    for event in events:
        new = {name: pair[1] for name, pair in event.changes.items() if isinstance(pair, list)}
        told.append(
            Validation(
                event.at,
                str(people.get(event.actor_id, "AT Demain")),
                new.get("level"),
                parse_date(new["validated_on"]) if new.get("validated_on") else None,
                parse_date(new["expires_on"]) if new.get("expires_on") else None,
            )
        )
    return told


@dataclass(frozen=True, slots=True)
class Past:
    """What the journal tells of a validation. `spells`: first day → last day (None: no end), as last corrected, in order.
    `whole`: since the first one."""

    spells: Mapping[date, date | None] = field(default_factory=dict)
    whole: bool = False


def pasts(ids: Collection[int], until: datetime) -> dict[int, Past]:
    """Validation → what it was, as known at `until`. One statement."""
    found: dict[int, Past] = {}
    events = AuditEvent.objects.filter(
        object_type=KIND, object_id__in=[str(pk) for pk in ids], refused=False, at__lte=until
    )
    for key, action, changes in events.order_by("seq").values_list("object_id", "action", "changes"):
        known = found.get(int(key), Past())
        dates = zip(
            *(changes.get(name) or (None, None) for name in ("validated_on", "expires_on")), strict=True
        )
        spells = {parse_date(start): parse_date(end) if end else None for start, end in dates if start}
        found[int(key)] = Past({**known.spells, **spells}, known.whole or action == "created")
    return found


def warn(now: datetime) -> None:
    """Whoever holds a skill that ends in thirty days hears of it once (one query when nobody must)."""
    today = timezone.localdate(now)
    ending = AdvisorSkill.objects.filter(
        user__is_active=True, expires_on__gte=today, expires_on__lte=today + SOON
    ).select_related("skill")
    keys = {f"skill_ending:{one.pk}:{one.expires_on}": one for one in ending.order_by("pk")}
    if not keys:
        return
    told = set(
        Notification.objects.filter(dedupe_key__in=keys).order_by("pk").values_list("dedupe_key", flat=True)
    )
    notify_many(
        Item(
            one.user_id,
            "skill_ending",
            f"Compétence à renouveler : {one.skill}, valable jusqu’au {one.expires_on:%d/%m/%Y}",
            key,
            now,
            body="Passé ce jour, aucun dossier qui la demande ne vous est confié. Un formateur la renouvelle.",
            url=MINE,
            object_type=KIND,
            object_id=str(one.pk),
        )
        for key, one in keys.items()
        if key not in told
    )
