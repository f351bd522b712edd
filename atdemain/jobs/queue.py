"""Asked, confirmed, taken up, stopped, gone on with, undone: every change of state is a conditional update."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple
from uuid import uuid4

import structlog
from django.db import transaction
from django.db.models import Count, Min, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from atdemain.jobs import files
from atdemain.jobs.background import STALE, Background, Stop
from atdemain.jobs.endings import announce
from atdemain.jobs.enums import AT_REST, MOVING, Outcome, Status
from atdemain.jobs.kinds import KINDS, JobRefused
from atdemain.jobs.models import Job, JobRow
from atdemain.jobs.work import Interrupted, Work
from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from atdemain.organisation.models import User

log = structlog.get_logger(__name__)

AT_ONCE = 2.0  # seconds that a page gives to a job it has just confirmed
FAILED = "Une erreur est survenue ; ce qui est fait reste fait. Reprenez le traitement."


class Object(NamedTuple):
    """What a row is about: its key, how it is called, and the version its asker saw."""

    pk: int
    label: str
    version: int | None = None
    memory: Mapping[str, Any] = {}


# -- what the pages do -----------------------------------------------------------------------------------


def prepare(
    kind: str, title: str, objects: Sequence[Object], *, user: User, now: datetime, **parameters: Any
) -> Job:
    """A job to confirm, its objects listed as they are now."""
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title[:240], asked_by=user, parameters=parameters, status=Status.PREVIEW,
            total=len(objects), asked_at=now, updated_at=now,
        )  # fmt: skip
        _list(job, objects)
    return job


def keep(job: Job, parameters: dict[str, Any], *, now: datetime) -> bool:
    """What was chosen so far, on a job not yet confirmed."""
    return _become(job, Status.PREVIEW, Status.PREVIEW, now=now, parameters=parameters)


def renew(job: Job, versions: Mapping[int, int], *, now: datetime) -> bool:
    """The objects of a job not yet confirmed, seen again at these versions, by key."""
    with transaction.atomic():
        if not _become(job, Status.PREVIEW, Status.PREVIEW, now=now):
            return False
        rows = [row for row in job.rows.all() if versions.get(row.object_id, row.version) != row.version]
        for row in rows:
            row.version = versions[row.object_id]
        JobRow.objects.bulk_update(rows, ["version"], batch_size=500)
    return True


def confirm(job: Job, title: str, parameters: dict[str, Any], *, actor: Actor, now: datetime) -> bool:
    """False when it was confirmed already: a second click asks for nothing more."""
    with transaction.atomic():
        confirmed = _become(
            job,
            Status.QUEUED,
            Status.PREVIEW,
            now=now,
            title=title[:240],
            parameters=parameters,
            asked_at=now,
        )
        if confirmed:
            _told(job, "asked", actor, now)
    return confirmed


def ask(kind: str, title: str, *, actor: Actor, now: datetime, total: int = 0, **parameters: Any) -> Job:
    """A job without rows, queued at once."""
    with transaction.atomic():
        job = Job.objects.create(
            kind=kind, title=title[:240], asked_by=actor.user, parameters=parameters, total=total,
            asked_at=now, updated_at=now,
        )  # fmt: skip
        _told(job, "asked", actor, now)
    return job


def stop(job: Job, *, now: datetime) -> bool:
    return _become(job, Status.STOPPED, *MOVING, now=now)


def resume(job: Job, *, now: datetime) -> bool:
    """Not what was undone meanwhile: the two would chase each other."""
    if Job.objects.filter(undoes=job.pk).exists():
        return False
    return _become(job, Status.QUEUED, Status.STOPPED, Status.FAILED, now=now, error="")


def can_undo(job: Job) -> bool:
    return (
        job.status in AT_REST
        and job.done > 0
        and job.undoes_id is None
        and job.kind in KINDS
        and KINDS[job.kind].undo is not None
        and not Job.objects.filter(undoes=job.pk).exists()
    )


def can_redo(job: Job) -> bool:
    """Whether what it refused may be tried again."""
    return (
        job.status in AT_REST
        and job.refused > 0
        and job.undoes_id is None
        and job.kind in KINDS
        and KINDS[job.kind].redo is not None
    )


def undo(job: Job, title: str, *, actor: Actor, now: datetime, reason: str) -> Job | None:
    """A job over the rows that succeeded, the last one first; None when there is nothing to undo any more."""
    with transaction.atomic():
        held = Job.objects.select_for_update().get(pk=job.pk)
        if not can_undo(held):
            return None
        rows = held.rows.filter(outcome=Outcome.DONE).order_by("-position")
        objects = [Object(row.object_id, row.label, row.version, row.memory) for row in rows]
        new = Job.objects.create(
            kind=held.kind, title=title[:240], asked_by=actor.user, undoes=held,
            parameters=held.parameters | {"undo_reason": reason},
            total=len(objects), asked_at=now, updated_at=now,
        )  # fmt: skip
        _list(new, objects)
        _told(new, "asked", actor, now)
    return new


def run_at_once(job: Job, seconds: float = AT_ONCE) -> None:
    """Begin right here: what is short is done when the next page opens, the rest is the worker's."""
    end = time.monotonic() + seconds
    taken = _take(timezone.now(), job.pk)
    if taken is not None:
        _run(taken, stop=lambda: time.monotonic() > end)


