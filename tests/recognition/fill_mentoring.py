"""`number` rows of whatever a page of recognition lists, for `tests/test_budgets.py`."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from atdemain.organisation.models import Participation, Programme, Unit, User
from recognition.mentoring import rules
from recognition.models import (
    Competency,
    CompetencyRecord,
    MentoringSession,
    SessionDispute,
    SessionSignature,
    SessionTrainee,
    UnitDocument,
)
from routing.models import AdvisorSkill, Skill
from tests.office import NOW, Office

from .mentoring_cast import DAY, HOUR, skill

STATES = ("co_signed", "draft", "disputed", "expired")


def colleagues(office: Office, number: int) -> list[User]:
    start = User.objects.count()
    made = User.objects.bulk_create(
        User(username=f"dupont-{start + n}", first_name="Jo", last_name="Dupont", unit=office.units["lyon"])
        for n in range(number)
    )
    groups = User.groups.through
    advisor = office.people["advisor"].groups.get().pk
    groups.objects.bulk_create(groups(user=one, group_id=advisor) for one in made)
    return made


def sessions(office: Office, number: int) -> None:
    """The trainer's, in the past and to come, in every state, each with somebody and its signatures."""
    trainer, people = office.people["trainer"], colleagues(office, number)
    known = MentoringSession.objects.count()
    made = [
        MentoringSession(
            mentor=trainer, skill=skill(f"s{n % 5}"), state=STATES[n % 4], created_at=NOW, content_hash="0" * 64,
            starts_at=NOW + side * (known + n + 1) * 2 * HOUR, ends_at=NOW + side * (known + n + 1) * 2 * HOUR + HOUR,
        )
        for n in range(number)
        for side in (-1, 1)
    ]  # fmt: skip
    made = MentoringSession.objects.bulk_create(made)
    SessionTrainee.objects.bulk_create(
        SessionTrainee(session=one, trainee=people[rank // 2]) for rank, one in enumerate(made)
    )
    SessionSignature.objects.bulk_create(
        SessionSignature(session=one, user=user, at=NOW, content_hash="0" * 64)
        for rank, one in enumerate(made)
        if one.state == "co_signed"
        for user in (trainer, people[rank // 2])
    )
    SessionDispute.objects.bulk_create(
        SessionDispute(session=one, by=people[rank // 2], at=NOW)
        for rank, one in enumerate(made)
        if one.state == "disputed"
    )


def a_session(office: Office, number: int, *trainees: User) -> MentoringSession:
    """One, signed and signed again `number` times."""
    trainer = office.people["trainer"]
    Participation.objects.get_or_create(
        employee=trainer,
        programme=Programme.objects.get(),
        role="trainer",
        mode="volunteer",
        starts_on=NOW - 99 * DAY,
    )
    start, end = NOW - 3 * HOUR, NOW - 2 * HOUR
    people = (office.people["advisor"], office.people["colleague"])
    sealed = rules.content_hash(trainer.pk, [one.pk for one in people], start, end, "fibre")
    session = MentoringSession.objects.filter(content_hash=sealed).first() or MentoringSession.objects.create(
        mentor=trainer, skill=skill(), starts_at=start, ends_at=end, created_at=NOW, content_hash=sealed
    )
    for one in people:
        SessionTrainee.objects.get_or_create(session=session, trainee=one)
    SessionSignature.objects.bulk_create(
        SessionSignature(session=session, user=trainer, at=NOW, content_hash=sealed, voided_at=NOW)
        for _ in range(number)
    )
    return session


def records(office: Office, number: int, whose: str) -> None:
    start = CompetencyRecord.objects.count()
    known = [
        Competency.objects.get_or_create(code=f"c{n}", defaults={"label": f"Compétence {n}"})[0]
        for n in range(5)
    ]
    CompetencyRecord.objects.bulk_create(
        CompetencyRecord(
            employee=office.people[whose], competency=known[n % 5], level=2, assessed_by=office.people["trainer"],
            assessed_on=NOW.date() - (start + n) * DAY, recorded_at=NOW, proofs=[{"kind": "words", "words": "Vu."}],
        )
        for n in range(number)
    )  # fmt: skip


def career(office: Office, number: int, whose: str = "trainer") -> None:
    """Everything a dossier holds."""
    sessions(office, number)
    records(office, number, whose)
    start = Skill.objects.count()
    made = Skill.objects.bulk_create(
        Skill(code=f"m{start + n}", label=f"M{start + n}") for n in range(number)
    )
    AdvisorSkill.objects.bulk_create(
        AdvisorSkill(user=office.people[whose], skill=one, validated_on=NOW.date()) for one in made
    )


def units_with_pages(office: Office, number: int) -> None:
    start = Unit.objects.count()
    made = Unit.objects.bulk_create(Unit(code=f"u{start + n}", name=f"U{start + n}") for n in range(number))
    pages(office, number, *made)


def pages(office: Office, number: int, *units: Unit) -> None:
    start = UnitDocument.objects.count()
    UnitDocument.objects.bulk_create(
        UnitDocument(
            unit=units[n % len(units)], title="Modalités", text="Texte.", dated_on=NOW.date() - (start + n) * DAY,
            published_by=office.people["hr"], published_at=NOW,
        )
        for n in range(number)
    )  # fmt: skip


def _of(route: str, office: Office, who: str) -> str:
    return reverse(route, args=[office.people[who].pk])


FILLERS: dict[str, Callable[[Office, int], str | None]] = {
    "recognition:mentoring": sessions,
    "recognition:mentoring_calendar": sessions,
    "recognition:mentoring_follow_up": sessions,
    "recognition:mentoring_people": lambda office, number: colleagues(office, number) and "?who=dupont",
    "recognition:session": lambda office, number: reverse(
        "recognition:session", args=[a_session(office, number).pk]
    ),
    "recognition:session_edit": lambda office, number: reverse(
        "recognition:session_edit", args=[a_session(office, number).pk]
    ),
    "recognition:dossier": career,
    "recognition:dossier_people": lambda office, number: colleagues(office, number) and "?who=dupont",
    "recognition:dossier_of": lambda office, number: (
        career(office, number, "advisor") or _of("recognition:dossier_of", office, "advisor")
    ),
    "recognition:competencies": lambda office, number: (
        (colleagues(office, number) and records(office, number, "advisor")) or "?who=dupont"
    ),
    "recognition:competency_person": lambda office, number: (
        career(office, number, "advisor") or _of("recognition:competency_person", office, "advisor")
    ),
    "recognition:arcq": units_with_pages,
    "recognition:arcq_page": lambda office, number: (
        pages(office, number, office.units["lyon"]) or reverse("recognition:arcq_page", args=["lyon"])
    ),
}
