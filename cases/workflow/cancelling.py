"""The person in charge asks for a cancellation; a manager of the unit accepts by cancelling, or refuses.

Neither moves the case (domain.md §2.6: « Cancel, restore: advisor = request »).
"""

from __future__ import annotations

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases import guards
from cases.enums import CancelReason, RequestStatus
from cases.models import CancelRequest
from cases.reasons import Reason

from .door import action
from .move import Move, manager_of

NBSP = "\u00a0"


@action("request_cancel")
def request_cancel(move: Move) -> None:
    case, user = move.case, move.user
    reason, text = str(move.get("cancel_reason")), move.text("text", 400)
    move.check(guards.cancel(move.facts))
    if user is None:
        move.refuse(Reason("nobody", "Seul le conseiller en charge demande une annulation."))
    if reason not in CancelReason.values:
        move.refuse(Reason("cancel_reason", "Choisissez le motif de l’annulation.", "cancel_reason"))
    move.check(guards.reason_text(text, name="text"))
    if asked(move) is not None:
        move.refuse(Reason("already_asked", "Une demande d’annulation attend déjà la décision du manager."))
    request = CancelRequest.objects.create(case=case, reason=reason, text=text, by=user, at=move.now)
    move.reason_code = reason
    move.changes["cancel_request"] = [None, request.pk]
    move.personal["text"] = text
    title = f"Annulation demandée sur {case.ref}{NBSP}: {CancelReason(reason).label.lower()}"
    for pk in _managers(move):
        move.tell(pk, "cancel_requested", title, body=text)


@action("refuse_cancel")
def refuse_cancel(move: Move) -> None:
    """The case goes on; whoever asked is told why."""
    request, reason = asked(move), move.text("reason", 400)
    if request is None:
        move.refuse(Reason("nothing_asked", "Aucune demande d’annulation n’attend votre décision."))
    move.check(guards.reason_text(reason))
    _decide(move, request, RequestStatus.REFUSED, refusal=reason)
    move.personal["reason"] = reason
    move.tell(request.by_id, "cancel_refused", f"Annulation refusée sur {move.case.ref}", body=reason)


def accept(move: Move) -> CancelRequest | None:
    """The case is being cancelled: what was asked is granted. Answers the request, if there was one."""
    request = asked(move)
    if request is not None:
        _decide(move, request, RequestStatus.ACCEPTED)
    return request


def lapse(move: Move) -> None:
    """The case is resolved, or merged: there is nothing left to decide."""
    request = asked(move)
    if request is not None:
        _decide(move, request, RequestStatus.LAPSED)


def asked(move: Move) -> CancelRequest | None:
    return CancelRequest.objects.filter(case=move.case, status=RequestStatus.OPEN).first()


def _decide(move: Move, request: CancelRequest, status: RequestStatus, refusal: str = "") -> None:
    request.status, request.refusal = status, refusal
    request.decided_at = move.now
    request.decided_by = None if status == RequestStatus.LAPSED else move.user
    request.save(update_fields=["status", "refusal", "decided_at", "decided_by"])
    move.changes["cancel_request"] = [request.pk, status.value]


def _managers(move: Move) -> list[int]:
    """Every manager of the case's unit may decide; a unit without any has its head."""
    managers = User.objects.filter(
        unit=move.case.unit_id, is_active=True, groups__name=Role.MANAGER.value
    ).order_by("pk")
    found = list(managers.values_list("pk", flat=True))
    fallback = manager_of(move.case)
    return found or ([fallback] if fallback else [])
