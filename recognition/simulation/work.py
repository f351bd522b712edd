"""A simulation as a job: some people at a time, each slice written whole, so that a killed worker loses nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from atdemain.database import among
from atdemain.jobs import kinds, queue
from atdemain.jobs.enums import Status
from atdemain.jobs.models import Job, JobRow
from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.journal.retention import Deleting
from atdemain.journal.retention import Kind as Retained
from atdemain.organisation.enums import ContractType, ParticipationMode, Role
from atdemain.organisation.models import Participation, User
from recognition.evidence.gather import gather
from recognition.models import ParticipationExit, SchemeVersion, SimulatedPerson, Simulation
from recognition.scheme.dry_run import NOTHING, outcomes, over, windows
from recognition.terms import Terms

KIND = "simulation"
#: People judged in one transaction.
SLICE = 500
#: As long as the job that worked it out.
KEPT = timedelta(days=30)
#: Contracts of work-study employees (alternants): shown as a group, never read by the rules.
WORK_STUDY = (ContractType.APPRENTICESHIP, ContractType.PROFESSIONALISATION)
ENDED_BY_ITSELF = ("phase_end", "contract_end")

_PARTS: tuple[Any, ...] = (
    Deleting("simulations", lambda now: Simulation.objects.filter(asked_at__lt=now - KEPT)),
)
RETENTION = Retained(
    "simulations",
    "Simulations de deux versions",
    KEPT,
    "préparer une version ; elles ne décident de rien",
    _PARTS,
)


def register() -> None:
    kinds.register(
        kinds.Kind(
            KIND, may=may, act=act, undo_words="Une simulation ne change rien : il n’y a rien à annuler."
        )
    )


def may(job: Job) -> str:
    return "" if job.asked_by.has_role(Role.HR) else "Seules les RH font une simulation."


def ask(before: SchemeVersion, after: SchemeVersion, *, actor: Actor, now: datetime) -> Simulation:
    """Both versions over the period of the second, or one as long just passed while it has not begun.

    Nobody is named in the job, only keys of accounts.
    """
    start, end = windows(after.terms(), timezone.localdate(now))[0]
    with transaction.atomic():
        asked = Simulation.objects.create(
            before=before, after=after, period_start=start, period_end=end, cutoff=now, asked_by=actor.user, asked_at=now
        )  # fmt: skip
        people = _concerned(after.programme_id, start, end)
        slices = [people[first : first + SLICE] for first in range(0, len(people), SLICE)]
        objects = [
            queue.Object(
                one[0],
                f"{len(one)} participants",
                memory={"first": one[0], "last": one[-1]},
            )
            for one in slices
        ]
        title = f"Simulation : version {before.number} et version {after.number}"
        job = queue.prepare(KIND, title, objects, user=actor.user, now=now, simulation=asked.pk)
        asked.job = job
        asked.save(update_fields=["job"])
        record(
            "simulation", asked.pk, "asked", actor=actor, at=now,
            changes={"before": [None, before.pk], "after": [None, after.pk], "people": [None, len(people)]},
        )  # fmt: skip
        queue.confirm(job, title, job.parameters, actor=actor, now=now)
    return asked


def _concerned(programme: int, start: date, end: date) -> list[int]:
    """Keys of whoever took part on a day of the period, in order."""
    inside = Participation.objects.filter(programme=programme, starts_on__lte=end).exclude(ends_on__lt=start)
    return list(inside.order_by("employee").values_list("employee", flat=True).distinct())


def act(job: Job, row: JobRow, actor: Actor, now: datetime) -> kinds.Result:
    """One slice, over again if need be."""
    asked = (
        Simulation.objects.select_related("before", "after").filter(pk=job.parameters["simulation"]).first()
    )
    if asked is None:
        raise kinds.RowRefused("Cette simulation n’existe plus.")
    people = [
        pk
        for pk in _concerned(asked.after.programme_id, asked.period_start, asked.period_end)
        if row.memory["first"] <= pk <= row.memory["last"]
    ]
    before, after = (_over(version, asked) for version in (asked.before, asked.after))
    old = dict(
        outcomes(
            before,
            gather(before, cutoff=asked.cutoff, employees=people, programme_id=asked.after.programme_id),
        )
    )
    new = dict(
        outcomes(
            after, gather(after, cutoff=asked.cutoff, employees=people, programme_id=asked.after.programme_id)
        )
    )
    groups = _Groups(asked, people)
    SimulatedPerson.objects.filter(simulation=asked, employee__in=among(people)).delete()
    SimulatedPerson.objects.bulk_create(
        SimulatedPerson(
            simulation=asked,
            employee_id=pk,
            unit_id=groups.units.get(pk),
            role=(new.get(pk, NOTHING).role or old.get(pk, NOTHING).role or groups.roles.get(pk, "")),
            before_level=old.get(pk, NOTHING).level,
            before_cents=old.get(pk, NOTHING).cents,
            before_blocked=old.get(pk, NOTHING).blocked,
            after_level=new.get(pk, NOTHING).level,
            after_cents=new.get(pk, NOTHING).cents,
            after_blocked=new.get(pk, NOTHING).blocked,
            left=pk in groups.left,
            work_study=pk in groups.work_study,
            designated=pk in groups.designated,
        )
        for pk in people
    )
    return kinds.Result(memory=dict(row.memory))


def _over(version: SchemeVersion, asked: Simulation) -> Terms:
    return over(version.terms(), (asked.period_start, asked.period_end))


class _Groups:
    """What the page shows people by; four queries, none of which the rules see."""

    def __init__(self, asked: Simulation, people: list[int]) -> None:
        accounts = User.objects.filter(pk__in=among(people))
        self.units = dict(accounts.values_list("pk", "unit"))
        self.work_study = set(accounts.filter(contract_type__in=WORK_STUDY).values_list("pk", flat=True))
        inside = (
            Participation.objects.filter(
                employee__in=among(people),
                programme=asked.after.programme_id,
                starts_on__lte=asked.period_end,
            )
            .exclude(ends_on__lt=asked.period_start)
            .order_by("starts_on", "pk")
        )
        rows = list(inside.values_list("employee", "role", "mode"))
        self.roles = {employee: role for employee, role, _ in rows}
        self.designated = {employee for employee, _, mode in rows if mode == ParticipationMode.DESIGNATED}
        gone = ParticipationExit.objects.filter(
            participation__in=inside.values("pk"), last_day__lt=asked.period_end
        ).exclude(reason__in=ENDED_BY_ITSELF)
        self.left = set(gone.values_list("participation__employee", flat=True))


def is_finished(asked: Simulation) -> bool:
    """Every slice is written."""
    return asked.job is not None and asked.job.status == Status.FINISHED and not asked.job.refused
