"""A load read under one policy, told under another (preview of a policy, domain.md §5.3). Pure."""

from __future__ import annotations

from collections.abc import Iterable

from routing.load import COLOURS, STATES, case_points, tenths
from routing.policy import Policy

#: component code → the weight that multiplies its count
SINGLE = {
    "resolved": "resolved",
    "due": "due_this_shift",
    "overdue": "overdue",
    "bad_news": "bad_news",
    "hard_pair": "hard_pair",
}
CASES = {f"{state}_{colour}": (state, colour) for state in STATES for colour in COLOURS}


def part(code: str, count: int, points: int, before: Policy, after: Policy) -> int:
    """One line of a load, in hundredths, under `after`; a code nobody knows keeps its points.

    A conflictual contact keeps the age it had: only its weight changes, not how fast it fades.
    """
    if code in CASES:
        return count * case_points(*CASES[code], after)
    if code in SINGLE:
        return count * after.points(SINGLE[code])
    if code == "scheduled":
        return tenths(count * after.points("scheduled_hour") / 60)
    if code == "conflictual" and before.conflictual:
        return tenths(points * after.conflictual / before.conflictual)
    return points


def points(parts: Iterable[tuple[str, int, int]], before: Policy, after: Policy) -> int:
    return sum(part(code, count, total, before, after) for code, count, total in parts)


def cap(value: int, before: Policy, after: Policy) -> int:
    """The cap of the same working time."""
    return round(value * after.cap / before.cap)
