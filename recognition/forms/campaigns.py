"""The forms of a campaign and of its envelope."""

from __future__ import annotations

from typing import Any

from django import forms

from atdemain.organisation.models import Unit
from cases.forms.fields import RowField
from recognition.forms.fields import REQUIRED, KeepsDays, day, long_text
from recognition.forms.typed import EurosField, PercentField
from recognition.models import SchemeVersion
from recognition.models.campaign import BudgetEnvelope


class CampaignForm(KeepsDays):
    scheme = RowField(
        label="Version du dispositif",
        queryset=SchemeVersion.objects.none(),
        widget=forms.Select(attrs={"class": "form-select"}),
        empty_label="Choisir…",
        error_messages={
            "required": REQUIRED,
            "invalid_choice": "Cette version n’est pas publiée, ou une autre l’a améliorée.",
        },
    )
    name = forms.CharField(
        label="Nom de la campagne", max_length=80, help_text="Par exemple : premier semestre 2026.",
        widget=forms.TextInput(attrs={"class": "form-control"}), error_messages={"required": REQUIRED},
    )  # fmt: skip
    reference_date = day("Date de référence", help_text="Le dernier jour de la période, le plus souvent.")
    unit = RowField(
        label="Unité",
        required=False,
        queryset=Unit.objects.none(),
        widget=forms.Select(attrs={"class": "form-select"}),
        empty_label="Toutes les unités",
        help_text="Plusieurs campagnes d’unité puisent dans la même enveloppe.",
        error_messages={"invalid_choice": "Cette unité n’existe pas."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = SchemeVersion.objects.standing().order_by("-period_end", "-number")
        self.fields["scheme"].queryset = standing  # type: ignore[attr-defined]
        self.fields["unit"].queryset = Unit.objects.order_by("name", "pk")  # type: ignore[attr-defined]


class _EnvelopeForm(forms.Form):
    seen = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)
    reason = long_text("Motif", rows=2, most=400, help_text="Il reste au journal de l’enveloppe.")

    field_order = ("amount", "share", "reason")


class TopUpForm(_EnvelopeForm):
    amount = EurosField(
        signed=True, label="Montant à ajouter (€)",
        help_text="Négatif pour retirer ce que rien n’engage.",
    )  # fmt: skip


class ReserveForm(_EnvelopeForm):
    share = PercentField(label="Réserve de recours (%)", error_messages={"required": REQUIRED})

    @classmethod
    def of(cls, envelope: BudgetEnvelope, *args: Any) -> ReserveForm:
        return cls(*args, initial={"seen": envelope.version, "share": envelope.reserve_bp}, prefix="reserve")


class ReasonForm(forms.Form):
    """Why a run is asked for again; asked when there is one already."""

    reason = forms.CharField(required=False, max_length=160)
