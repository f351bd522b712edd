"""An escalation and a case as a partner sees them: no client's name, no note of the front office."""

from __future__ import annotations

from typing import Any

from atdemain.rest.fields import stamp
from cases.enums import AnswerCode
from cases.models import Case, Escalation, FaultTicket


def escalation(one: Escalation) -> dict[str, Any]:
    """Whatever is done to it moves its version, which is its ETag."""
    contact = one.named_contact
    return {
        "id": one.pk,
        "version": one.version,
        "case_ref": one.case.ref,
        "status": one.status,
        "colour": one.colour,
        "mode": one.mode,
        "reason": one.reason,
        "summary": one.summary,
        "sent_at": stamp(one.sent_at),
        "ack_due": stamp(one.ack_due),
        "ack_at": stamp(one.ack_at),
        "answer_due": stamp(one.answer_due),
        "answered_at": stamp(one.answered_at),
        "answer": _answer(one),
        "named_contact": {"id": contact.pk, "name": contact.name} if contact else None,
        "status_requested_at": stamp(one.status_asked_at),
        "info_requested_at": stamp(one.info_asked_at),
        "withdrawn_at": stamp(one.withdrawn_at),
        "withdrawn_reason": one.withdrawn_reason or None,
        "updated_at": stamp(one.updated_at),
    }


def _answer(one: Escalation) -> dict[str, Any] | None:
    if not one.answer_code:
        return None
    return {
        "code": one.answer_code,
        "text": one.answer_text,
        "appointment_at": stamp(one.appointment_at),
        "duplicate_of": one.duplicate_of or None,
        "tell_client_now": one.tell_client_now,
    }


def whole(one: Escalation) -> dict[str, Any]:
    """With what was asked and told while it was open (one query)."""
    notes = [{"kind": note.kind, "at": stamp(note.at), "text": note.text} for note in one.notes.all()]
    return {**escalation(one), "exchanges": notes}


def case(one: Case, faults: list[FaultTicket], last: Escalation, phones: list[str]) -> dict[str, Any]:
    """`phones` only where the entity answered that it needs the client (domain.md §2.8)."""
    promise = one.current_promise
    return {
        "ref": one.ref,
        "state": one.state,
        "colour": one.colour,
        "reason_family": one.reason_family,
        "unit": one.unit.code,
        "opened_at": stamp(one.opened_at),
        "line": {"ref": one.line.line_ref, "technology": one.line.technology} if one.line else None,
        "news_promised": {"from": stamp(promise.window_start), "to": stamp(promise.window_end)}
        if promise
        else None,
        "faults": [
            {
                "system": ticket.system,
                "ref": ticket.ref,
                "colour": ticket.colour,
                "status": ticket.status,
                "opened_at": stamp(ticket.opened_at),
                "closed_at": stamp(ticket.closed_at),
            }
            for ticket in faults
        ],
        "escalation": {"id": last.pk, "status": last.status, "version": last.version},
        "phones": phones,
    }


def needs_client(last: Escalation) -> bool:
    return last.answer_code == AnswerCode.NEEDS_CLIENT
