"""The forms of an appeal: the employee's, HR's answer, what the committee said."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.forms.fields import RowField
from recognition.appeals.revising import Choice, correctable
from recognition.enums import Ground, RevisionMode, SecondLevel, Unit
from recognition.forms.fields import REQUIRED, KeepsDays, day, long_text
from recognition.models import Appeal
from recognition.sources import SOURCES

ACCEPT, REJECT = "accept", "reject"


def _radios(label: str, choices: list[tuple[str, str]], **kwargs: Any) -> forms.ChoiceField:
    kwargs.setdefault("error_messages", {"required": REQUIRED, "invalid_choice": "Ce choix n’existe pas."})
    return forms.ChoiceField(
        label=label, choices=choices, widget=forms.RadioSelect(attrs={"class": "form-check-input"}), **kwargs
    )


class AppealForm(forms.Form):
    ground = _radios("Vous contestez", list(Ground.choices))
    text = long_text(
        "Ce qui ne va pas", rows=6,
        help_text="Les RH vous lisent, votre manager jamais. Ni santé, ni grève, ni mandat : ils n’ont rien à y faire.",
    )  # fmt: skip
    observer_agreed = forms.BooleanField(
        label="Si la commission est saisie, un élu peut y assister comme observateur", required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip


class DecisionForm(KeepsDays):
    """`choice` is what is revised, once the form is valid and the appeal accepted."""

    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    answer = _radios(
        "Décision",
        [(ACCEPT, "Accepter : le calcul de cette personne est refait"), (REJECT, "Rejeter")],
    )
    mode = _radios(
        "Preuves revues, si vous acceptez",
        [
            (RevisionMode.FRESH.value, "Recueillies à nouveau, jusqu’à la date ci-dessous"),
            (RevisionMode.CORRECTED.value, "Une valeur corrigée, ci-dessous"),
        ],
        required=False,
    )
    cutoff = day("Preuves reçues jusqu’au", required=False, help_text="Aujourd’hui si vous laissez vide.")
    fact = forms.ChoiceField(
        label="Preuve à corriger", required=False, widget=forms.Select(attrs={"class": "form-select"}),
        help_text="Dates ou rôle faux : un administrateur les corrige, puis les preuves sont recueillies à nouveau.",
        error_messages={"invalid_choice": "Cette preuve n’est pas dans le dossier."},
    )  # fmt: skip
    value = forms.IntegerField(
        label="Valeur corrigée", required=False, min_value=0, max_value=1_000_000,
        help_text="Dans l’unité de la preuve : minutes ou nombre ; 1 pour oui, 0 pour non.",
        widget=forms.NumberInput(attrs={"class": "form-control"}),
        error_messages={
            "min_value": "Une valeur n’est pas négative.",
            "invalid": "Donnez un nombre entier.",
            "max_value": "Cette valeur est trop grande.",
        },
    )  # fmt: skip
    reason = long_text("Motif de la correction", rows=2, required=False, most=400)
    text = long_text("Réponse motivée", rows=6, help_text="Le salarié la lit mot pour mot.")

    def __init__(self, *args: Any, appeal: Appeal, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        self.choice: Choice | None = None
        self.fields["fact"].choices = [("", "Choisissez une preuve"), *correctable(appeal.award)]  # type: ignore[attr-defined]
        for name in ("mode", "cutoff", "fact", "value", "reason"):
            self.fields[name].conditional = True  # type: ignore[attr-defined]

    def clean_cutoff(self) -> Any:
        on = self.cleaned_data["cutoff"]
        if on is not None and on > timezone.localdate(self.now):
            raise forms.ValidationError("Cette date est à venir : les preuves ne sont pas encore reçues.")
        return on

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") != ACCEPT or self.errors:
            return data
        if data.get("mode") == RevisionMode.FRESH:
            on = data.get("cutoff") or timezone.localdate(self.now)
            end = timezone.make_aware(datetime.combine(on, time.max), timezone.get_current_timezone())
            self.choice = Choice(RevisionMode.FRESH, cutoff=min(end, self.now))
        elif data.get("mode") == RevisionMode.CORRECTED:
            for name, words in (
                ("fact", "Choisissez la preuve à corriger."),
                ("value", "Donnez la valeur corrigée."),
                ("reason", "Dites pourquoi la valeur est corrigée."),
            ):
                if data.get(name) in (None, ""):
                    self.add_error(name, words)
            role, _, source = (data.get("fact") or "").partition(":")
            if source and SOURCES[source].unit == Unit.YES_NO and (data.get("value") or 0) > 1:
                self.add_error("value", "Cette preuve se dit par oui ou par non : 1 ou 0.")
            if not self.errors:
                self.choice = Choice(
                    RevisionMode.CORRECTED,
                    role=role,
                    source=source,
                    value=data["value"],
                    reason=data["reason"],
                )
        else:
            self.add_error(
                "mode", "Dites quelles preuves sont revues : le calcul n’est pas refait au hasard."
            )
        return data


class SecondLevelForm(KeepsDays):
    version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    on = day("Commission du")
    outcome = _radios("Avis de la commission", list(SecondLevel.choices))
    observer = RowField(
        label="Élu observateur", required=False, queryset=User.objects.none(), empty_label="Aucun",
        widget=forms.Select(attrs={"class": "form-select"}),
        help_text="Seulement si le salarié l’accepte.",
        error_messages={"invalid_choice": "Choisissez un représentant du personnel."},
    )  # fmt: skip
    second_text = long_text("Motif de l’avis", rows=4)

    def __init__(self, *args: Any, appeal: Appeal, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.appeal, self.now = appeal, now
        if appeal.observer_agreed:
            people = User.objects.filter(groups__name=Role.STAFF_REP.value, is_active=True)
            self.fields["observer"].queryset = people.exclude(pk=appeal.award.employee_id).order_by(
                "last_name", "pk"
            )  # type: ignore[attr-defined]
        else:
            del self.fields["observer"]

    def clean_on(self) -> Any:
        on = self.cleaned_data["on"]
        if on > timezone.localdate(self.now):
            raise forms.ValidationError("Cette date est à venir : enregistrez l’avis une fois rendu.")
        if self.appeal.decided_at and on < timezone.localdate(self.appeal.decided_at):
            raise forms.ValidationError("La commission se réunit après la décision des RH.")
        return on
