"""Another entity must act: T03, T04, T05, T05b and the acknowledgement."""

from __future__ import annotations

from typing import Any

from atdemain.organisation.models import Entity, EntityContact, User
from cases import deadlines, guards, hour_guards, permissions, timers
from cases.enums import (
    AnswerCode,
    CaseState,
    Colour,
    EscalationMode,
    EscalationStatus,
    PromiseKind,
    PromiseStatus,
)
from cases.models import CallLeg, Escalation, Promise
from cases.reasons import Reason

from .door import action
from .live_call import hand_over_call
from .move import Move, people_of
from .outcomes import NotAllowed
from .promises import called_in_time, check_window, live_attempts, make_promise, on_behalf, settle


@action("add_escalation", told_as="escalate")
@action("escalate", told_as="add_escalation")
def escalate(move: Move) -> None:
    """T03, T03b, T04: one form for all three, the state tells which."""
    move.check(guards.escalate(move.facts))
    case, promise = move.case, move.case.current_promise
    entity = Entity.objects.filter(pk=_pk(move.data.get("target_entity"))).first()
    colour = str(move.get("colour") or case.colour)
    mode, reason, summary = (
        str(move.get("mode") or EscalationMode.CASE),
        str(move.get("reason")),
        move.text("summary"),
    )
    start, end = move.data.get("window_start"), move.data.get("window_end")
    needed = guards.promise_needed(move.facts, move.now)
    reasons = []
    if start is not None:
        reasons += check_window(move, start, end)
    promised_start = start or (None if needed else promise.window_start)
    if colour not in Colour.values:
        move.refuse(Reason("colour", "Choisissez une couleur de priorité.", "colour"))
    reasons += guards.escalate_to(
        move.facts,
        entity_id=entity.pk if entity else None,
        accepts=bool(entity and entity.accepts_escalations),
        mode=mode,
        reason=reason,
        summary=summary,
        colour=colour,
        promised_start=promised_start,
        now=move.now,
        calendar=move.calendar,
    )
    calendar = entity.calendar() if entity else None
    if calendar is not None:
        reasons += hour_guards.entity_hours(calendar, mode=mode, now=move.now)
    contact = _named_contact(move, entity)
    if contact is _MISSING:
        reasons.append(
            Reason("named_contact", "Cet interlocuteur n’est pas de cette entité.", "named_contact")
        )
    move.check(reasons)
    on_behalf(move)
    if start is not None:
        _replace_promise(move)
        make_promise(move, start, end, kind=PromiseKind.PROGRESS)
    elif promise.call_by is not None:
        _wait_again(move, promise)
    ack_due, answer_due = deadlines.escalation_due(calendar, move.now, colour)
    escalation = Escalation.objects.create(
        case=case,
        target_entity=entity,
        named_contact=contact,
        mode=mode,
        reason=reason,
        summary=summary,
        colour=colour,
        sent_by=move.user or case.owner.user,
        sent_at=move.now,
        updated_at=move.now,
        ack_due=ack_due,
        answer_due=answer_due,
    )
    if not move.quiet:
        timers.plan_entity(escalation, calendar)
    move.acted = True
    move.replan = True
    if mode == EscalationMode.WARM_TRANSFER:
        leg = hand_over_call(move, escalation)
        move.changes.update({"mode": [None, mode], "leg": [None, leg.pk]})
    move.changes.update(
        {
            "escalation": [None, escalation.pk],
            "entity": [None, entity.pk],
            "escalation_colour": [None, colour],
            "ack_due": [None, ack_due],
            "answer_due": [None, answer_due],
            "entities_open": [len(move.open_escalations), len(move.open_escalations) + 1],
        }
    )
    move.personal.update({"entity_name": entity.name, "summary": escalation.summary})
    if case.state == CaseState.ESCALATED:
        move.action = "add_escalation"
        case.add_escalation()
    else:
        move.action = "escalate"
        case.escalate()
    _tell_entity(move, escalation)
    move.events.append(("escalation_sent", {"escalation": escalation}))


_MISSING: Any = object()


def _pk(value: Any) -> int | None:
    return getattr(value, "pk", value) or None


def named_contact(move: Move, entity: Entity) -> EntityContact | None:
    """The person named, if she can be reached at this entity."""
    pk = _pk(move.data.get("named_contact"))
    return None if pk is None else EntityContact.objects.filter(pk=pk, entity=entity, active=True).first()


def _named_contact(move: Move, entity: Entity | None) -> EntityContact | None:
    if move.data.get("named_contact") in (None, "") or entity is None:
        return None
    return named_contact(move, entity) or _MISSING


