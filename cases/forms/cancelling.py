"""Cancel a case, ask a manager for it, refuse what was asked."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from cases.enums import CancelReason, RequestStatus
from cases.models import CancelRequest

from .base import ActionForm
from .fields import select, text


class CancelForm(ActionForm):
    """Filled in with what the person in charge asked for, when they did."""

    action = "cancel"
    title = "Annuler le dossier"
    button = "Annuler le dossier"

    cancel_reason = select("Motif", CancelReason.choices)
    reason = text("Précision", rows=2, maximum=400, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound and self.asked:
            self.fields["cancel_reason"].initial = self.asked.reason
            self.fields["reason"].initial = self.asked.text

    @cached_property
    def asked(self) -> CancelRequest | None:
        waiting = CancelRequest.objects.filter(case=self.case, status=RequestStatus.OPEN)
        return waiting.select_related("by").first()

    @property
    def intro(self) -> str:  # type: ignore[override]
        told = (
            "Les escalades ouvertes sont retirées et le rappel promis tombe. "
            "Un manager peut rétablir le dossier pendant 7 jours."
        )
        return f"Demandé par {self.asked.by.short_name}. {told}" if self.asked else told


class RequestCancelForm(ActionForm):
    action = "request_cancel"
    title = "Demander l’annulation"
    button = "Demander l’annulation"
    intro = "Les managers de votre unité sont prévenus et décident. D’ici là, le dossier reste à vous."

    cancel_reason = select("Motif", CancelReason.choices)
    text = text("Ce qui le justifie", rows=3, minimum=10, maximum=400)


class RefuseCancelForm(ActionForm):
    action = "refuse_cancel"
    title = "Refuser l’annulation"
    button = "Refuser l’annulation"
    intro = "Le dossier continue. Qui a demandé l’annulation lira votre motif."

    reason = text("Pourquoi", rows=2, minimum=10, maximum=400)
