"""What jobs leave behind goes by the one purge: files after a day, then the jobs with their rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from atdemain.jobs import files
from atdemain.jobs.enums import AT_REST, Status
from atdemain.jobs.models import Job
from atdemain.journal.retention import Counts, Deleting, Found, Kind, next_keys

ABANDONED = timedelta(days=1)  # a preview never confirmed
KEPT = timedelta(days=30)  # what a job did row by row; the journal keeps the acts themselves


def past_their_day(now: datetime) -> QuerySet[Job]:
    return Job.objects.exclude(file="").filter(expires_at__lte=now)


def over(now: datetime) -> QuerySet[Job]:
    """Previews without a follow-up and old jobs, once their file is gone."""
    abandoned = Q(status=Status.PREVIEW, updated_at__lt=now - ABANDONED)
    return Job.objects.filter(abandoned | Q(status__in=AT_REST, updated_at__lt=now - KEPT), file="")


class _Files:
    """The job stays, and says that its file is gone."""

    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(past_their_day(now), after)

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        gone = past_their_day(now).filter(pk__in=keys)
        for job in gone:
            transaction.on_commit(partial(files.remove, job.file))
        return {"exports": gone.update(file="")}


KINDS = (
    Kind(
        "exports",
        "Fichiers d’export",
        files.KEPT,
        "le temps de les télécharger",
        (_Files(),),
        every=timedelta(hours=1),
    ),
    Kind(
        "jobs", "Traitements et leurs lignes", KEPT, "relire ce qui a été refusé", (Deleting("jobs", over),)
    ),
)
