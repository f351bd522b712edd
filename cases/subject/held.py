"""All that is held about a client, in sections that a person reads and a machine takes (GDPR art. 15 and 20).

Colleagues are third persons here: they appear as « un agent » with their unit. Apps above add their
sections with `add`. Values stay values: the page words them, the download writes them as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.models import Client

from . import contents

Facts = dict[str, Any]
More = Callable[[list[int]], "Iterable[Section]"]


@dataclass(frozen=True, slots=True)
class Column:
    code: str  # the key of the download
    label: str  # French, on the page


@dataclass(frozen=True, slots=True)
class Section:
    """`rows`: one mapping per object, in order of time; `single`: there is but one, told as a list."""

    code: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Facts]
    note: str = ""
    single: bool = False

    @property
    def wide(self) -> bool:
        """Too many columns for a sheet of paper: each object is told as a list."""
        return len(self.columns) > 7

    def table(self) -> list[list[tuple[str, Any, bool]]]:
        """(label, value, whether it is written in one piece) of each cell, row by row."""
        return [
            [(column.label, row[column.code], column.code in WHOLE) for column in self.columns]
            for row in self.rows
        ]


#: Columns of references, which are not cut at a hyphen.
WHOLE = frozenset({"ref", "case", "reference", "line"})
#: What apps above hold about clients; each costs its queries.
MORE: list[More] = []


def add(more: More) -> None:
    """Registering twice is once."""
    if more not in MORE:
        MORE.append(more)


def held(client: Client) -> list[Section]:
    """Its own records and those merged into it; a fixed number of queries."""
    ids = [client.pk, *client.merged_from.order_by("pk").values_list("pk", flat=True)]
    own = [section(*told) for told in contents.told(client, ids)]
    return own + [one for more in MORE for one in more(ids)]


def section(
    code: str,
    title: str,
    columns: dict[str, str],
    rows: Sequence[Facts],
    note: str = "",
    single: bool = False,
) -> Section:
    heads = tuple(Column(name, label) for name, label in columns.items())
    return Section(code, title, heads, rows, note, single)


def as_json(sections: Sequence[Section], now: datetime) -> Facts:
    """The download: sections by code, times in UTC."""
    return {
        "generated_at": now,
        **{
            one.code: (
                {column.code: one.rows[0][column.code] for column in one.columns}
                if one.single and one.rows
                else [{column.code: row[column.code] for column in one.columns} for row in one.rows]
            )
            for one in sections
        },
    }
