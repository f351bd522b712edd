"""Briefings (domain.md L27): announced, confirmed by each, held for a real duration; time that counts as work.

While it lasts each person invited has a planned presence `briefing`: nobody is routed to. What stays afterwards
is who was there and how long.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.notifications.inbox import notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit, User
from routing import presence
from routing.enums import BriefingState, PresenceKind
from routing.models import Briefing, BriefingInvite, Presence

LEADERS = (Role.MANAGER, Role.SUPPORT)
GUESTS = (Role.ADVISOR, Role.SUPPORT, Role.TRAINER)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=4)
#: It is told at most so long before; and noted afterwards the same day or the next ones.
AHEAD, BEHIND = timedelta(days=60), timedelta(days=3)


class BriefingRefused(Exception):
    """French, says what to do; `field` for a form."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.message, self.field = message, field


class BriefingMoved(Exception):
    """The page showed an older briefing: nothing was written."""


@dataclass(frozen=True, slots=True)
class Done:
    """`already`: it was so before, nothing was written again."""

    briefing: Briefing
    already: bool = False


def guests(unit: Unit | None) -> Any:
    """Who may be invited, in alphabetical order."""
    return (
        User.objects.filter(
            unit=unit.pk if unit else 0, is_active=True, groups__name__in=[role.value for role in GUESTS]
        )
        .distinct()
        .order_by("last_name", "first_name", "pk")
    )


def create(
    *,
    unit: Unit,
    subject: str,
    starts_at: datetime,
    ends_at: datetime,
    people: Collection[User],
    actor: Actor,
    now: datetime,
) -> Done:
    """Announce it. Refused whole, naming who, when somebody's planning holds something else then."""
    _check_times(starts_at, ends_at, now)
    if not people:
        raise BriefingRefused("Choisissez au moins une personne.", "people")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.user.pk)
        same = Briefing.objects.filter(
            unit=unit, subject=subject, starts_at=starts_at, led_by=actor.user
        ).exclude(state=BriefingState.CANCELLED)
        if known := same.first():
            return Done(known, already=True)
        briefing = Briefing.objects.create(
            unit=unit, subject=subject, starts_at=starts_at, ends_at=ends_at, led_by=actor.user
        )
        ordered = sorted(people, key=lambda one: one.pk)
        BriefingInvite.objects.bulk_create(BriefingInvite(briefing=briefing, user=one) for one in ordered)
        _plan(briefing, ordered)
        record(
            "briefing",
            briefing.pk,
            "announced",
            actor=actor,
            at=now,
            changes={
                "starts_at": [None, starts_at],
                "ends_at": [None, ends_at],
                "people": [None, len(ordered)],
            },
            personal={"subject": subject},
        )
        start = timezone.localtime(starts_at)
        _tell(
            briefing,
            [one.pk for one in ordered if one.pk != actor.user.pk],
            "announced",
            f"Briefing le {start:%d/%m} à {start:%H:%M}\u00a0: {subject}",
            now,
        )
    return Done(briefing)


