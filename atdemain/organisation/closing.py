"""An account is closed, or loses a role, with nothing in hand (domain.md §2.5, INV-01).

Apps above say what somebody holds, and who may take it over; they register in `providers`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity, InternalAdvisor, Team, Unit, User
from atdemain.organisation.open_sessions import end_sessions
from atdemain.organisation.participation import objections_to_leaving


@dataclass(frozen=True, slots=True)
class Held:
    """What an account has in hand. `sentence`: French, what it is and what to do.

    `roles`: those it is done under; losing all of them is refused like closing (empty: only closing is).
    `units`: whose managers may take it over. `kind`: « owned » for cases kept, which have their own page.
    """

    sentence: str
    roles: frozenset[Role] = frozenset()
    units: frozenset[int] = frozenset()
    kind: str = ""


Provider = Callable[[User, datetime], list[Held]]
providers: list[Provider] = []


class StillHolds(Exception):
    """Nothing is closed: `reasons`, in French."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


def held_by(user: User, at: datetime) -> list[Held]:
    """Everything an account has in hand, what it is responsible for last."""
    return [held for ask in providers for held in ask(user, at)] + _responsible(user) + _last_one(user)


def objections(user: User, at: datetime, roles: frozenset[Role], *, active: bool) -> list[str]:
    """Why the account cannot be closed (`active` false), or left with these roles, now."""
    reasons = []
    if Role.ADVISOR in user.roles and not (active and Role.ADVISOR in roles):
        reasons += objections_to_leaving(user, at)
    for held in held_by(user, at):
        lost = bool(held.roles) and held.roles.isdisjoint(roles)
        if not active or (lost and not held.roles.isdisjoint(user.roles)):
            reasons.append(held.sentence)
    return list(dict.fromkeys(reasons))


def close(user: User, *, actor: Actor, at: datetime, reason: str) -> None:
    """The account opens no session any more; what it did stays told. Raises StillHolds."""
    with transaction.atomic():
        hold_administrators(user)
        row = User.objects.select_for_update().get(pk=user.pk)
        list(
            InternalAdvisor.objects.select_for_update().filter(user=row)
        )  # an owner's key waits for this one
        reasons = objections(row, at, frozenset(), active=False)
        if reasons:
            raise StillHolds(reasons)
        if not row.is_active:
            return
        left = row.left_on or timezone.localdate(at)
        User.objects.filter(pk=row.pk).update(is_active=False, left_on=left)
        end_sessions(row)  # or they would live again with an account reopened soon after
        changes = {"is_active": [True, False], "left_on": [_day(row.left_on), left.isoformat()]}
        record(
            "user", row.pk, "closed", actor=actor, at=at, changes=changes, personal={"reason": ["", reason]}
        )


def hold_administrators(user: User) -> None:
    """Locked before one of them leaves: two who leave at once would each count on the other. No query for the others."""
    if Role.ADMIN in user.roles:
        administrators = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value).order_by("pk")
        list(administrators.select_for_update(of=("self",)).values_list("pk"))


def _day(day: object) -> str | None:
    return day.isoformat() if day else None  # type: ignore[attr-defined]


def _last_one(user: User) -> list[Held]:
    """Nobody would be left to open an account, nor to give this role again."""
    administrators = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value)
    if Role.ADMIN not in user.roles or administrators.exclude(pk=user.pk).exists():
        return []
    told = f"{user.short_name} est le seul administrateur : donnez d’abord ce rôle à quelqu’un d’autre."
    return [Held(told, roles=frozenset({Role.ADMIN}))]


def _responsible(user: User) -> list[Held]:
    """Units, teams and entities whose ladders would reach somebody who is no longer there."""
    named = [
        *Unit.objects.filter(head=user.pk).order_by("pk"),
        *Team.objects.filter(manager=user.pk).select_related("unit").order_by("pk"),
        *Entity.objects.filter(head=user.pk).order_by("pk"),
    ]
    if not named:
        return []
    names = ", ".join(f"{one.name} ({one.unit})" if isinstance(one, Team) else str(one) for one in named[:5])
    return [Held(f"{user.short_name} dirige {names} : nommez quelqu’un d’autre.")]
