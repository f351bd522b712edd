"""What a fault ticket was at each moment, from the reports of the other system. Pure.

Reports are taken in time order whatever theirs: a late one takes its place, and what came after it stands.
A report says only the fields it gives; the others stay as they were.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

CLOSED = "closed"
OPEN = "open"
#: Fields a report may give that are kept as they are; the times follow their own rules.
PLAIN = ("colour", "line", "case", "entity")


@dataclass(frozen=True, slots=True)
class Report:
    """`said`: colour, status, line, case, entity (ids), opened_at, closed_at (aware UTC)."""

    at: datetime
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """A ticket as it is known; `closed_at` exactly when `status` is closed."""

    opened_at: datetime | None = None
    closed_at: datetime | None = None
    status: str = OPEN
    colour: str = "orange"
    line: int | None = None
    case: int | None = None
    entity: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One report in its place: the state after it, what differs from before, and the closing it undoes."""

    at: datetime
    state: State
    changes: dict[str, list[Any]] = field(default_factory=dict)
    closed_from: datetime | None = None


def fold(reports: Iterable[Report]) -> list[Step]:
    """The steps in time order. The first report changes nothing: it is how the ticket came."""
    steps: list[Step] = []
    state = State()
    for report in sorted(reports, key=lambda one: one.at):
        after = _after(state, report)
        undone = state.closed_at if state.status == CLOSED and after.status != CLOSED else None
        changes = _changes(state, after) if steps else {}
        steps.append(Step(report.at, after, changes, undone if steps else None))
        state = after
    return steps


def _after(state: State, report: Report) -> State:
    said = report.said
    kept = {name: said[name] for name in PLAIN if said.get(name) is not None}
    opened = said.get("opened_at") or state.opened_at or report.at
    closed, status = said.get("closed_at"), said.get("status") or ""
    if not status:
        status = CLOSED if closed is not None else state.status
    if status != CLOSED:
        return replace(state, **kept, opened_at=opened, status=status, closed_at=None)
    if closed is None:
        closed = state.closed_at or report.at
    return replace(state, **kept, opened_at=opened, status=status, closed_at=max(closed, opened))


def _changes(before: State, after: State) -> dict[str, list[Any]]:
    names = State.__slots__
    return {
        name: [getattr(before, name), getattr(after, name)]
        for name in names
        if getattr(before, name) != getattr(after, name)
    }
