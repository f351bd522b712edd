"""What the client answers to the question of satisfaction."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from cases.client_messages import SATISFACTION_QUESTION
from cases.enums import DissatisfactionCause
from cases.models import SatisfactionAnswer

from .base import ActionForm
from .fields import select


class SatisfactionForm(ActionForm):
    action = "record_satisfaction"
    button = "Enregistrer la réponse"

    score = select("Note du client", [(str(score), str(score)) for score in range(11)])
    cause = select(
        "Cause de l’insatisfaction",
        DissatisfactionCause.choices,
        required=False,
        help_text="Nécessaire jusqu’à 6 ; au-delà, elle n’est pas gardée.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cause"].conditional = True  # type: ignore[attr-defined]
        if not self.is_bound and self.known:
            self.fields["score"].initial, self.fields["cause"].initial = (
                str(self.known.score),
                self.known.cause,
            )

    @cached_property
    def known(self) -> SatisfactionAnswer | None:
        return SatisfactionAnswer.objects.filter(case=self.case, resolved_at=self.case.resolved_at).first()

    @property
    def heading(self) -> str:
        return "Corriger la réponse du client" if self.known else "Noter la réponse du client"

    @property
    def intro(self) -> str:  # type: ignore[override]
        return f"À demander : « {SATISFACTION_QUESTION} » La réponse est comptée par unité, jamais par conseiller."

    def data_for_workflow(self) -> dict[str, Any]:
        data = super().data_for_workflow()
        if int(data["score"]) > SatisfactionAnswer.DISSATISFIED_UP_TO:
            data["cause"] = ""
        return data
