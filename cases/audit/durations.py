"""How long a case was in each state, from what the journal tells. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from atdemain.organisation.calendar import BusinessCalendar
from cases.enums import CaseState

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Spell:
    """A stay in one state; `end` is None while it lasts."""

    state: CaseState
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Total:
    """All the stays in one state, in whole minutes; `share` of the elapsed time, in per cent."""

    state: CaseState
    stays: int
    elapsed: int
    business: int
    share: int


def spells(moves: Iterable[tuple[datetime, str]]) -> list[Spell]:
    """`moves`: (when, the state reached) for each row of the chain that was no refusal, in its order.

    A row that leaves the state as it was ends no stay. Clocks never run backwards: a row dated before the
    one it follows counts from that one.
    """
    stays: list[Spell] = []
    for at, state in moves:
        if state not in CaseState.values or (stays and stays[-1].state == state):
            continue
        if stays:
            at = max(at, stays[-1].start)
            stays[-1] = Spell(stays[-1].state, stays[-1].start, at)
        stays.append(Spell(CaseState(state), at, None))
    return stays


def totals(stays: Sequence[Spell], calendar: BusinessCalendar, now: datetime) -> list[Total]:
    """By state, in the order of the workflow. A case that is closed counts no more time."""
    elapsed: dict[CaseState, timedelta] = {}
    business: dict[CaseState, int] = {}
    count: dict[CaseState, int] = {}
    for stay in stays:
        if stay.end is None and stay.state == CaseState.CLOSED:
            continue
        end = max(stay.end or now, stay.start)
        elapsed[stay.state] = elapsed.get(stay.state, timedelta()) + (end - stay.start)
        business[stay.state] = business.get(stay.state, 0) + calendar.minutes_between(stay.start, end)
        count[stay.state] = count.get(stay.state, 0) + 1
    whole = sum(elapsed.values(), timedelta())
    return [
        Total(
            state,
            count[state],
            elapsed[state] // MINUTE,
            business[state],
            round(100 * (elapsed[state] / whole)) if whole else 0,
        )
        for state in CaseState
        if state in count
    ]
