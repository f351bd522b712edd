"""What the job of a campaign has to do, listed: people by the hundred, then what closes each stage.

A batch is one row of the job, done in one transaction: what a killed worker left is still to do, what it did is done.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from atdemain.jobs import queue
from atdemain.jobs.models import Job, JobRow
from atdemain.journal.actors import Actor
from recognition.campaigns.participants import participants
from recognition.models import Award, Campaign

KIND = "campaign"
BATCH = 500
COLLECT, FREEZE, COMPUTE, CONCLUDE = "collect", "freeze", "compute", "conclude"
#: First number of a stage's rows in the job: a row's object is once in its job.
_FIRST = {COLLECT: 1, FREEZE: 1_000_000, COMPUTE: 2_000_000, CONCLUDE: 3_000_000}


def ask(campaign: Campaign, *, actor: Actor, now: datetime, collect: bool) -> Job:
    """A job queued, in the transaction that is open; `collect`: evidence is received again first."""
    if collect:
        people = list(participants(campaign).values_list("pk", flat=True))
    else:
        awards = Award.objects.filter(campaign=campaign).order_by("employee__employee_number", "employee")
        people = list(awards.values_list("employee", flat=True))
    title = f"Calcul n° {campaign.run + 1} : {campaign.name}"
    stages = (COLLECT, FREEZE, COMPUTE, CONCLUDE) if collect else (COMPUTE, CONCLUDE)
    objects = [one for stage in stages for one in _rows(stage, people)]
    job = queue.prepare(
        KIND, title, objects, user=actor.user, now=now, campaign=campaign.pk, people=len(people)
    )
    queue.confirm(job, title, job.parameters, actor=actor, now=now)
    return job


def _rows(stage: str, people: Sequence[int]) -> Iterator[queue.Object]:
    if stage in (FREEZE, CONCLUDE):
        label = "Preuves arrêtées" if stage == FREEZE else "Somme et empreinte"
        yield queue.Object(_FIRST[stage], label, None, {"stage": stage})
        return
    word = "Preuves" if stage == COLLECT else "Calcul"
    for rank, start in enumerate(range(0, len(people), BATCH)):
        batch = people[start : start + BATCH]
        label = f"{word}, {start + 1} à {start + len(batch)}"
        yield queue.Object(_FIRST[stage] + rank, label, None, {"stage": stage, "people": batch})


def people_of(row: JobRow) -> list[int]:
    return list(row.memory.get("people", ()))


def everybody(job: Job) -> set[int]:
    """Whose evidence this job received."""
    rows: Any = job.rows.filter(object_id__gte=_FIRST[COLLECT], object_id__lt=_FIRST[FREEZE])
    return {pk for memory in rows.values_list("memory", flat=True) for pk in memory["people"]}
