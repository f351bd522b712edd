from __future__ import annotations

from django import forms


class UndoForm(forms.Form):
    """Undoing moves every row again: whoever reads their stories must find why."""

    reason = forms.CharField(
        label="Pourquoi",
        min_length=10,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "class": "form-control"}),
        help_text="Lu dans l’histoire de chaque dossier.",
        error_messages={
            "required": "Dites pourquoi, en 10 caractères au moins.",
            "min_length": "Dites pourquoi, en 10 caractères au moins.",
        },
    )
