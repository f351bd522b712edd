"""Several cases given at once: to whom the engine says, or to one advisor, with the reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from atdemain.organisation.models import InternalAdvisor, User
from cases.enums import AssignmentReason
from routing.advice import BAND_WORDS
from routing.facts import Board
from routing.load import band

ENGINE = "engine"


class ManyForm(forms.Form):
    """`to` is « engine » or an advisor of the unit; alphabetical, each with the word of the band."""

    to = forms.ChoiceField(
        label="À qui", error_messages={"required": "Choisissez à qui.", "invalid_choice": "Choisissez à qui."}
    )
    reason_code = forms.ChoiceField(
        label="Motif",
        choices=[("", "Choisir…"), *AssignmentReason.choices],
        error_messages={"required": "Choisissez le motif."},
    )
    reason_text = forms.CharField(
        label="Précision",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Nécessaire pour « Autre » et au-delà du plafond. Les conseillers la liront.",
    )

    def __init__(
        self, *args: Any, manager: User, now: datetime, leaving: int | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        people = (
            InternalAdvisor.objects.filter(active=True, user__is_active=True, user__unit=manager.unit_id)
            .exclude(pk=leaving or 0)
            .select_related("user")
            .order_by("user__last_name", "user__first_name", "pk")
        )
        board = Board.at(now, people=[one.pk for one in people])
        self.fields["to"].choices = [
            (ENGINE, "Selon le moteur, dossier par dossier"),
            *((str(one.pk), f"{one}{_word(board, one.pk)}") for one in people),
        ]
        self.fields["to"].widget.choices = self.fields["to"].choices
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "form-control" if name == "reason_text" else "form-select"


def _word(board: Board, user_id: int) -> str:
    one = board.candidates.get(user_id)
    return f" · {BAND_WORDS[band(one.points, one.cap, board.policy)]}" if one else ""
