"""Assessed competencies: one row per assessment, kept; the last of each competency holds (domain.md §6.7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.notifications.inbox import notify
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from recognition.durable import rules
from recognition.mentoring import facts
from recognition.mentoring.enums import SessionState
from recognition.mentoring.rules import Objection
from recognition.models import Competency, CompetencyRecord, MentoringSession
from routing.models import AdvisorSkill

OBJECT = "competency_record"
ASSESSORS = (Role.TRAINER, Role.HR)
#: Facts proposed as proofs: sessions that old, at most.
LOOKED_BACK = timedelta(days=730)


class AssessmentRefused(Exception):
    def __init__(self, reasons: Sequence[Objection]) -> None:
        super().__init__(" ".join(reason.message for reason in reasons))
        self.reasons = list(reasons)


@dataclass(frozen=True, slots=True)
class Proof:
    """A fact of the product that shows the competency: its kind, its key, its French words."""

    kind: str
    pk: int
    words: str

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.pk}"


@dataclass(frozen=True, slots=True)
class Standing:
    """One competency of somebody: the record that holds, and those before it, the latest first."""

    competency: Competency
    record: CompetencyRecord
    before: tuple[CompetencyRecord, ...]


def assessable(assessor: User) -> QuerySet[User]:
    """Whom this account may assess, in alphabetical order."""
    found = facts.colleagues().exclude(pk=assessor.pk)
    if assessor.has_role(Role.HR):
        return found
    accompanied = MentoringSession.objects.filter(mentor=assessor.pk, state=SessionState.CO_SIGNED)
    return found.filter(
        Q(unit__isnull=False, unit=assessor.unit_id)
        | Q(pk__in=accompanied.order_by().values("seats__trainee"))
    )


def proofs_of(employee: User, now: datetime) -> list[Proof]:
    """Skills validated, sessions given and received that count; the latest first. Three statements."""
    skills = (
        AdvisorSkill.objects.filter(user=employee.pk).select_related("skill").order_by("-validated_on", "pk")
    )
    found = [
        Proof("skill", row.pk, f"{row.skill}, niveau {row.level}, validée le {row.validated_on:%d/%m/%Y}")
        for row in skills
    ]
    counted = MentoringSession.objects.filter(
        state=SessionState.CO_SIGNED, starts_at__gte=now - LOOKED_BACK, ends_at__lt=now
    ).select_related("skill")
    given = counted.filter(mentor=employee.pk)
    received = counted.filter(signatures__user=employee.pk, signatures__voided_at__isnull=True).exclude(
        mentor=employee.pk
    )
    for sessions, words in ((given, "donnée"), (received, "suivie")):
        found += [
            Proof(
                "session",
                row.pk,
                f"Séance {words} le {timezone.localtime(row.starts_at):%d/%m/%Y}, {row.skill}",
            )
            for row in sessions.order_by("-starts_at", "pk")[:20]
        ]
    return found


def assess(
    employee: User,
    competency: Competency,
    *,
    level: int,
    proofs: Sequence[Proof],
    words: str,
    assessed_on: date,
    actor: Actor,
    now: datetime,
) -> CompetencyRecord:
    """Raises AssessmentRefused. The same competency twice on one day: the day's record is already there."""
    assessor = actor.user
    reasons = rules.assess_reasons(
        oneself=assessor.pk == employee.pk, in_reach=assessable(assessor).filter(pk=employee.pk).exists()
    )
    reasons += rules.date_reasons(assessed_on, timezone.localdate(now), employee.hired_on)
    if not proofs and not words:
        reasons.append(Objection("no_proof", "Cochez au moins une preuve, ou dites laquelle.", "proofs"))
    if reasons:
        raise AssessmentRefused(reasons)
    held = [{"kind": one.kind, "id": one.pk, "words": one.words} for one in proofs]
    if words:
        held.append({"kind": "words", "id": None, "words": words})
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=employee.pk)
        if CompetencyRecord.objects.filter(
            employee=employee, competency=competency, assessed_on=assessed_on
        ).exists():
            message = (
                f"Cette compétence est déjà évaluée au {assessed_on:%d/%m/%Y}\u00a0: donnez une autre date."
            )
            raise AssessmentRefused([Objection("same_day", message, "assessed_on")])
        made = CompetencyRecord.objects.create(
            employee=employee,
            competency=competency,
            level=level,
            proofs=held,
            assessed_on=assessed_on,
            assessed_by=assessor,
            recorded_at=now,
        )
        record(
            OBJECT, made.pk, "competency_assessed", actor=actor, at=now,
            changes={
                "employee": [None, employee.pk],
                "competency": [None, competency.code],
                "level": [None, level],
                "assessed_on": [None, assessed_on],
                "proofs": [[], [one.key for one in proofs]],
            },
            personal={"words": words} if words else None,
        )  # fmt: skip
        notify(
            employee.pk, "competency_assessed",
            f"{assessor.short_name} a évalué une de vos compétences\u00a0: {competency.label}",
            dedupe_key=f"competency:{made.pk}:{employee.pk}", at=now, url="/dossier-arcq/",
            object_type=OBJECT, object_id=str(made.pk),
        )  # fmt: skip
    return made


def comment(pk: int, text: str, *, actor: Actor, now: datetime) -> CompetencyRecord:
    """The employee's own words on one's own record; empty takes them back. Raises DoesNotExist for another's."""
    with transaction.atomic():
        held = CompetencyRecord.objects.select_for_update(of=("self",)).get(pk=pk, employee=actor.user)
        if held.comment == text:
            return held
        before, held.comment = held.comment, text
        held.commented_at = now if text else None
        held.save(update_fields=["comment", "commented_at"])
        record(
            OBJECT, pk, "competency_commented", actor=actor, at=now,
            changes={"commented": [bool(before), bool(text)]}, personal={"text": text} if text else None,
        )  # fmt: skip
        if text:
            notify(
                held.assessed_by_id, "competency_commented",
                f"{actor.user.short_name} a commenté votre évaluation",
                dedupe_key=f"competency:{pk}:comment:{now:%Y%m%d%H%M%S%f}", at=now,
                url=f"/competencies/{actor.user.pk}/", object_type=OBJECT, object_id=str(pk),
            )  # fmt: skip
    return held


def standings(employee: User) -> list[Standing]:
    """In the order of the competencies; one statement."""
    rows: dict[int, list[CompetencyRecord]] = {}
    found = CompetencyRecord.objects.filter(employee=employee.pk).select_related("competency", "assessed_by")
    for row in found.order_by("competency__rank", "competency__label", "-assessed_on", "-pk"):
        rows.setdefault(row.competency_id, []).append(row)
    return [Standing(held[0].competency, held[0], tuple(held[1:])) for held in rows.values()]


def shown_proofs(row: CompetencyRecord) -> list[str]:
    return [str(one.get("words", "")) for one in row.proofs if isinstance(one, dict)]


def past(now: datetime) -> Any:
    """Five years after somebody left."""
    return CompetencyRecord.objects.filter(employee__left_on__lt=(now - timedelta(days=5 * 365)).date())
