"""Filters of escalations: those that wait for an answer, unless a status is asked."""

from __future__ import annotations

from django.db.models import QuerySet

from atdemain.organisation.models import Entity
from cases import attention
from cases.enums import (
    Colour,
    EscalationStatus,
    Scope,
)
from cases.forms.filtering import FilterForm
from cases.models import Escalation

from .base import ALL, Choice, Day, ListFilter


class EscalationFilter(ListFilter):
    main = ("scope", "status", "late", "entity", "colour")

    status = Choice(
        "Statut",
        [*EscalationStatus.choices, (ALL, "Tous les statuts")],
        "En attente de réponse",
        implied=True,
        method="by_status",
    )
    late = Choice(
        "Hors délai", [("answer", "De réponse"), ("ack", "D’accusé")], "Indifférent", method="by_lateness"
    )
    entity = Choice("Entité", empty="Toutes", names=True, field_name="target_entity")
    colour = Choice("Couleur", Colour.choices, "Toutes")
    sent_from = Day(label="Envoyées du", field_name="sent_at")
    sent_to = Day(label="au", field_name="sent_at", lookup_expr="lt")

    class Meta:
        model = Escalation
        fields = ()
        form = FilterForm

    def prepare(self) -> None:
        if self.rights == [Scope.ENTITY]:
            del self.filters["entity"]
            return
        entities = Entity.objects.order_by("name", "pk").values_list("pk", "name")
        self.filters["entity"].offer([(str(pk), name) for pk, name in entities])

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(attention.ASKED)

    def by_status(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        return qs if value == ALL else qs.filter(status=value)

    def by_lateness(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        late = attention.late_answer if value == "answer" else attention.late_acknowledgement
        return qs.filter(late(self.now))
