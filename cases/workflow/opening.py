"""A case is opened (T01), joined by a contact (A4), reopened by one (T10): what intake calls.

Every function here needs an open transaction in which the client is locked.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import record, refuse
from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit
from cases import hooks, ladder, permissions, timers
from cases.enums import CaseState, Colour, Direction, Origin, ReasonFamily
from cases.models import Case, Client, Contact, Line
from cases.models.case import one_step_up
from cases.reasons import Reason

from .door import action, apply
from .move import Move, manager_of
from .outcomes import Done, NotAllowed, Refused
from .resolving import fail_resolution

MANY_CONTACTS = 5  # from the fifth contact in the window a case opens red (T01)
PRESSURE = timedelta(hours=48)


def open_case(
    *,
    client_id: int,
    line_id: int | None,
    identity_key: str,
    reason_family: str,
    origin: str,
    unit_id: int | None,
    actor: Actor,
    now: datetime,
    contact_ids: Sequence[int] = (),
    verdict: Any = None,
    detected_late: bool = False,
    replay: bool = False,
    text: str = "",
) -> Case:
    """T01. Answers the case already working for the identity when another transaction opened it first.

    `verdict` is the rule's (`cases.repeat.Verdict`); `replay`: no timer is planned and nothing is sent.
    """
    client = Client.objects.select_related("unit").get(pk=client_id)
    many = verdict is not None and (verdict.n or 0) >= MANY_CONTACTS
    case = Case(
        client=client,
        line_id=line_id,
        identity_key=identity_key,
        reason_family=reason_family or ReasonFamily.UNKNOWN,
        origin=origin,
        unit_id=unit_id or client.unit_id,
        colour=Colour.RED if client.priority_client or many else Colour.ORANGE,
        opened_at=now,
        last_event_at=now,
        detected_late=detected_late,
    )
    if case.unit_id == client.unit_id:
        case.unit = client.unit  # read already
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError:
        working = Case.objects.working().filter(identity_key=identity_key).first()
        if working is None:
            raise
        for pk in contact_ids[-1:]:
            attach_contact(working.pk, pk, actor=actor, now=now, notify=not replay)
        return working
    case.ref = f"ATD-{now:%Y}-{case.pk:06d}"
    Case.objects.filter(pk=case.pk).update(ref=case.ref)
    if contact_ids:
        Contact.objects.filter(pk__in=contact_ids).update(case=case)
    changes: dict[str, Any] = {"contacts": [None, list(contact_ids)], "colour": [None, case.colour]}
    if verdict is not None:
        changes |= {
            "rule": [None, verdict.rule.label],
            "count": [None, verdict.n],
            "window": [None, [verdict.window_start, verdict.contact.arrived_at]],
        }
    record(
        "case",
        case.pk,
        "open",
        actor=actor,
        at=now,
        to_state=CaseState.OPENED.value,
        reason_code=str(origin),
        changes=changes,
        personal={"text": text} if text else None,
        object_version=case.version,
    )
    if not replay:
        timers.plan_opened(case, case.unit.calendar(), now)
    hooks.fire("case_opened", case=case, actor=actor, now=now, quiet=replay)
    return case


def open_manually(
    client_id: int,
    *,
    actor: Actor,
    now: datetime,
    reason_family: str,
    line_id: int | None = None,
    text: str = "",
    contact_id: int | None = None,
) -> Done:
    """An advisor, a support or the unit's manager opens a case the rule did not; durable on its own.

    A second click finds the case of the first: `Done(already=True)`. A refusal is journalled on the client.
    """
    try:
        return _open_manually(
            client_id, actor, now, reason_family, line_id, text.replace("\x00", "").strip()[:2000], contact_id
        )
    except (Refused, NotAllowed) as error:
        code = error.reasons[0].code if isinstance(error, Refused) else "not_allowed"
        refuse("client", client_id, "open", actor=actor, at=now, reason_code=code)
        raise


def _open_manually(
    client_id: int,
    actor: Actor,
    now: datetime,
    reason_family: str,
    line_id: int | None,
    text: str,
    contact_id: int | None,
) -> Done:
    user = actor.user
    if user is None or not permissions.role_may(user, "open"):
        raise NotAllowed
    reasons = []
    if reason_family not in ReasonFamily.values:
        reasons.append(Reason("reason_family", "Choisissez la famille de motif.", "reason_family"))
    if len(text) < 10:
        reasons.append(
            Reason("reason_short", "Dites en 10 caractères au moins pourquoi vous ouvrez ce dossier.", "text")
        )
    with transaction.atomic(durable=True):
        client = Client.objects.select_for_update().get(pk=client_id)
        line = Line.objects.filter(pk=line_id, client=client).first() if line_id else None
        key = f"client:{client.pk}"
        working = Case.objects.working().filter(Q(identity_key=key) | Q(client=client, line=line)).first()
        if working is not None and (event := _just_opened_by(working, actor)):
            return Done(working, event, already=True)
        if working is not None:
            reasons.append(
                Reason(
                    "other_working",
                    f"Le dossier {working.ref} est déjà en cours pour ce client. Travaillez sur celui-là.",
                )
            )
        unit_id = (line.unit_id if line else None) or client.unit_id or user.unit_id
        if unit_id is None or not Unit.objects.filter(pk=unit_id).exists():
            reasons.append(
                Reason(
                    "unit",
                    "Ce client n’est rattaché à aucune unité. Demandez à un administrateur de le rattacher.",
                )
            )
        elif not user.has_role(Role.ADVISOR, Role.SUPPORT) and unit_id != user.unit_id:
            raise NotAllowed  # a manager opens in the own unit only (domain.md §2.6)
        if reasons:
            raise Refused(reasons)
        contact = Contact.objects.filter(pk=contact_id, client=client, case=None).first()
        case = open_case(
            client_id=client.pk,
            line_id=line.pk if line else None,
            identity_key=key,
            reason_family=reason_family,
            origin=Origin.MANUAL,
            unit_id=unit_id,
            actor=actor,
            now=now,
            contact_ids=[contact.pk] if contact else [],
            text=text,
        )
        return Done(case, _first_event(case))


def _first_event(case: Case) -> AuditEvent | None:
    return AuditEvent.objects.filter(object_type="case", object_id=str(case.pk), seq=1).first()


def _just_opened_by(case: Case, actor: Actor) -> AuditEvent | None:
    """The opening of a case by this very account, while nothing has happened on it since."""
    event = _first_event(case) if case.version == 1 and case.origin == Origin.MANUAL else None
    mine = event and (event.actor_kind, event.actor_id) == (actor.kind.value, actor.id)
    return event if mine else None


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
    if actor.user is None:
        return actor
    return Actor(ActorKind.SYSTEM, source=actor.source, request_id=actor.request_id)
