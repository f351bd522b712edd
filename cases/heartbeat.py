"""Signs of life of the background processes, and what readiness says of them (architecture.md §4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min

from cases.enums import TimerStatus
from cases.models import Heartbeat, Timer

SWEEP = "sweep"
SCHEDULER = "run_scheduler"


def beat(name: str, now: datetime) -> None:
    """`name` was alive at `now`; one statement. An older time never replaces a newer one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_heartbeat (name, at) VALUES (%s, %s) "
            "ON CONFLICT (name) DO UPDATE SET at = excluded.at WHERE cases_heartbeat.at < excluded.at",
            [name, connection.ops.adapt_datetimefield_value(now)],
        )


def last_sweep(now: datetime) -> timedelta | None:
    """How long ago the due rows were last swept, by whichever process; None if they never were."""
    at = Heartbeat.objects.filter(name=SWEEP).values_list("at", flat=True).first()
    return None if at is None else max(now - at, timedelta(0))


def oldest_due_age(now: datetime) -> timedelta:
    """How late the oldest row nobody has tried yet is; zero when none is due.

    Rows that failed and wait for another try are counted apart (`late_counts`): they hold nobody up.
    """
    oldest = Timer.objects.filter(status=TimerStatus.PENDING, due_at__lte=now, attempts=0).aggregate(
        oldest=Min("due_at")
    )["oldest"]
    return now - oldest if oldest else timedelta(0)


def late_counts(now: datetime, late_after: timedelta = timedelta(seconds=90)) -> dict[str, int]:
    """For the administrator: rows late by more than `late_after`, waiting for a retry, and dead."""
    pending = Timer.objects.filter(status=TimerStatus.PENDING)
    return {
        "late": pending.filter(due_at__lt=now - late_after, attempts=0).count(),
        "retrying": pending.filter(attempts__gt=0, due_at__lte=now).count(),
        "dead": Timer.objects.filter(status=TimerStatus.DEAD).count(),
    }
