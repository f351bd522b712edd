"""Two sweepers at the same moment: each reminder once (INV-12), and what that rests on."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

import pytest
from django.db import connection

from atdemain.notifications.models import Notification
from cases import due
from cases import sweep as sweeping
from cases.enums import TimerStatus
from cases.models import Timer
from cases.sweep import SweepReport, sweep
from tests.soak.population import make_promised, make_site

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)
PROMISES = 60
TABLE = Notification._meta.db_table


@pytest.fixture(autouse=True)
def _due() -> None:
    make_promised(make_site(), PROMISES, [NOW])


def two_sweeps(limit: int) -> list[SweepReport]:
    """Started together, each on its own connection, in batches of `limit`."""
    start = Barrier(2, timeout=30)

    def one(_n: int) -> SweepReport:
        try:
            connection.ensure_connection()
            start.wait()
            return sweep(NOW, limit)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(one, range(2)))


def keys() -> list[str]:
    return list(Notification.objects.values_list("dedupe_key", flat=True).order_by("pk"))


def test_two_sweepers_together_tell_each_reminder_once() -> None:
    reports = two_sweeps(limit=7)
    assert len(keys()) == len(set(keys())) == PROMISES
    assert sum(report.sent for report in reports) == PROMISES
    assert not Timer.objects.filter(due_at__lte=NOW).exclude(status=TimerStatus.DONE).exists()


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows are read without being locked, and both sweepers have read before either writes."""
    monkeypatch.setattr(due, "_locked", lambda rows, columns: rows.values_list(*columns))
    read, both = sweeping.surroundings, Barrier(2, timeout=10)

    def together(*arguments):
        found = read(*arguments)
        both.wait()
        return found

    monkeypatch.setattr(sweeping, "surroundings", together)


@pytest.fixture
def keys_free() -> Iterator[None]:
    """The unique constraint on the key of an inbox item is away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype = 'u'",
            [TABLE],
        )
        ((name, definition),) = cursor.fetchall()
        cursor.execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT {name}")
        yield
        cursor.execute(f"DELETE FROM {TABLE}")
        cursor.execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT {name} {definition}")


@pytest.mark.postgres
@pytest.mark.usefixtures("unlocked")
def test_two_sweepers_without_locks_still_tell_once_by_the_key() -> None:
    two_sweeps(limit=PROMISES)
    assert len(keys()) == len(set(keys())) == PROMISES


@pytest.mark.postgres
@pytest.mark.usefixtures("unlocked", "keys_free")
def test_two_sweepers_without_locks_nor_key_tell_twice() -> None:
    """The negative control: what the two guards are for."""
    two_sweeps(limit=PROMISES)
    assert len(keys()) == 2 * PROMISES
    assert len(set(keys())) == PROMISES
