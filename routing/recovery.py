"""Hard contacts and the ten minutes offered after them (domain.md L14, L15, §5.3): declared, never imposed.

Only who handled the contact declares it (A10). The offer suspends routing after two in a row until it is
answered or over; nobody is told how it was answered.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Coalesce

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.models import User
from cases.models import Contact
from routing import load, presence
from routing.enums import PresenceKind, RecoveryAnswer
from routing.facts import HARD_MEMORY, policy_in_force
from routing.models import RecoveryOffer
from routing.policy import Policy

#: A contact is declared conflictual, or no longer, within this time of its end.
DECLARED_WITHIN = timedelta(hours=2)


class DeclarationRefused(Exception):
    """French, says what to do."""


def last_handled(user: User, now: datetime) -> Contact | None:
    """The latest contact this account handled, while it may still be declared (one query)."""
    return (
        Contact.objects.filter(handled_by=user.pk, nature="client", arrived_at__gt=now - DECLARED_WITHIN)
        .annotate(over=Coalesce("ended_at", "arrived_at"))
        .filter(over__lte=now)
        .select_related("client", "case")
        .order_by("-over", "-pk")
        .first()
    )


@transaction.atomic
def declare(
    contact_id: int, *, actor: Actor, now: datetime, conflictual: bool = True
) -> RecoveryOffer | None:
    """One click, and one to take it back. Answers the offer it brings. Saying it twice changes nothing."""
    user = actor.user
    contact = Contact.objects.select_for_update(of=("self",)).filter(pk=contact_id).first()
    if contact is None or user is None or contact.handled_by_id != user.pk:
        raise DeclarationRefused("Seul le conseiller qui a traité ce contact peut le signaler.")
    if (contact.ended_at or contact.arrived_at) < now - DECLARED_WITHIN:
        raise DeclarationRefused("Ce contact date de plus de deux heures : il ne se signale plus.")
    if contact.conflictual == conflictual and bool(contact.conflictual_at) == conflictual:
        return None
    Contact.objects.filter(pk=contact.pk).update(
        conflictual=conflictual, conflictual_at=now if conflictual else None
    )
    record(
        "contact",
        contact.pk,
        "flag_conflictual",
        actor=actor,
        at=now,
        changes={"conflictual": [contact.conflictual, conflictual]},
    )
    return offer(user, now) if conflictual else None


def offer(user: User, now: datetime) -> RecoveryOffer:
    """Offer the ten minutes; it suspends routing where it follows two hard contacts in a row."""
    row = policy_in_force(now)
    policy = row.policy() if row else Policy()
    hard = list(
        Contact.objects.filter(
            handled_by=user.pk, conflictual_at__gt=now - HARD_MEMORY, conflictual_at__lte=now
        ).values_list("conflictual_at", flat=True)
    )
    return RecoveryOffer.objects.create(
        user=user,
        offered_at=now,
        expires_at=now + timedelta(minutes=policy.recovery_minutes),
        blocking=load.last_pair(hard, policy) == now,
    )


def pending(user: User, now: datetime) -> RecoveryOffer | None:
    """The offer still waiting for an answer (one query)."""
    return RecoveryOffer.objects.filter(
        user=user.pk, answer="", offered_at__lte=now, expires_at__gt=now
    ).first()


@transaction.atomic
def answer(user: User, accepted: bool, now: datetime) -> bool:
    """Take the ten minutes, or not now. False when no offer waits any more."""
    row = RecoveryOffer.objects.select_for_update().filter(
        user=user.pk, answer="", offered_at__lte=now, expires_at__gt=now
    )
    found = list(row)
    if not found:
        return False
    if accepted:
        presence.click(user, PresenceKind.RECOVERY, now)
    value = RecoveryAnswer.ACCEPTED if accepted else RecoveryAnswer.DECLINED
    RecoveryOffer.objects.filter(pk__in=[one.pk for one in found]).update(answer=value, answered_at=now)
    return True
