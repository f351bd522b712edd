"""Nobody answers from a group of fewer than five (domain.md §2.4, L53). Pure.

An answer bears a role and a unit. Those of a rare pair would name somebody: before anything is written, rare pairs
are told by their role alone, else by their unit alone, else by neither, until every group has five people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

FEWEST = 5
#: (role, unit): "" and None where it is not said.
Group = tuple[str, int | None]
UNSAID: Group = ("", None)


def coarsened(people: Mapping[Group, int], fewest: int = FEWEST) -> dict[Group, Group]:
    """(role, unit) of the audience → the group its answers bear. Fewer than `fewest` people in all: ValueError."""
    if sum(people.values()) < fewest:
        raise ValueError("too few people to be nobody in particular")
    kept = {group: group for group, count in people.items() if count >= fewest}
    kept |= _pooled({group: n for group, n in people.items() if group not in kept}, _role_alone, fewest)
    kept |= _pooled({group: n for group, n in people.items() if group not in kept}, _unit_alone, fewest)
    left = {group: n for group, n in people.items() if group not in kept}
    if 0 < sum(left.values()) < fewest:
        _join_the_smallest(kept, people)
    return kept | dict.fromkeys(left, UNSAID)


def _pooled(rare: Mapping[Group, int], by: Callable[[Group], Group], fewest: int) -> dict[Group, Group]:
    pools: Counter[Group] = Counter()
    for group, count in rare.items():
        pools[by(group)] += count
    return {group: by(group) for group in rare if pools[by(group)] >= fewest}


def _role_alone(group: Group) -> Group:
    return group[0], None


def _unit_alone(group: Group) -> Group:
    return "", group[1]


def _join_the_smallest(kept: dict[Group, Group], people: Mapping[Group, int]) -> None:
    """The few who are left are nobody in particular among the smallest of the groups."""
    sizes: Counter[Group] = Counter()
    for group, told in kept.items():
        sizes[told] += people[group]
    smallest = min(sizes, key=lambda told: (sizes[told], str(told)))
    for group, told in kept.items():
        if told == smallest:
            kept[group] = UNSAID
