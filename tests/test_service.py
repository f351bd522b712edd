"""« État du service » (domain.md §8, Admin 10): the last beat, what is due and late, what waits to leave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from atdemain.jobs import queue
from atdemain.notifications.models import Delivery, OutgoingHold
from cases.enums import TimerKind
from cases.heartbeat import SWEEP, beat
from cases.models import Timer
from cases.sweep import sweep
from tests.office import text_of
from tests.test_budgets import a_job

pytestmark = pytest.mark.django_db
ADDRESS = reverse("service_state")


def lines(office) -> dict[str, tuple[bool, str]]:
    page = office.browser("admin").get(ADDRESS)
    assert page.status_code == 200
    return {line.name: (line.fine, line.told) for line in page.context["lines"]}


def test_admin_10_after_a_sweep_every_part_is_said_to_be_fine(office):
    sweep(timezone.now())
    page = text_of(office.browser("admin").get(ADDRESS))
    assert "tout va bien" in page
    assert "à regarder" not in page
    assert {fine for fine, _ in lines(office).values()} == {True}


def test_admin_10_the_last_beat_and_the_due_steps_late_are_told(office, clock):
    clock.move_to(timezone.now(), tick=False)
    beat(SWEEP, timezone.now() - timedelta(minutes=6))
    case = office.case("opened")
    Timer.objects.all().delete()
    late = timezone.now() - timedelta(minutes=5)
    Timer.objects.create(case=case, kind=TimerKind.SILENT_CASE, epoch=1, due_at=late)
    told = lines(office)
    assert told["Horloge"] == (False, "dernier passage il y a 6 min".replace(" min", "\u00a0min"))
    assert told["Échéances"][0] is False
    assert told["Échéances"][1].replace("\u00a0", " ") == "la plus ancienne attend depuis 5 min, 1 en retard"
    page = text_of(office.browser("admin").get(ADDRESS))
    assert "2 points à regarder" in page
    assert "run_scheduler" in page


def test_a_clock_that_never_passed_is_said_so(office):
    assert lines(office)["Horloge"] == (False, "jamais passée")


def test_deliveries_given_up_late_or_held_are_told(office):
    now = timezone.now()
    for key, status, ago in (("a", "dead", 60), ("b", "pending", 11), ("c", "pending", 9)):
        Delivery.objects.create(
            channel="email", recipient="x@exemple.fr", body=".", key=key, status=status,
            next_attempt_at=now - timedelta(minutes=ago), created_at=now,
        )  # fmt: skip
    OutgoingHold.objects.create(reason="Essai", set_at=now)
    fine, told = lines(office)["Envois"]
    assert not fine
    assert told.replace("\u00a0", " ") == "suspendus, 1 en échec, 1 en retard de plus de 10 min"


def test_a_job_that_nobody_takes_up_is_told(office):
    a_job(office, 1)
    queue.Job.objects.update(status="queued", updated_at=timezone.now())
    assert lines(office)["Traitements"][0]
    queue.Job.objects.update(updated_at=timezone.now() - timedelta(minutes=7))
    fine, told = lines(office)["Traitements"]
    assert (fine, told.replace("\u00a0", " ")) == (False, "1 en attente, depuis 7 min")


def test_a_migration_to_apply_is_told(office):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder(connection).record_unapplied("cases", "0001_initial")
    assert lines(office)["Migrations"] == (False, "1 à appliquer")
