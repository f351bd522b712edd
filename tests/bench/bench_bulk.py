"""A job that gives 500 cases to one advisor, row by row through the one door.

The floor: the same rows changed and told by three statements each, one transaction a row.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from atdemain.jobs import queue
from atdemain.jobs.models import Job
from atdemain.journal.actors import Actor
from atdemain.organisation.models import InternalAdvisor, User
from cases.bulk import selection
from cases.enums import AssignmentReason
from cases.models import Case

from .measuring import here
from .report import Line
from .site import MANAGER, sites

CASES, TARGET_S = 500, 10.0
WHY = "Le conseiller reprend tout le secteur après les travaux de la nuit."


def run(options: Any) -> list[Line]:
    with sites(options):
        return [_assigned(options)]


def _assigned(options: Any) -> Line:
    now = timezone.now()
    manager = User.objects.get(username=MANAGER)
    free = Case.objects.filter(unit=manager.unit_id).working()
    count = min(CASES, free.count() // 2)
    advisor = InternalAdvisor.objects.filter(user__unit=manager.unit_id).order_by("-pk")[0]
    chosen = free.exclude(owner=advisor).order_by("opened_at", "pk")[:count]
    floor = here(lambda: _floor(list(chosen.values_list("pk", flat=True))), count)
    job = selection.prepare("assign", chosen, words="bench", user=manager, now=now)
    assert job is not None
    asked = {
        "advisor": advisor.pk, "advisor_name": str(advisor.user), "reason_code": AssignmentReason.OTHER.value,
        "reason_text": WHY,
    }  # fmt: skip
    queue.confirm(job, job.title, job.parameters | asked, actor=Actor.of_user(manager), now=now)
    ours = here(queue.run_waiting, count)
    done = Job.objects.get(pk=job.pk)
    assert done.done == count, (
        done.status,
        done.done,
        done.refused,
        done.rows.exclude(reason="")[:3].values(),
    )
    return Line(
        "bulk",
        f"{count} cases assigned, {ours.cpu_ms:.1f} ms CPU a case",
        "s",
        floor.seconds,
        ours.seconds,
        floor.seconds / ours.seconds,
        f"< {TARGET_S:.0f} s",
        ours.seconds < TARGET_S,
        {"floor": floor.parts, "ours": ours.parts},
    )


def _floor(cases: list[int]) -> None:
    """Nothing is kept: the same rows are assigned afterwards."""
    with connection.cursor() as cursor:
        for pk in cases:
            with transaction.atomic():
                cursor.execute("SELECT owner_id, version FROM cases_case WHERE id = %s FOR UPDATE", [pk])
                cursor.execute("UPDATE cases_case SET assigned_at = now() WHERE id = %s", [pk])
                cursor.execute(
                    "INSERT INTO journal_accesslog (at, role, action, object_type, object_id, purpose, request_id) "
                    "VALUES (now(), 'manager', 'bench', 'case', %s, '', '')",
                    [pk],
                )
