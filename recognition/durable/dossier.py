"""The « dossier ARCQ »: what somebody did and learnt in AT Demain, for a career (domain.md §6.7, L72).

For every colleague involved, ambassador or not. No amount, no load, no rank: facts that the person may show.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation, User
from cases.enums import CaseState, ClosureKind
from cases.models import Case
from recognition.durable import competencies, sections
from recognition.durable.competencies import Standing
from recognition.durable.sections import Section
from recognition.mentoring import reading
from recognition.mentoring.enums import SessionState
from recognition.mentoring.reading import SkillHours
from recognition.models import MentoringSession, SessionSignature
from routing.enums import AssignmentMode, BriefingState, HelpState
from routing.models import AdvisorSkill, Assignment, Briefing, MutualHelpRequest


@dataclass(frozen=True, slots=True)
class HeldSkill:
    skill: str
    level: int
    validated_on: date
    expires_on: date | None
    expired: bool


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A participation: which role, how one came to it, from when to when."""

    role: str
    mode: str
    starts_on: date
    ends_on: date | None
    programme: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """`cases`: followed from end to end and confirmed by the client, None for who owns none; `given`, `received`:
    minutes of mentoring that count; `accompanied`: distinct colleagues who signed."""

    employee: User
    roles: list[RoleHeld]
    skills: list[HeldSkill]
    competencies: list[Standing]
    hours: list[SkillHours]
    given: int
    received: int
    sessions: int
    accompanied: int
    helped: int
    briefings: int
    cases: int | None
    more: list[Section]


def build(employee: User, now: datetime, today: date, *, own: bool) -> Dossier:
    """A dozen statements, whatever the length of the career. `own`: the reader is the employee."""
    hours = reading.hours_of(employee)
    return Dossier(
        employee=employee,
        roles=_roles(employee),
        skills=_skills(employee, today),
        competencies=competencies.standings(employee),
        hours=hours,
        given=sum(one.given for one in hours),
        received=sum(one.received for one in hours),
        sessions=sum(one.sessions for one in hours),
        accompanied=_accompanied(employee),
        helped=MutualHelpRequest.objects.filter(helper=employee.pk, state=HelpState.CLOSED).count(),
        briefings=Briefing.objects.filter(attendees=employee.pk, state=BriefingState.HELD).count(),
        cases=end_to_end(employee) if employee.has_role(Role.ADVISOR) else None,
        more=[make(employee, now, own) for make in sections.MORE],
    )


def end_to_end(employee: User) -> int:
    """Cases closed as confirmed that this advisor kept from the first assignment on: never another's before."""
    passed_on = Assignment.objects.filter(case=OuterRef("pk"), from_user__isnull=False).exclude(
        mode=AssignmentMode.DELEGATION
    )
    found = Case.objects.filter(
        owner=employee.pk, state=CaseState.CLOSED, closure_kind=ClosureKind.CONFIRMED
    ).filter(~Exists(passed_on))
    return found.aggregate(number=Count("pk"))["number"]


def _roles(employee: User) -> list[RoleHeld]:
    rows = (
        Participation.objects.filter(employee=employee.pk)
        .select_related("programme")
        .order_by("starts_on", "pk")
    )
    return [
        RoleHeld(
            row.get_role_display(), row.get_mode_display(), row.starts_on, row.ends_on, str(row.programme)
        )
        for row in rows
    ]


def _skills(employee: User, today: date) -> list[HeldSkill]:
    rows = (
        AdvisorSkill.objects.filter(user=employee.pk).select_related("skill").order_by("skill__label", "pk")
    )
    return [
        HeldSkill(
            str(row.skill), row.level, row.validated_on, row.expires_on,
            expired=row.expires_on is not None and row.expires_on < today,
        )
        for row in rows
    ]  # fmt: skip


def _accompanied(employee: User) -> int:
    counted = MentoringSession.objects.filter(mentor=employee.pk, state=SessionState.CO_SIGNED)
    signed = SessionSignature.objects.filter(
        session__in=counted.order_by().values("pk"), voided_at__isnull=True
    ).exclude(user=employee.pk)
    return signed.aggregate(people=Count("user", distinct=True))["people"]
