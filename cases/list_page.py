"""One page of a list: its rows and how many there are, in one statement, at any depth of a million rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, Subquery

from atdemain.pages.typography import number as spaced
from cases.forms.fields import number_in
from cases.listing import Selection

#: Counted to here; beyond, « plus de 1 000 », and exactly when it is asked (docs/decisions.md, lists).
COUNTED = 1_000
SIZES = (25, 50, 100)
LAST_PAGE = 100_000


class CountOf(Subquery):
    """How many rows a queryset gives, cut where it is cut."""

    template = "(SELECT count(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class ListPage:
    """`matching` is exact, or `COUNTED + 1` for « more than that »."""

    rows: list[Any]
    number: int
    size: int
    more: bool
    matching: int
    exact: bool

    @property
    def many(self) -> bool:
        return self.matching > COUNTED and not self.exact

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1

    def told(self, noun: tuple[str, str]) -> str:
        """« 214 dossiers », « plus de 1 000 dossiers », « aucun dossier »."""
        one, several = noun
        if not self.matching:
            return f"aucune {one}" if one == "escalade" else f"aucun {one}"
        if self.many:
            return f"plus de {spaced(COUNTED)} {several}"
        return f"{spaced(self.matching)} {several if self.matching > 1 else one}"


def read_page(selection: Selection, number: int, size: int, *, exact: bool = False) -> ListPage:
    """The page asked for, or the first when there is none such. One statement, two for a page that is not.

    The keys of the page are found first, on an index; only then are its rows read whole.
    """
    if not selection.valid:
        return ListPage([], 1, size, False, 0, True)
    start = (number - 1) * size
    keys = selection.rows.values("pk")
    counted = keys.order_by() if exact else keys.order_by()[: COUNTED + 1]
    rows = list(
        selection.whole.filter(pk__in=keys[start : start + size + 1]).annotate(matching=CountOf(counted))
    )
    if not rows and number > 1:
        return read_page(selection, 1, size, exact=exact)
    matching = rows[0].matching if rows else 0
    return ListPage(rows[:size], number, size, len(rows) > size, matching, exact or matching <= COUNTED)


def page_number(text: str | None) -> int:
    """What an address carries; 1 for what is no page."""
    return min(number_in(text) or 1, LAST_PAGE)
