"""The week × hour grid in which a callback is promised. Pure: a calendar, `now` and counts in.

A cell that cannot be promised holds no input, so that a Sunday, a holiday or a closed hour cannot be
picked at all (domain.md §3.2 T02: ≥ now + 15 min, inside opening hours, ≤ 10 business days ahead).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from atdemain.organisation.calendar import BusinessCalendar

Window = tuple[datetime, datetime]
Away = Callable[[Sequence[Window]], set[Window]]

NOTICE = timedelta(minutes=15)
AHEAD_BUSINESS_DAYS = 10
LONG_DAY = 16
USUAL_HOURS = range(8, 20)
DAY_NAMES = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one day. `start` is None when it cannot be picked, and `why` says so."""

    start: datetime | None
    why: str = ""
    taken: int = 0


Rows = tuple[tuple[int, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    name: str
    closed: str  # « Férié », « Fermé »… when the whole day is shut, else ""


@dataclass(frozen=True, slots=True)
class Week:
    """`rows`: (local hour, one Cell per open day, None for a day shut as a whole)."""

    days: tuple[Day, ...]
    rows: Rows
    previous_day: date | None
    next_day: date | None

    @property
    def empty(self) -> bool:
        return not any(cell and cell.start for _, cells in self.rows for cell in cells)


def horizon(calendar: BusinessCalendar, now: datetime) -> datetime:
    """The latest end of a window: closing time of the tenth business day."""
    return calendar.due_in_days(now, AHEAD_BUSINESS_DAYS)


def week(
    calendar: BusinessCalendar,
    *,
    now: datetime,
    first: date | None = None,
    taken: Mapping[datetime, int] | None = None,
    latest: datetime | None = None,
    minutes: int = 60,
    away: Away | None = None,
) -> Week:
    """Seven local days from `first` (today by default), hour by hour.

    `taken` counts the owner's promises by UTC start of hour. `latest` is the last possible end. `away` says
    which of the windows (start, end) the owner's planning does not cover; it is asked once.
    """
    today = calendar.local_date(now)
    first = max(first or today, today)
    latest = latest or horizon(calendar, now)
    last_day = calendar.local_date(latest)
    first = min(first, last_day)
    days = [first + timedelta(days=offset) for offset in range(7)]
    open_hours = {day: _open_hours(calendar, day, now if day == today else None) for day in days}
    hours = sorted({hour for opened in open_hours.values() for hour in opened})
    heads = tuple(
        Day(
            day, DAY_NAMES[day.weekday()], "" if open_hours[day] else (calendar.closed_reason(day) or "Fermé")
        )
        for day in days
    )
    rows = tuple(
        (
            hour,
            tuple(
                None
                if head.closed
                else _cell(calendar, head.day, hour, now, latest, minutes, taken or {})
                if hour in open_hours[head.day]
                else Cell(None, "fermé")
                for head in heads
            ),
        )
        for hour in hours
    )
    return Week(
        days=heads,
        rows=_present(rows, timedelta(minutes=minutes), away) if away else rows,
        previous_day=max(first - timedelta(days=7), today) if first > today else None,
        next_day=days[-1] + timedelta(days=1) if last_day > days[-1] else None,
    )


def _present(rows: Rows, width: timedelta, away: Away) -> Rows:
    """The same cells, those at which the owner is not there left out."""
    starts = {cell.start for _hour, cells in rows for cell in cells if cell and cell.start}
    gone = away([(start, start + width) for start in sorted(starts)]) if starts else set()
    absent = Cell(None, "conseiller absent")
    return tuple(
        (
            hour,
            tuple(
                absent if cell and cell.start and (cell.start, cell.start + width) in gone else cell
                for cell in cells
            ),
        )
        for hour, cells in rows
    )


def _open_hours(calendar: BusinessCalendar, day: date, now: datetime | None) -> set[int]:
    """Local hours of a day at which something is open; on a day open day and night, the usual
    ones and, today, those to come."""
    hours: set[int] = set()
    for opens, closes in calendar.hours_on(day):
        at = opens
        while at < closes:
            hours.add(at.astimezone(calendar.tz).hour)
            at += timedelta(hours=1)
    if len(hours) > LONG_DAY:  # open day and night: nobody is promised a call at 3 in the morning
        soon = now.astimezone(calendar.tz).hour if now else 24
        hours = {hour for hour in hours if hour in USUAL_HOURS or hour >= soon}
    return hours


def _cell(
    calendar: BusinessCalendar,
    day: date,
    hour: int,
    now: datetime,
    latest: datetime,
    minutes: int,
    taken: Mapping[datetime, int],
) -> Cell:
    local = datetime.combine(day, time(hour), calendar.tz)
    start = local.astimezone(UTC)
    if start.astimezone(calendar.tz).hour != hour:
        return Cell(None, "heure qui n’existe pas")
    end = start + timedelta(minutes=minutes)
    if start < now + NOTICE:
        return Cell(None, "passé")
    if end > latest:
        return Cell(None, "au-delà de 10 jours ouvrés")
    if not calendar.covers(start, end):
        return Cell(None, "fermé")
    return Cell(start, taken=taken.get(start, 0))
