"""Neutralised days, validated skills, phases."""

from __future__ import annotations

from typing import Any

from django.db.models import Q

from atdemain.organisation.enums import PhaseKind
from atdemain.organisation.models import Participation, User
from recognition.enums import PARTICIPANT_ROLES
from routing.models import Skill

from .fields import KeepsDays, day, radio, row, text, whole_number


class NeutralisedForm(KeepsDays):
    """No field where a cause could be written."""

    employee = row(
        "Salarié",
        User.objects.filter(  # who left with a just cause is still judged, account closed or not
            Q(is_active=True, groups__name__in=[role.value for role in PARTICIPANT_ROLES])
            | Q(pk__in=Participation.objects.values("employee"))
        ).distinct().order_by("last_name", "first_name", "pk"),
        ask="Choisissez la personne.",
    )  # fmt: skip
    from_on = day("Du")
    to_on = day("Au")
    days = whole_number(
        "Nombre de jours", least=1, most=366, ask="Donnez le nombre de jours.",
    )  # fmt: skip


class ValidateForm(KeepsDays):
    person = row("Personne de votre unité", User.objects.none(), ask="Choisissez la personne.")
    skill = row("Compétence", Skill.objects.order_by("label", "pk"), ask="Choisissez la compétence.")
    level = radio(
        "Niveau", [(str(n), f"Niveau {n}") for n in range(1, 5)], ask="Choisissez le niveau, de 1 à 4."
    )
    validated_on = day("Validée le")
    expires_on = day(
        "Valable jusqu’au", required=False,
        help_text="Ce jour compris. Le lendemain, elle ne compte plus et les dossiers qui la demandent ne sont plus confiés.",
    )  # fmt: skip

    def __init__(self, *args: Any, trainer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = (
            User.objects.filter(is_active=True, unit=trainer.unit_id or 0)
            .exclude(pk=trainer.pk)
            .order_by("last_name", "first_name", "pk")
        )

    def clean_level(self) -> int:
        return int(self.cleaned_data["level"])


_LEADS = User.objects.filter(is_active=True, groups__name__in=["manager", "hr", "admin"])


class _Decision(KeepsDays):
    lead = row(
        "Pilote",
        _LEADS.distinct().order_by("last_name", "first_name", "pk"),
        ask="Une phase ne commence pas sans pilote : choisissez qui la mène.",
    )
    reason = text(
        "Motif de la décision", rows=3, minimum=20, maximum=1000,
        help_text="Chacun le lit dans le registre : ni nom, ni santé, ni grève, ni mandat.",
    )  # fmt: skip


class PhaseForm(_Decision):
    kind = radio("Phase", PhaseKind.choices, ask="Choisissez la phase.")
    starts_on = day("Du")
    ends_on = day("Au", required=False, help_text="Laissez vide sans fin prévue.")
    field_order = ["kind", "lead", "starts_on", "ends_on", "reason"]


class ChangePhaseForm(_Decision):
    ends_on = day("Au", required=False, help_text="Laissez vide sans fin prévue.")
    field_order = ["lead", "ends_on", "reason"]


class LeadForm(_Decision):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lead"].error_messages["required"] = "Choisissez qui pilote le programme."


__all__ = ["ChangePhaseForm", "LeadForm", "NeutralisedForm", "PhaseForm", "ValidateForm"]
