"""What a change of a unit's hours would do, said before it is saved. Apps above register in `effects`."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import Unit

#: (unit, calendar before, calendar after, now) -> French sentences; nothing to say is an empty list.
Effect = Callable[[Unit, BusinessCalendar, BusinessCalendar, datetime], list[str]]
effects: list[Effect] = []


def told(unit: Unit, before: BusinessCalendar, after: BusinessCalendar, now: datetime) -> list[str]:
    return [sentence for say in effects for sentence in say(unit, before, after, now)]
