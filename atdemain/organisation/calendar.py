"""Business time (domain.md §3.4, §11 Calendar). Pure: no model, no query.

Everything is computed in UTC. A day's opening hours are local wall times, converted through its own
offset, so that a day of 23 or 25 hours counts what it lasts. Minutes are elapsed minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from atdemain.organisation.opening_hours import (
    DayHours,
    InvalidHours,
    parse_interval,
    parse_weekly_hours,
    sorted_day,
)
from atdemain.organisation.public_holidays import public_holidays

__all__ = ["BusinessCalendar", "InvalidHours", "NeverOpen", "parse_weekly_hours"]

Interval = tuple[datetime, datetime]
#: date, opens, closes ("HH:MM", both empty = closed the whole day) and, if known, the reason to show
DatedException = tuple[date, str, str] | tuple[date, str, str, str]

ONE_DAY = timedelta(days=1)
ONE_MINUTE = timedelta(minutes=1)
ZERO = timedelta(0)
KEPT_DAYS = 20_000
LOOK_BACK = 60


class NeverOpen(ValueError):
    """No opening can be reached: a unit without hours, or an instant outside the calendar."""


class _Regular:
    """The undated part of a calendar, shared by all calendars of the same hours: remembers its days."""

    def __init__(self, tz: ZoneInfo, zone: str, weekly: tuple[DayHours, ...]) -> None:
        self.tz, self.zone, self.weekly = tz, zone, weekly
        self.ever_open = any(weekly)
        self.days: dict[date, tuple[Interval, ...]] = {}

    def hours_on(self, day: date) -> tuple[Interval, ...]:
        known = self.days.get(day)
        if known is None:
            if len(self.days) > KEPT_DAYS:
                self.days.clear()
            hours = self.weekly[day.weekday()]
            if hours and day in public_holidays(self.zone, day.year):
                hours = ()
            known = self.days[day] = _to_utc(self.tz, day, hours)
        return known


@lru_cache(maxsize=256)
def _regular(tz: str, zone: str, weekly: tuple[DayHours, ...]) -> _Regular:
    public_holidays(zone, 2018)  # an unknown zone is refused here, not on a page
    return _Regular(ZoneInfo(tz), zone, weekly)


@dataclass(frozen=True, eq=False)
class BusinessCalendar:
    """When a unit or an entity works. Build it with `BusinessCalendar.build`."""

    tz: ZoneInfo
    holiday_zone: str
    weekly: tuple[DayHours, ...]
    exceptions: dict[date, DayHours]
    reasons: dict[date, str]
    _base: _Regular
    unit_id: int | None = None
    name: str = ""
    _dated: dict[date, tuple[Interval, ...]] = field(default_factory=dict, repr=False)

    @classmethod
    def build(
        cls,
        *,
        tz: str,
        holiday_zone: str,
        weekly_hours: list,
        exceptions: Iterable[DatedException] = (),
        unit_id: int | None = None,
        name: str = "",
    ) -> BusinessCalendar:
        """`unit_id` and `name`: whose hours they are, for whoever is told that there are none.

        Raises `InvalidHours` (French) for hours that cannot be read, `ValueError` for an unknown zone.
        """
        weekly = parse_weekly_hours(weekly_hours)
        dated: dict[date, list[tuple[int, int]]] = {}
        closed: set[date] = set()
        reasons: dict[date, str] = {}
        for day, opens, closes, *reason in exceptions:
            intervals = dated.setdefault(day, [])
            if opens or closes:
                intervals.append(parse_interval(opens, closes, f"Le {day:%d/%m/%Y}"))
            else:
                closed.add(day)
            if reason and reason[0]:
                reasons[day] = reason[0]
        return cls(
            tz=ZoneInfo(tz),
            holiday_zone=holiday_zone,
            weekly=weekly,
            exceptions={
                day: () if day in closed else sorted_day(intervals, f"Le {day:%d/%m/%Y}")
                for day, intervals in dated.items()
            },
            reasons=reasons,
            _base=_regular(tz, holiday_zone, weekly),
            unit_id=unit_id,
            name=name,
        )

    # -- days -----------------------------------------------------------------------------------------

    def local_date(self, at: datetime) -> date:
        """The local date of an instant. Raises `NeverOpen` at the edges of the calendar."""
        try:
            return _utc(at).astimezone(self.tz).date()
        except OverflowError as error:
            raise NeverOpen(_OUTSIDE) from error

    def hours_on(self, day: date) -> tuple[Interval, ...]:
        """The [open, close) intervals of a local day, as aware UTC datetimes, in order."""
        if day not in self.exceptions:
            return self._base.hours_on(day)
        known = self._dated.get(day)
        if known is None:
            known = self._dated[day] = _to_utc(self.tz, day, self.exceptions[day])
        return known

    def closed_reason(self, day: date) -> str:
        """Why a day is closed: the exception's reason, « Férié » or « Fermé »; empty when it opens."""
        if self.hours_on(day):
            return ""
        if day in self.exceptions:
            return self.reasons.get(day) or "Fermé"
        return "Férié" if day in public_holidays(self.holiday_zone, day.year) else "Fermé"

    # -- instants -------------------------------------------------------------------------------------

    def is_open(self, at: datetime) -> bool:
        """Whether `at` is within opening hours; closing time is not."""
        at = _utc(at)
        return any(opens <= at < closes for opens, closes in self.hours_on(self.local_date(at)))

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether the whole window lies inside one opening interval of one day."""
        start, end = _utc(start), _utc(end)
        if not start < end:
            return False
        return any(
            opens <= start and end <= closes for opens, closes in self.hours_on(self.local_date(start))
        )

    def next_opening(self, at: datetime) -> datetime:
        """`at` itself if open, else the next opening (UTC). Raises `NeverOpen`."""
        at = _utc(at)
        opens, _ = next(self._intervals_after(at))
        return max(opens, at)

    def add_minutes(self, start: datetime, minutes: int) -> datetime:
        """The instant (UTC) when `minutes` business minutes have elapsed since `start`.

        Landing exactly on closing time answers closing time; 0 outside hours answers the next
        opening (domain.md §3.4). Raises `ValueError` under 0, `NeverOpen` if no opening is left.
        """
        if minutes < 0:
            raise ValueError("Les minutes ouvrées à ajouter ne sont pas négatives.")
        left = timedelta(minutes=minutes)
        start = _utc(start)
        for opens, closes in self._intervals_after(start):
            begin = max(start, opens)
            if left <= closes - begin:
                return begin + left
            left -= closes - begin
        raise NeverOpen(_NEVER)

    def subtract_minutes(self, end: datetime, minutes: int) -> datetime:
        """The latest instant (UTC) from which `minutes` business minutes elapse until `end`.

        The mirror of `add_minutes`; looks back 60 days at most, then raises `NeverOpen`.
        """
        if minutes < 0:
            raise ValueError("Les minutes ouvrées à retrancher ne sont pas négatives.")
        left = timedelta(minutes=minutes)
        end = _utc(end)
        last = self.local_date(end).toordinal()
        for ordinal in range(last, max(last - LOOK_BACK, 0), -1):
            for opens, closes in reversed(self.hours_on(date.fromordinal(ordinal))):
                stop = min(closes, end)
                if opens >= stop:
                    continue
                if left <= stop - opens:
                    return stop - left
                left -= stop - opens
        raise NeverOpen(_NEVER)

    def minutes_between(self, a: datetime, b: datetime) -> int:
        """Whole business minutes from `a` to `b`; negative when `b` comes first."""
        a, b = _utc(a), _utc(b)
        if b < a:
            return -self.minutes_between(b, a)
        total = ZERO
        for ordinal in range(self.local_date(a).toordinal(), self.local_date(b).toordinal() + 1):
            for opens, closes in self.hours_on(date.fromordinal(ordinal)):
                begin, end = max(opens, a), min(closes, b)
                if begin < end:
                    total += end - begin
        return total // ONE_MINUTE

    def add_business_days(self, at: datetime, n: int) -> datetime:
        """Closing time of the `n`-th later date with opening hours (domain.md §11), n ≥ 1."""
        if n < 1:
            raise ValueError("Un délai en jours ouvrés compte au moins un jour.")
        for day in self._days_from(self.local_date(at) + ONE_DAY):
            hours = self.hours_on(day)
            if hours:
                n -= 1
                if n == 0:
                    return hours[-1][1]
        raise NeverOpen(_NEVER)

    # -- deadlines: never a reason to fail ------------------------------------------------------------

    def ever_opens(self, at: datetime) -> bool:
        """Whether an opening is left at `at` or later."""
        try:
            self.next_opening(at)
        except NeverOpen:
            return False
        return True

    def due_in_minutes(self, start: datetime, minutes: int) -> datetime:
        """`add_minutes`, in plain time where no opening is left: a deadline is set all the same."""
        try:
            return self.add_minutes(start, minutes)
        except NeverOpen:
            return _utc(start) + timedelta(minutes=minutes)

    def due_in_days(self, at: datetime, n: int) -> datetime:
        """`add_business_days`, in plain days of 24 hours where fewer than `n` openings are left."""
        try:
            return self.add_business_days(at, n)
        except NeverOpen:
            return _utc(at) + n * ONE_DAY

    def _intervals_after(self, at: datetime) -> Iterator[Interval]:
        """Opening intervals that are not over at `at`, in order; raises `NeverOpen` at the end."""
        for day in self._days_from(self.local_date(at)):
            for interval in self.hours_on(day):
                if at < interval[1]:
                    yield interval
        raise NeverOpen(_NEVER)

    def _days_from(self, day: date) -> Iterator[date]:
        """Every day from `day` while the week has hours; else the dated exceptions only: it ends."""
        if not self._base.ever_open:
            yield from (dated for dated in sorted(self.exceptions) if dated >= day)
            return
        try:
            while True:
                yield day
                day += ONE_DAY
        except OverflowError:
            return


_NEVER = "Aucune ouverture à venir : donnez des horaires à cette unité ou à cette entité."
_OUTSIDE = "Cette date est hors du calendrier."


def _utc(at: datetime) -> datetime:
    """In UTC before any comparison: Python compares two datetimes of one zone by wall clock."""
    if at.tzinfo is None:
        raise ValueError("Un instant sans fuseau horaire n’a pas d’heure ouvrée.")
    return at.astimezone(UTC)


def _to_utc(tz: ZoneInfo, day: date, hours: DayHours) -> tuple[Interval, ...]:
    intervals = ((_instant(tz, day, opens), _instant(tz, day, closes)) for opens, closes in hours)
    return tuple((opens, closes) for opens, closes in intervals if opens < closes)


def _instant(tz: ZoneInfo, day: date, minutes: int) -> datetime:
    """A local wall time as UTC. One that occurs twice is its first; one skipped is the end of the gap.

    Raises `NeverOpen` at the edges of the calendar (years 1 and 9999).
    """
    try:
        wall = datetime.combine(day, time(0)) + timedelta(minutes=minutes)
        instant = wall.replace(tzinfo=tz).astimezone(UTC)
        if instant.astimezone(tz).replace(tzinfo=None) == wall:
            return instant
        low, high = wall.replace(tzinfo=tz, fold=1).astimezone(UTC), instant
    except OverflowError as error:
        raise NeverOpen(_OUTSIDE) from error
    after = high.astimezone(tz).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle.astimezone(tz).utcoffset() == after:
            high = middle
        else:
            low = middle
    return high
