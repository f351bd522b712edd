"""Joining, designating and leaving."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Q

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation, Programme, User
from recognition.enums import PARTICIPANT_ROLES, ExitReason
from recognition.participation.joining import roles_open_to

from .fields import NO_CAUSE, KeepsDays, choice, day, row, text


class _Joining(KeepsDays):
    programme = row("Programme", Programme.objects.order_by("name", "pk"), ask="Choisissez le programme.")
    role = choice("Rôle", ask="Choisissez le rôle.")
    starts_on = day("Du")
    ends_on = day("Au", required=False, help_text="Laissez vide sans fin prévue.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.only = list(Programme.objects.order_by("name", "pk")[:2])
        if len(self.only) == 1:
            self.fields["programme"].initial = self.only[0].pk


class VolunteerForm(_Joining):
    """`text_version`: the consent text shown beside; ticking accepts it with the same act."""

    agrees = forms.BooleanField(
        label="J’ai lu le texte et j’accepte de garder des dossiers RD3+",
        required=False,
        help_text="Facultatif : vous pouvez répondre plus tard, et retirer votre accord à tout moment.",
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    text_version = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = roles_open_to(user)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]
        if roles:
            self.fields["role"].initial = roles[0].value


class DesignateForm(_Joining):
    employee = row(
        "Personne de votre unité",
        User.objects.none(),
        ask="Choisissez la personne.",
        help_text="Celles qui n’ont pas de participation en cours.",
    )
    field_order = ["employee", "programme", "role", "starts_on", "ends_on"]

    def __init__(self, *args: Any, manager: User, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        running = Participation.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        self.fields["employee"].queryset = (
            User.objects.filter(
                is_active=True,
                unit=manager.unit_id or 0,
                groups__name__in=[role.value for role in PARTICIPANT_ROLES],
            )
            .exclude(pk=manager.pk)
            .exclude(pk__in=running.values("employee"))
            .distinct()
            .order_by("last_name", "first_name", "pk")
        )
        self.fields["role"].choices = [(role.value, role.label) for role in PARTICIPANT_ROLES]
        self.fields["role"].initial = Role.ADVISOR.value


class LeaveForm(KeepsDays):
    """`facts` is there only where somebody may say an exit unjustified: no other reason has a text at all."""

    last_day = day("Dernier jour")
    reason = choice("Motif", ask="Choisissez le motif.")
    facts = text(
        "Faits",
        rows=4,
        required=False,
        conditional=True,
        help_text=f"Pour « Sans juste motif » seulement, 20 caractères ou plus. {NO_CAUSE}",
    )

    def __init__(self, *args: Any, reasons: Iterable[ExitReason], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reasons = list(reasons)
        self.fields["reason"].choices = [("", "Choisir…"), *((one.value, one.label) for one in reasons)]
        if ExitReason.UNJUSTIFIED not in reasons:
            del self.fields["facts"]

    def clean(self) -> dict[str, Any]:
        """What was typed beside another reason is not kept in silence: it is refused, and goes nowhere."""
        given = super().clean() or self.cleaned_data
        reason = given.get("reason")
        if reason and reason != ExitReason.UNJUSTIFIED and given.get("facts"):
            self.add_error("facts", "Ce motif ne se commente pas : videz ce champ, rien n’en est gardé.")
        return given
