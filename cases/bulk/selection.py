"""Which cases: those ticked, or all that a filter showed; listed once, as they are then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from atdemain.jobs import queue
from atdemain.jobs.enums import Outcome
from atdemain.jobs.models import Job
from atdemain.organisation.models import User
from cases.bulk.acts import ACTS, dossiers
from cases.listing import LISTS
from cases.models import Case

#: Cases of one job: what a preview shows in a second, and a job does in less than a minute.
MOST = 2_000


class TooMany(Exception):
    """More cases than one job does."""


def ticked(user: User, refs: Sequence[str], now: datetime) -> tuple[QuerySet[Case], str]:
    """Those of these references that the account sees, the longest open first; and how they were chosen."""
    known = [ref for ref in refs[: MOST + 1] if "\x00" not in ref and len(ref) <= 40]
    cases = Case.objects.visible_to(user, now=now).filter(ref__in=known)
    return cases.order_by("opened_at", "pk"), "choisis un à un"


def matching(user: User, query: QueryDict, now: datetime) -> tuple[QuerySet[Case], str]:
    """All that the list shows by this filter, in its order; none where the filter cannot be read."""
    selection = LISTS["cases"].select(user, query, now)
    conditions = ", ".join(selection.described)
    return selection.rows, f"tous ceux de la liste ({conditions})" if conditions else "tous ceux de la liste"


def prepare(
    act: str, cases: QuerySet[Case], *, words: str, user: User, now: datetime, **more: Any
) -> Job | None:
    """A job to confirm over these cases at their present version; None without any. Raises TooMany.

    `words`: how they were chosen, in French; `more`: what else the job keeps.
    """
    found = list(cases.values_list("pk", "ref", "version")[: MOST + 1])
    if len(found) > MOST:
        raise TooMany
    if not found:
        return None
    objects = [queue.Object(*row) for row in found]
    title = f"{ACTS[act].verb} {dossiers(len(found))}"
    return queue.prepare(act, title, objects, user=user, now=now, chosen=words, **more)


def refresh(job: Job, user: User, now: datetime) -> None:
    """The cases of the choice as they are now, those that moved since included."""
    cases = Case.objects.visible_to(user, now=now).filter(pk__in=job.rows.values("object_id"))
    queue.renew(job, dict(cases.values_list("pk", "version")), now=now)


def refused(job: Job, user: User, now: datetime) -> Job | None:
    """The same action, to confirm, on the cases that this job refused and the account still sees."""
    rows = job.rows.filter(outcome=Outcome.REFUSED)
    cases = Case.objects.visible_to(user, now=now).filter(pk__in=rows.values("object_id"))
    typed = {"typed": job.parameters["typed"]} if "typed" in job.parameters else {}
    words = "refusés par un traitement précédent"
    ordered = cases.order_by("opened_at", "pk")
    return prepare(job.kind, ordered, words=words, user=user, now=now, **typed)