def _check_times(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    if not now - BEHIND <= starts_at <= now + AHEAD:
        raise BriefingRefused(
            "Un briefing s’annonce 60 jours avant au plus, et se note dans les 3 jours.", "starts_at"
        )
    if not SHORTEST <= ends_at - starts_at <= LONGEST:
        raise BriefingRefused("Un briefing dure de 5\u00a0min à 4\u00a0h.", "minutes")


def _plan(briefing: Briefing, people: Collection[User]) -> None:
    elsewhere = dict(
        BriefingInvite.objects.filter(
            user__in=[one.pk for one in people],
            briefing__state=BriefingState.PLANNED,
            briefing__starts_at__lt=briefing.ends_at,
            briefing__ends_at__gt=briefing.starts_at,
        )
        .exclude(briefing=briefing)
        .order_by("briefing__starts_at")
        .values_list("user", "briefing__subject")
    )
    clashes = []
    for one in people:
        if one.pk in elsewhere:
            clashes.append(f"{one.short_name}\u00a0: déjà au briefing «\u00a0{elsewhere[one.pk]}\u00a0».")
            continue
        try:
            presence.plan(one, PresenceKind.BRIEFING, briefing.starts_at, briefing.ends_at)
        except presence.PresenceRefused as refused:
            clashes.append(f"{one.short_name}\u00a0: {refused.message[:1].lower()}{refused.message[1:]}")
    if clashes:
        more = f" Et {len(clashes) - 3} autres." if len(clashes) > 3 else ""
        raise BriefingRefused(f"Rien n’est annoncé. {' '.join(clashes[:3])}{more}", "people")


def confirm(pk: int, *, actor: Actor, now: datetime) -> Done:
    """By each person invited, oneself only. Raises DoesNotExist for who is not."""
    briefing = Briefing.objects.get(pk=pk, invites__user=actor.user)
    if briefing.state != BriefingState.PLANNED:
        raise BriefingRefused(_over(briefing))
    written = BriefingInvite.objects.filter(briefing=pk, user=actor.user, confirmed_at=None).update(
        confirmed_at=now
    )
    return Done(briefing, already=not written)


def cancel(pk: int, *, version: int, actor: Actor, now: datetime) -> Done:
    """It does not take place: the time goes back to everyone, who are told."""
    with transaction.atomic():
        briefing = Briefing.objects.select_for_update().get(pk=pk)
        if briefing.state == BriefingState.CANCELLED:
            return Done(briefing, already=True)
        _write(briefing, version, state=BriefingState.CANCELLED, closed_at=now)
        people = list(briefing.invites.order_by("user").values_list("user", flat=True))
        _presences(briefing, people).delete()
        record("briefing", pk, "cancelled", actor=actor, at=now, personal={"subject": briefing.subject})
        others = [one for one in people if one != actor.user.pk]
        _tell(briefing, others, "cancelled", f"Briefing annulé\u00a0: {briefing.subject}", now)
    return Done(briefing)


def hold(
    pk: int, *, version: int, ended_at: datetime, present: Collection[int], actor: Actor, now: datetime
) -> Done:
    """It took place until `ended_at`, with these people among those invited; the others get their time back."""
    with transaction.atomic():
        briefing = Briefing.objects.select_for_update().get(pk=pk)
        if briefing.state == BriefingState.HELD:
            return Done(briefing, already=True)
        start = briefing.starts_at
        if now < start:
            raise BriefingRefused(
                "Ce briefing n’a pas commencé. Annulez-le, ou attendez son heure.", "ended_at"
            )
        if ended_at > now:
            raise BriefingRefused("La fin réelle est maintenant ou plus tôt.", "ended_at")
        if not timedelta(minutes=1) <= ended_at - start <= LONGEST:
            raise BriefingRefused("La fin réelle est après le début, 4\u00a0h plus tard au plus.", "ended_at")
        invited = set(briefing.invites.order_by().values_list("user", flat=True))
        if not present or not set(present) <= invited:
            raise BriefingRefused("Cochez qui était là, parmi les personnes invitées.", "present")
        _write(briefing, version, state=BriefingState.HELD, closed_at=now, held_until=ended_at)
        briefing.attendees.set(present)
        _presences(briefing, invited - set(present)).delete()
        _presences(briefing, present).update(ends_at=ended_at)
        minutes = briefing.minutes
        record(
            "briefing",
            pk,
            "held",
            actor=actor,
            at=now,
            changes={"minutes": [None, minutes], "people": [len(invited), len(set(present))]},
        )
    return Done(briefing)


def _presences(briefing: Briefing, people: Collection[int]) -> Any:
    return Presence.objects.filter(
        user__in=people, kind=PresenceKind.BRIEFING, starts_at=briefing.starts_at, ends_at=briefing.ends_at
    )


def _write(briefing: Briefing, version: int, **fields: Any) -> None:
    """Conditional on the version the page showed."""
    if briefing.state != BriefingState.PLANNED:
        raise BriefingRefused(_over(briefing))
    written = Briefing.objects.filter(pk=briefing.pk, version=version, state=BriefingState.PLANNED).update(
        **fields, version=version + 1
    )
    if not written:
        raise BriefingMoved
    briefing.refresh_from_db()


def _over(briefing: Briefing) -> str:
    return (
        "Ce briefing est annulé."
        if briefing.state == BriefingState.CANCELLED
        else "Ce briefing est déjà terminé."
    )


def _tell(briefing: Briefing, people: Collection[int], what: str, title: str, now: datetime) -> None:
    notify_many(
        {
            "recipient_id": pk,
            "kind": f"briefing_{what}",
            "title": title,
            "url": f"/briefings/{briefing.pk}/",
            "object_type": "briefing",
            "object_id": str(briefing.pk),
            "dedupe_key": f"briefing:{briefing.pk}:{what}:{pk}",
            "at": now,
        }
        for pk in people
    )
