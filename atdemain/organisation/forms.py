from __future__ import annotations

from typing import Any

from django import forms

from atdemain.organisation.unit_participation import REASON_MIN


class Day(forms.DateInput):
    input_type = "date"


class DecisionForm(forms.Form):
    """Whether a unit takes part. `version`: the decisions that the page showed."""

    version = forms.IntegerField(min_value=0, max_value=2**62, widget=forms.HiddenInput)
    participates = forms.TypedChoiceField(
        label="L’unité",
        choices=[("1", "participe"), ("0", "ne participe pas")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={
            "required": "Dites si l’unité participe.",
            "invalid_choice": "Dites si l’unité participe.",
        },
    )
    reason = forms.CharField(
        label="Motif public",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4, "class": "form-control"}),
        help_text=(
            f"Obligatoire si l’unité ne participe pas : {REASON_MIN} caractères ou plus. Chaque salarié peut le "
            "lire : ni nom, ni santé, ni grève, ni mandat."
        ),
    )
    since = forms.DateField(
        label="À partir du",
        widget=Day(format="%Y-%m-%d", attrs={"class": "form-control"}),
        help_text="Aujourd’hui ou plus tard. La décision précédente prend fin la veille.",
        error_messages={
            "required": "Donnez la date d’effet.",
            "invalid": "Écrivez une date, par exemple 12/11/2026.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].conditional = True  # type: ignore[attr-defined]
