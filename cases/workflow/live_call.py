"""A live call handed to a specialist (domain.md L09): a leg of the client's call, and an escalation."""

from __future__ import annotations

from datetime import timedelta

from cases.enums import Channel, Direction, Nature
from cases.models import CallLeg, Contact, Escalation

from .move import Move

#: A call noted this long ago may still be the one on the line.
SAME_CALL = timedelta(hours=2)


def hand_over_call(move: Move, escalation: Escalation) -> CallLeg:
    """The leg, outside the contacts: no rule counts it. It names the client's call when that one is noted."""
    user = escalation.sent_by
    live = (
        Contact.objects.filter(
            client=move.case.client_id,
            channel=Channel.VOICE,
            direction=Direction.IN,
            nature=Nature.CLIENT,
            handled_by=user,
            arrived_at__gt=move.now - SAME_CALL,
            arrived_at__lte=move.now,
        )
        .order_by("-arrived_at", "-pk")
        .first()
    )
    return CallLeg.objects.create(escalation=escalation, contact=live, by=user, started_at=move.now)
