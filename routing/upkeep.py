"""What comes round with the clock beside assignments: the bad-news notice, snapshots, aggregates.

domain.md L18, §5.3. What is individual goes after seven days (`routing.retention`).
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max
from django.db.models.functions import Coalesce

from atdemain.notifications.inbox import notify_many
from atdemain.organisation.models import Unit, User
from routing import load
from routing.alerts import tell_fairness
from routing.facts import Board, next_midnight, policy_in_force
from routing.models import LoadSnapshot, TeamLoad, UnitLoad
from routing.policy import Policy
from routing.summaries import Reading, team_day, unit_day

EVERY = timedelta(minutes=15)
PARIS = ZoneInfo("Europe/Paris")


def look_after(now: datetime) -> None:
    """One round of the clock. Cheap when there is nothing to do: one query in fourteen minutes of fifteen."""
    slot = now - (now - datetime.min.replace(tzinfo=now.tzinfo)) % EVERY
    if LoadSnapshot.objects.filter(at=slot).exists():
        return
    board = Board.at(now)
    tell_managers(board)
    snapshot(board, slot)
    summarise(now)
    tell_fairness(now)


def tell_managers(board: Board) -> int:
    """From the fifth callback without solution of a day, the manager is told, once (L18)."""
    over = {
        user_id: facts.bad_news_today
        for user_id, facts in board.facts.items()
        if facts.bad_news_today >= board.policy.bad_news_limit
    }
    if not over:
        return 0
    people = User.objects.filter(pk__in=over).annotate(
        boss=Coalesce("manager", "team__manager", "unit__head")
    )
    notices: list[dict[str, Any]] = []
    for user in people:
        if user.boss is None:
            continue
        day = board.now.astimezone(board.advisors[user.pk].zone).date()
        notices.append(
            {
                "recipient_id": user.boss,
                "kind": "bad_news_limit",
                "title": f"{user.short_name}\u00a0: {over[user.pk]} rappels sans solution aujourd’hui",
                "body": "Vous pouvez confier les suivants à un suppléant.",
                "url": "/team/",
                "object_type": "user",
                "object_id": str(user.pk),
                "urgent": True,
                "dedupe_key": f"bad_news:{user.pk}:{day:%Y%m%d}",
                "at": board.now,
            }
        )
    notify_many(notices)
    return len(notices)


def snapshot(board: Board, slot: datetime) -> int:
    """The load of everybody available (on shift, and free), every fifteen minutes."""
    rows = []
    for user_id, candidate in board.candidates.items():
        if candidate.shift_until is None or candidate.busy:
            continue
        lines = load.components(board.facts[user_id], board.policy, board.now)
        rows.append(
            LoadSnapshot(
                user_id=user_id,
                at=slot,
                components=[[line.code, line.count, line.points] for line in lines],
                score=candidate.points,
                cap=candidate.cap,
            )
        )
    LoadSnapshot.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return len(rows)


def summarise(now: datetime) -> int:
    """Yesterday's snapshots become one line per team and per unit of five people or more."""
    return _summarise_teams(now) + summarise_units(now)


def _summarise_teams(now: datetime) -> int:
    day = now.astimezone(PARIS).date() - timedelta(days=1)
    if TeamLoad.objects.filter(day=day).exists():
        return 0
    start = datetime(day.year, day.month, day.day, tzinfo=PARIS)
    shares: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    found = LoadSnapshot.objects.filter(
        at__gte=start, at__lt=start + timedelta(days=1), user__team__isnull=False, cap__gt=0
    )
    for team, user, score, cap in found.values_list("user__team", "user", "score", "cap"):
        shares[team][user].append(100 * score / cap)
    rows = [row for team, people in shares.items() if (row := team_day(team, day, people)) is not None]
    TeamLoad.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def summarise_units(now: datetime) -> int:
    """Each unit's own days, from the one after the last kept to yesterday (a stopped clock catches up)."""
    row = policy_in_force(now)
    policy = row.policy() if row else Policy()
    units = Unit.objects.annotate(last=Max("loads__day")).values_list("pk", "tz", "last")
    made = []
    for unit, tz, last in units.order_by("pk"):
        zone = ZoneInfo(tz)
        yesterday = now.astimezone(zone).date() - timedelta(days=1)
        first = max(last + timedelta(days=1), yesterday - timedelta(days=5)) if last else yesterday
        for days in range((yesterday - first).days + 1):
            day = first + timedelta(days=days)
            midnight = datetime.combine(day, time.min, zone)
            found = LoadSnapshot.objects.filter(
                at__gte=midnight, at__lt=next_midnight(midnight, zone), user__unit=unit, cap__gt=0
            )
            readings = [
                Reading(*values) for values in found.values_list("user", "components", "score", "cap")
            ]
            made.append(unit_day(unit, day, readings, policy, row.pk if row else None, EVERY.seconds // 60))
    rows = [one for one in made if one is not None]
    UnitLoad.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