def _replace_promise(move: Move) -> None:
    """T03b with a new promise: what becomes of the present one."""
    promise = move.case.current_promise
    if promise is None:
        return
    if called_in_time(promise, live_attempts(move)):
        settle(move, PromiseStatus.KEPT)
    elif (
        move.get("client_agrees", False)
        and promise.status == PromiseStatus.PENDING
        and move.now < promise.window_end
    ):
        settle(move, PromiseStatus.RENEGOTIATED)
    else:
        settle(move, PromiseStatus.BROKEN_REBOOKED)


def _wait_again(move: Move, promise: Promise) -> None:
    """T03b on a promise kept: the answer received led to another question, so the hour before which it was
    to be told no longer holds; the window told to the client does."""
    move.changes["call_by"] = [promise.call_by, None]
    timers.void(promise)
    promise.call_by = None
    promise.version += 1
    promise.save(update_fields=["call_by", "version"])


def _tell_entity(move: Move, escalation: Escalation) -> None:
    """The entity's specialists see it in their inbox at once."""
    live = escalation.mode == EscalationMode.WARM_TRANSFER
    what = "appel transféré en direct" if live else f"escaladé vers {escalation.target_entity}"
    title = f"{escalation.get_colour_display()}{NBSP}: {move.case.ref} {what}"
    for pk in people_of(escalation.target_entity):
        move.tell(pk, "escalation_received", title, urgent=live, url=on_desk(escalation))


NBSP = "\u00a0"


def on_desk(escalation: Escalation) -> str:
    """Where its specialists work on it."""
    return f"/escalations/?e={escalation.pk}"


@action("acknowledge_escalation")
def acknowledge_escalation(move: Move) -> None:
    """The entity has it; who says so takes it, and the live call with it, unless somebody already did."""
    escalation = open_one(move)
    if escalation.status == EscalationStatus.ACKNOWLEDGED:
        move.refuse(Reason("already_acknowledged", "Cette escalade est déjà accusée."))
    escalation.status, escalation.ack_at, escalation.ack_by = (
        EscalationStatus.ACKNOWLEDGED,
        move.now,
        move.user,
    )
    take(move, escalation)
    moved = escalation.touch(move.now)
    escalation.save(update_fields=["status", "ack_at", "ack_by", "handled_by", *moved])
    timers.void_entity(escalation, acknowledged=True)
    move.changes.update({"escalation": [escalation.pk, escalation.pk], "ack_at": [None, move.now]})
    move.personal["entity_name"] = escalation.target_entity.name
    move.tell_in_charge("escalation_acknowledged", f"{escalation.target_entity} accuse réception")


def handler_of(escalation: Escalation) -> User | None:
    """Who took it, while she still works for the entity."""
    handler = escalation.handled_by
    here = handler and handler.is_active and handler.entity_id == escalation.target_entity_id
    return handler if here else None


def take(move: Move, escalation: Escalation) -> None:
    """Whoever acts for the entity has it from now on; the caller saves `handled_by`."""
    user = move.user
    if user is None or user.entity_id != escalation.target_entity_id:
        return
    CallLeg.objects.filter(escalation=escalation, taken_at=None).update(taken_at=move.now, taken_by=user)
    if handler_of(escalation) is None:
        escalation.handled_by = user
    if move.case.specialist_id is None:
        move.case.specialist = user


@action("answer_escalation")
def answer_escalation(move: Move) -> None:
    """T05, or an event alone when another escalation is open or the case is already to be called."""
    escalation = open_one(move)
    by_phone = move.entity_id != escalation.target_entity_id
    contact = _named_contact(move, escalation.target_entity)
    code, text = str(move.get("answer_code")), move.text("answer_text")
    appointment, duplicate = move.data.get("appointment_at"), move.text("duplicate_of", 60)
    move.check(
        guards.answer(code, text, by_phone=by_phone, named_contact=contact not in (None, _MISSING))
        + guards.answer_detail(code, appointment=appointment, duplicate=duplicate, now=move.now)
    )
    tell_now = bool(move.get("tell_client_now", False))
    if escalation.ack_at is None:
        escalation.ack_at, escalation.ack_by = move.now, move.user
    take(move, escalation)
    if code == AnswerCode.APPOINTMENT:
        escalation.appointment_at = appointment
        move.changes["appointment_at"] = [None, appointment]
    if code == AnswerCode.DUPLICATE:
        escalation.duplicate_of = duplicate
        move.personal["duplicate_of"] = duplicate
    escalation.status_asked_at = escalation.info_asked_at = None
    escalation.status, escalation.answered_at, escalation.answered_by = (
        EscalationStatus.ANSWERED,
        move.now,
        move.user,
    )
    escalation.answer_code, escalation.answer_text, escalation.tell_client_now = code, text, tell_now
    if contact not in (None, _MISSING):
        escalation.named_contact = contact
    escalation.touch(move.now)
    escalation.save()
    timers.void_entity(escalation)
    others = [e for e in move.open_escalations if e.pk != escalation.pk]
    move.changes.update({"escalation": [escalation.pk, escalation.pk], "answer_code": [None, code]})
    move.personal.update({"entity_name": escalation.target_entity.name, "answer_text": text})
    if by_phone and escalation.named_contact:
        move.personal["named_contact"] = escalation.named_contact.name
    move.__dict__.pop("escalations", None)
    move.__dict__.pop("open_escalations", None)
    promise = move.case.current_promise
    if move.case.state == CaseState.ESCALATED and (tell_now or not others):
        promise.call_by = deadlines.call_by(move.calendar, promise.window_end, move.now)
        promise.save(update_fields=["call_by"])
        move.changes["call_by"] = [None, promise.call_by]
        move.replan = True
        move.case.entity_answered()
    elif move.case.state == CaseState.CALLBACK_DUE and promise and promise.kind == PromiseKind.BAD_NEWS:
        Promise.objects.filter(pk=promise.pk).update(kind=PromiseKind.PROGRESS)
        move.changes["promise_kind"] = [promise.kind, PromiseKind.PROGRESS.value]
        promise.kind = PromiseKind.PROGRESS
    move.tell_in_charge(
        "entity_answered",
        f"{escalation.target_entity} répond{NBSP}: {AnswerCode(code).label.lower()}",
        urgent=True,
        body=f"Dossier {move.case.ref}. {_what_now(move, promise)}",
    )


