"""`/healthz/live` and `/healthz/ready`: what a load balancer and a supervisor act upon."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from atdemain import health
from cases.enums import CaseState, TimerKind
from cases.heartbeat import SWEEP, beat
from cases.models import Timer
from cases.sweep import sweep
from tests.cases.clock_cast import Cast

READY = "/healthz/ready"


@pytest.fixture
def probe(client: Client) -> Callable[[], tuple[int, dict[str, str]]]:
    def ask() -> tuple[int, dict[str, str]]:
        response = client.get(READY)
        return response.status_code, response.json()["checks"]

    return ask


@pytest.mark.django_db
def test_ready_after_a_sweep_is_green(probe):
    sweep(timezone.now())
    status, checks = probe()
    assert status == 200
    assert set(checks.values()) == {"ok"}


@pytest.mark.django_db
def test_ready_when_nothing_ever_swept_is_red_and_says_so(probe):
    status, checks = probe()
    assert status == 503
    assert "aucun passage" in checks["scheduler"]


@pytest.mark.django_db
def test_ready_turns_red_before_two_minutes_of_silence(probe):
    beat(SWEEP, timezone.now() - timedelta(seconds=60))
    assert probe()[0] == 200
    beat_again = timezone.now() - timedelta(seconds=119)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_heartbeat SET at = %s", [connection.ops.adapt_datetimefield_value(beat_again)]
        )
    assert probe()[0] == 503


@pytest.mark.django_db
def test_ready_with_a_due_row_nobody_took_is_red_and_says_how_late(probe, monkeypatch):
    beat(SWEEP, timezone.now())
    monkeypatch.setattr(health, "oldest_due_age", lambda now: timedelta(minutes=5))
    status, checks = probe()
    assert status == 503
    assert "300 s" in checks["due_rows"]


@pytest.mark.django_db
def test_ready_reads_the_due_rows_of_the_database(probe, late_timer: Timer):
    beat(SWEEP, timezone.now())
    assert probe()[0] == 503
    Timer.objects.filter(pk=late_timer.pk).update(due_at=timezone.now() + timedelta(minutes=1))
    assert probe()[0] == 200


@pytest.mark.django_db
def test_ready_with_a_migration_to_apply_is_red_and_names_the_command(probe):
    sweep(timezone.now())
    MigrationRecorder(connection).record_unapplied("cases", "0001_initial")
    status, checks = probe()
    assert status == 503
    assert "manage.py migrate" in checks["migrations"]


@pytest.mark.django_db
def test_ready_without_a_database_is_red_and_not_an_error(probe, monkeypatch):
    def down(*_: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", down)
    assert probe() == (503, {"database": "la base ne répond pas"})


def test_live_answers_without_touching_the_database(client: Client):
    """No database fixture: a query would fail this test."""
    response = client.get("/healthz/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/healthz/live", READY])
def test_health_is_read_only_and_never_cached(client: Client, path: str):
    assert client.post(path).status_code == 405
    assert "no-store" in client.get(path)["Cache-Control"]


def test_health_answers_a_probe_that_speaks_plain_http(client: Client, settings):
    """A load balancer on the machine does not speak TLS; people are sent to HTTPS."""
    settings.SECURE_SSL_REDIRECT = True
    assert Client().get("/healthz/live").status_code == 200
    assert Client().get("/accounts/login/").status_code == 301


def test_health_silence_leaves_room_for_the_sweep_interval():
    interval = settings.CELERY_BEAT_SCHEDULE["sweep"]["schedule"]
    assert 3 * interval < health.SILENCE.seconds <= 120


@pytest.fixture
def late_timer(db) -> Timer:
    """A row due five minutes ago that nobody has tried."""
    now = timezone.now()
    case = Cast.gather().case(CaseState.OPENED, now - timedelta(days=3))
    return Timer.objects.create(
        case=case, kind=TimerKind.SILENT_CASE, epoch=1, due_at=now - timedelta(minutes=5)
    )
