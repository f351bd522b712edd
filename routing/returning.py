"""Back from an absence: what was kept meanwhile is offered back, and what waits is decided (domain.md §5.6)."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import DatabaseError, transaction

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from atdemain.notifications.inbox import notify_many
from cases import workflow
from cases.models import Case
from routing import assign
from routing.enums import HandOverKind, HandOverState, PresenceKind, PresenceSource, RequestCause
from routing.models import Absence, HandOver, Presence, RoutingRequest

log = structlog.get_logger(__name__)
BATCH = 100


def everybody_due(now: datetime) -> int:
    """The clock's round: whose absence is over is back. One query when there is nobody."""
    due = Absence.objects.filter(returned_at=None, ends_at__lte=now).order_by("ends_at", "pk")
    back = 0
    for absence in due[:BATCH]:
        back += come_back(absence, assign.SYSTEM, now)
    return back


def come_back(absence: Absence, actor: Actor, now: datetime) -> bool:
    """End an absence, at its time or before; False when it was ended already.

    Cases that moved are offered back to their owner, each by an item of the inbox; a delegation still in office
    ends; what waits in the unit's queue is decided again at once.
    """
    with transaction.atomic():
        mine = Absence.objects.filter(pk=absence.pk, returned_at=None)
        if not mine.update(returned_at=now):
            return False
        if absence.ends_at > now:
            _shorten(absence, now)
        kept = list(
            HandOver.objects.filter(absence=absence, state=HandOverState.KEPT)
            .select_related("case__client", "to_user")
            .order_by("case")
        )
        offered = [one for one in kept if _ends(one, absence, actor, now)]
        notify_many([_offer(one, absence, now) for one in offered])
        RoutingRequest.objects.filter(case__unit=absence.user.unit_id).update(
            cause=RequestCause.RETURNED, next_try_at=now
        )
        transaction.on_commit(lambda: _route(actor, now))
    return True


def offered_back(case: Case, user_id: int) -> bool:
    """Whether this case, which a colleague keeps since this person's absence, is proposed to them again."""
    return HandOver.objects.filter(
        case=case.pk, absence__user=user_id, state=HandOverState.OFFERED, to_user=case.owner_id
    ).exists()


def offers_to(user_id: int) -> list[HandOver]:
    """What is offered back to somebody, the soonest due first."""
    return list(
        HandOver.objects.filter(absence__user=user_id, state=HandOverState.OFFERED)
        .select_related("case__client", "case__line", "to_user")
        .order_by("case__next_due_at", "case")[:100]
    )


def on_assigned(case: Case, how: str) -> None:
    """The case changed hands: what an absence offered is over, unless it is the one who keeps it that leaves."""
    kept = HandOver.objects.filter(
        case=case.pk, kind=HandOverKind.MOVE, state__in=[HandOverState.KEPT, HandOverState.OFFERED]
    )
    if how == "hand_over":
        kept.update(to_user=case.owner_id)
    elif how == "take_back":
        kept.filter(absence__user=case.owner_id).update(state=HandOverState.TAKEN_BACK)
        kept.update(state=HandOverState.OVER)
    else:
        kept.update(state=HandOverState.OVER)


def _ends(one: HandOver, absence: Absence, actor: Actor, now: datetime) -> bool:
    """Whether the case is offered back; its row says so, or that it is over."""
    case = one.case
    offered = one.kind == HandOverKind.MOVE and case.is_working and case.owner_id == one.to_user_id
    becomes = HandOverState.OFFERED if offered else HandOverState.OVER
    HandOver.objects.filter(pk=one.pk).update(state=becomes)
    in_office = one.kind == HandOverKind.DELEGATION and case.is_working and case.delegate_id == one.to_user_id
    if in_office and absence.ends_at > now and actor.kind == ActorKind.USER:
        workflow.apply(case.pk, "return_delegation", actor=actor, now=now)
    return offered


def _offer(one: HandOver, absence: Absence, now: datetime) -> dict[str, object]:
    return {
        "recipient_id": absence.user_id,
        "kind": "case_offered_back",
        "title": f"De retour\u00a0: voulez-vous reprendre {one.case.client}\u00a0?",
        "body": f"Dossier {one.case.ref}, gardé par {one.to_user.short_name} pendant votre absence.",
        "url": f"/cases/{one.case.ref}/",
        "object_type": "case",
        "object_id": str(one.case_id),
        "dedupe_key": f"offered_back:{one.pk}",
        "at": now,
    }


def _shorten(absence: Absence, now: datetime) -> None:
    """The planning says when it ended; an absence that had not begun leaves no trace in it."""
    rows = Presence.objects.filter(
        user=absence.user_id,
        kind=PresenceKind.ABSENCE,
        source=PresenceSource.PLANNING,
        starts_at__lt=absence.ends_at,
        ends_at__gt=now,
        starts_at__gte=absence.starts_at,
    )
    rows.filter(starts_at__gte=now).delete()
    rows.update(ends_at=now)


def _route(actor: Actor, now: datetime) -> None:
    """After a person's click, at once; after the clock's, its own round does it."""
    if actor.kind != ActorKind.USER:
        return
    try:
        assign.route_waiting(now)
    except DatabaseError:
        log.exception("routing_postponed")