def _what_now(move: Move, promise: Promise | None) -> str:
    """By when the client is to be called: what the answer asks of whoever reads it."""
    tz = move.calendar.tz
    if move.case.state == CaseState.ESCALATED:
        names = ", ".join(e.target_entity.name for e in move.open_escalations)
        return f"Encore attendu{NBSP}: {names}."
    if promise is None:
        return ""
    if promise.call_by is not None:
        return f"Client à rappeler avant le {promise.call_by.astimezone(tz):%d/%m à %H:%M}."
    start, end = promise.window_start.astimezone(tz), promise.window_end.astimezone(tz)
    return f"Client à rappeler dans la fenêtre promise, le {start:%d/%m} de {start:%H:%M} à {end:%H:%M}."


@action("withdraw_escalation")
def withdraw_escalation(move: Move) -> None:
    """Withdraw; the last one brings the case back to us (T05b)."""
    escalation = open_one(move, anyone=True)
    reason = move.text("reason", 200)
    move.check(guards.reason_text(reason))
    withdraw(escalation, reason, move)
    left = [e for e in move.open_escalations if e.pk != escalation.pk]
    move.changes["escalation"] = [escalation.pk, escalation.pk]
    move.personal.update({"entity_name": escalation.target_entity.name, "reason": reason})
    move.__dict__.pop("escalations", None)
    move.__dict__.pop("open_escalations", None)
    if move.case.state == CaseState.ESCALATED and not left:
        move.replan = True
        move.case.withdraw_last_escalation()


def withdraw(escalation: Escalation, reason: str, move: Move) -> None:
    """Mark it withdrawn and tell the entity's specialists."""
    escalation.status, escalation.withdrawn_at = EscalationStatus.WITHDRAWN, move.now
    escalation.withdrawn_reason = reason[:200]
    escalation.status_asked_at = escalation.info_asked_at = None
    fields = ("status", "withdrawn_at", "withdrawn_reason", "status_asked_at", "info_asked_at")
    escalation.save(update_fields=[*fields, *escalation.touch(move.now)])
    timers.void_entity(escalation)
    for pk in people_of(escalation.target_entity):
        move.tell(pk, "escalation_withdrawn", f"{move.case.ref}{NBSP}: escalade retirée", url="/escalations/")
    move.events.append(("escalation_withdrawn", {"escalation": escalation}))


def open_one(move: Move, *, anyone: bool = False) -> Escalation:
    """The escalation named, if it is open, of this case and of this account's reach: who answers for its
    entity is settled only here; `anyone`: the door's permission was enough (withdrawing, asking)."""
    pk = _pk(move.data.get("escalation"))
    found = next((e for e in move.escalations if e.pk == pk), None)
    if found is None:
        move.refuse(Reason("escalation", "Cette escalade n’existe pas sur ce dossier.", "escalation"))
    if move.user and not anyone and not permissions.answers_for(move.user, found, move.case):
        raise NotAllowed
    if move.from_api and move.entity_id != found.target_entity_id:
        raise NotAllowed
    if found.status == EscalationStatus.ANSWERED:
        move.refuse(Reason("already_answered", "Cette escalade a déjà reçu sa réponse.", "escalation"))
    if found.status == EscalationStatus.WITHDRAWN:
        move.refuse(Reason("withdrawn", "Cette escalade a été retirée.", "escalation"))
    return found
