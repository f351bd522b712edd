from __future__ import annotations

from typing import Any

from django import forms

from atdemain.organisation.accounts_file import MAX_BYTES, FileRefused, decode


class FileForm(forms.Form):
    """A file of accounts; `text` once it is valid."""

    file = forms.FileField(
        label="Fichier CSV",
        help_text=f"UTF-8, {MAX_BYTES // 1024} Ko et 500 lignes au plus.",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"class": "form-control", "accept": ".csv,.txt,text/csv"}),
        error_messages={"required": "Choisissez le fichier."},
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.text = decode(file.read(MAX_BYTES + 1))
        except FileRefused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal
        return file


class TextForm(forms.Form):
    """The same file, as the preview sends it back: read again from the start."""

    text = forms.CharField(max_length=MAX_BYTES, strip=False, widget=forms.HiddenInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label="Motif",
        min_length=5,
        max_length=200,
        help_text="Il reste dans l’historique du compte.",
        widget=forms.TextInput(attrs={"class": "form-control", "maxlength": 200}),
        error_messages={
            "required": "Dites pourquoi.",
            "min_length": "Dites-le en cinq caractères au moins.",
        },
    )
