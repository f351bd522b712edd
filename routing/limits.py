"""What the manager's page counts of routing: assignments above the cap, and the day's limit of bad news.

domain.md L18, §5.6. Each figure counts the very rows of the list it opens.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone

from atdemain.organisation.models import User
from cases.hooks import Figure, Panel
from cases.models import CallbackAttempt
from routing.facts import BAD_NEWS_TOLD, last_midnight, policy_in_force
from routing.models import Assignment
from routing.policy import Policy
from routing.team import advisors_of

WEEK = timedelta(days=7)


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def above_cap(unit_id: int | None, start: date, tz: tzinfo) -> QuerySet[Assignment]:
    """The unit's assignments above the cap, in the week that begins that day on its clock."""
    since, until = (datetime.combine(day, time.min, tz) for day in (start, start + WEEK))
    return Assignment.objects.filter(over_cap=True, case__unit=unit_id, at__gte=since, at__lt=until)


class Reached(NamedTuple):
    pk: int
    name: str
    count: int


def reached_limit(manager: User, now: datetime) -> list[Reached]:
    """Who of the manager's team told as many clients today that nothing is solved yet, by name. Two queries."""
    row = policy_in_force(now)
    limit = (row.policy() if row else Policy()).bad_news_limit
    told = (
        CallbackAttempt.objects.filter(
            BAD_NEWS_TOLD,
            at__gte=last_midnight(now, timezone.get_current_timezone()),
            at__lte=now,
            by__in=advisors_of(manager).order_by().values("pk"),
        )
        .order_by()
        .values_list("by", "by__first_name", "by__last_name")
        .annotate(count=Count("pk"))
        .filter(count__gte=limit)
        .order_by("by__last_name", "by__first_name", "by")
    )
    return [Reached(pk, f"{first[:1]}. {last}", count) for pk, first, last, count in told]


def limits_panel(user: User, now: datetime) -> Panel:
    """On the page of the unit, for its manager: who reached the day's limit, and both figures. Three queries."""
    tz = timezone.get_current_timezone()
    above = above_cap(user.unit_id, monday(now.astimezone(tz).date()), tz).count()
    reached = reached_limit(user, now)
    return Panel(
        "routing/_bad_news.html",
        {"reached": reached},
        figures=(
            Figure(
                "over_cap",
                above,
                f"{'affectations' if above > 1 else 'affectation'} au-delà du plafond, cette semaine",
                reverse("routing:over_cap"),
            ),
            Figure(
                "bad_news",
                len(reached),
                f"{'conseillers' if len(reached) > 1 else 'conseiller'} à la limite des rappels sans solution",
                "#s-bad-news",
            ),
        ),
    )
