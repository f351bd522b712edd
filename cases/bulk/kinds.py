"""What the jobs of cases are, for `atdemain.jobs` to run by name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.urls import reverse

from atdemain.jobs import kinds
from atdemain.jobs.enums import MOVING
from atdemain.jobs.models import Job, JobRow
from cases import hooks
from cases.bulk import selection
from cases.bulk.acts import ACTS
from cases.models import Case
from cases.permissions import role_may

#: What somebody typed for a job, or the filter that chose its cases: it may name a client.
WORDS = ("chosen", "text", "reason", "reason_text", "undo_reason")


def register() -> None:
    hooks.listen("clients_pseudonymised", forget_words)
    for act in ACTS.values():
        kinds.register(
            kinds.Kind(
                act.performs,
                may=may,
                act=act.act,
                undo=act.undo if act.has_way_back else None,
                undo_words=act.undo_words,
                address=address,
                redo=redo,
                around=around,
            )
        )


def may(job: Job) -> str:
    """The role first; each case is the door's business."""
    return "" if role_may(job.asked_by, job.kind) else "Votre rôle n’a plus cette action."


def address(row: JobRow) -> str:
    return reverse("cases:case", args=[row.label])


def forget_words(*, case_ids: Collection[int], **_facts: Any) -> None:
    """A job that touched these cases loses its words at once, and keeps what it did; one at work is left to its end."""
    touching = JobRow.objects.filter(job=OuterRef("pk"), object_id__in=case_ids)
    jobs = list(Job.objects.filter(Exists(touching), kind__in=ACTS).exclude(status__in=MOVING))
    for job in jobs:
        kept = {name: value for name, value in job.parameters.items() if name != "typed"}
        job.parameters = kept | {name: "" for name in WORDS if name in kept}
    Job.objects.bulk_update(jobs, ["parameters"], batch_size=100)


def redo(job: Job, now: datetime) -> str:
    again = selection.refused(job, job.asked_by, now)
    return reverse("cases:bulk", args=[again.pk]) if again else ""


@contextmanager
def around(rows: Sequence[JobRow], now: datetime) -> Iterator[None]:
    """The cases of one transaction, locked in the order everybody locks them; who weighs them reads loads once."""
    wanted = Case.objects.filter(pk__in=[row.object_id for row in rows]).order_by("pk")
    cases = list(wanted.select_for_update(no_key=True, of=("self",)))
    weighing = hooks.providers.get("weighing")
    with weighing(cases, now) if weighing else nullcontext():
        yield
