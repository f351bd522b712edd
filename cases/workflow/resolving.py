"""Resolved, observed, reopened or confirmed: T09, T10, T11, T12."""

from __future__ import annotations

from datetime import datetime, timedelta

from atdemain.organisation.participation import eligible_owner
from atdemain.statements import Param, Statement
from cases import guards, ladder
from cases.enums import (
    AttemptOutcome,
    ClientConfirmation,
    ReasonFamily,
    ResolutionCode,
    RootCause,
    Unrelated,
)
from cases.models import Case, Contact, FailedResolution
from cases.reasons import Reason

from .cancelling import lapse
from .door import action
from .move import Move
from .promises import direction_of, final_status, live_attempts, log, on_behalf, settle


@action("resolve")
def resolve(move: Move) -> None:
    """T09. `reached_now`: the client is on the line, which logs the call with what was said."""
    code, cause = str(move.get("resolution_code")), str(move.get("root_cause"))
    confirmation, told = str(move.get("client_confirmation")), move.text("told")
    direction = direction_of(move)
    reached_now = bool(move.get("reached_now", False))
    message_left = confirmation == ClientConfirmation.MESSAGE_LEFT
    move.check(
        guards.resolve(move.facts, reached_now=reached_now, calendar=move.calendar, message_left=message_left)
    )
    reasons = []
    if code not in ResolutionCode.values:
        reasons.append(
            Reason("resolution_code", "Choisissez ce qui a résolu le problème.", "resolution_code")
        )
    if cause not in RootCause.values:
        reasons.append(Reason("root_cause", "Choisissez la cause.", "root_cause"))
    if confirmation not in ClientConfirmation.values:
        reasons.append(
            Reason(
                "client_confirmation",
                "Dites si le client confirme ou si un message est laissé.",
                "client_confirmation",
            )
        )
    elif message_left and reached_now:
        reasons.append(
            Reason(
                "reached_or_message",
                "Le client est en ligne, ou un message lui est laissé : choisissez l’un des deux.",
                "client_confirmation",
            )
        )
    reasons += guards.direction(direction)
    if reached_now and len(told) < 20:
        reasons.append(
            Reason("told_short", "Écrivez en 20 caractères au moins ce que vous avez dit au client.", "told")
        )
    move.check(reasons)
    on_behalf(move)
    attempt = None
    if reached_now:
        attempt = log(move, AttemptOutcome.REACHED, told, direction)
    promise = move.case.current_promise
    if promise:
        settle(move, final_status(promise, live_attempts(move), move.now), attempt)
    elif told and not reached_now:
        move.personal["told"] = told
    lapse(move)
    move.case.resolve(at=move.now, code=code, cause=cause, confirmation=confirmation)
    move.events.append(("case_resolved", {}))


