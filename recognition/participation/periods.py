"""What a period of days must be, whoever writes it; both ends included. Pure."""

from __future__ import annotations

from datetime import date, timedelta

from recognition.participation.refusal import Refused

#: How far ahead a start, an end or an expiry is foreseen.
AHEAD = timedelta(days=366)


def check_order(start: date, end: date | None, field: str) -> None:
    """Raises Refused at `field` when the period ends before it starts."""
    if end is not None and end < start:
        raise Refused(
            f"La période finit avant de commencer : donnez le {start:%d/%m/%Y} ou un jour qui le suit.", field
        )


def check_coming(day: date, today: date, field: str) -> None:
    """Today or later, within a year: what is past has been counted. Raises Refused at `field`."""
    if day < today:
        raise Refused("Cette date est passée : choisissez aujourd’hui ou un jour à venir.", field)
    if day > today + AHEAD:
        raise Refused("Cette date est dans plus d’un an : choisissez-en une plus proche.", field)


def a_year_later(day: date) -> date:
    """The same day of the next year; 29 February answers 28 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def days_of(start: date, end: date) -> int:
    """How many days, both ends included."""
    return (end - start).days + 1
