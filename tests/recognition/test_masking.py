"""Masked tables are attacked with everything they publish (domain.md §11 Masking, INV-22)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.masking import Cell, Kind, MaskedTable, mask, mask_table, mask_tables


class Reader:
    """Somebody who reads every published figure and knows what each word means, and no more.

    An exact search: whether a reading exists in which an unknown has a given value. It shares nothing with the
    masking: bounds are propagated through the sums, then values are tried.
    """

    def __init__(self, ceiling: int) -> None:
        self.ceiling = ceiling
        self.bounds: dict[object, tuple[int, int]] = {}
        self.sums: list[tuple[object, list[object]]] = []

    def reads(self, name: object, cell: Cell) -> None:
        self.bounds[name] = {
            Kind.SHOWN: lambda: (cell.value, cell.value),
            Kind.SMALL: lambda: (1, 4),
            Kind.COMPLEMENTARY: lambda: (5, self.ceiling),
            Kind.UNPUBLISHED: lambda: (0, self.ceiling),
        }[cell.kind]()

    def knows_that(self, total: object, parts: list[object]) -> None:
        self.sums.append((total, parts))

    def may_believe(self, name: object, value: int) -> bool:
        return self._solve(self.bounds | {name: (value, value)})

    def _solve(self, bounds: dict[object, tuple[int, int]]) -> bool:
        tight = self._propagate(dict(bounds))
        if tight is None:
            return False
        open_names = [name for name, (low, high) in tight.items() if low < high]
        if not open_names:
            return True
        name = min(open_names, key=lambda n: (tight[n][1] - tight[n][0], str(n)))
        low, high = tight[name]
        return any(self._solve(tight | {name: (value, value)}) for value in range(low, high + 1))

    def _propagate(self, bounds: dict[object, tuple[int, int]]) -> dict[object, tuple[int, int]] | None:
        moved = True
        while moved:
            moved = False
            for total, parts in self.sums:
                lows, highs = sum(bounds[p][0] for p in parts), sum(bounds[p][1] for p in parts)
                news = {total: (lows, highs)}
                for part in parts:
                    low, high = bounds[part]
                    news[part] = (bounds[total][0] - (highs - high), bounds[total][1] - (lows - low))
                for name, (low, high) in news.items():
                    tighter = max(low, bounds[name][0]), min(high, bounds[name][1])
                    if tighter[0] > tighter[1]:
                        return None
                    if tighter != bounds[name]:
                        bounds[name], moved = tighter, True
        return bounds


def narrowed(reader: Reader) -> list[object]:
    return [
        name
        for name, bounds in reader.bounds.items()
        if bounds == (1, 4) and not all(reader.may_believe(name, value) for value in (1, 2, 3, 4))
    ]


def reader_of_tables(tables: list[MaskedTable], ceiling: int) -> Reader:
    reader = Reader(ceiling)
    reader.reads("total", tables[0].total)
    for side, table in enumerate(tables):
        for key, cell in table.cells.items():
            reader.reads((side, *key), cell)
        for row, cell in table.rows.items():
            reader.reads((side, row), cell)
            reader.knows_that((side, row), [(side, row, column) for column in table.columns])
        for column, cell in table.columns.items():
            reader.reads(("column", column), cell)
            reader.knows_that(("column", column), [(side, row, column) for row in table.rows])
        reader.knows_that("total", [(side, row) for row in table.rows])
        reader.knows_that("total", [("column", column) for column in table.columns])
    return reader


counts = st.one_of(st.integers(0, 6), st.integers(0, 20))


@given(st.lists(counts, min_size=1, max_size=7))
def test_one_axis_attacked_with_its_total_narrows_nothing(values: list[int]) -> None:
    masked = mask(dict(enumerate(values)))
    reader = Reader(sum(values) + 50)
    reader.reads("total", masked.total)
    for key, cell in masked.items():
        reader.reads(key, cell)
    reader.knows_that("total", list(masked))
    assert narrowed(reader) == []
    agrees(dict(enumerate(values)), masked)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(1, 3), st.data())
def test_two_axes_attacked_with_all_their_totals_narrow_nothing(
    rows: int, columns: int, data: st.DataObject
) -> None:
    values = {(r, c): data.draw(counts) for r in range(rows) for c in range(columns)}
    table = mask_table(values)
    assert narrowed(reader_of_tables([table], sum(values.values()) + 20)) == []
    agrees(values, table.cells)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.integers(1, 2), st.data())
def test_two_tables_of_the_same_people_attacked_together_narrow_nothing(
    rows: int, columns: int, data: st.DataObject
) -> None:
    first = {(f"u{r}", c): data.draw(st.integers(0, 9)) for r in range(rows) for c in range(columns)}
    second: dict[tuple[str, int], int] = {}
    for column in range(columns):
        left = sum(value for (_, c), value in first.items() if c == column)
        for row in range(2):
            part = data.draw(st.integers(0, left)) if row == 0 else left
            second[f"r{row}", column] = part
            left -= part
    tables = mask_tables([first, second])
    assert narrowed(reader_of_tables(tables, sum(first.values()) + 10)) == []


def agrees(values: dict, cells: dict) -> None:
    """What is shown is true, every 1 to 4 is masked, « n. c. » is never below 5 and a zero is never a word of doubt."""
    for key, value in values.items():
        cell = cells[key]
        assert cell.value in (None, value)
        if 1 <= value <= 4:
            assert cell.masked
        if cell.kind is Kind.COMPLEMENTARY:
            assert value >= 5
        if cell.kind is Kind.SMALL:
            assert 1 <= value <= 4


@pytest.mark.parametrize(
    ("values", "words", "total"),
    [
        ([34, 27, 21, 20], ["34", "27", "21", "20"], "102"),
        ([34, 27, 0, 20], ["34", "27", "0", "20"], "81"),
        ([34, 27, 3, 20], ["34", "27", "< 5", "n. c."], "84"),
        ([30, 8, 5, 1], ["30", "n. c.", "5", "< 5"], "44"),  # 5 would leave 1 or 2 only
        ([3, 3, 3], ["< 5", "< 5", "< 5"], "9"),
        ([4, 4], ["non publié", "non publié"], "8"),  # the total says 4 and 4
        ([6, 1], ["non publié", "non publié"], "7"),  # 6 hidden is at least 5: 1 or 2
        ([1, 1], ["non publié", "non publié"], "< 5"),  # at most 3 each
        ([0, 0], ["0", "0"], "0"),
    ],
)
def test_one_axis_masks_the_least_it_can(values: list[int], words: list[str], total: str) -> None:
    masked = mask(dict(enumerate(values)))
    assert [cell.word for cell in masked.values()] == words
    assert masked.total.word == total


def test_a_row_whose_total_is_hidden_shows_no_other_figure() -> None:
    table = mask_table(
        {("Nord", 1): 1, ("Nord", 2): 2, ("Sud", 1): 20, ("Sud", 2): 10, ("Est", 1): 9, ("Est", 2): 9}
    )
    assert table.rows["Nord"].word == "< 5"
    assert {table.cells["Nord", level].kind for level in (1, 2)} == {Kind.UNPUBLISHED}


def test_a_reader_who_subtracts_finds_a_cell_that_only_primary_masking_hides() -> None:
    """The control of the attack: with no complementary masking it succeeds."""
    reader = Reader(100)
    for key, cell in {
        "total": Cell(Kind.SHOWN, 30),
        "a": Cell(Kind.SMALL),
        "b": Cell(Kind.SHOWN, 27),
    }.items():
        reader.reads(key, cell)
    reader.knows_that("total", ["a", "b"])
    assert narrowed(reader) == ["a"]


def test_two_tables_that_do_not_count_the_same_people_are_refused() -> None:
    with pytest.raises(ValueError, match="same people"):
        mask_tables([{("a", 1): 5}, {("b", 1): 6}])
