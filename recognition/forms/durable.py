"""Assessing a competency, commenting it, publishing a unit's page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from cases.forms.fields import RowField, select, text
from recognition.durable import rules
from recognition.durable.competencies import Proof
from recognition.durable.enums import CompetencyLevel
from recognition.mentoring.rules import Objection
from recognition.models import Competency
from routing.forms.planning import FIRST, day_field


class AssessForm(forms.Form):
    competency = RowField(
        Competency.objects.order_by("rank", "label"),
        label="Compétence",
        empty_label="Choisir…",
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Choisissez la compétence.",
            "invalid_choice": "Choisissez la compétence dans la liste.",
        },
    )
    level = select("Niveau", CompetencyLevel.choices)
    assessed_on = day_field("Évaluée le")
    proofs = forms.MultipleChoiceField(
        label="Preuves",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        error_messages={"invalid_choice": "Une des preuves cochées n’est plus proposée."},
    )
    words = forms.CharField(
        label="Autre preuve",
        required=False,
        max_length=200,
        help_text="Un fait daté, en une ligne. Rien sur la santé, la vie privée ou un mandat.",
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, proofs: Sequence[Proof], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {one.key: one for one in proofs}
        for name in ("proofs", "words"):  # one of the two at least
            self.fields[name].conditional = True
        self.fields["proofs"].choices = [(one.key, one.words) for one in proofs]

    def clean_level(self) -> int:
        return int(self.cleaned_data["level"])

    def clean_proofs(self) -> list[Proof]:
        return [self.known[key] for key in self.cleaned_data["proofs"]]

    def clean_words(self) -> str:
        return " ".join(self.cleaned_data["words"].split())

    def refuse(self, reasons: Iterable[Objection]) -> None:
        for reason in reasons:
            self.add_error(reason.field if reason.field in self.fields else None, reason.message)


class CommentForm(forms.Form):
    comment = text("Votre commentaire", maximum=rules.COMMENT_LENGTH, required=False)


class DocumentForm(forms.Form):
    title = forms.CharField(
        label="Titre",
        max_length=120,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
        error_messages={"required": "Donnez un titre."},
    )
    dated_on = day_field("Datée du")
    text = text(
        "Texte",
        rows=14,
        minimum=80,
        maximum=20_000,
        help_text="Comment l’ARCQ s’applique ici : qui évalue, quand, avec qui en parler. Une ligne vide sépare deux paragraphes.",
    )

    def clean_dated_on(self) -> Any:
        day = self.cleaned_data["dated_on"]
        if day < FIRST:
            raise forms.ValidationError("Ce jour est hors du calendrier : vérifiez l’année.")
        return day
