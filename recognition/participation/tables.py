"""The list of participations, declared once (architecture.md §7)."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables

from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, Role
from cases.listing import Listing
from cases.tables import Column, person, worded
from recognition.participation.filters import ParticipationFilter


def unit_of(row: Any) -> str:
    return str(row.employee.unit or "")


class ParticipationTable(tables.Table):
    employee = Column("Salarié", lambda row: str(row.employee), sort="employee__last_name")
    unit = Column("Unité", unit_of, sort="employee__unit__name", nullable=True)
    role = Column("Rôle", worded("role", Role))
    mode = Column("Mode", worded("mode", ParticipationMode))
    by = Column("Désigné par", lambda row: person(row.designated_by))
    consent = Column("Accord", worded("consent", ConsentAnswer))
    starts = Column("Du", lambda row: f"{row.starts_on:%d/%m/%Y}", sort="starts_on")
    ends = Column(
        "Au", lambda row: f"{row.ends_on:%d/%m/%Y}" if row.ends_on else "", sort="ends_on", nullable=True
    )
    exit = Column("Sortie", lambda row: "")


PARTICIPATIONS = Listing(
    key="participations",
    title="Participants",
    roles=(Role.HR, Role.MANAGER),
    table=ParticipationTable,
    filterset=ParticipationFilter,
    reads=(
        "role", "mode", "consent", "starts_on", "ends_on", "declared_at",
        "employee", "employee__first_name", "employee__last_name", "employee__username",
        "employee__unit", "employee__unit__name",
        "designated_by", "designated_by__first_name", "designated_by__last_name", "designated_by__username",
        "exit__just_cause", "exit__exit_by", "exit__reason", "exit__last_day",
    ),
    sort="employee",
    noun=("participation", "participations"),
    of_cases=False,
)  # fmt: skip
