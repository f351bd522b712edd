"""The objects and the forms of the permission rows of versions and simulations."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from atdemain.jobs import queue
from atdemain.jobs.models import Job
from recognition.models import SchemeVersion, SimulatedPerson, Simulation
from tests.office import NOW, Office
from tests.recognition.scheme_cast import HALF, draft, programme, publish, second_hr

UNKNOWN = 10**9
#: What each page of a draft is sent: the least that it takes.
IDENTITY = {"name": "Inclusive", "org-TOTAL_FORMS": "0", "org-INITIAL_FORMS": "0"}
SCHEME = frozenset(
    f"recognition:{name}"
    for name in (
        "conditions", "conditions_version", "schemes", "scheme_new", "scheme", "scheme_preview", "scheme_publish",
        "scheme_drop", "scheme_stop", "scheme_section", "criterion", "criterion_new", "level", "level_new",
        "simulations", "simulation", "simulation_file",
    )
)  # fmt: skip


def simulated(office: Office, number: int = 1, *, finished: bool = True) -> Simulation:
    """A simulation of two drafts on `number` people, over or at work."""
    second_hr(office)
    before, after = draft(office), draft(office)
    job = queue.ask("simulation", "Simulation", actor=office.actor("hr"), now=NOW, total=1, simulation=0)
    if finished:
        Job.objects.filter(pk=job.pk).update(status="finished", done=1)
    made = Simulation.objects.create(
        before=before, after=after, period_start=HALF[0], period_end=HALF[1], cutoff=NOW,
        asked_by=office.people["hr"], asked_at=NOW, job=job,
    )  # fmt: skip
    people = list(office.people.values())[:number]
    SimulatedPerson.objects.bulk_create(
        SimulatedPerson(
            simulation=made,
            employee=one,
            unit=one.unit,
            role="advisor",
            after_cents=400_00,
            after_level="level_1",
        )
        for one in people
    )
    return made


def scheme_address(office: Office, route: str, situation: str, data: dict[str, Any]) -> str:
    """Of the row's route; `data` is completed with what its form needs."""
    name = route.removeprefix("recognition:")
    if name in ("schemes", "simulations", "conditions"):
        return reverse(route)
    if name == "scheme_new":
        data |= {"start": f"blank:{programme().pk}"}
        return reverse(route)
    if name in ("simulation", "simulation_file"):
        finished = situation != "running"
        return reverse(
            route, args=[UNKNOWN if situation == "unknown" else simulated(office, finished=finished).pk]
        )
    row = _version(office, situation)
    if name == "conditions_version":
        return reverse(
            route, args=[programme().code, row.number if row is not None and row.state != "draft" else 9_999]
        )
    pk = row.pk if row is not None else UNKNOWN
    data["version"] = str(row.version if row is not None else 1)
    if name == "scheme_publish":
        data["confirmed"] = str(row.number if row is not None else 1)
    elif name == "scheme_section":
        data |= IDENTITY
        return reverse(route, args=[pk, "identity"])
    elif name == "criterion":
        return reverse(route, args=[pk, "days_60"])
    elif name == "level":
        return reverse(route, args=[pk, "level_1"])
    return reverse(route, args=[pk])


def _version(office: Office, situation: str) -> SchemeVersion | None:
    """A draft of somebody else of HR, or what became of it."""
    if situation == "unknown":
        return None
    second_hr(office)
    row = draft(office, by="hr2", renewal="tacit", max_renewals=1)
    if situation == "published":
        row = publish(office, row, by="hr")
    return row
