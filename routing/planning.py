"""The planning as people read and write it: local days and hours, weeks, one row at a time (domain.md §2.3).

A row is written in UTC. An hour that the clock skips is refused; a shift may cross midnight if it says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from atdemain.organisation.models import User
from cases.importing.values import Unreadable, in_zone
from routing import presence
from routing.enums import PresenceKind, PresenceSource
from routing.models import Absence, Presence
from routing.presence import PresenceRefused

WEEK = timedelta(days=7)
ONE_DAY = timedelta(days=1)
#: Days that one entry may repeat over.
MOST_DAYS = 62
PARIS = ZoneInfo("Europe/Paris")
#: What a manager writes in a planning; an absence is declared, since promises may hang on it.
EDITED_KINDS = [choice for choice in PresenceKind.choices if choice[0] != PresenceKind.ABSENCE]


def zone_of(user: User) -> ZoneInfo:
    return ZoneInfo(user.unit.tz) if user.unit else PARIS


def bounds(day: date, start: time, end: time, tz: ZoneInfo, *, next_day: bool) -> tuple[datetime, datetime]:
    """UTC. Of an hour that comes twice the first is meant, the second where the first is before the start.

    Raises PresenceRefused, with the field of the form.
    """
    if end <= start and not next_day:
        raise PresenceRefused(
            f"La fin ({end:%H:%M}) ne vient pas après le début ({start:%H:%M}). "
            "Si la présence passe minuit, cochez « se termine le lendemain ».",
            "end",
        )
    begins = _instant(datetime.combine(day, start), tz, "start")
    ends = _instant(datetime.combine(day + ONE_DAY * next_day, end), tz, "end", not_before=begins)
    return begins, ends


def _instant(moment: datetime, tz: ZoneInfo, name: str, *, not_before: datetime | None = None) -> datetime:
    try:
        return in_zone(moment, tz, not_before=not_before)
    except Unreadable as error:
        text = str(error)
        raise PresenceRefused(f"{text[:1].upper()}{text[1:]} Choisissez une autre heure.", name) from None


def instant(day: date, at: time | None, tz: ZoneInfo, name: str) -> datetime:
    """UTC of an hour of a day; without an hour, midnight. Raises PresenceRefused."""
    return _instant(datetime.combine(day, at or time.min), tz, name)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as a form shows it: local day and hours. `seen` is its version."""

    row: Presence
    day: date
    start: time
    end: time
    next_day: bool

    @property
    def seen(self) -> str:
        return version_of(self.row)


def entry_of(row: Presence, tz: ZoneInfo) -> Entry:
    begins, ends = row.starts_at.astimezone(tz), row.ends_at.astimezone(tz)
    return Entry(row, begins.date(), begins.time(), ends.time(), ends.date() > begins.date())


def version_of(row: Presence) -> str:
    return f"{row.kind}.{row.starts_at:%Y%m%d%H%M}.{row.ends_at:%Y%m%d%H%M}"


@transaction.atomic
def add(user: User, kind: str, day: date, until: date, hours: tuple[time, time], *, next_day: bool) -> int:
    """The same hours on each day from `day` to `until` that the unit is open (`day` always); all or none.

    Answers how many rows are new. Raises PresenceRefused, naming the presence already there.
    """
    if until < day:
        raise PresenceRefused("Le dernier jour ne vient pas avant le premier.", "until")
    if until - day > MOST_DAYS * ONE_DAY:
        raise PresenceRefused(f"Répétez sur {MOST_DAYS} jours au plus, puis recommencez.", "until")
    tz, calendar = zone_of(user), user.unit.calendar() if user.unit else None
    before = Presence.objects.filter(user=user).count()
    at = day
    while at <= until:
        if at == day or calendar is None or calendar.hours_on(at):
            start, end = bounds(at, *hours, tz, next_day=next_day)
            _plan(user, kind, start, end)
        at += ONE_DAY
    return Presence.objects.filter(user=user).count() - before


