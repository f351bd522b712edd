"""Two versions judged on the evidence of the same people (domain.md §6.1, L61, L68)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from recognition.rules import Person, Result, judge
from recognition.terms import Terms

People = Iterable[tuple[int, Person]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one version gives one person; cents. `blocked`: a proof is missing, so the amount is not final."""

    level: str
    role: str
    cents: int
    blocked: bool


@dataclass(frozen=True, slots=True)
class Loss:
    """Somebody who would get less; cents."""

    employee_id: int
    before: int
    after: int


NOTHING = Outcome("", "", 0, False)


def outcomes(terms: Terms, people: People) -> Iterator[tuple[int, Outcome]]:
    """Lazily: ten thousand people are judged one after the other."""
    for employee, person in people:
        yield employee, of_result(judge(terms, person), person)


def of_result(result: Result, person: Person) -> Outcome:
    """The role is the last one paid, else the last one held."""
    held = [one.role for one in sorted(person.intervals, key=lambda one: one.first)]
    paid = [one.role for one in result.segments if one.amount_cents]
    role = (paid or held or [""])[-1]
    return Outcome(result.level, role, result.amount_cents, bool(result.blocking))


def losses(before: Mapping[int, Outcome], after: Mapping[int, Outcome]) -> list[Loss]:
    """Who gets less under `after`, in the order of `before`; somebody it does not know gets nothing."""
    return [
        Loss(employee, old.cents, new.cents)
        for employee, old in before.items()
        if (new := after.get(employee, NOTHING)).cents < old.cents
    ]


def compare(before: Terms, after: Terms, gathered: tuple[People, People]) -> list[Loss]:
    """`gathered`: the same people, with the evidence that each version reads, cut at the same moment."""
    old, new = gathered
    return losses(dict(outcomes(before, old)), dict(outcomes(after, new)))


def windows(terms: Terms, today: date) -> list[tuple[date, date]]:
    """The periods whose evidence is judged: its own once begun, and one as long that has just passed.

    A period that begins, or has only just begun, holds too little to show who would lose by a higher threshold.
    """
    past = (today - timedelta(days=terms.period_days), today - timedelta(days=1))
    own = (terms.period_start, terms.period_end)
    if terms.period_start > today:
        return [past]
    return [own] if terms.period_end < today else [own, past]


def over(terms: Terms, window: tuple[date, date]) -> Terms:
    """The same rules over another period."""
    return replace(terms, period_start=window[0], period_end=window[1])
