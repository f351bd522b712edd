"""How far the rule looks back (domain.md §4.1, §11). Pure."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from cases.enums import WindowMode

from .facts import RuleFacts

_ROLLING = WindowMode.ROLLING.value


def window_start(rule: RuleFacts, at: datetime, zone: ZoneInfo) -> tuple[datetime, bool]:
    """The window's lower bound (UTC) and whether a contact exactly on it is inside.

    Rolling: (at − hours, at], in elapsed time, so no zone matters. Calendar: whole local days of the
    contact's unit, today included, from midnight of the first one.
    """
    if rule.window_mode == _ROLLING:
        return at - _hours(rule.window_hours), False
    days = max(rule.window_hours // 24, 1)
    first = at.astimezone(zone).date() - timedelta(days=days - 1)
    return datetime.combine(first, time.min, tzinfo=zone).astimezone(UTC), True


@cache
def _hours(count: int) -> timedelta:
    return timedelta(hours=count)


def reach(rules: tuple[RuleFacts, ...]) -> timedelta:
    """The longest look-back of these rules, local days rounded up; what a re-evaluation must load."""
    hours = max((rule.window_hours for rule in rules), default=168)
    return timedelta(hours=max(hours, 168) + 26)
