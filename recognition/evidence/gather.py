"""Everybody's evidence under the terms of a version (domain.md §6.5): one collector per source, set-based.

Ten thousand people are read a thousand at a time, each source in one statement or two. Only what the version's
criteria name is read, and only for the roles they name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

from recognition.evidence import mentoring, presence, team, work
from recognition.evidence.scope import Scope, employees_of, read_stays
from recognition.findings import Fact, Person
from recognition.terms import Terms

Collector = Callable[[Scope], Iterator[tuple[int, Fact]]]

#: source (recognition/sources.py) → who reads it; a source without a collector is insufficient data.
COLLECTORS: dict[str, Collector] = {
    "active_days": presence.active_days,
    "base_training": work.base_training,
    "suggestions": work.suggestions,
    "mutual_help_minutes": work.mutual_help_minutes,
    "mutual_help_answers": work.mutual_help_answers,
    "in_project_at_end": presence.in_project_at_end,
    "just_cause_exit": presence.just_cause_exit,
    "mentoring_minutes": mentoring.mentoring_minutes,
    "distinct_trainees": mentoring.distinct_trainees,
    "sessions_given": mentoring.sessions_given,
    "script_evolutions": work.script_evolutions,
    "briefing_weeks": team.briefing_weeks,
    "alerts_answered": team.alerts_answered,
    "named_contacts": team.named_contacts,
    "pilot_participation": presence.pilot_participation,
    "front_role": presence.front_role,
    "trains_colleagues": mentoring.trains_colleagues,
}
#: People read together.
BATCH = 1_000


def gather(
    terms: Terms,
    *,
    cutoff: datetime,
    employees: Collection[int] | None = None,
    programme_id: int | None = None,
) -> list[tuple[int, Person]]:
    """(employee, person) of everybody with a day of participation in the period, in order of employee.

    Everything is read as known at `cutoff` (aware). What came later, or does not count, is in `Fact.left_out`.
    """
    wanted = sorted(set(employees)) if employees is not None else employees_of(terms, cutoff, programme_id)
    return [
        one
        for start in range(0, len(wanted), BATCH)
        for one in _of(terms, cutoff, wanted[start : start + BATCH], programme_id)
    ]


def _of(
    terms: Terms, cutoff: datetime, employees: list[int], programme_id: int | None
) -> Iterator[tuple[int, Person]]:
    scope = Scope(terms, cutoff, read_stays(terms, cutoff, employees, programme_id))
    roles = roles_by_source(terms)
    held = {employee: {one.role for one in stay.intervals} for employee, stay in scope.stays.items()}
    facts: dict[int, dict[tuple[str, str], Fact]] = {employee: {} for employee in scope.stays}
    present = set().union(*held.values()) if held else set()
    for source, collect in COLLECTORS.items():
        wanted = roles.get(source, set()) & present
        if not wanted:
            continue
        for employee, fact in collect(scope):
            for role in held[employee] & wanted:
                facts[employee][role, source] = fact
    for employee, stay in scope.stays.items():
        yield (
            employee,
            Person(stay.number, stay.intervals, facts[employee], stay.neutralised, stay.leaving),
        )


def reading_of(terms: Terms) -> tuple[Any, ...]:
    """What of the terms decides the evidence: two versions alike in it are judged on one reading."""
    return terms.period_start, terms.period_end, frozenset(terms.eligible_roles), roles_by_source(terms)


def roles_by_source(terms: Terms) -> Mapping[str, set[str]]:
    """Source → the eligible roles whose criteria name it."""
    found: dict[str, set[str]] = {}
    for criterion in terms.criteria.values():
        found.setdefault(criterion.source, set()).update(set(criterion.roles) & set(terms.eligible_roles))
    return found
