"""What one account exports of one list: the page's own selection, read to its end without holding it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone

from atdemain.organisation.models import User
from cases.listing import LISTS, Listing, Selection

CSV, XLSX = "csv", "xlsx"
CONTENT_TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: Rows answered at once; more is a job.
AT_ONCE = 5_000
#: What one sheet holds, its heading aside.
SHEET = 1_000_000
CHUNK = 2_000  # rows read from the database at once
EVERY = 1_000  # lines between two signs of progress

Progress = Callable[[int], None]


def no_progress(lines: int) -> None:
    """For a file written while its reader waits."""


@dataclass(frozen=True)
class Export:
    """`tz`: the clock of the reader's unit, on which every time is written."""

    selection: Selection
    user: User
    now: datetime
    tz: ZoneInfo

    @property
    def listing(self) -> Listing:
        return self.selection.listing

    @property
    def headings(self) -> list[str]:
        return [heading for heading, _plain in self.listing.columns]

    @property
    def described(self) -> str:
        return ", ".join(self.selection.described) or "aucun filtre"

    def count(self, most: int) -> int:
        """Exact up to `most`, `most` beyond."""
        return self.selection.rows[:most].count()

    def lines(self) -> Iterator[list[Any]]:
        """One list of plain values per row; a server-side cursor where the engine has one."""
        plains = [plain for _heading, plain in self.listing.columns]
        for row in self.selection.rows.iterator(chunk_size=CHUNK):
            yield [plain(row) for plain in plains]

    def name(self, kind: str) -> str:
        """« rappels-promis-2026-12-01-1530.csv »."""
        slug = self.listing.title.lower().replace(" ", "-")
        return f"{slug}-{self.now.astimezone(self.tz):%Y-%m-%d-%H%M}.{kind}"


def export_of(listing: Listing, user: User, query: QueryDict, now: datetime) -> Export:
    """As the page of this account would select it: its dates are read on the clock of its unit."""
    tz = zone_of(user)
    with timezone.override(tz):
        selection = listing.select(user, query, now)
        _ = selection.valid, selection.rows
    return Export(selection, user, now, tz)


def again(key: str, user: User, query: str, now: datetime) -> Export:
    """The same, from what a job kept of it."""
    return export_of(LISTS[key], user, QueryDict(query), now)


def zone_of(user: User) -> ZoneInfo:
    return ZoneInfo(user.unit.tz if user.unit else settings.TIME_ZONE)
