"""A month lived again in order: contacts, people's acts and the sweep, each at its own time."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from atdemain.journal.actors import Actor
from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import User
from cases.models import Case
from cases.sweep import sweep
from cases.workflow import perform

Act = Callable[[datetime], None]


class Clock:
    """Acts in time order; an act may plan others. Nothing is ever planned after `now`."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._planned: list[tuple[datetime, int, Act]] = []
        self._order = itertools.count()

    def at(self, when: datetime, act: Act) -> None:
        """Plan `act` unless its time is still to come: the present day is left as it stands."""
        if when <= self.now:
            heapq.heappush(self._planned, (when, next(self._order), act))

    def run_until(self, when: datetime) -> None:
        while self._planned and self._planned[0][0] <= when:
            at, _, act = heapq.heappop(self._planned)
            act(at)


def do(case_id: int, action: str, by: User, at: datetime, **data: Any) -> Case:
    """One person's act through the workflow's only door."""
    return perform(case_id, action, actor=Actor.of_user(by), expected_version=None, now=at, **data).case


def swept(at: datetime) -> None:
    sweep(at)


def window(
    calendar: BusinessCalendar, after: datetime, *, days: int, hour: int, minutes: int = 60
) -> tuple[datetime, datetime]:
    """A callback window `days` business days after an instant, at this local hour or at the opening."""
    day = calendar.local_date(calendar.add_business_days(after, days))
    opens, closes = calendar.hours_on(day)[0]
    start = max(opens, datetime(day.year, day.month, day.day, hour, tzinfo=calendar.tz))
    start = min(start, closes - timedelta(minutes=minutes))
    return start, start + timedelta(minutes=minutes)


def inside_a_day(calendar: BusinessCalendar, start: datetime, minutes: int) -> tuple[datetime, datetime]:
    """The window from `start`, moved to the next midnight where it would run over one (open all day)."""
    end = start + timedelta(minutes=minutes)
    if calendar.covers(start, end):
        return start, end
    midnight = calendar.hours_on(calendar.local_date(end))[0][0]
    return midnight, midnight + timedelta(minutes=minutes)
