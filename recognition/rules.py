"""Evidence → verdict → amount (domain.md §6.5, §11 Recognition). Pure: no model, no clock, no float.

Nothing here knows the mode of a participation, a contract, a working time or the cause of an absence. The shapes are in
`findings`, conditions in `trees`, money in `amounts`, words in `wording` and `explanation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from atdemain.organisation.enums import Role
from recognition.amounts import segments, share_out
from recognition.enums import Outcome
from recognition.explanation import explain
from recognition.findings import (
    PENDING,
    UNJUSTIFIED,
    CriterionVerdict,
    Fact,
    Interval,
    LevelVerdict,
    Person,
    Result,
    Segment,
)
from recognition.terms import Terms
from recognition.trees import Weighing
from recognition.wording import missing_for, unknown_words

__all__ = [
    "CriterionVerdict",
    "Fact",
    "Interval",
    "LevelVerdict",
    "Person",
    "Result",
    "Segment",
    "explain",
    "judge",
    "share_out",
]


def judge(terms: Terms, person: Person) -> Result:
    """The verdict and the amount of one person under these terms.

    Each role held is judged once, on every level by rank. Time in a role the version does not pay is left out; an
    unjustified exit makes the amount 0 and keeps the verdicts. Raises CircularCondition on levels that ask for each
    other.
    """
    paid = [one for one in person.intervals if one.role in terms.eligible_roles]
    verdicts: dict[str, tuple[LevelVerdict, ...]] = {}
    bases: dict[str, tuple[str, int]] = {}
    blocking: list[str] = []
    for role in dict.fromkeys(one.role for one in sorted(paid, key=lambda one: one.first)):
        weighing = Weighing(terms, person, role)
        verdicts[role] = tuple(_levels(weighing))
        bases[role] = _highest(terms, role, verdicts[role])
        blocking += _unknown_above(weighing, verdicts[role], bases[role][0])
    found = segments(paid, person.neutralised_days, terms.period_days, bases)
    if person.leaving == UNJUSTIFIED:
        found = tuple(replace(one, amount_cents=0) for one in found)
        blocking = []
    elif person.leaving == PENDING:
        blocking.append("Sortie du projet : le juste motif attend la décision des RH.")
    return Result(
        amount_cents=sum(one.amount_cents for one in found),
        level="" if person.leaving == UNJUSTIFIED else _best(terms, bases),
        verdicts=verdicts,
        segments=found,
        blocking=tuple(blocking),
    )


def _levels(weighing: Weighing) -> Iterator[LevelVerdict]:
    for level in weighing.terms.levels:
        outcome = weighing.level(level)
        missing: tuple[str, ...] = ()
        if outcome in (Outcome.NOT_MET, Outcome.INSUFFICIENT_DATA):
            missing = missing_for(weighing, level.condition)
        yield LevelVerdict(level.code, outcome, tuple(weighing.own(level.condition)), missing)


def _highest(terms: Terms, role: str, verdicts: tuple[LevelVerdict, ...]) -> tuple[str, int]:
    """(level, cents) of the highest level met by this role, ("", 0) when none is."""
    met = {one.level for one in verdicts if one.outcome == Outcome.MET}
    reached = [level for level in terms.levels if level.code in met]
    best = max(reached, key=lambda level: level.rank, default=None)
    return (best.code, best.amounts[role]) if best else ("", 0)


def _best(terms: Terms, bases: dict[str, tuple[str, int]]) -> str:
    ranks = {level.code: level.rank for level in terms.levels}
    return max((level for level, _ in bases.values()), key=lambda code: ranks.get(code, -1), default="")


def _unknown_above(weighing: Weighing, verdicts: tuple[LevelVerdict, ...], reached: str) -> Iterator[str]:
    """An unknown level above the one that is met blocks the validation; below it, it changes nothing."""
    levels = {level.code: level for level in weighing.terms.levels}
    floor = levels[reached].rank if reached else -1
    for verdict in verdicts:
        level = levels[verdict.level]
        if verdict.outcome == Outcome.INSUFFICIENT_DATA and level.rank > floor:
            unknown = " ; ".join(unknown_words(weighing, level.condition))
            yield f"{level.label} ({Role(weighing.role).label.lower()}) : donnée insuffisante, {unknown}."
