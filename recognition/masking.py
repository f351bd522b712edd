"""Counts of people, published without saying anything of fewer than five (domain.md §6.6, §11 Masking, INV-22). Pure.

A cell of 1 to 4 people is « < 5 »; 0 stays 0; other cells (never below 5) become « n. c. » so that no subtraction,
along rows, columns, totals or a second table on the same people, narrows a « < 5 »: 1, 2, 3 and 4 all stay possible.
A row or a column whose own total is hidden shows no other figure: its cells are « non publié », and so are medians
and sums of money beside it. The grand total of five or more always shows; where no choice of « n. c. » protects (one
person beside a group of six), nothing but that total is published.

One-axis tables on the same people that share only their shown total do not help each other: mask each on its own.
Two two-axis tables that share an axis do: mask them together.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from recognition.masking_flow import HIGH, Arc, Network, Showing

K = TypeVar("K", bound=Hashable)
R = TypeVar("R", bound=Hashable)
C = TypeVar("C", bound=Hashable)

#: Below this number of people a figure says something of somebody (INV-22).
THRESHOLD = HIGH + 1


class Kind(StrEnum):
    SHOWN = "shown"
    SMALL = "small"
    COMPLEMENTARY = "complementary"
    UNPUBLISHED = "unpublished"


WORDS = {Kind.SMALL: "< 5", Kind.COMPLEMENTARY: "n. c.", Kind.UNPUBLISHED: "non publié"}
_KINDS = {
    Showing.SHOWN: Kind.SHOWN,
    Showing.SMALL: Kind.SMALL,
    Showing.COMPLEMENTARY: Kind.COMPLEMENTARY,
    Showing.UNPUBLISHED: Kind.UNPUBLISHED,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What is served of one count. `value` None: masked. `word`: the same on the page and in the file."""

    kind: Kind
    value: int | None = None

    @property
    def masked(self) -> bool:
        return self.value is None

    @property
    def word(self) -> str:
        return str(self.value) if self.value is not None else WORDS[self.kind]


class Masked(Mapping[K, Cell], Generic[K]):
    """The cells of a one-axis table and its `total` (a Cell too: it may itself be « < 5 »)."""

    def __init__(self, cells: Mapping[K, Cell], total: Cell) -> None:
        self.cells, self.total = dict(cells), total

    def __getitem__(self, key: K) -> Cell:
        return self.cells[key]

    def __iter__(self) -> Iterator[K]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)


@dataclass(frozen=True, slots=True)
class MaskedTable(Generic[R, C]):
    """A two-axis table: `cells` by (row, column), the totals of rows and of columns, and of all."""

    cells: Mapping[tuple[R, C], Cell]
    rows: Mapping[R, Cell]
    columns: Mapping[C, Cell]
    total: Cell


def mask(counts: Mapping[K, int]) -> Masked[K]:
    """A one-axis table published with its total. A median or a sum of money shows only where the cell does."""
    if any(value < 0 for value in counts.values()):
        raise ValueError("a count of people is never negative")
    total = sum(counts.values())
    arcs = [Arc("total", "out", "in", total, 0, fixed=True)]
    arcs += [Arc(("row", key), "in", "out", value, value) for key, value in counts.items()]

    def showing(hidden: frozenset[Hashable]) -> dict[Hashable, Showing]:
        return {arc.name: _served(arc.value, arc.name in hidden) for arc in arcs}

    served = _protected(arcs, showing)
    return Masked(
        {key: _cell(served["row", key], value) for key, value in counts.items()},
        _cell(served["total"], total),
    )


def mask_table(counts: Mapping[tuple[R, C], int]) -> MaskedTable[R, C]:
    """A two-axis table published with the totals of both axes; a pair that is absent counts 0."""
    return mask_tables([counts])[0]


def mask_tables(tables: Sequence[Mapping[tuple[R, C], int]]) -> list[MaskedTable[R, C]]:
    """One or two two-axis tables on the same people that share their second axis (unit × level, role × level).

    ValueError: more than two, a negative count, or columns whose totals differ from one table to the other.
    """
    if not 1 <= len(tables) <= 2:
        raise ValueError("one or two tables share an axis")
    shared = _Tables(tables)
    return shared.masked(_protected(shared.arcs(), shared.showing))


