"""The awards of a campaign, declared once: what HR's page heads and its file writes (architecture.md §7)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

import django_filters
import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import QueryDict

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit, User
from cases.filters.base import Choice, ListFilter, Words
from cases.forms.filtering import FilterForm
from cases.listing import Listing, Selection
from cases.tables import Column, worded
from recognition.enums import PARTICIPANT_ROLES
from recognition.models import Award, Campaign

GIVEN, NOTHING, BLOCKED, REVISED = "given", "nothing", "blocked", "revised"
WHAT = [
    (GIVEN, "Avec un montant"),
    (NOTHING, "Sans montant"),
    (BLOCKED, "Bloquées"),
    (REVISED, "Révisées"),
]
NO_LEVEL = "none"


class AwardFilter(ListFilter):
    main: ClassVar[tuple[str, ...]] = ("who", "role", "level", "unit", "what")

    who = Words("Nom ou matricule", most=60, method="by_person")
    role = Choice("Rôle", [(role.value, role.label) for role in PARTICIPANT_ROLES])
    level = Choice("Niveau", method="by_level")
    unit = Choice("Unité", names=True, empty="Toutes", field_name="unit")
    what = Choice("Attributions", WHAT, "Toutes", method="by_what")

    class Meta:
        model = Award
        fields = ()
        form = FilterForm

    def __init__(self, data: QueryDict, *, user: User, now: datetime, campaign: Campaign) -> None:
        django_filters.FilterSet.__init__(self, data)
        self.user, self.now, self.campaign = user, now, campaign
        self.clients = []
        del self.filters["scope"]
        levels = sorted(campaign.scheme.levels, key=lambda one: one["rank"])
        self.filters["level"].offer(
            [*((one["code"], one["label"]) for one in levels), (NO_LEVEL, "Non retenu")]
        )
        units = Unit.objects.order_by("name", "pk").values_list("pk", "name")
        self.filters["unit"].offer([(str(pk), name) for pk, name in units])

    def base(self) -> QuerySet:
        """HR sees every award; nobody else comes here."""
        if not self.user.has_role(Role.HR):
            return Award.objects.none()
        return Award.objects.filter(campaign=self.campaign)

    def by_person(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        words = value.replace("\x00", " ").split()
        for word in words:
            qs = qs.filter(
                Q(employee__last_name__icontains=word)
                | Q(employee__first_name__icontains=word)
                | Q(employee__employee_number__iexact=word)
            )
        return qs

    def by_level(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        return qs.filter(level="" if value == NO_LEVEL else value)

    def by_what(self, qs: QuerySet, name: str, value: str) -> QuerySet:
        given = Q(amount_cents__gt=0) | Q(revised_cents__gt=0)
        return {
            GIVEN: qs.filter(given),
            NOTHING: qs.exclude(given),
            BLOCKED: qs.filter(Q(blocked=True) | Q(pending=True)),
            REVISED: qs.filter(revised_cents__gt=0),
        }[value]


def cents(value: int) -> str:
    """« 198,90 », as a French spreadsheet reads a number."""
    return f"{value // 100},{value % 100:02d}"


class AwardTable(tables.Table):
    employee = Column("Salarié", lambda row: str(row.employee), sort="employee__last_name")
    number = Column(
        "Matricule", lambda row: row.employee.employee_number or "", sort="employee__employee_number"
    )
    unit = Column("Unité", lambda row: row.unit.name if row.unit else "", sort="unit__name", nullable=True)
    role = Column("Rôle", worded("role", Role), sort="role")
    level = Column("Niveau", lambda row: row.level_label, sort="level")
    amount = Column("Montant (€)", lambda row: cents(row.amount_cents), sort="amount_cents")
    revised = Column("Révision (€)", lambda row: cents(row.revised_cents) if row.revised_cents else "")
    state = Column(
        "À lever", lambda row: "juste motif" if row.pending else "donnée insuffisante" if row.blocked else ""
    )


AWARDS = Listing(
    key="awards",
    title="Attributions",
    roles=(Role.HR,),
    table=AwardTable,
    filterset=AwardFilter,
    reads=(
        "role", "level", "amount_cents", "revised_cents", "blocked", "pending", "campaign",
        "employee", "employee__first_name", "employee__last_name", "employee__username", "employee__employee_number",
        "unit", "unit__name",
    ),
    sort="employee",
    noun=("attribution", "attributions"),
    of_cases=False,
)  # fmt: skip


class AwardSelection(Selection):
    """The question asked to one campaign."""

    def __init__(self, campaign: Campaign, user: User, query: QueryDict, now: datetime) -> None:
        self.listing, self.user, self.now = AWARDS, user, now
        self.filterset = AwardFilter(query, user=user, now=now, campaign=campaign)
        self.sort = self._sort(query.get("sort", ""))
        self.asked = query
        self.labels = {one["code"]: one["label"] for one in campaign.scheme.levels}

    def labelled(self, rows: Any) -> Any:
        """Each row with `level_label`."""
        for row in rows:
            row.level_label = self.labels.get(row.level, row.level) or "non retenu"
            yield row
