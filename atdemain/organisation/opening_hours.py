"""Reading opening hours as they are typed and stored (domain.md §3.4, §11). Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable

#: (open, close) in minutes after local midnight, 0–1440, in order and apart
DayHours = tuple[tuple[int, int], ...]

WEEKDAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MIDNIGHT = 24 * 60
_BETWEEN = re.compile(r"[-–—]")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")


class InvalidHours(ValueError):
    """Opening hours that cannot be read; the message is French and names the day."""


def parse_weekly_hours(value: object) -> tuple[DayHours, ...]:
    """Seven days (Monday first) of [open, close] pairs of "HH:MM"; a day without pair is closed."""
    if not isinstance(value, (list, tuple)) or len(value) != 7:
        raise InvalidHours("Les horaires comptent sept jours, du lundi au dimanche.")
    week = []
    for name, day in zip(WEEKDAYS, value, strict=True):
        where = name.capitalize()
        if not isinstance(day, (list, tuple)):
            raise InvalidHours(f"{where} : donnez une liste d’ouvertures, vide si l’unité est fermée.")
        intervals = []
        for pair in day:
            if not isinstance(pair, (list, tuple)) or len(pair) != 2:
                raise InvalidHours(f"{where} : chaque ouverture est faite d’un début et d’une fin.")
            intervals.append(parse_interval(pair[0], pair[1], where))
        week.append(sorted_day(intervals, where))
    return tuple(week)


def parse_interval(opens: object, closes: object, where: str) -> tuple[int, int]:
    """One [open, close) of a day; `where` (a day) opens the French message of `InvalidHours`."""
    start, end = _minutes(opens, where), _minutes(closes, where)
    if start == MIDNIGHT:
        raise InvalidHours(f"{where} : 24:00 est une heure de fermeture, pas d’ouverture.")
    if end <= start:
        raise InvalidHours(f"{where} : la fermeture ({closes}) vient après l’ouverture ({opens}).")
    return start, end


def sorted_day(intervals: Iterable[tuple[int, int]], where: str) -> DayHours:
    """The intervals of a day in order; refuses those that overlap."""
    day = tuple(sorted(intervals))
    for (_, closes), (opens, _) in itertools.pairwise(day):
        if opens < closes:
            raise InvalidHours(f"{where} : deux ouvertures se chevauchent à {clock(opens)}.")
    return day


def read_day(text: str, where: str) -> list[list[str]]:
    """A day as typed, « 08:00-12:00, 14:00-18:00 », in the stored form; empty = closed.

    Raises `InvalidHours`, whose French message opens with `where`.
    """
    intervals = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        ends = [end.strip() for end in _BETWEEN.split(part)]
        if len(ends) != 2:
            raise InvalidHours(f"{where} : « {part} » n’est pas une ouverture (écrivez 08:00-20:00).")
        intervals.append(parse_interval(ends[0], ends[1], where))
    return [[clock(opens), clock(closes)] for opens, closes in sorted_day(intervals, where)]


def day_as_text(day: Iterable[Iterable[str]]) -> str:
    """The stored form of a day as it is typed."""
    return ", ".join("-".join(pair) for pair in day)


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _minutes(text: object, where: str) -> int:
    match = _CLOCK.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise InvalidHours(f"{where} : « {text} » n’est pas une heure (écrivez 08:00).")
    hours, minutes = int(match[1]), int(match[2])
    total = hours * 60 + minutes
    if minutes > 59 or total > MIDNIGHT:
        raise InvalidHours(f"{where} : « {text} » n’est pas une heure entre 00:00 et 24:00.")
    return total