class _Tables:
    """The counts, their totals, and what is served of them once some are hidden."""

    def __init__(self, tables: Sequence[Mapping[tuple[R, C], int]]) -> None:
        self.columns: list[Any] = list(dict.fromkeys(c for table in tables for _, c in table))
        self.rows: list[list[Any]] = [list(dict.fromkeys(r for r, _ in table)) for table in tables]
        self.cells: list[dict[tuple[Any, Any], int]] = [
            {(r, c): table.get((r, c), 0) for r in rows for c in self.columns}
            for table, rows in zip(tables, self.rows, strict=True)
        ]
        if any(value < 0 for cells in self.cells for value in cells.values()):
            raise ValueError("a count of people is never negative")
        self.row_totals: list[dict[Any, int]] = []
        column_totals: list[dict[Any, int]] = []
        for cells, rows in zip(self.cells, self.rows, strict=True):
            self.row_totals.append({r: sum(cells[r, c] for c in self.columns) for r in rows})
            column_totals.append({c: sum(cells[r, c] for r in rows) for c in self.columns})
        if any(other != column_totals[0] for other in column_totals):
            raise ValueError("the tables do not count the same people")
        self.column_totals = column_totals[0]
        self.total = sum(self.column_totals.values())

    def arcs(self) -> list[Arc]:
        """First table: all → row → column; column total; second table: column → row → all. A circulation."""
        arcs = [Arc("total", "out", "in", self.total, 0, fixed=True)]
        for side, cells in enumerate(self.cells):
            for row, value in self.row_totals[side].items():
                node: Hashable = ("row", side, row)
                tail, head = ("in", node) if side == 0 else (node, "out")
                arcs.append(Arc(node, tail, head, value, 2 * value))
            for (row, column), value in cells.items():
                node = ("row", side, row)
                tail, head = (node, ("into", column)) if side == 0 else (("from", column), node)
                arcs.append(Arc(("cell", side, row, column), tail, head, value, value))
        for column, value in self.column_totals.items():
            after: Hashable = ("from", column) if len(self.cells) == 2 else "out"
            arcs.append(Arc(("column", column), ("into", column), after, value, 2 * value))
        return arcs

    def showing(self, hidden: frozenset[Hashable]) -> dict[Hashable, Showing]:
        served: dict[Hashable, Showing] = {"total": _served(self.total, False)}
        for column, value in self.column_totals.items():
            served["column", column] = _served(value, ("column", column) in hidden)
        for side, cells in enumerate(self.cells):
            for row, value in self.row_totals[side].items():
                served["row", side, row] = _served(value, ("row", side, row) in hidden)
            for (row, column), value in cells.items():
                name = ("cell", side, row, column)
                whole = served["row", side, row] is served["column", column] is Showing.SHOWN
                served[name] = _served(value, name in hidden) if whole else Showing.UNPUBLISHED
        return served

    def masked(self, served: Mapping[Hashable, Showing]) -> list[MaskedTable]:
        return [
            MaskedTable(
                cells={(r, c): _cell(served["cell", side, r, c], value) for (r, c), value in cells.items()},
                rows={r: _cell(served["row", side, r], value) for r, value in self.row_totals[side].items()},
                columns={c: _cell(served["column", c], value) for c, value in self.column_totals.items()},
                total=_cell(served["total"], self.total),
            )
            for side, cells in enumerate(self.cells)
        ]


def _protected(
    arcs: Sequence[Arc], showing: Callable[[frozenset[Hashable]], Mapping[Hashable, Showing]]
) -> Mapping[Hashable, Showing]:
    """What is served of each count. A whole of one to four people, or that nothing protects, shows its total only."""
    alone = showing(frozenset())
    hidden = None if alone["total"] is Showing.SMALL else Network(arcs, showing).protect()
    if hidden is None:
        return dict.fromkeys(alone, Showing.UNPUBLISHED) | {"total": alone["total"]}
    return showing(hidden)


def _served(value: int, hidden: bool) -> Showing:
    if 1 <= value <= HIGH:
        return Showing.SMALL
    return Showing.COMPLEMENTARY if hidden else Showing.SHOWN


def _cell(showing: Showing, value: int) -> Cell:
    return Cell(_KINDS[showing], value if showing is Showing.SHOWN else None)
