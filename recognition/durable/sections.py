"""Parts of the « dossier ARCQ » that other themes of recognition add (domain.md §6.7): suggestions and outcomes.

A theme registers a function from its `register()`; the dossier draws what it gives, in the order of registering:

    sections.add(lambda employee, now, own: Section("Propositions", ("Proposition", "Suite"), rows, "Aucune."))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from atdemain.organisation.models import User


@dataclass(frozen=True, slots=True)
class Section:
    """A table of the dossier: French headings, rows of texts (the first cell heads its row). No amount, no load.

    `empty`: the sentence when there is no row; `note`: one under the table.
    """

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    empty: str
    note: str = ""

    @property
    def lines(self) -> list[list[tuple[str, str]]]:
        """Each row as (heading, text): a phone shows them one under the other."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


#: (whose, now, whether the reader is that person) → its table.
More = Callable[[User, datetime, bool], Section]
MORE: list[More] = []


def add(more: More) -> None:
    """Registering twice is once."""
    if more not in MORE:
        MORE.append(more)
