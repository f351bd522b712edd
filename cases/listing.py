"""The lists of cases, promises, contacts and escalations: what an address asks, answered once for all.

The page, an export and a bulk action all begin with `LISTS[key].select(user, query, now)`: the same rows, visible
to this account, in the same order, under the same columns.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.http import QueryDict

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.filters import CaseFilter, ContactFilter, EscalationFilter, ListFilter, PromiseFilter
from cases.querysets import UNIT_READERS
from cases.tables import CaseTable, Column, ContactTable, EscalationTable, Plain, PromiseTable

SORT = "sort"
ALL_READERS = (*UNIT_READERS, Role.BACK_OFFICE)


@dataclass(frozen=True)
class Listing:
    """`reads`: the columns of the database its rows are drawn and exported from, and no other is fetched.

    `sort`: the order when none is asked (« -opened »).
    """

    key: str
    title: str
    roles: tuple[Role, ...]
    table: type[tables.Table]
    filterset: type[ListFilter]
    reads: tuple[str, ...]
    sort: str
    noun: tuple[str, str]  # one of them, several
    case: str = "case"  # from a row to its case: "" when it is one
    of_cases: bool = True  # every row has a case: a manager acts on several at once

    @property
    def related(self) -> list[str]:
        """The neighbours those columns belong to."""
        return sorted({name.rpartition("__")[0] for name in self.reads if "__" in name})

    @property
    def columns(self) -> list[tuple[str, Plain]]:
        """(heading, value of a row), in the order of the page."""
        return [(str(column.verbose_name), column.plain) for column in self.table.base_columns.values()]

    def select(self, user: User, query: QueryDict, now: datetime) -> Selection:
        """No query to the database yet, but for the choices of its form."""
        return Selection(self, user, query, now)


class Selection:
    """One account's question to one list at `now`."""

    def __init__(self, listing: Listing, user: User, query: QueryDict, now: datetime) -> None:
        self.listing, self.user, self.now = listing, user, now
        self.filterset = listing.filterset(query, user=user, now=now)
        self.sort = self._sort(query.get(SORT, ""))
        self.asked = query

    @property
    def form(self) -> Any:
        return self.filterset.form

    @property
    def valid(self) -> bool:
        """Whether every filter can be read; the rows are none until then."""
        return self.filterset.is_valid()

    @cached_property
    def rows(self) -> QuerySet:
        """Visible, filtered, in a whole order, with what the columns read; of any length."""
        return self._ready(self.filterset.qs)

    @property
    def whole(self) -> QuerySet:
        """Every row there is, as `rows` reads and orders them: for keys that `rows` gave."""
        return self._ready(self.filterset.model.objects.all())

    def _ready(self, found: QuerySet) -> QuerySet:
        order = self.column(self.sort).ordering(self.sort.startswith("-"))
        return found.select_related(*self.listing.related).only(*self.listing.reads).order_by(*order)

    @property
    def client_id(self) -> int | None:
        """The one client its filter names, for the access log."""
        _ = self.rows
        named = self.filterset.clients
        return named[0] if len(named) == 1 else None

    @property
    def described(self) -> list[str]:
        """The filter in French words, one text per condition."""
        return self.filterset.described

    @property
    def query(self) -> str:
        """The filter and the order as an address carries them, and nothing else."""
        return self._address(self.form.fields)

    @property
    def keepable(self) -> str:
        """The same without what was typed: a saved view names no client."""
        return self._address(
            name for name, field in self.form.fields.items() if type(field) is not forms.CharField
        )

    def _address(self, names: Iterable[str]) -> str:
        kept = QueryDict(mutable=True)
        for name in names:
            value = self.asked.get(name, "").strip()  # as its form reads it: a view holds 1,000 characters
            if value:
                kept[name] = value
        if self.asked.get(SORT) == self.sort:
            kept[SORT] = self.sort
        return kept.urlencode()

    @property
    def sorts(self) -> list[str]:
        """The columns this selection sorts by."""
        closed = getattr(self.filterset, "shows_closed", False)
        return [
            name
            for name, column in self.listing.table.base_columns.items()
            if column.sort and not (closed and column.open_only)
        ]

    @property
    def order_words(self) -> str:
        """« par Ouvert, en ordre décroissant »."""
        heading = self.column(self.sort).verbose_name
        return f"par {heading}, en ordre {'décroissant' if self.sort.startswith('-') else 'croissant'}"

    # -- its form, as the page shows it: what is asked most at once, the rest folded ---------------------

    @property
    def main_fields(self) -> list[Any]:
        return [field for field in self.form if field.name in self.filterset.main]

    @property
    def other_fields(self) -> list[Any]:
        return [field for field in self.form if field.name not in self.filterset.main]

    @property
    def others_used(self) -> bool:
        return any(field.data or field.errors for field in self.other_fields)

    def column(self, sort: str) -> Column:
        return self.listing.table.base_columns[sort.removeprefix("-")]

    def _sort(self, asked: str) -> str:
        return asked if self.form.is_valid() and asked.removeprefix("-") in self.sorts else self.listing.sort


def _of(neighbour: str, *names: str) -> tuple[str, ...]:
    """These columns of a neighbour, and what leads to it."""
    return (neighbour, *(f"{neighbour}__{name}" for name in names))


_PERSON = ("first_name", "last_name", "username")
_CLIENT = ("client_ref", "display_name")
#: The state of a case always comes with it: alone, it would cost a query per row.
_CASE = ("ref", "state")
_OF_CASE = (
    *_of("case", *_CASE, "owner"),
    *_of("case__client", *_CLIENT),
    *_of("case__owner__user", *_PERSON),
)
LISTS: dict[str, Listing] = {
    listing.key: listing
    for listing in (
        Listing(
            key="cases",
            title="Dossiers",
            roles=ALL_READERS,
            table=CaseTable,
            filterset=CaseFilter,
            reads=(
                *_CASE, "version", "closure_kind", "reason_family", "colour", "opened_at", "last_event_at",
                "next_due_at", "owner", *_of("client", *_CLIENT), *_of("owner__user", *_PERSON),
                *_of("delegate", *_PERSON),
            ),
            sort="-opened",
            noun=("dossier", "dossiers"),
            case="",
        ),
        Listing(
            key="promises",
            title="Rappels promis",
            roles=UNIT_READERS,
            table=PromiseTable,
            filterset=PromiseFilter,
            reads=("kind", "status", "window_start", "window_end", "call_by", "made_at", "closed_at", *_OF_CASE),
            sort="window",
            noun=("rappel", "rappels"),
        ),
        Listing(
            key="contacts",
            title="Contacts",
            roles=UNIT_READERS,
            table=ContactTable,
            filterset=ContactFilter,
            reads=(
                "arrived_at", "channel", "direction", "outcome", "exclusion_code", "n_in_window",
                *_of("client", *_CLIENT), *_of("reason", "label"), *_of("handled_by", *_PERSON),
                *_of("case", *_CASE),
            ),
            sort="-arrived",
            noun=("contact", "contacts"),
            of_cases=False,
        ),
        Listing(
            key="escalations",
            title="Escalades",
            roles=ALL_READERS,
            table=EscalationTable,
            filterset=EscalationFilter,
            reads=(
                "colour", "status", "sent_at", "ack_due", "answer_due", "answered_at",
                *_of("target_entity", "name"), *_OF_CASE,
            ),
            sort="due",
            noun=("escalade", "escalades"),
        ),
    )
}  # fmt: skip
