"""A simulation of two versions on 10,000 participants, and the dry run that an amendment waits for, in one request.

The floor: the people simulated, written by one statement.
"""

from __future__ import annotations

import resource
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from atdemain.jobs import queue
from atdemain.journal.actors import Actor
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from recognition.enums import SchemeState
from recognition.models import SchemeVersion, SimulatedPerson
from recognition.scheme import publication
from recognition.simulation import work

from .bench_campaign import PEOPLE, QUICK, build
from .measuring import here
from .report import Line

TARGET_S, TARGET_MIB, REQUEST_CPU_S = 60.0, 500.0, 10.0
NOW = datetime(
    2026, 5, 20, 8, tzinfo=UTC
)  # the period runs: an amendment is judged on it and on the one before


def run(options: Any) -> list[Line]:
    people = QUICK if options.quick else PEOPLE
    scheme = build(people)
    better = _better(scheme)
    actor = Actor.of_user(User.objects.get(username="bench-hr"), role=Role.HR.value)

    def simulate() -> None:
        work.ask(scheme, better, actor=actor, now=NOW)
        queue.run_waiting()

    ours = here(simulate, people)
    assert SimulatedPerson.objects.count() == people
    floor = here(_floor, people)
    dry = here(lambda: publication.check_better(better, scheme, NOW), people)
    dry_cpu = dry.python_cpu + dry.postgres_cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        Line(
            "simulation", f"{people:,} participants under two versions, {ours.cpu_ms:.1f} ms CPU each", "s",
            floor.seconds, ours.seconds, floor.seconds / ours.seconds, f"< {TARGET_S:.0f} s",
            ours.seconds < TARGET_S, {"floor": floor.parts, "ours": ours.parts},
        ),
        Line(
            "simulation", f"dry run of an amendment, {people:,} participants, {dry.seconds:.0f} s by the clock", "s CPU",
            None, dry_cpu, None, f"< {REQUEST_CPU_S:.0f} s", dry_cpu < REQUEST_CPU_S, {"ours": dry.parts},
        ),
        Line("simulation", "memory of the process at its highest", "MiB", None, peak, None,
             f"< {TARGET_MIB:.0f} MiB", peak < TARGET_MIB),
    ]  # fmt: skip


def _better(scheme: SchemeVersion) -> SchemeVersion:
    """The same version, its first level paid a hundred euros more."""
    row = SchemeVersion.objects.get(pk=scheme.pk)
    row.levels[0]["amounts"] = {role: cents + 100_00 for role, cents in row.levels[0]["amounts"].items()}
    row.pk, row.number, row.state, row.amends = None, scheme.number + 1, SchemeState.DRAFT, scheme
    row.published_at = row.published_on = row.published_by = None
    row.content_hash = ""
    row.save()
    return row


def _floor() -> None:
    """Nothing is kept."""
    table = SimulatedPerson._meta.db_table
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"CREATE TABLE bench_simulated (LIKE {table} INCLUDING ALL)")
        cursor.execute(f"INSERT INTO bench_simulated SELECT * FROM {table}")
        transaction.set_rollback(True)
