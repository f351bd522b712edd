"""Where a promised callback stands in time: before, inside or past its window (domain.md §3.1). Pure."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.pages import times


class Promised(Protocol):
    window_start: datetime
    window_end: datetime
    call_by: datetime | None


class Standing(StrEnum):
    UPCOMING = "upcoming"
    DUE = "due"
    OVERDUE = "overdue"


def effective_end(promise: Promised) -> datetime:
    """An answer got from an entity may ask to call earlier than the window told, never later (T05)."""
    return min(promise.call_by, promise.window_end) if promise.call_by else promise.window_end


def standing(promise: Promised, now: datetime) -> Standing:
    """The window is [start, end): at its very end the callback is overdue. With a `call_by`, call now."""
    if now >= effective_end(promise):
        return Standing.OVERDUE
    if promise.call_by or now >= promise.window_start:
        return Standing.DUE
    return Standing.UPCOMING


def promise_distance(promise: Promised, now: datetime, calendar: BusinessCalendar | None = None) -> str:
    """In words; lateness is in business minutes of the unit when its calendar is given."""
    end = effective_end(promise)
    where = standing(promise, now)
    if where == Standing.UPCOMING:
        return times.distance(promise.window_start, now)
    if where == Standing.DUE:
        return f"encore {times.span(times.minutes_until(end, now))}"
    late_minutes = calendar.minutes_between(end, now) if calendar else None
    return times.distance(end, now, late_minutes)