@action("reopen_by_contact", system=True)
def reopen_by_contact(move: Move) -> None:
    """T10: data `contact`. Same owner if still eligible, else the unit's queue."""
    case, contact = move.case, move.data["contact"]
    move.check(guards.reopen(move.facts))
    elapsed = contact.arrived_at - case.resolved_at
    if not timedelta(0) < elapsed < ladder.OBSERVATION:
        move.refuse(Reason("not_observed", "Ce contact n’est pas dans les 168 h qui suivent la résolution."))
    if contact.exclusion_code or (contact.reason and contact.reason.family == ReasonFamily.NON_TECHNICAL):
        move.refuse(Reason("not_counted", "Ce contact ne compte pas : il ne rouvre pas le dossier."))
    fail_resolution(case, contact, move.now)
    move.changes.update(
        {"contact": [None, contact.pk], "elapsed_min": [None, int(elapsed.total_seconds() // 60)]}
    )
    Contact.objects.filter(pk=contact.pk).update(case=case)
    keep_or_release_owner(move)
    case.reopen_by_contact(at=move.now)
    move.tell_in_charge(
        "case_reopened", f"{case.client} a repris contact{NBSP}: dossier rouvert", urgent=True
    )
    if case.owner_id is None:
        move.tell_manager(
            "case_unassigned", f"Dossier rouvert sans conseiller{NBSP}: {case.client}", urgent=True
        )
    move.events.append(("case_reopened", {"contact": contact}))


NBSP = "\u00a0"


def fail_resolution(case: Case, contact: Contact, now: datetime) -> bool:
    """Record that this contact belies the resolution of `case`; False when it was recorded already."""
    _, created = FailedResolution.objects.get_or_create(
        contact=contact,
        defaults={
            "case": case,
            "resolved_at": case.resolved_at,
            "at": now,
            "unit": case.unit,
            "entity": getattr(case.unit, "entity", None),
        },
    )
    return created


def keep_or_release_owner(move: Move) -> None:
    """The owner stays when still eligible; else the case goes back to the unit's queue."""
    case = move.case
    if case.owner and not eligible_owner(case.owner.user, case.origin, move.now, hold=True):
        move.changes["released"] = [case.owner_id, None]
        case.owner, case.assigned_at = None, None


@action("reopen")
def reopen(move: Move) -> None:
    """T11."""
    reason = move.text("reason")
    by_mistake = bool(move.get("closed_by_mistake", False))
    move.check(guards.reopen(move.facts) + guards.reason_text(reason))
    keep_or_release_owner(move)
    move.reason_code = "closed_by_mistake" if by_mistake else ""
    move.personal["reason"] = reason
    move.case.reopen(at=move.now, by_mistake=by_mistake)
    move.tell_in_charge("case_reopened", f"Dossier rouvert{NBSP}: {move.case.client}", urgent=True)
    move.events.append(("case_reopened", {"contact": None}))


@action("confirm", system=True)
def confirm(move: Move) -> None:
    """T12."""
    move.check(guards.confirm(move.bare_facts, move.now, belied=_belied(move.case)))
    move.case.confirm(at=move.now)


def _belied(case: Case) -> bool:
    """A countable contact of the observation that did not reopen the case: on it, or on another one."""
    if case.resolved_at is None:
        return False
    lines = _COUNTED(
        case=case.pk,
        client=case.client_id,
        start=case.resolved_at,
        end=case.resolved_at + ladder.OBSERVATION,
    )
    by_line = case.identity_key.startswith("line:")
    if any(line == case.line_id or not by_line for (line,) in lines):
        return True
    return bool(_FAILED(case=case.pk, resolved_at=case.resolved_at))


#: The lines of the case's contacts that counted during its observation. The clock confirms hundreds in a row.
_COUNTED = Statement(
    lambda: (
        Contact.objects.filter(
            client=Param("client"),
            exclusion_code="",
            nature="client",
            arrived_at__gt=Param("start"),
            arrived_at__lt=Param("end"),
            case=Param("case"),
        )
        .order_by()
        .values_list("line")
    )
)
_FAILED = Statement(
    lambda: (
        FailedResolution.objects.filter(case=Param("case"), resolved_at=Param("resolved_at"))
        .order_by()
        .values_list("pk")[:1]
    )
)


@action("flag_unrelated")
def flag_unrelated(move: Move) -> None:
    """The owner says the contact that reopened the case was about something else."""
    failed = _last_failure(move)
    reason = move.text("reason")
    move.check(guards.reason_text(reason))
    if failed.unrelated:
        move.refuse(Reason("already_flagged", "Ce signalement est déjà fait."))
    failed.unrelated = Unrelated.REQUESTED
    failed.save(update_fields=["unrelated"])
    move.changes["failed_resolution"] = [failed.pk, failed.pk]
    move.personal["reason"] = reason
    move.tell_manager("unrelated_requested", f"Motif sans rapport signalé sur {move.case.ref}")


@action("decide_unrelated")
def decide_unrelated(move: Move) -> None:
    """The manager agrees (left out of the rate, shown beside it) or refuses."""
    failed = _last_failure(move)
    if failed.unrelated != Unrelated.REQUESTED:
        move.refuse(Reason("nothing_to_decide", "Aucun signalement n’attend votre décision."))
    agreed = bool(move.get("agreed", False))
    failed.unrelated = Unrelated.AGREED if agreed else Unrelated.REFUSED
    failed.save(update_fields=["unrelated"])
    move.changes["unrelated"] = [Unrelated.REQUESTED.value, str(failed.unrelated.value)]
    word = "acceptée" if agreed else "refusée"
    move.tell_in_charge(
        "unrelated_decided", f"Demande «\u00a0motif sans rapport\u00a0» {word} sur {move.case.ref}"
    )


def _last_failure(move: Move) -> FailedResolution:
    failed = move.case.failed_resolutions.order_by("-at").first()
    if failed is None:
        move.refuse(Reason("not_reopened", "Ce dossier n’a pas été rouvert par un contact."))
    return failed
