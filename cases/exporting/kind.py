"""A long export as a job: written aside, handed over for a day, logged with its rows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.http import QueryDict

from atdemain.jobs import kinds
from atdemain.jobs.models import Job
from atdemain.journal.access import log_access
from atdemain.journal.actors import Actor
from atdemain.journal.enums import Purpose
from atdemain.organisation.models import User
from cases.exporting import csv_file, xlsx_file
from cases.exporting.export import CONTENT_TYPES, CSV, again
from cases.listing import LISTS

KIND = "export"
MOVED = "Vos droits ont changé depuis la demande (unité, entité ou rôle) : demandez l’export à nouveau."
TOO_LONG = "Une feuille tient un million de lignes : resserrez le filtre, ou demandez un CSV."


def register() -> None:
    kinds.register(kinds.Kind(KIND, may=may, write=write, written=written, download=download))


def reader(user: User) -> dict[str, Any]:
    """As whom the list is read: what was written for one unit is not handed over in another."""
    return {"unit": user.unit_id, "entity": user.entity_id, "roles": sorted(user.roles)}


def may(job: Job) -> str:
    listing = LISTS.get(job.parameters["list"])
    if listing is None or not job.asked_by.has_role(*listing.roles):
        return "Votre rôle n’ouvre plus cette liste."
    if job.parameters.get("reader") != reader(job.asked_by):
        return MOVED
    return ""


def write(job: Job, path: Path, progress: kinds.Progress) -> int:
    """As the account sees the list at this moment: what it may no longer see is no longer there."""
    asked = job.parameters
    export = again(asked["list"], job.asked_by, asked["query"], job.started_at)
    if asked["format"] == CSV:
        return csv_file.write(export, path, progress)
    try:
        return xlsx_file.write(export, path, progress)
    except xlsx_file.TooLong:
        raise kinds.JobRefused(TOO_LONG) from None


def written(job: Job, actor: Actor, lines: int, now: datetime) -> None:
    asked = job.parameters
    export = again(asked["list"], job.asked_by, asked["query"], job.started_at)
    log_access(
        actor,
        "export",
        asked["list"],
        job.pk,
        client_id=export.selection.client_id,
        purpose=Purpose.EXPORT,
        rows=lines,
        filters=QueryDict(asked["query"]),
    )


def download(job: Job) -> tuple[str, str]:
    asked = job.parameters
    return asked["name"], CONTENT_TYPES[asked["format"]]
