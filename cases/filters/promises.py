"""Filters of promised callbacks: those still owed, unless a status is asked."""

from __future__ import annotations

from django.db.models import QuerySet

from cases import attention
from cases.enums import (
    PromiseKind,
    PromiseStatus,
)
from cases.forms.filtering import FilterForm
from cases.models import Promise

from .base import ALL, Choice, Day, ListFilter, colleagues


class PromiseFilter(ListFilter):
    main = ("scope", "status", "late", "due_from", "due_to")

    status = Choice(
        "Statut",
        [*PromiseStatus.choices, (ALL, "Tous les statuts")],
        "À tenir",
        implied=True,
        method="by_status",
    )
    late = Choice("Retard", [("30", "De plus de 30 min")], "Indifférent", method="by_lateness")
    due_from = Day(label="Rappels du", field_name="window_start")
    due_to = Day(label="au", field_name="window_start", lookup_expr="lt")
    owner = Choice("Conseiller en charge", names=True, field_name="case__owner")
    kind = Choice("Type", PromiseKind.choices)

    class Meta:
        model = Promise
        fields = ()
        form = FilterForm

    def prepare(self) -> None:
        self.filters["owner"].offer(colleagues(self.user)[0])

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(attention.OWED)

    def by_status(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        return qs if value == ALL else qs.filter(status=value)

    def by_lateness(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        return qs.filter(attention.OWED, attention.late_callback(self.limits))
