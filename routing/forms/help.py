"""Entraide: the question, and how it ended."""

from __future__ import annotations

from typing import Any

from django import forms

from routing.enums import HelpOutcome
from routing.mutual_help import LONGEST, SHORTEST


class AskForm(forms.Form):
    """The length is the domain's business: what is typed is kept whatever it says."""

    question = forms.CharField(
        label="Votre question",
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        help_text="Ce que vous avez essayé, ce qui vous bloque. Pas de donnée du client.",
        error_messages={
            "required": f"Écrivez votre question en {SHORTEST} caractères au moins.",
            "max_length": f"{LONGEST} caractères au plus (vous en avez %(show_value)s).",
        },
    )


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(
        label="Ce que l’aide a donné",
        choices=HelpOutcome.choices,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={
            "required": "Dites ce que l’aide a donné.",
            "invalid_choice": "Dites ce que l’aide a donné.",
        },
    )
    minutes = forms.IntegerField(
        label="Temps passé (min)",
        min_value=1,
        max_value=720,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        error_messages={
            "required": "Donnez le temps passé, en minutes.",
            "invalid": "Un nombre entier de minutes.",
            "min_value": "Une minute au moins.",
            "max_value": "12 heures au plus.",
        },
    )

    def __init__(self, *args: Any, pk: int, **kwargs: Any) -> None:
        super().__init__(*args, prefix=f"help-{pk}", **kwargs)
