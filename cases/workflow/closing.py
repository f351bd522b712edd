"""Merged, cancelled, restored: T13, T14, T15."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet

from atdemain.organisation.participation import eligible_owner
from cases import guards, permissions, timers
from cases.enums import CancelReason, CaseState, PromiseStatus
from cases.models import CallbackAttempt, Case, Contact, Escalation, Promise, Timer
from cases.reasons import Reason

from .cancelling import accept, lapse
from .door import action, finish, locked, snapshot
from .escalations import withdraw
from .move import Move
from .outcomes import NotAllowed
from .promises import settle
from .resolving import keep_or_release_owner

UNCOUNTED_CANCELS = (CancelReason.TEST, CancelReason.NOT_OUR_CLIENT)


@action("merge_by_client", system=True, also="target")
@action("merge", also="target")
def merge(move: Move) -> None:
    """T13: contacts, escalations and promises move; the earliest promise stays; both journals tell it.

    `merge_by_client`: the same, when an administrator merges the two clients' records.
    """
    source = move.case
    target_id = getattr(move.data.get("target"), "pk", move.data.get("target"))
    reason = move.text("reason")
    move.check(guards.merge(move.facts) + guards.reason_text(reason))
    if target_id is None or target_id == source.pk:
        move.refuse(Reason("target", "Choisissez le dossier qui reste.", "target"))
    target = locked(target_id) if Case.objects.filter(pk=target_id).exists() else None
    if target is None:
        move.refuse(Reason("target", "Ce dossier n’existe pas. Choisissez le dossier qui reste.", "target"))
    if move.user and not permissions.keeps(move.user, target):
        raise NotAllowed
    if source.client_id != target.client_id and (source.line_id is None or source.line_id != target.line_id):
        move.refuse(
            Reason("other_client", "Ces dossiers ne sont ni du même client ni de la même ligne.", "target")
        )
    if not target.is_working:
        move.refuse(
            Reason(
                "target_state",
                "Le dossier qui reste est en cours de travail. Choisissez-en un autre.",
                "target",
            )
        )
    into = Move(target, "merge_effect", move.actor, move.now, {}, quiet=move.quiet)
    before = snapshot(target)
    owed_callback = CaseState.CALLBACK_DUE in (source.state, target.state)
    _move_escalations(move, into)
    _keep_earliest_promise(move, into)
    _keep_an_owner(source, into)
    for moved in (Contact, CallbackAttempt, Promise):
        moved.objects.filter(case=source).update(case=target)
    moved_with = Q(promise__case=target) | Q(escalation__case=target)
    Timer.objects.filter(moved_with, case=source).update(case=target)
    for stale in ("escalations", "open_escalations", "facts", "promise"):
        into.__dict__.pop(stale, None)
    _recompute(into, owed_callback)
    into.changes["merged_from"] = [None, source.pk]
    into.personal.update({"merged_ref": source.ref, "reason": reason})
    into.replan = True
    finish(into, before)
    move.changes["merged_into"] = [None, target.pk]
    move.personal.update({"merged_ref": target.ref, "reason": reason})
    if source.owner_id != target.owner_id:
        move.tell(source.owner_id, "case_merged", f"{source.ref} fusionné dans {target.ref}")
    lapse(move)
    move.tell(target.owner_id, "case_merged", f"{source.ref} fusionné dans {target.ref}")
    source.merge(at=move.now, into=target)


def _move_escalations(move: Move, into: Move) -> None:
    """They follow; an entity asked on both sides keeps the target's question."""
    asked = {e.target_entity_id for e in into.open_escalations}
    for escalation in move.open_escalations:
        if escalation.target_entity_id in asked:
            withdraw(escalation, f"Dossiers fusionnés dans {into.case.ref}", move)
    moved = {"updated_at": move.now, "version": F("version") + 1}
    Escalation.objects.filter(case=move.case).update(case=into.case, **moved)


def _keep_earliest_promise(move: Move, into: Move) -> None:
    ours, theirs = move.case.current_promise, into.case.current_promise
    if ours is None:
        return
    if theirs is not None and theirs.window_start <= ours.window_start:
        settle(move, PromiseStatus.CANCELLED)
        return
    if theirs is not None:
        settle(into, PromiseStatus.CANCELLED)
    move.case.current_promise = None
    Case.objects.filter(pk=move.case.pk).update(current_promise=None)
    timers.void(ours)
    ours.case = into.case
    ours.version += 1
    ours.save(update_fields=["case", "version"])
    into.case.current_promise = ours
    into.changes["promise"] = [theirs.pk if theirs else None, ours.pk]


def _keep_an_owner(source: Case, into: Move) -> None:
    """A promise never comes to a case that nobody keeps: whoever made it goes with it, if still able to."""
    case, owner = into.case, source.owner
    if case.owner is None and owner and eligible_owner(owner.user, case.origin, into.now, hold=True):
        into.changes["owner"] = [None, owner.pk]
        case.owner, case.assigned_at = owner, into.now
        into.__dict__.pop("calendar", None)


def _recompute(into: Move, owed_callback: bool) -> None:
    """Either was callback_due → callback_due; else an escalation is open → escalated; else a promise →
    callback_due; else unchanged. An escalated case always has a promise (INV-05)."""
    case = into.case
    if case.state == CaseState.CALLBACK_DUE:
        return
    promised = case.current_promise is not None
    if promised and (owed_callback or not into.open_escalations):
        case.merge_brings_callback()
    elif into.open_escalations and case.state == CaseState.OPENED:
        case.merge_brings_escalation()


@action("cancel", recounts=True)
def cancel(move: Move) -> None:
    """T14: open escalations are withdrawn, the promise too; the contacts go on counting (or not)."""
    reason, text = str(move.get("cancel_reason")), move.text("reason")
    move.check(guards.cancel(move.facts))
    if reason not in CancelReason.values:
        move.refuse(Reason("cancel_reason", "Choisissez le motif de l’annulation.", "cancel_reason"))
    for escalation in move.open_escalations:
        withdraw(escalation, "Dossier annulé", move)
    settle(move, PromiseStatus.CANCELLED)
    move.reason_code = reason
    if text:
        move.personal["reason"] = text
    title = f"{move.case.ref} annulé : {CancelReason(reason).label.lower()}"
    move.tell_in_charge("case_cancelled", title)
    request = accept(move)
    if request is not None and request.by_id not in {notice["recipient_id"] for notice in move.notices}:
        move.tell(request.by_id, "case_cancelled", title)
    move.case.cancel(at=move.now, reason=reason)
    if reason in UNCOUNTED_CANCELS:
        move.events.append(("contacts_recounted", {"client_ids": [move.case.client_id]}))


@action("restore", recounts=True)
def restore(move: Move) -> None:
    """T15: the annulment is annulled, within 7 days, when no other case works for the identity."""
    reason = move.text("reason")
    move.check(guards.restore(move.facts, move.now) + guards.reason_text(reason))
    recount = move.case.cancel_reason in UNCOUNTED_CANCELS
    move.personal["reason"] = reason
    keep_or_release_owner(move)
    if move.case.owner:
        move.case.assigned_at = move.now
    move.case.restore()
    move.tell_in_charge("case_restored", f"{move.case.ref} rétabli")
    if recount:
        move.events.append(("contacts_recounted", {"client_ids": [move.case.client_id]}))


def mergeable(case: Case, cases: QuerySet[Case]) -> QuerySet[Case]:
    """The working cases this one may be merged into, among `cases`."""
    return cases.working().filter(client=case.client_id).exclude(pk=case.pk)  # type: ignore[attr-defined]
