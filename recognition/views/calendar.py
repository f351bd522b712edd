"""The calendar of one's sessions: a week or a month, by links, so by keyboard and without script."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.pages.times import MONTHS
from cases.views.access import for_roles
from recognition.mentoring import facts, reading

EARLIEST, LATEST = date(2018, 1, 1), date(2099, 11, 30)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@require_safe
@for_roles(*facts.ROLES)
def page(request: HttpRequest) -> HttpResponse:
    """`?view=week|month&day=2026-12-01`: the week or the month that holds the day; this month without."""
    now = timezone.now()
    zone = timezone.get_current_timezone()
    day = _day(request.GET.get("day", ""), now)
    weekly = request.GET.get("view") == "week"
    first, last, before, after, title = _week(day) if weekly else _month(day)
    days = reading.days_of(first, (last - first).days + 1)
    held = reading.by_day(reading.between(request.user, first, last, zone), days, zone)
    weeks = [[(one, held[one]) for one in days[start : start + 7]] for start in range(0, len(days), 7)]
    agenda = [(one, held[one]) for one in days if held[one] and (weekly or one.month == day.month)]
    context: dict[str, Any] = {
        "weekly": weekly,
        "weeks": weeks,
        "agenda": agenda,
        "number": len({session.pk for _one, shown in agenda for session in shown}),
        "title": title,
        "day": day,
        "month": day.month,
        "today": timezone.localdate(now),
        "before": before,
        "after": after,
        "now": now,
    }
    return render(request, "recognition/mentoring/calendar.html", context)


def _day(text: str, now: datetime) -> date:
    """A date that means nothing is today."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return timezone.localdate(now)
    return day if EARLIEST <= day <= LATEST else timezone.localdate(now)


def _week(day: date) -> tuple[date, date, date, date, str]:
    monday = day - DAY * day.weekday()
    sunday = monday + 6 * DAY
    return monday, sunday, monday - WEEK, monday + WEEK, f"Semaine du {monday:%d/%m/%Y} au {sunday:%d/%m/%Y}"


def _month(day: date) -> tuple[date, date, date, date, str]:
    """Whole weeks around the month."""
    first = day.replace(day=1)
    following = (first + 31 * DAY).replace(day=1)
    end = following - DAY
    monday, sunday = first - DAY * first.weekday(), end + DAY * (6 - end.weekday())
    return (
        monday,
        sunday,
        (first - DAY).replace(day=1),
        following,
        f"{MONTHS[day.month - 1].capitalize()} {day.year}",
    )