def _plan(user: User, kind: str, start: datetime, end: datetime) -> None:
    try:
        presence.plan(user, kind, start, end)
    except PresenceRefused as refused:
        fields = {"starts_at": "start", "ends_at": "end"}
        raise PresenceRefused(refused.message, fields.get(refused.field, refused.field)) from None


class RowMoved(Exception):
    """The row is no longer as the form showed it; `row` as it is now, None when it is gone."""

    def __init__(self, row: Presence | None) -> None:
        super().__init__()
        self.row = row


@transaction.atomic
def change(pk: int, seen: str, kind: str, start: datetime, end: datetime) -> Presence:
    """Raises RowMoved, PresenceRefused."""
    row = _held(pk, seen)
    try:
        presence.check_free(row.user, kind, start, end, but=row.pk)
    except PresenceRefused as refused:
        fields = {"starts_at": "start", "ends_at": "end"}
        raise PresenceRefused(refused.message, fields.get(refused.field, refused.field)) from None
    row.kind, row.starts_at, row.ends_at = kind, start, end
    row.save(update_fields=["kind", "starts_at", "ends_at"])
    return row


@transaction.atomic
def remove(pk: int, seen: str) -> None:
    """Raises RowMoved, PresenceRefused."""
    _held(pk, seen).delete()


def _held(pk: int, seen: str) -> Presence:
    row = Presence.objects.select_related("user__unit").filter(pk=pk).first()
    if row is not None:
        User.objects.select_for_update().get(pk=row.user_id)
        row = Presence.objects.select_related("user__unit").filter(pk=pk).first()
    if row is None or version_of(row) != seen:
        raise RowMoved(row)
    if declared(row):
        raise PresenceRefused(
            "Cette absence a été déclarée avec ses passages de dossiers\u00a0: mettez-y fin dans « Absences ».",
            "kind",
        )
    return row


def declared(row: Presence) -> bool:
    """Whether the row is a declared absence, whose end is more than a line of the planning."""
    return (
        row.kind == PresenceKind.ABSENCE
        and Absence.objects.filter(
            user=row.user_id, returned_at=None, starts_at__lt=row.ends_at, ends_at__gt=row.starts_at
        ).exists()
    )


# -- weeks -----------------------------------------------------------------------------------------------


@dataclass(slots=True)
class PersonWeek:
    """One person's seven days, each with its rows in order."""

    user: User
    days: list[list[Entry]] = field(default_factory=lambda: [[] for _ in range(7)])
    minutes: int = 0  # of shifts

    @property
    def hours(self) -> str:
        """« 35 h », « 34 h 30 »."""
        whole, rest = divmod(self.minutes, 60)
        return f"{whole}\u00a0h" + (f"\u00a0{rest:02}" if rest else "")


def week(people: Iterable[User], monday: date) -> list[PersonWeek]:
    """In the order given; one query, however many people. Days are those of each person's unit."""
    found = {user.pk: PersonWeek(user) for user in people}
    zones = {pk: zone_of(one.user) for pk, one in found.items()}
    first = datetime.combine(monday, time.min, PARIS)
    rows = Presence.objects.filter(
        Q(source=PresenceSource.PLANNING),
        user__in=found,
        starts_at__lt=first + WEEK + ONE_DAY,
        ends_at__gt=first - ONE_DAY,
    ).order_by("starts_at", "pk")
    for row in rows:
        one, tz = found[row.user_id], zones[row.user_id]
        entry = entry_of(row, tz)
        rank = (entry.day - monday).days
        if row.kind == PresenceKind.ABSENCE and rank < 7:
            last = (row.ends_at.astimezone(tz) - timedelta(seconds=1)).date()
            for day in range(max(rank, 0), min((last - monday).days, 6) + 1):
                one.days[day].insert(0, entry)
        elif 0 <= rank < 7:
            one.days[rank].append(entry)
            if row.kind == PresenceKind.SHIFT:
                one.minutes += int((row.ends_at - row.starts_at) / timedelta(minutes=1))
    return list(found.values())
