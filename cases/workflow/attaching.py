"""A case is joined by a contact (A4), reopened by one (T10), flagged by a correction: what intake calls.

Every function here needs an open transaction in which the client is locked.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from atdemain.notifications.inbox import Item, notify_many
from cases import ladder
from cases.enums import CaseState, Colour, Direction, ReasonFamily
from cases.models import Case, Contact
from cases.models.case import one_step_up

from .door import action, apply
from .move import Move, manager_of
from .resolving import fail_resolution

PRESSURE = timedelta(hours=48)


@action("attach_contact", system=True)
def _attach(move: Move) -> None:
    """A4: data `contact_id`, `notify`. Two such contacts in 48 h raise the colour and tell the manager."""
    case, contact_id = move.case, move.data["contact_id"]
    contact = Contact.objects.select_related("handled_by").get(pk=contact_id)
    Contact.objects.filter(pk=contact_id).update(case=case)
    move.changes["contact"] = [None, contact_id]
    move.changes["channel"] = [None, contact.channel]
    since = case.reopened_at or case.opened_at
    if contact.arrived_at < since:
        return
    recent = 0
    if contact.counts and case.is_working:
        recent = Contact.objects.filter(
            case=case,
            exclusion_code="",
            arrived_at__gt=max(contact.arrived_at - PRESSURE, since),
            arrived_at__lte=contact.arrived_at,
        ).count()
    if recent and recent % 2 == 0:
        if case.colour != Colour.RED:
            case.colour = one_step_up(case.colour)
        if move.data.get("notify", True):
            move.tell_manager("pressure", f"{recent} contacts en 48 h sur {case.ref}")
    if move.data.get("notify", True) and contact.handled_by_id not in (case.owner_id,):
        by = f", reçu par {contact.handled_by.short_name}" if contact.handled_by else ""
        move.tell_in_charge(
            "contact_on_case", f"{case.client} a repris contact{by}", urgent=True, body=case.ref
        )


def attach_contact(
    case_id: int, contact_id: int, *, actor: Actor, now: datetime, notify: bool = True
) -> Case:
    """A4, in the caller's transaction; a resolution this contact belies is recorded as failed (INV-03)."""
    case = apply(
        case_id,
        "attach_contact",
        actor=_system(actor),
        now=now,
        quiet=not notify,
        contact_id=contact_id,
        notify=notify,
    ).case
    _belie_resolution(case, contact_id, now, notify=notify)
    return case


def _belie_resolution(working: Case, contact_id: int, now: datetime, *, notify: bool) -> None:
    """Another case of the same client was resolved less than 168 h before: its resolution failed (INV-03).

    It will not be confirmed (T12); whoever keeps it is told to merge it into the one being worked.
    """
    contact = Contact.objects.select_related("reason").get(pk=contact_id)
    if not contact.counts or contact.direction != Direction.IN or _is_other_matter(contact):
        return
    resolved = (
        Case.objects.filter(
            client=working.client_id,
            state=CaseState.RESOLVED,
            resolved_at__lt=contact.arrived_at,
            resolved_at__gt=contact.arrived_at - ladder.OBSERVATION,
        )
        .exclude(pk=working.pk)
        .select_related("unit__entity", "owner__user__team")
    )
    case = resolved.order_by("-resolved_at").first()
    if case is None or not fail_resolution(case, contact, now) or not notify:
        return
    told = case.owner_id or manager_of(case)
    if told is not None:
        notify_many(
            [
                Item(
                    told,
                    "resolution_belied",
                    f"{case.ref}\u00a0: résolution non tenue, à fusionner dans {working.ref}",
                    f"case:{case.pk}:belied:{contact.pk}:{told}",
                    now,
                    url=f"/cases/{case.ref}/",
                    object_type="case",
                    object_id=str(case.pk),
                )
            ]
        )


def _is_other_matter(contact: Contact) -> bool:
    return contact.reason is not None and contact.reason.family == ReasonFamily.NON_TECHNICAL


def reopen_by_contact(
    case_id: int, contact_id: int, *, actor: Actor, now: datetime, replay: bool = False
) -> Case:
    """T10, in the caller's transaction."""
    contact = Contact.objects.get(pk=contact_id)
    return apply(
        case_id, "reopen_by_contact", actor=_system(actor), now=now, quiet=replay, contact=contact
    ).case


@action("flag_threshold", system=True)
def _flag(move: Move) -> None:
    """A correction brought the count under the threshold, or back: told, never closed (§4.5)."""
    lost = not move.data["met"]
    move.case.threshold_no_longer_met = lost
    if lost:
        title = f"{move.case.ref}\u00a0: le seuil de la règle n’est plus atteint après correction"
        move.tell_in_charge("threshold_no_longer_met", title)
        move.tell(manager_of(move.case), "threshold_no_longer_met", title)


def flag_threshold(case_id: int, *, met: bool, actor: Actor, now: datetime) -> Case:
    return apply(case_id, "flag_threshold", actor=_system(actor), now=now, met=met).case


def _system(actor: Actor) -> Actor:
    """What intake does is the system's act, whoever brought the contact in; the source stays readable."""
    if actor.user is None and actor.kind != ActorKind.API_CLIENT:
        return actor
    return Actor(ActorKind.SYSTEM, source=actor.source, request_id=actor.request_id)
