"""How many rows the pages of versions, simulations and verdicts are measured on."""

from __future__ import annotations

from django.urls import reverse

from atdemain.organisation.models import User
from recognition.models import SchemeVersion, SimulatedPerson, Simulation
from tests.office import NOW, Office
from tests.recognition import scheme_cast
from tests.recognition.lived import half_year
from tests.recognition.permission_scheme import simulated


def versions(office: Office, number: int) -> int:
    """Drafts beside one that says it all; answers its key."""
    whole = SchemeVersion.objects.filter(name="Inclusive").first() or scheme_cast.draft(office)
    start = SchemeVersion.objects.order_by("-number").values_list("number", flat=True).first() or 0
    hr = office.people["hr"]
    SchemeVersion.objects.bulk_create(
        SchemeVersion(
            programme=whole.programme, number=start + n + 1, name=f"Essai {n}", drafted_by=hr, changed_by=hr,
            writers=[hr.pk], changed_at=NOW,
        )
        for n in range(number)
    )  # fmt: skip
    return whole.pk


def conditions(office: Office) -> int:
    """A published version; answers its number."""
    found = SchemeVersion.objects.public().first() or scheme_cast.published(office)
    return found.number


def simulations(office: Office, number: int) -> int:
    """As many simulations, and one of as many people; answers its key."""
    first = Simulation.objects.order_by("pk").first() or simulated(office)
    kept = {
        "before": first.before,
        "after": first.after,
        "asked_by": first.asked_by,
        "asked_at": NOW,
        "cutoff": NOW,
    }
    Simulation.objects.bulk_create(
        Simulation(**kept, period_start=first.period_start, period_end=first.period_end)
        for _ in range(number)
    )
    start = User.objects.count()
    people = User.objects.bulk_create(
        User(username=f"sim{start + n}", last_name=f"Essai {start + n}") for n in range(number)
    )
    SimulatedPerson.objects.bulk_create(
        SimulatedPerson(
            simulation=first, employee=one, unit=office.units["lyon"], role="advisor", after_cents=1
        )
        for one in people
    )
    return first.pk


FILLERS = {
    "recognition:schemes": lambda office, number: versions(office, number) and "",
    "recognition:scheme": lambda office, number: reverse(
        "recognition:scheme", args=[versions(office, number)]
    ),
    "recognition:conditions_version": lambda office, number: reverse(
        "recognition:conditions_version", args=["at-demain", conditions(office)]
    ),
    "recognition:simulations": lambda office, number: simulations(office, number) and "",
    "recognition:simulation": lambda office, number: reverse(
        "recognition:simulation", args=[simulations(office, number)]
    ),
    "recognition:my_recognition": half_year,
    "recognition:my_eligibility": half_year,
    "recognition:eligibility": half_year,
    "recognition:eligibility_of": lambda office, number: (
        half_year(office, number) or reverse("recognition:eligibility_of", args=[office.people["advisor"].pk])
    ),
}
