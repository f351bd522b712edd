"""The sections of a draft: identity, period, roles, money. Blank is allowed: what is missing is told on its page."""

from __future__ import annotations

from typing import Any

from django import forms

from recognition.enums import PARTICIPANT_ROLES, BudgetPolicy, ExitReason, LegalBasis, Renewal
from recognition.forms.fields import KeepsDays, day
from recognition.forms.typed import EurosField, PercentField

_TEXT = {"class": "form-control", "autocomplete": "off"}
_SELECT = {"class": "form-select"}
_CHECK = {"class": "form-check-input"}
WHOLE = {
    "invalid": "Un nombre entier.",
    "min_value": "Ce nombre n’est pas négatif.",
    "max_value": "Ce nombre est démesuré.",
}
_PRORATIONS = [
    ("calendar_days", "Au jour calendaire : montant × jours de participation ÷ jours de la période")
]


def _whole(label: str, help_text: str = "", most: int = 3_660) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "form-control at-input-num", "inputmode": "numeric"})
    return forms.IntegerField(
        label=label, required=False, min_value=0, max_value=most, help_text=help_text, widget=widget,
        error_messages=WHOLE,
    )  # fmt: skip


def _choice(label: str, choices: Any, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=False,
        choices=[("", "À choisir"), *choices],
        help_text=help_text,
        widget=forms.Select(attrs=_SELECT),
        error_messages={"invalid_choice": "Choisissez dans la liste."},
    )


def _needed_later(form: forms.Form, optional: frozenset[str] = frozenset()) -> None:
    for name, field in form.fields.items():
        field.conditional = name not in optional  # type: ignore[attr-defined]


class SectionForm(KeepsDays):
    """`version`: the record's version when the page was drawn. `content`: the fields of the version it writes."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    #: asked for nowhere: the others are, to publish, and do not say « facultatif »
    optional: frozenset[str] = frozenset()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _needed_later(self, self.optional)

    def content(self) -> dict[str, Any]:
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class IdentityForm(SectionForm):
    optional = frozenset({"document_url"})
    name = forms.CharField(label="Nom", max_length=60, required=False, widget=forms.TextInput(attrs=_TEXT))
    legal_basis = _choice("Fondement", LegalBasis.choices)
    decided_on = day("Décidé ou signé le", required=False)
    document_url = forms.URLField(
        label="Lien vers le texte",
        required=False,
        max_length=200,
        assume_scheme="https",
        widget=forms.URLInput(attrs=_TEXT),
        help_text="Les salariés l’ouvrent depuis les conditions.",
        error_messages={"invalid": "Une adresse complète, qui commence par https://."},
    )
    referendum_approved = forms.BooleanField(
        label="Approuvé par référendum",
        required=False,
        widget=forms.CheckboxInput(attrs=_CHECK),
        help_text="Nécessaire à un accord dont les signataires pèsent plus de 30 % sans dépasser 50 %.",
    )


class SignatoryForm(forms.Form):
    organisation = forms.CharField(
        label="Organisation", max_length=80, required=False, widget=forms.TextInput(attrs=_TEXT)
    )
    weight_bp = PercentField(label="Poids (%)", required=False)
    signed = forms.BooleanField(label="A signé", required=False, widget=forms.CheckboxInput(attrs=_CHECK))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _needed_later(self)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        named = (data.get("organisation") or "").strip()
        if not named and (data.get("weight_bp") is not None or data.get("signed")):
            self.add_error("organisation", "Nommez l’organisation, ou videz la ligne.")
        return data

    @property
    def row(self) -> dict[str, Any] | None:
        """As it is stored; None for an empty line."""
        name = (self.cleaned_data.get("organisation") or "").strip()
        if not name:
            return None
        weight = self.cleaned_data.get("weight_bp") or 0
        return {"organisation": name, "signed": bool(self.cleaned_data.get("signed")), "weight_bp": weight}


#: Blank lines to add organisations to.
SPARE = 2
Signatories = forms.formset_factory(SignatoryForm, extra=SPARE, max_num=20, absolute_max=22)


class PeriodForm(SectionForm):
    period_start = day(
        "Premier jour", required=False, help_text="Après le jour de la publication, de 30 jours si possible."
    )
    period_end = day(
        "Dernier jour", required=False, help_text="Compris dans la période, toujours affiché aux salariés."
    )
    renewal = _choice("Reconduction", Renewal.choices)
    max_renewals = _whole("Reconductions au plus", "0 si elle ne se reconduit pas.", 20)
    notice_days = _whole("Préavis (jours)", "Jusque-là, une reconduction tacite peut être arrêtée.")
    appeal_days = _whole("Délai pour contester (jours)", "À compter de la publication des montants.", 365)


class RolesForm(SectionForm):
    eligible_roles = forms.MultipleChoiceField(
        label="Rôles concernés",
        required=False,
        choices=[(role.value, role.label) for role in PARTICIPANT_ROLES],
        widget=forms.CheckboxSelectMultiple(attrs=_CHECK),
        error_messages={"invalid_choice": "Ce rôle n’existe pas : choisissez dans la liste."},
    )
    just_causes = forms.MultipleChoiceField(
        label="Justes motifs de sortie : le prorata est gardé",
        required=False,
        choices=[(one.value, one.label) for one in ExitReason if one != ExitReason.UNJUSTIFIED],
        widget=forms.CheckboxSelectMultiple(attrs=_CHECK),
        error_messages={"invalid_choice": "Ce motif ne peut être un juste motif : choisissez dans la liste."},
    )


class MoneyForm(SectionForm):
    envelope_cents = EurosField(
        label="Enveloppe de la période (€)",
        required=False,
        help_text="Après la publication, un abondement la complète.",
    )
    reserve_bp = PercentField(label="Réserve pour les recours (%)", required=False, initial=500)
    budget_policy = _choice("Si l’enveloppe ne suffit pas", BudgetPolicy.choices)
    proration = _choice("Prorata", _PRORATIONS)

    def content(self) -> dict[str, Any]:
        found = super().content()
        if found.get("reserve_bp") is None:
            found["reserve_bp"] = 500
        return found
