"""What is asked of the list of participations; consent is told to HR, whether cases may come to managers."""

from __future__ import annotations

from datetime import datetime

import django_filters
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, Role
from atdemain.organisation.models import Participation, Unit, User
from cases.filters.base import ALL, Choice, ListFilter
from cases.forms.filtering import FilterForm
from recognition.enums import PARTICIPANT_ROLES

CURRENT, COMING, ENDED = "current", "coming", "ended"
WAITING = "waiting"
PERIODS = [(COMING, "À venir"), (ENDED, "Terminées"), (ALL, "Toutes")]


def visible_to(user: User) -> QuerySet[Participation]:
    """HR: everybody's. A manager: the unit's."""
    rows = Participation.objects.all()
    if user.has_role(Role.HR):
        return rows
    return rows.filter(employee__unit=user.unit_id or 0) if user.has_role(Role.MANAGER) else rows.none()


class ParticipationFilter(ListFilter):
    main = ("period", "unit", "role", "mode", "consent")

    period = Choice("Période", PERIODS, "En cours", implied=True, method="by_period")
    unit = Choice("Unité", names=True, empty="Toutes", field_name="employee__unit")
    role = Choice("Rôle", [(role.value, role.label) for role in PARTICIPANT_ROLES])
    mode = Choice("Mode", ParticipationMode.choices)
    consent = Choice("Accord", method="by_consent")

    class Meta:
        model = Participation
        fields = ()
        form = FilterForm

    def __init__(self, data: QueryDict, *, user: User, now: datetime) -> None:
        django_filters.FilterSet.__init__(self, data)
        self.user, self.now = user, now
        self.clients = []
        del self.filters["scope"]
        if user.has_role(Role.HR):
            units = Unit.objects.order_by("name", "pk").values_list("pk", "name")
            self.filters["unit"].offer([(str(pk), name) for pk, name in units])
            self.filters["consent"].offer([(WAITING, "Sans réponse"), *ConsentAnswer.choices])
        else:
            del self.filters["unit"]
            self.filters["consent"].offer(
                [(ConsentAnswer.ACCEPTED, "Accord donné"), (WAITING, "En attente d’accord")]
            )

    def base(self) -> QuerySet:
        return visible_to(self.user)

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("period") else self.by_period(found, "period", CURRENT)

    def by_period(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate(self.now)
        running = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
        return {
            CURRENT: qs.filter(running, starts_on__lte=today),
            COMING: qs.filter(starts_on__gt=today),
            ENDED: qs.filter(ends_on__lt=today),
        }.get(value, qs)

    def by_consent(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        """For a manager, whoever has not accepted waits: who declined is not theirs to know."""
        if value == WAITING and not self.user.has_role(Role.HR):
            return qs.exclude(consent=ConsentAnswer.ACCEPTED)
        return qs.filter(consent="" if value == WAITING else value)
