"""What help and briefings leave behind, as facts to be counted later (domain.md L27, L28, §6.2).

Facts about one person are asked for by that person's dossier alone; of a unit, only totals and medians.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db.models import Count, Sum

from routing.enums import BriefingState, HelpState
from routing.models import Briefing, MutualHelpRequest

#: Under so many requests, a median would tell of somebody.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class HelpGiven:
    answers: int
    minutes: int


@dataclass(frozen=True, slots=True)
class UnitHelp:
    """`median_minutes` from asking to accepting; None under `FEWEST` accepted requests."""

    accepted: int
    median_minutes: float | None


@dataclass(frozen=True, slots=True)
class BriefingTime:
    """`people_minutes`: each attendee's time added up."""

    briefings: int
    people_minutes: int

    @property
    def hours(self) -> float:
        return self.people_minutes / 60


def help_given(user_id: int, start: datetime, end: datetime) -> HelpGiven:
    """Closed in [start, end), whatever the outcome: the help was given."""
    found = MutualHelpRequest.objects.filter(
        helper=user_id, state=HelpState.CLOSED, closed_at__gte=start, closed_at__lt=end
    ).aggregate(answers=Count("pk"), minutes=Sum("minutes"))
    return HelpGiven(found["answers"], found["minutes"] or 0)


def unit_help(unit_id: int, start: datetime, end: datetime) -> UnitHelp:
    """Asked in [start, end) and accepted."""
    waits = [
        (accepted - asked).total_seconds() / 60
        for asked, accepted in MutualHelpRequest.objects.filter(
            unit=unit_id, asked_at__gte=start, asked_at__lt=end, accepted_at__isnull=False
        )
        .order_by()
        .values_list("asked_at", "accepted_at")
    ]
    return UnitHelp(len(waits), median(waits) if len(waits) >= FEWEST else None)


def briefing_time(
    start: datetime, end: datetime, *, unit_id: int | None = None, user_id: int | None = None
) -> BriefingTime:
    """Held and begun in [start, end), of a unit or of one person."""
    held = Briefing.objects.filter(state=BriefingState.HELD, starts_at__gte=start, starts_at__lt=end)
    if unit_id is not None:
        held = held.filter(unit=unit_id)
    if user_id is not None:
        held = held.filter(attendees=user_id)
    rows = list(held.annotate(people=Count("attendees")).order_by())
    return BriefingTime(
        len(rows), sum(row.minutes * (1 if user_id is not None else row.people) for row in rows)
    )
