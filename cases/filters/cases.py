"""Filters of cases: what is worked on, unless a state is asked."""

from __future__ import annotations

from django.db.models import QuerySet

from cases import attention
from cases.enums import CaseState as State
from cases.enums import (
    Colour,
    ReasonFamily,
    Scope,
)
from cases.forms.filtering import FilterForm
from cases.models import Case

from .base import ALL, NOBODY, Choice, Day, ListFilter, colleagues


class CaseFilter(ListFilter):
    main = ("scope", "state", "signal", "colour", "owner")

    state = Choice(
        "État", [*State.choices, (ALL, "Tous les états")], "En cours", implied=True, method="by_state"
    )
    signal = Choice(
        "À regarder",
        [
            ("late", "Rappel en retard de plus de 30 min"),
            ("silent", "Silencieux depuis 3 jours ouvrés"),
            ("reopened", "Rouverts"),
            ("late_answer", "Entité hors délai de réponse"),
        ],
        method="by_signal",
    )
    colour = Choice("Couleur", Colour.choices, "Toutes")
    owner = Choice("Conseiller en charge", names=True, method="by_owner")
    delegate = Choice("Suppléant", names=True)
    family = Choice("Motif", ReasonFamily.choices, field_name="reason_family")
    opened_from = Day(label="Ouverts du", field_name="opened_at")
    opened_to = Day(label="au", field_name="opened_at", lookup_expr="lt")

    class Meta:
        model = Case
        fields = ()
        form = FilterForm

    def prepare(self) -> None:
        keepers, deputies = colleagues(self.user)
        if not self.user.unit_id:  # another unit's people are not named to an entity
            del self.filters["owner"], self.filters["delegate"]
            return
        self.filters["owner"].offer([(NOBODY, "Sans conseiller"), *keepers])
        self.filters["delegate"].offer(deputies)

    def base(self) -> QuerySet:
        """An entity's list is what waits for its answer; what it answered is in the list of escalations."""
        if self.right == Scope.ENTITY:
            return Case.objects.asked_of_entity(self.user)
        return super().base()

    @property
    def shows_closed(self) -> bool:
        return self.form.cleaned_data.get("state") in (State.CLOSED, ALL)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        said = self.form.cleaned_data.get("state") or self.right == Scope.ENTITY  # what waits is worked on
        return found if said else found.filter(attention.WORKING)

    def by_state(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        return qs if value == ALL else qs.filter(state=value)

    def by_signal(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        if value == "late":
            return qs.filter(attention.WORKING, attention.late_callback(self.limits, "current_promise__"))
        if value == "silent":
            return qs.filter(attention.silent(self.limits))
        if value == "reopened":
            return qs.filter(attention.reopened())
        return qs.filter(attention.waits_for_late_answer(self.now))

    def by_owner(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        return qs.filter(attention.unassigned()) if value == NOBODY else qs.filter(owner=value)
