"""HR's list of what is due, and what « Ma reconnaissance » says of one's own appeal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from atdemain.organisation.calendar import BusinessCalendar
from recognition.enums import AppealState, CampaignState
from recognition.models import Appeal, Award

ONE_DAY = timedelta(days=1)
FAR = 60  # days looked at: fifteen business days are never further


@dataclass(frozen=True, slots=True)
class Due:
    """An appeal that waits. `days`: business days left, 0 on the last one, None once it is late."""

    appeal: Appeal
    days: int | None

    @property
    def late(self) -> bool:
        return self.days is None

    @property
    def pressing(self) -> bool:
        return self.days is not None and self.days <= 3


def dues(appeals: Iterable[Appeal], now: datetime) -> list[Due]:
    """One calendar per unit met; `appeals` with `award__employee__unit`."""
    calendars: dict[int, BusinessCalendar] = {}
    found = []
    for appeal in appeals:
        unit = appeal.award.employee.unit
        if unit is not None and unit.pk not in calendars:
            calendars[unit.pk] = unit.calendar()
        found.append(Due(appeal, days_left(appeal.due_at, now, calendars.get(unit.pk) if unit else None)))
    return found


def days_left(due_at: datetime, now: datetime, calendar: BusinessCalendar | None) -> int | None:
    """Business days of the unit after today, until the day it is due; None when it is past."""
    if now >= due_at:
        return None
    today = calendar.local_date(now) if calendar else timezone.localdate(now)
    last = calendar.local_date(due_at) if calendar else timezone.localdate(due_at)
    days = (today + n * ONE_DAY for n in range(1, min((last - today).days, FAR) + 1))
    return sum(1 for day in days if calendar is None or calendar.hours_on(day))


@dataclass(frozen=True, slots=True)
class Standing:
    """One's own award and appeals, for `templates/recognition/_appeal.html`."""

    award: Award
    until: date | None
    days_left: int | None  # None: the term is over, or not open yet
    appeals: tuple[Appeal, ...]

    @property
    def may_file(self) -> bool:
        return self.days_left is not None and self.waiting is None

    @property
    def waiting(self) -> Appeal | None:
        return next((one for one in self.appeals if one.state == AppealState.FILED), None)


def standing(award: Award, now: datetime) -> Standing:
    """`award` with its campaign. One query. « Il reste 18 jours »: calendar days, today not counted."""
    campaign = award.campaign
    left: int | None = None
    if campaign.state == CampaignState.PUBLISHED and campaign.appeal_until is not None:
        days = (campaign.appeal_until - timezone.localdate(now)).days
        left = days if days >= 0 else None
    appeals = award.appeals.select_related("revision").order_by("-filed_at", "-pk")
    return Standing(award, campaign.appeal_until, left, tuple(appeals))
