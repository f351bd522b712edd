"""Is a condition met? (domain.md §6.5, §11). Pure.

One not_met decides `all`, one met decides `any`; not_applicable is left out, and a group where nothing applies does
not apply; otherwise one unknown makes the group unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from recognition.enums import Comparator, Outcome, Unit
from recognition.findings import CriterionVerdict, Fact, Person
from recognition.terms import AllOf, AnyOf, Condition, Criterion, Level, OneCriterion, SameAs, Terms

#: The source whose days the neutralised ones are added to (§11: they count for day thresholds too).
ACTIVE_DAYS = "active_days"


class CircularCondition(ValueError):
    """Levels that ask for each other: the validator refuses them, and no verdict is given on them."""


def weigh_fact(criterion: Criterion, fact: Fact | None) -> str:
    """met, not_met or insufficient_data; a share is compared without dividing, and 0 of 0 is met.

    What is still pending makes it unknown only where it would change the answer.
    """
    if fact is None or fact.value is None:
        return Outcome.INSUFFICIENT_DATA
    now, later = (_compare(criterion, value, fact.total) for value in (fact.value, fact.value + fact.pending))
    if now is None or now != later:
        return Outcome.INSUFFICIENT_DATA
    return Outcome.MET if now else Outcome.NOT_MET


def _compare(criterion: Criterion, value: int, total: int | None) -> bool | None:
    """None: a share of nobody knows how many."""
    if criterion.comparator == Comparator.IS_TRUE:
        return value >= 1
    threshold = criterion.threshold
    if criterion.unit == Unit.PERCENT:
        if total is None:
            return None
        if total == 0:
            return True
        value, threshold = value * 100, threshold * total
    return value <= threshold if criterion.comparator == Comparator.AT_MOST else value >= threshold


def all_of(outcomes: Iterable[str]) -> str:
    return _decide(outcomes, decisive=Outcome.NOT_MET, otherwise=Outcome.MET)


def any_of(outcomes: Iterable[str]) -> str:
    return _decide(outcomes, decisive=Outcome.MET, otherwise=Outcome.NOT_MET)


def _decide(outcomes: Iterable[str], *, decisive: str, otherwise: str) -> str:
    counted = {outcome for outcome in outcomes if outcome != Outcome.NOT_APPLICABLE}
    if not counted:
        return Outcome.NOT_APPLICABLE
    if decisive in counted:
        return decisive
    return Outcome.INSUFFICIENT_DATA if Outcome.INSUFFICIENT_DATA in counted else otherwise


class Weighing:
    """One person in one role under these terms: each criterion and each level is weighed once."""

    def __init__(self, terms: Terms, person: Person, role: str) -> None:
        self.terms, self.person, self.role = terms, person, role
        self._levels = {level.code: level for level in terms.levels}
        self._criteria: dict[str, CriterionVerdict] = {}
        self._outcomes: dict[str, str] = {}
        self._open: list[str] = []

    def criterion(self, code: str) -> CriterionVerdict:
        if code not in self._criteria:
            found = self.terms.criteria[code]
            if self.role not in found.roles:
                self._criteria[code] = CriterionVerdict(code, Outcome.NOT_APPLICABLE, None)
            else:
                fact = self._fact(found.source)
                self._criteria[code] = CriterionVerdict(code, weigh_fact(found, fact), fact)
        return self._criteria[code]

    def _fact(self, source: str) -> Fact | None:
        fact = self.person.facts.get((self.role, source))
        if source != ACTIVE_DAYS or fact is None or fact.value is None or not self.person.neutralised_days:
            return fact
        days = min(fact.value + self.person.neutralised_days, self.terms.period_days)
        return replace(fact, value=max(days, fact.value))

    def outcome(self, condition: Condition) -> str:
        match condition:
            case OneCriterion(code):
                return self.criterion(code).outcome
            case SameAs(level):
                return self.level(self._levels[level])
            case AllOf(parts):
                return all_of(self.outcome(part) for part in parts)
            case AnyOf(parts):
                return any_of(self.outcome(part) for part in parts)
        raise TypeError(f"not a condition: {condition!r}")

    def level(self, level: Level) -> str:
        """A level that pays this role nothing by name does not apply to it."""
        if level.code not in self._outcomes:
            if level.code in self._open:
                raise CircularCondition(" → ".join([*self._open, level.code]))
            self._open.append(level.code)
            outcome = self.outcome(level.condition)
            self._open.pop()
            applies = self.role in level.amounts
            self._outcomes[level.code] = outcome if applies else Outcome.NOT_APPLICABLE
        return self._outcomes[level.code]

    def own(self, condition: Condition) -> Iterator[CriterionVerdict]:
        """The criteria named by this condition itself, in its order, without those of the levels it refers to."""
        match condition:
            case OneCriterion(code):
                yield self.criterion(code)
            case AllOf(parts) | AnyOf(parts):
                for part in parts:
                    yield from self.own(part)
