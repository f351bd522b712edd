"""What the lists of participation hold when their budget is measured (`tests.test_budgets`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from django.urls import reverse

from atdemain.journal.record import Entry, record_many
from atdemain.organisation.models import Participation, Programme, User
from recognition.models import NeutralisedDays, ParticipationExit
from routing.models import AdvisorSkill, Skill
from tests.office import NOW, Office

DAY = timedelta(days=1)


def people(office: Office, number: int) -> list[User]:
    start = User.objects.count()
    return User.objects.bulk_create(
        User(username=f"p{start + n}", last_name=f"Personne {start + n}", unit=office.units["lyon"])
        for n in range(number)
    )


def participations(office: Office, number: int) -> list[Participation]:
    return Participation.objects.bulk_create(
        Participation(
            employee=one, programme=Programme.objects.get(), role="advisor", mode="designated",
            designated_by=office.people["manager"], starts_on=date(2026, 9, 1), declared_at=NOW,
        )
        for one in people(office, number)
    )  # fmt: skip


def exits(office: Office, number: int) -> list[ParticipationExit]:
    """Half of them to decide, half settled."""
    manager, hr = office.people["manager"], office.people["hr"]
    open_or_not = [
        {"just_cause": "pending", "due_at": NOW + 10 * DAY},
        {
            "just_cause": "no", "basis": "decision", "decided_by": hr, "decided_at": NOW, "heard_on": NOW.date(),
            "decision_text": "Décidé après l’entretien.",
        },
    ]  # fmt: skip
    return ParticipationExit.objects.bulk_create(
        ParticipationExit(
            participation=one, reason="unjustified", exit_by="management", last_day=NOW.date(), announced_at=NOW,
            announced_by=manager, facts="Parti sans prévenir, deux fois.", **open_or_not[rank % 2],
        )
        for rank, one in enumerate(participations(office, number))
    )  # fmt: skip


def skills(office: Office, number: int) -> None:
    base = Skill.objects.get_or_create(code="base", defaults={"label": "Module de base"})[0]
    AdvisorSkill.objects.bulk_create(
        AdvisorSkill(
            user=one, skill=base, validated_on=date(2025, 9, 1), expires_on=date(2026, 9, 1),
            validated_by=office.people["trainer"],
        )
        for one in people(office, number)
    )  # fmt: skip


def validations(office: Office, number: int) -> str:
    base = Skill.objects.get_or_create(code="base", defaults={"label": "Module de base"})[0]
    held = AdvisorSkill.objects.get_or_create(
        user=office.people["advisor"], skill=base, defaults={"validated_on": NOW.date()}
    )[0]
    changes = {"level": [1, 2], "validated_on": [None, "2026-01-05"], "expires_on": [None, "2027-01-05"]}
    record_many(
        Entry("advisorskill", held.pk, "changed", office.actor("trainer"), NOW, changes=changes)
        for _ in range(number)
    )
    return reverse("recognition:skill", args=[held.pk])


def neutralised(office: Office, number: int) -> None:
    NeutralisedDays.objects.bulk_create(
        NeutralisedDays(
            employee=one, from_on=date(2026, 4, 1), to_on=date(2026, 4, 30), days=20,
            entered_by=office.people["hr"], entered_at=NOW,
        )
        for one in people(office, number)
    )  # fmt: skip


def decisions(office: Office, number: int) -> None:
    programme = Programme.objects.get()
    actors = [office.actor(name) for name in ("admin", "manager", "hr")]
    record_many(
        Entry("programme", programme.pk, "changed", actors[n % 3], NOW, personal={"decision": f"Motif {n}"})
        for n in range(number)
    )


def one_file(office: Office, number: int) -> str:
    return reverse("recognition:file", args=[exits(office, number)[0].pk])


def one_to_end(office: Office, number: int) -> str:
    from tests.test_budgets import working_cases

    working_cases(office, number)
    held = Participation.objects.get_or_create(
        employee=office.people["advisor"], programme=Programme.objects.get(),
        defaults={"role": "advisor", "mode": "volunteer", "starts_on": date(2026, 9, 1)},
    )[0]  # fmt: skip
    return reverse("recognition:exit_new", args=[held.pk])


def quietly(fill: Callable[[Office, int], object]) -> Callable[[Office, int], None]:
    """A filler whose page has the route's own address."""

    def filled(office: Office, number: int) -> None:
        fill(office, number)

    return filled


FILLERS = {
    "recognition:participants": quietly(participations),
    "recognition:designate": quietly(people),
    "recognition:exit_figures": quietly(exits),
    "recognition:just_causes": quietly(exits),
    "recognition:file": one_file,
    "recognition:exit_new": one_to_end,
    "recognition:neutralised": neutralised,
    "recognition:skills": skills,
    "recognition:skill": validations,
    "recognition:programme": decisions,
}
