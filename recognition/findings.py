"""The shapes that go in and come out of the rules (domain.md §6.5). Pure: integers, days and words, no model.

Nothing here can hold the mode of a participation, a contract, a working time or the cause of an absence (INV-19).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

JUST = "just"
UNJUSTIFIED = "unjustified"
PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a source says of a person in a role. `value` None: the source cannot say (insufficient data).

    A share is `value` out of `total` (0 of 0 is met). `sources`: the ids it was read from, « kind:id ». `left_out`:
    sentences, what was seen and did not count, and why. `on`: the day of what is dated (a training's validation).
    `pending`: what may still come to `value` (signatures whose delay runs): where it would decide, the data are
    insufficient.
    """

    value: int | None
    unit: str
    total: int | None = None
    sources: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    on: date | None = None
    pending: int = 0


@dataclass(frozen=True, slots=True)
class Interval:
    """One stretch of time in one role, cut to the period; both ends included."""

    role: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True, slots=True)
class Person:
    """`leaving`: "" (still there, or ended with the phase or the contract), `just`, `unjustified`, `pending`."""

    number: str  # employee_number: ties of the largest remainder are broken by it
    intervals: tuple[Interval, ...]
    facts: Mapping[tuple[str, str], Fact]  # (role, source)
    neutralised_days: int = 0
    leaving: str = ""


@dataclass(frozen=True, slots=True)
class CriterionVerdict:
    criterion: str
    outcome: str
    fact: Fact | None


@dataclass(frozen=True, slots=True)
class LevelVerdict:
    """`criteria`: the level's own, in the order of its tree. `missing`: French sentences, what is missing to
    reach it, the lower levels it asks for included (« il manque 4 h 30 d’accompagnement… »)."""

    level: str
    outcome: str
    criteria: tuple[CriterionVerdict, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """One interval and its money: base × (days + neutralised) / period, rounded half up, cents."""

    role: str
    first: date
    last: date
    days: int
    neutralised: int
    level: str  # "" when none is met
    base_cents: int
    amount_cents: int


@dataclass(frozen=True, slots=True)
class Result:
    """`blocking`: French sentences, why nobody may validate yet (insufficient data, just cause pending)."""

    amount_cents: int
    level: str  # the highest level of any segment, "" when none
    verdicts: Mapping[str, tuple[LevelVerdict, ...]]  # by role, levels by rank
    segments: tuple[Segment, ...]
    blocking: tuple[str, ...] = field(default=())
