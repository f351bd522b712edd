"""« Équité »: the figures of fairness with their formula, for who must watch over them (domain.md §5.4).

Aggregates only: nobody's load is on this page, whoever reads it.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from routing import equity
from routing.facts import policy_in_force
from routing.policy import Policy
from routing.summaries import SMALLEST

READERS = (Role.MANAGER, Role.HR, Role.STAFF_REP)
MONTHS = 12


@require_safe
@for_roles(*READERS)
def fairness(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    row = policy_in_force(now)
    policy = row.policy() if row else Policy()
    days = equity.days_known(now)
    day = _day(request.GET.get("day", ""), days)
    month = _month(request.GET.get("month", ""), timezone.localdate(now))
    last = timezone.localdate(now).replace(day=1)
    context: dict[str, Any] = {
        "now": now,
        "policy": policy,
        "smallest": SMALLEST,
        "day": day,
        "older": next((one for one in days if day and one < day), None),
        "newer": next((one for one in reversed(days) if day and one > day), None),
        "units": equity.inside(day) if day else [],
        "between": equity.between(day, policy) if day else None,
        "month": month,
        "month_before": _first(month - timedelta(days=1)) if month > _first(last, -MONTHS) else None,
        "month_after": _first(month + timedelta(days=32)) if month < last else None,
        "partners": equity.partners(month, policy),
    }
    return render(request, "routing/fairness.html", context)


def _day(text: str, days: list[date]) -> date | None:
    """The day asked for if its sums are kept; else the latest."""
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        asked = None
    return asked if asked in days else (days[0] if days else None)


def _month(text: str, today: date) -> date:
    """The first day of the month asked for, within twelve months; else of this one."""
    this = today.replace(day=1)
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return this
    return asked if _first(this, -MONTHS) <= asked <= this else this


def _first(day: date, months: int = 0) -> date:
    rank = day.year * 12 + day.month - 1 + months
    return date(rank // 12, rank % 12 + 1, 1)