# -- what the worker does --------------------------------------------------------------------------------


def run_waiting(*, writing: bool | None = None, stop: Stop = lambda: False) -> int:
    """Take up what waits, one after the other; answers how many were taken.

    `writing`: only the jobs that write a file, or only the others.
    """
    files.sweep_leftovers()
    taken = 0
    while not stop() and (job := _take(timezone.now(), writing=writing)) is not None:
        taken += 1
        _run(job, stop=stop, told=True)
    return taken


def waits(*, writing: bool | None = None) -> bool:
    return _waiting(timezone.now(), writing).exists()


def waiting_since(now: datetime) -> tuple[int, datetime | None]:
    """For the administrator: how many jobs nobody works on, and since when the oldest waits."""
    found = _waiting(now).aggregate(number=Count("pk"), oldest=Min("updated_at"))
    return found["number"], found["oldest"]


#: Each with its own thread: a long file never holds what is done on many cases.
BACKGROUNDS = (
    Background("jobs", partial(waits, writing=False), partial(run_waiting, writing=False)),
    Background("files", partial(waits, writing=True), partial(run_waiting, writing=True)),
)


def _waiting(now: datetime, writing: bool | None = None) -> Any:
    """`writing`: only those that write a file, or only the others."""
    waiting = Job.objects.filter(
        Q(status=Status.QUEUED) | Q(status=Status.RUNNING, updated_at__lt=now - STALE)
    )
    if writing is None:
        return waiting
    of_files = Q(kind__in=[kind.name for kind in KINDS.values() if kind.write is not None])
    return waiting.filter(of_files if writing else ~of_files)


def _take(now: datetime, pk: int | None = None, *, writing: bool | None = None) -> Job | None:
    """The oldest that waits (or this one), stamped as ours; None when there is none."""
    waiting = _waiting(now, writing) if pk is None else _waiting(now).filter(pk=pk)
    for job in waiting.order_by("pk"):
        token = uuid4().hex
        ours = Job.objects.filter(pk=job.pk, status=job.status, token=job.token, updated_at=job.updated_at)
        if ours.update(
            status=Status.RUNNING, token=token, updated_at=now, started_at=Coalesce("started_at", now)
        ):
            return Job.objects.select_related("asked_by").get(pk=job.pk, token=token)
    return None


def _run(job: Job, *, stop: Stop, told: bool = False) -> None:
    """Until its end, good or bad, or until it is interrupted. `told`: its end goes to its asker's inbox."""
    held = Job.objects.filter(pk=job.pk, token=job.token, status=Status.RUNNING)
    try:
        Work(job, stop=stop, told=told).run()
    except Interrupted:
        held.update(status=Status.QUEUED)  # out of time; otherwise it is no longer ours, and stays as it is
        return
    except JobRefused as refusal:
        error = str(refusal)[:400]
    except Exception:
        log.exception("job_failed", job=job.pk)
        error = FAILED
    else:
        return
    with transaction.atomic():
        now = timezone.now()
        if held.update(status=Status.FAILED, error=error, updated_at=now) and told:
            announce(job, now)


def _become(job: Job, status: str, *before: str, now: datetime, **fields: Any) -> bool:
    """False when the job is no longer in one of these states: somebody else acted first."""
    hit = Job.objects.filter(pk=job.pk, status__in=before).update(status=status, updated_at=now, **fields)
    return bool(hit)


def _list(job: Job, objects: Iterable[Object]) -> None:
    JobRow.objects.bulk_create(
        [
            JobRow(
                job=job, position=position, object_id=one.pk, label=one.label, version=one.version,
                memory=dict(one.memory),
            )
            for position, one in enumerate(objects, start=1)
        ],
        batch_size=500,
    )  # fmt: skip


def _told(job: Job, action: str, actor: Actor, now: datetime) -> None:
    record(
        "job", job.pk, action, actor=actor, at=now, to_state=Status.QUEUED,
        changes={"kind": [None, job.kind], "total": [None, job.total], "undoes": [None, job.undoes_id]},
    )  # fmt: skip
