"""The frieze of a client's last days: which contacts count in the window (design, client page). Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WIDTH = 700
MARGIN = 70  # room on the left for contacts just before the window
RIGHT = 690


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    counted: bool


@dataclass(frozen=True, slots=True)
class Tick:
    x: int
    label: str


@dataclass(frozen=True, slots=True)
class Frieze:
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    counted: int
    not_counted: int
    before: int
    start: datetime
    end: datetime


def frieze(
    contacts: Iterable[tuple[datetime, bool]], *, start: datetime, now: datetime, tz: ZoneInfo
) -> Frieze:
    """`contacts`: (arrival UTC, counts), read once. The window is (start, now], as of now."""
    contacts = list(contacts)
    span = now - start
    scale = (RIGHT - MARGIN) / span.total_seconds()

    def x(at: datetime) -> int:
        return max(8, round(MARGIN + (at - start).total_seconds() * scale))

    inside = [(at, counts) for at, counts in contacts if start < at <= now]
    before = [(at, counts) for at, counts in contacts if start - span / 8 < at <= start]
    dots = [Dot(x(at), False) for at, _ in before] + [Dot(x(at), counts) for at, counts in inside]
    ticks = []
    midnight = (start.astimezone(tz) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    step = max(1, round(span / timedelta(days=7)))
    while midnight.astimezone(UTC) <= now:
        ticks.append(Tick(x(midnight.astimezone(UTC)), f"{midnight.day}/{midnight.month:02d}"))
        midnight += timedelta(days=step)
    counted = sum(counts for _, counts in inside)
    return Frieze(
        dots=tuple(dots),
        ticks=tuple(ticks),
        counted=counted,
        not_counted=len(inside) - counted,
        before=len(before),
        start=start,
        end=now,
    )
