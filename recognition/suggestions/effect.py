"""What a deployed suggestion changed: the 7-day repeat rate of its reason family before and after (M03).

Mature contacts only (168 h old); a contact is followed when another one that counts, of the same identity, comes
within 168 h: the line of a professional client, the client otherwise (domain.md §4.4). An association, not a proof.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from atdemain.organisation.models import Unit
from atdemain.pages.typography import NBSP, number
from cases.enums import Segment
from cases.models import Contact
from recognition.intervals import Share, share
from recognition.models import Suggestion

DAYS = (14, 28, 56)
DEFAULT_DAYS = 28
MATURE = timedelta(hours=168)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `start` to `end`, both included; `rate` None without a mature contact."""

    start: date
    end: date
    rate: Share | None


@dataclass(frozen=True, slots=True)
class Effect:
    days: int
    before: Window
    after: Window

    @property
    def known(self) -> bool:
        return self.before.rate is not None and self.after.rate is not None

    @property
    def points(self) -> float:
        """Percentage points gained (< 0) or lost."""
        if self.before.rate is None or self.after.rate is None:
            return 0.0
        return self.after.rate.percent - self.before.rate.percent

    @property
    def words(self) -> str:
        """« −3,6 points », « +0,4 point »."""
        sign = "+" if self.points > 0 else "−" if self.points < 0 else ""
        return f"{sign}{number(abs(self.points), 1)}{NBSP}point{'s' * (abs(self.points) >= 2)}"

    @property
    def apart(self) -> bool:
        """Whether the two intervals are apart: the difference is not chance alone."""
        one, other = self.before.rate, self.after.rate
        return one is not None and other is not None and (one.high < other.low or other.high < one.low)


def effect(suggestion: Suggestion, now: datetime, days: int = DEFAULT_DAYS) -> Effect | None:
    """`days` before the day of deployment, and from that day on; None where there is nothing to measure."""
    day, family = suggestion.deployed_on, suggestion.reason_family
    if day is None or not family:
        return None
    return Effect(
        days,
        _window(family, day - days * ONE_DAY, day - ONE_DAY, now),
        _window(family, day, day + (days - 1) * ONE_DAY, now),
    )


def _window(family: str, first: date, last: date, now: datetime) -> Window:
    zone = timezone.get_default_timezone()
    start = datetime.combine(first, time.min, zone)
    end = min(datetime.combine(last + ONE_DAY, time.min, zone), now - MATURE)
    if end <= start:
        return Window(first, last, None)
    counted = Contact.objects.filter(exclusion_code="", client__isnull=False)
    next_ones = counted.filter(
        arrived_at__gt=OuterRef("arrived_at"), arrived_at__lt=OuterRef("arrived_at") + MATURE
    )
    of_line = Q(client__segment=Segment.PRO, line__isnull=False)
    followed = (of_line & Exists(next_ones.filter(line=OuterRef("line")))) | (
        ~of_line & Exists(next_ones.filter(client=OuterRef("client")))
    )
    units = list(Unit.objects.order_by().values_list("pk", flat=True))  # by the index on (unit, arrived_at)
    found = counted.filter(
        reason__family=family, unit__in=units, arrived_at__gte=start, arrived_at__lt=end
    ).aggregate(total=Count("pk"), repeated=Count("pk", filter=followed))
    return Window(first, last, share(found["repeated"], found["total"]))
