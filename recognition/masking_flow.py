"""What a reader can deduce of hidden counts, and which others to hide so that they cannot (see masking.py). Pure.

Counts and their sums as a circulation: an arc is one published count, a node is « what comes in equals what goes
out ». The true counts are one possible reading; another reading differs from it by flow around the hidden arcs,
within what each word allows (« < 5 »: 1 to 4, « n. c. »: 5 or more, unpublished: 0 or more). So the highest value a
reader may still believe of an arc is its true value plus the greatest flow from its head back to its tail.
"""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

LOW, HIGH = 1, 4
ENDLESS = 10**9


class Showing(IntEnum):
    SHOWN = 0
    SMALL = 1
    COMPLEMENTARY = 2
    UNPUBLISHED = 3


@dataclass(frozen=True, slots=True)
class Arc:
    """One count. `fixed`: never hidden by choice (the grand total). `cost`: what a reader loses with it."""

    name: Hashable
    tail: Hashable
    head: Hashable
    value: int
    cost: int
    fixed: bool = False


def _room(showing: Showing, value: int) -> tuple[int, int]:
    """How far the true value may be believed up and down under this word."""
    if showing is Showing.SHOWN:
        return 0, 0
    if showing is Showing.SMALL:
        return HIGH - value, value - LOW
    if showing is Showing.COMPLEMENTARY:
        return ENDLESS, value - HIGH - 1
    return ENDLESS, value


class Network:
    """`showing(hidden)` says of every arc what is served once the arcs named in `hidden` are hidden by choice."""

    def __init__(
        self,
        arcs: Iterable[Arc],
        showing: Callable[[frozenset[Hashable]], Mapping[Hashable, Showing]],
    ) -> None:
        self.arcs = tuple(arcs)
        self.showing = showing
        self._at: dict[Hashable, list[tuple[int, int, Hashable]]] = defaultdict(list)
        for index, arc in enumerate(self.arcs):
            self._at[arc.tail].append((index, 0, arc.head))
            self._at[arc.head].append((index, 1, arc.tail))

    def protect(self) -> frozenset[Hashable] | None:
        """The arcs to hide so that every small one keeps 1 to 4; None: no choice does."""
        hidden: frozenset[Hashable] = frozenset()
        while (more := self._first_gap(hidden)) is not None:
            if not more:
                return None
            hidden |= more
        costs = {arc.name: arc.cost for arc in self.arcs}
        for name in sorted(hidden, key=lambda name: (-costs[name], str(name))):
            if self._first_gap(hidden - {name}, look_only=True) is None:
                hidden -= {name}
        return hidden

    def _first_gap(
        self, hidden: frozenset[Hashable], *, look_only: bool = False
    ) -> frozenset[Hashable] | None:
        """None: nothing is narrowed. Else what to hide besides, for the first narrowed cell; empty: no way."""
        showing = self.showing(hidden)
        rooms = [list(_room(showing[arc.name], arc.value)) for arc in self.arcs]
        for index, arc in enumerate(self.arcs):
            if showing[arc.name] is not Showing.SMALL:
                continue
            for start, end, wanted in (
                (arc.head, arc.tail, HIGH - arc.value),
                (arc.tail, arc.head, arc.value - LOW),
            ):
                residual = [room[:] for room in rooms]
                residual[index] = [0, 0]
                lacking = wanted - self._push(residual, start, end, wanted)
                if lacking:
                    return (
                        frozenset() if look_only else self._way(showing, residual, index, start, end, lacking)
                    )
        return None

    def _push(self, residual: list[list[int]], start: Hashable, end: Hashable, wanted: int) -> int:
        """Flow from `start` to `end` through the hidden arcs, up to `wanted`; `residual` keeps what is left."""
        pushed = 0
        while pushed < wanted:
            came: dict[Hashable, tuple[Hashable, int, int]] = {start: (start, -1, 0)}
            waiting = deque([start])
            while waiting and end not in came:
                node = waiting.popleft()
                for index, way, other in self._at[node]:
                    if residual[index][way] > 0 and other not in came:
                        came[other] = (node, index, way)
                        waiting.append(other)
            if end not in came:
                break
            path, node = [], end
            while node != start:
                node, index, way = came[node]
                path.append((index, way))
            amount = min(wanted - pushed, *(residual[index][way] for index, way in path))
            for index, way in path:
                residual[index][way] -= amount
                residual[index][1 - way] += amount
            pushed += amount
        return pushed

    def _way(
        self,
        showing: Mapping[Hashable, Showing],
        residual: list[list[int]],
        but: int,
        start: Hashable,
        end: Hashable,
        lacking: int,
    ) -> frozenset[Hashable]:
        """The cheapest shown arcs whose hiding lets the missing flow through, at once if it can be."""
        rooms, prices = [room[:] for room in residual], [0] * len(self.arcs)
        for index, arc in enumerate(self.arcs):
            if index != but and not arc.fixed and arc.value > HIGH and showing[arc.name] is Showing.SHOWN:
                rooms[index] = list(_room(Showing.COMPLEMENTARY, arc.value))
                prices[index] = arc.cost
        for needed in range(lacking, 0, -1):
            names = self._cheapest(rooms, prices, start, end, needed)
            if names:
                return names
        return frozenset()

    def _cheapest(
        self, rooms: list[list[int]], prices: list[int], start: Hashable, end: Hashable, needed: int
    ) -> frozenset[Hashable]:
        """Dijkstra over arcs that let `needed` through; ties by the order of the arcs, so the same each time."""
        best: dict[Hashable, int] = {start: 0}
        came: dict[Hashable, tuple[Hashable, int]] = {}
        count = 0
        queue: list[tuple[int, int, Hashable]] = [(0, 0, start)]
        while queue:
            price, _, node = heapq.heappop(queue)
            if node == end:
                break
            if price > best[node]:
                continue
            for index, way, other in self._at[node]:
                total = price + prices[index]
                if rooms[index][way] >= needed and total < best.get(other, ENDLESS):
                    best[other], came[other] = total, (node, index)
                    count += 1
                    heapq.heappush(queue, (total, count, other))
        if end not in came:
            return frozenset()
        names, node = set(), end
        while node != start:
            node, index = came[node]
            if prices[index]:
                names.add(self.arcs[index].name)
        return frozenset(names)
