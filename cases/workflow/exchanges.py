"""What passes between the owner and the entity while an escalation is open (domain.md §2.8, L18, L19).

The specialist takes it or hands it back, asks for a detail, says where it is; the owner answers, and asks.
None of it moves the case: its state, its owner and its promise stay (INV-02).
"""

from __future__ import annotations

from cases import guards
from cases.enums import EscalationNoteKind
from cases.models import Escalation, EscalationNote

from .door import action
from .escalations import NBSP, handler_of, named_contact, on_desk, open_one, take
from .move import Move, people_of
from .outcomes import NotAllowed


def _own(move: Move) -> Escalation:
    """One's own entity's: whoever answers for it by phone cannot take it."""
    escalation = open_one(move)
    if move.entity_id != escalation.target_entity_id:
        raise NotAllowed
    return escalation


def _save(move: Move, escalation: Escalation, *fields: str) -> None:
    escalation.save(update_fields=[*fields, *escalation.touch(move.now)])
    move.changes["escalation"] = [escalation.pk, escalation.pk]
    move.personal["entity_name"] = escalation.target_entity.name


def _note(move: Move, escalation: Escalation, kind: EscalationNoteKind, text: str) -> None:
    note = EscalationNote.objects.create(
        escalation=escalation, kind=kind, by=move.user, at=move.now, text=text
    )
    move.changes["exchange"] = [None, note.pk]
    if text:
        move.personal["text"] = text


def _tell_entity(move: Move, escalation: Escalation, kind: str, title: str, *, urgent: bool = False) -> None:
    """Who took it, else everyone of the entity."""
    handler = handler_of(escalation)
    told = [handler.pk] if handler else people_of(escalation.target_entity)
    for pk in told:
        move.tell(pk, kind, title, urgent=urgent, url=on_desk(escalation))


def _tell_owner(move: Move, kind: str, title: str, *, urgent: bool = False) -> None:
    """The owner and the delegate; a case that nobody keeps is its manager's to follow."""
    if move.case.owner_id is None:
        move.tell_manager(kind, title, urgent=urgent)
    move.tell_in_charge(kind, title, urgent=urgent)


@action("claim_escalation", any_version=True)
def claim_escalation(move: Move) -> None:
    """A specialist says that she works on it; acknowledging is another act."""
    escalation = _own(move)
    holder = handler_of(escalation)
    move.check(guards.claim_escalation(holder.short_name if holder else "", mine=holder == move.user))
    escalation.handled_by = None
    take(move, escalation)
    _save(move, escalation, "handled_by")
    move.changes["handled_by"] = [None, escalation.handled_by_id]


@action("hand_back_escalation", any_version=True)
def hand_back_escalation(move: Move) -> None:
    """Back to the entity's queue; the case's specialist is whoever takes it next."""
    escalation = _own(move)
    move.check(guards.hand_back(mine=escalation.handled_by == move.user))
    move.changes["handled_by"] = [escalation.handled_by_id, None]
    escalation.handled_by = None
    if move.user and move.case.specialist_id == move.user.pk:
        move.case.specialist = None
    _save(move, escalation, "handled_by")
    _tell_entity(move, escalation, "escalation_handed_back", f"{move.case.ref}{NBSP}: rendue à votre file")


@action("request_info")
def request_info(move: Move) -> None:
    """The entity cannot go on without a detail. Its clock goes on: the delay is the client's too."""
    escalation = _own(move)
    text = move.text("text")
    move.check(guards.request_info(text, asked=escalation.info_asked_at is not None))
    _note(move, escalation, EscalationNoteKind.INFO_REQUEST, text)
    escalation.info_asked_at = move.now
    take(move, escalation)
    _save(move, escalation, "info_asked_at", "handled_by")
    title = f"{escalation.target_entity} attend de vous une précision"
    _tell_owner(move, "info_requested", title, urgent=True)


@action("name_contact")
def name_contact(move: Move) -> None:
    """Whom to ask for at the entity, for this case: somebody of its own directory."""
    escalation = _own(move)
    contact = named_contact(move, escalation.target_entity)
    move.check(guards.name_contact(found=contact is not None, same=contact == escalation.named_contact))
    move.changes["named_contact"] = [escalation.named_contact_id, contact.pk]
    escalation.named_contact = contact
    _save(move, escalation, "named_contact")
    move.personal["named_contact"] = contact.name
    _tell_owner(move, "contact_named", f"{escalation.target_entity} vous donne un interlocuteur")


@action("give_info")
def give_info(move: Move) -> None:
    escalation = open_one(move, anyone=True)
    text = move.text("text")
    move.check(guards.give_info(text, asked=escalation.info_asked_at is not None))
    _note(move, escalation, EscalationNoteKind.INFO_GIVEN, text)
    escalation.info_asked_at = None
    _save(move, escalation, "info_asked_at")
    _tell_entity(move, escalation, "info_given", f"{move.case.ref}{NBSP}: la précision demandée est arrivée")


@action("request_status", any_version=True)
def request_status(move: Move) -> None:
    """« Où en est-on ? » The clock asks the same by itself, an hour before the callback."""
    escalation = open_one(move, anyone=True)
    entity, asked_at = escalation.target_entity.name, escalation.status_asked_at
    move.check(guards.request_status(entity, asked_at=asked_at, now=move.now))
    _note(move, escalation, EscalationNoteKind.STATUS_REQUEST, "")
    escalation.status_asked_at = move.now
    _save(move, escalation, "status_asked_at")
    title = f"{move.case.ref}{NBSP}: où en êtes-vous{NBSP}? Le conseiller en charge le demande"
    _tell_entity(move, escalation, "status_requested", title, urgent=True)


@action("give_status")
def give_status(move: Move) -> None:
    """Where it is, asked for or not: the owner has something to tell the client."""
    escalation = _own(move)
    text = move.text("text")
    move.check(guards.reason_text(text, name="text"))
    _note(move, escalation, EscalationNoteKind.STATUS_GIVEN, text)
    asked, escalation.status_asked_at = escalation.status_asked_at, None
    take(move, escalation)
    _save(move, escalation, "status_asked_at", "handled_by")
    title = f"{escalation.target_entity} fait le point"
    _tell_owner(move, "status_given", title, urgent=asked is not None)
