"""People of the tests of the rules: one interval, facts by source, terms of the inclusive version."""

from __future__ import annotations

from datetime import date
from typing import Any

from recognition.rules import Fact, Interval, Person
from recognition.scheme import seeds
from recognition.sources import SOURCES

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
ADVISOR, SUPPORT, TRAINER = seeds.ADVISOR, seeds.SUPPORT, seeds.TRAINER
MANAGER, BACK_OFFICE = seeds.MANAGER, seeds.BACK_OFFICE
#: Enough of everything for level 2, whatever the role.
PLENTY = {
    "active_days": 181, "base_training": 1, "suggestions": 3, "mutual_help_minutes": 900, "mutual_help_answers": 30,
    "in_project_at_end": 1, "just_cause_exit": 0, "mentoring_minutes": 3000, "distinct_trainees": 12,
    "sessions_given": 9, "script_evolutions": 2, "briefing_weeks": (26, 26), "alerts_answered": (4, 4),
    "named_contacts": 1, "pilot_participation": 1, "front_role": 1, "trains_colleagues": 1,
}  # fmt: skip


def terms(first: date = FIRST, last: date = LAST) -> Any:
    return seeds.inclusive(first, last)


def fact(source: str, value: int | tuple[int, int] | None, on: date | None = None) -> Fact:
    """A share is written (value, total)."""
    unit = SOURCES[source].unit
    if isinstance(value, tuple):
        return Fact(value[0], unit, total=value[1], on=on)
    return Fact(value, unit, on=on)


def person(
    *intervals: tuple[str, date, date],
    number: str = "E0001",
    neutralised: int = 0,
    leaving: str = "",
    dated: dict[str, date] | None = None,
    **values: Any,
) -> Person:
    """Facts not named here are plentiful; active days follow the intervals unless they are named."""
    held = tuple(Interval(*one) for one in intervals)
    values = {**PLENTY, "active_days": sum(one.days for one in held), **values}
    return Person(
        number,
        held,
        {
            (role, source): fact(source, value, (dated or {}).get(source))
            for role in {one.role for one in held}
            for source, value in values.items()
        },
        neutralised,
        leaving,
    )


def level_1_only(**values: Any) -> dict[str, Any]:
    """Facts of an advisor who reaches level 1 and not level 2."""
    return {"mentoring_minutes": 570, "suggestions": 2, "mutual_help_minutes": 0, **values}
