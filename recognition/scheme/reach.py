"""Can somebody of this role reach this level at all? (domain.md §6.1, L61). Pure.

A condition becomes the list of ways to meet it; a way is, by source, the values it asks for. A way that asks for an
impossible value, or for both of two facts that exclude each other, is none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recognition.enums import Comparator
from recognition.scheme.draft import Draft
from recognition.sources import SOURCES
from recognition.terms import AllOf, AnyOf, Condition, OneCriterion, SameAs

#: source → (least, most) wanted, both included.
Way = dict[str, tuple[int, int]]
#: Beyond this many ways the condition is taken for reachable: no draft by hand has them.
MOST_WAYS = 2_048
ENDLESS = 10**9
#: Whoever is still there on the last day has not left.
EXCLUSIVE = (("in_project_at_end", "just_cause_exit"),)

NOTHING_APPLIES = (
    "aucune condition ne s’applique à ce rôle. Donnez-lui un critère, ou retirez-le des rôles concernés."
)
CONTRADICTION = "ses conditions se contredisent ou dépassent la période. Revoyez les seuils."


def unreachable(condition: Condition, role: str, draft: Draft, conditions: Mapping[str, Condition]) -> str:
    """Why not, in French; "" when it can be reached. Levels must not refer to each other in a circle."""
    ways = _ways(condition, role, draft, conditions)
    if ways is None:
        return NOTHING_APPLIES
    limit = _period_days(draft)
    return "" if any(_possible(way, limit) for way in ways) else CONTRADICTION


def _ways(
    condition: Condition, role: str, draft: Draft, conditions: Mapping[str, Condition]
) -> list[Way] | None:
    """None: nothing in it applies to this role. [{}]: too many ways to list."""
    match condition:
        case OneCriterion(code):
            return _of_criterion(draft.criteria[code], role)
        case SameAs(level):
            return _ways(conditions[level], role, draft, conditions)
        case AllOf(of) | AnyOf(of):
            parts = [ways for part in of if (ways := _ways(part, role, draft, conditions)) is not None]
            if not parts:
                return None
            if isinstance(condition, AnyOf):
                either = [way for ways in parts for way in ways]
                return either if len(either) <= MOST_WAYS else [{}]
            found: list[Way] = [{}]
            for ways in parts:
                if len(found) * len(ways) > MOST_WAYS:
                    return [{}]
                found = [_both(first, second) for first in found for second in ways]
            return found
    raise TypeError(f"not a condition: {condition!r}")


def _of_criterion(one: Mapping[str, Any], role: str) -> list[Way] | None:
    if role not in (one.get("roles") or ()):
        return None
    threshold, source = one.get("threshold"), str(one.get("source"))
    if not isinstance(threshold, int):
        return [{}]
    if one.get("comparator") == Comparator.AT_MOST:
        return [{source: (0, threshold)}]
    return [{source: (threshold, ENDLESS)}]


def _both(first: Way, second: Way) -> Way:
    joined = dict(first)
    for source, (least, most) in second.items():
        known = joined.get(source, (0, ENDLESS))
        joined[source] = (max(known[0], least), min(known[1], most))
    return joined


def _possible(way: Way, period_days: int) -> bool:
    for source, (least, most) in way.items():
        unit = SOURCES[source].unit if source in SOURCES else ""
        ceiling = {"days": period_days, "percent": 100, "yes_no": 1}.get(unit, ENDLESS)
        if least > min(most, ceiling):
            return False
    return not any(way.get(one, (0, 0))[0] and way.get(other, (0, 0))[0] for one, other in EXCLUSIVE)


def _period_days(draft: Draft) -> int:
    if draft.period_start is None or draft.period_end is None or draft.period_end < draft.period_start:
        return ENDLESS
    return (draft.period_end - draft.period_start).days + 1
