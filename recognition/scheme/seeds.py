"""The two versions of the demonstration and of the tests (domain.md §6.1, §6.2): « historique » and « inclusive ».

Pure. v1 is the scheme of 2018 as it was described (front advisors of the pilot who stay and train; 400 and 800 €);
v2 opens it to the five roles and to those who left for a just cause. Thresholds are [A]: the defaults of §6.2.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from atdemain.organisation.enums import Role
from recognition.enums import (
    PARTICIPANT_ROLES,
    BudgetPolicy,
    Comparator,
    ExitReason,
    LegalBasis,
    Renewal,
    Unit,
)
from recognition.sources import SOURCES
from recognition.terms import AllOf, AnyOf, Condition, Criterion, Level, OneCriterion, SameAs, Terms, write

ADVISOR, SUPPORT, TRAINER = Role.ADVISOR.value, Role.SUPPORT.value, Role.TRAINER.value
MANAGER, BACK_OFFICE = Role.MANAGER.value, Role.BACK_OFFICE.value
ROLES = tuple(role.value for role in PARTICIPANT_ROLES)
LEVEL_1, LEVEL_2 = "level_1", "level_2"
HOUR = 60
APPEAL_DAYS = 30
#: All but « unjustified » (domain.md §6.3).
JUST_CAUSES = tuple(reason.value for reason in ExitReason if reason != ExitReason.UNJUSTIFIED)


def _criterion(code: str, label: str, source: str, threshold: int, *roles: str) -> Criterion:
    known = SOURCES[source]
    comparator = Comparator.IS_TRUE if known.unit == Unit.YES_NO else Comparator.AT_LEAST
    return Criterion(code, label, source, comparator.value, threshold, known.unit, roles)


_HISTORICAL = (
    _criterion("front", "Être conseiller du front office", "front_role", 1, ADVISOR),
    _criterion("pilot", "Avoir participé à la phase pilote", "pilot_participation", 1, ADVISOR),
    _criterion("still_in", "Être toujours dans le projet", "in_project_at_end", 1, ADVISOR),
    _criterion("trains", "Avoir formé d’autres collègues", "trains_colleagues", 1, ADVISOR),
    _criterion("mentoring_14", "Accompagnement co-signé", "mentoring_minutes", 14 * HOUR, ADVISOR),
)

_INCLUSIVE = (
    _criterion("days_60", "Participation d’au moins 60 jours", "active_days", 60, *ROLES),
    _criterion("trained", "Formation de base", "base_training", 1, ADVISOR),
    _criterion("suggestion", "Propositions d’amélioration", "suggestions", 1, ADVISOR),
    _criterion("help_3", "Entraide", "mutual_help_minutes", 3 * HOUR, ADVISOR),
    _criterion("answers_20", "Réponses d’entraide", "mutual_help_answers", 20, SUPPORT),
    _criterion("help_10", "Entraide", "mutual_help_minutes", 10 * HOUR, SUPPORT),
    _criterion("sessions_2", "Séances données", "sessions_given", 2, TRAINER),
    _criterion("briefings_80", "Briefing chaque semaine", "briefing_weeks", 80, MANAGER),
    _criterion("named_contact", "Contact nommé dans l’annuaire", "named_contacts", 1, BACK_OFFICE),
    _criterion("still_in", "Toujours dans le projet", "in_project_at_end", 1, ADVISOR),
    _criterion("just_exit", "Sortie pour un juste motif", "just_cause_exit", 1, ADVISOR),
    _criterion("mentoring_14", "Accompagnement co-signé", "mentoring_minutes", 14 * HOUR, ADVISOR, BACK_OFFICE),
    _criterion("trainees_2", "Personnes accompagnées", "distinct_trainees", 2, ADVISOR),
    _criterion("mentoring_14_support", "Accompagnement co-signé", "mentoring_minutes", 14 * HOUR, SUPPORT),
    _criterion("scripts_2", "Évolutions de script", "script_evolutions", 2, SUPPORT),
    _criterion("training_35", "Formation donnée", "mentoring_minutes", 35 * HOUR, TRAINER),
    _criterion("trainees_10", "Personnes formées", "distinct_trainees", 10, TRAINER),
    _criterion("alerts_all", "Alertes de charge de l’équipe", "alerts_answered", 100, MANAGER),
)  # fmt: skip


def historical(period_start: date, period_end: date, *, number: int = 1) -> Terms:
    """v1: the four conditions of L60; level 2 adds 14 h of co-signed mentoring [A: the leaflet does not say]."""
    return _terms(
        number, period_start, period_end, (ADVISOR,), _HISTORICAL,
        AllOf((_one("front"), _one("pilot"), _one("still_in"), _one("trains"))),
        AllOf((SameAs(LEVEL_1), _one("mentoring_14"))),
    )  # fmt: skip


def inclusive(period_start: date, period_end: date, *, number: int = 2) -> Terms:
    """v2: §6.2, all five roles in one tree; a criterion of another role is left out of it."""
    level_1 = AllOf(
        (
            _one("days_60"),
            _one("trained"),
            _any("suggestion", "help_3"),
            _any("answers_20", "help_10"),
            _one("sessions_2"),
            _one("briefings_80"),
            _one("named_contact"),
        )
    )
    level_2 = AllOf(
        (
            SameAs(LEVEL_1),
            _any("still_in", "just_exit"),
            _one("mentoring_14"),
            _one("trainees_2"),
            _any("mentoring_14_support", "scripts_2"),
            _one("training_35"),
            _one("trainees_10"),
            _one("alerts_all"),
        )
    )
    return _terms(number, period_start, period_end, ROLES, _INCLUSIVE, level_1, level_2)


def content(terms: Terms, **more: Any) -> dict[str, Any]:
    """The fields of a `SchemeVersion` that hold these terms, with ordinary clauses; `more` wins."""
    data = write(terms)
    return {
        "legal_basis": LegalBasis.UNILATERAL_DECISION.value,
        "decided_on": None,
        "signatories": [],
        "renewal": Renewal.NONE.value,
        "max_renewals": 0,
        "notice_days": 30,
        "just_causes": list(JUST_CAUSES),
        "proration": "calendar_days",
        **data,
        "period_start": terms.period_start,
        "period_end": terms.period_end,
        **more,
    }


def _one(code: str) -> OneCriterion:
    return OneCriterion(code)


def _any(*codes: str) -> AnyOf:
    return AnyOf(tuple(OneCriterion(code) for code in codes))


def _terms(
    number: int,
    start: date,
    end: date,
    roles: tuple[str, ...],
    criteria: tuple[Criterion, ...],
    level_1: Condition,
    level_2: Condition,
) -> Terms:
    return Terms(
        number=number,
        period_start=start,
        period_end=end,
        eligible_roles=roles,
        criteria={one.code: one for one in criteria},
        levels=(
            Level(LEVEL_1, 1, "Niveau 1", dict.fromkeys(roles, 400_00), level_1),
            Level(LEVEL_2, 2, "Niveau 2", dict.fromkeys(roles, 800_00), level_2),
        ),
        budget_policy=BudgetPolicy.BLOCK.value,
        appeal_days=APPEAL_DAYS,
    )
