"""What a half-year leaves in the database, for the tests of evidence: rows as the product's doors leave them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from atdemain.organisation.enums import ConsentAnswer, ParticipationMode
from atdemain.organisation.models import ConsentEvent, Participation, Programme, User
from recognition.evidence.gather import gather
from recognition.mentoring.enums import SessionState
from recognition.models import (
    MentoringSession,
    NeutralisedDays,
    ParticipationExit,
    SchemeVersion,
    SessionSignature,
    SessionTrainee,
    Suggestion,
)
from recognition.rules import Person
from recognition.scheme import seeds
from routing.models import AdvisorSkill, Skill
from tests.office import Office

FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
CUTOFF = datetime(2026, 7, 20, 10, tzinfo=UTC)
NINETY_DAYS = date(2026, 3, 31)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def participation(
    who: User,
    role: str = seeds.ADVISOR,
    first: date = FIRST,
    last: date | None = None,
    *,
    mode: str = ParticipationMode.VOLUNTEER,
    by: User | None = None,
) -> Participation:
    return Participation.objects.create(
        employee=who,
        programme=Programme.objects.get(),
        role=role,
        mode=mode,
        designated_by=by,
        starts_on=first,
        ends_on=last,
    )


def answer(one: Participation, day: date, given: str = ConsentAnswer.ACCEPTED) -> None:
    ConsentEvent.objects.create(participation=one, at=noon(day), answer=given, text_version="essai")
    Participation.objects.filter(pk=one.pk).update(consent=given)


def left(one: Participation, by: User, reason: str = "workload", **fields: Any) -> ParticipationExit:
    """Ends it as written in `ends_on`; `unjustified` waits for a decision unless the fields tell one."""
    assert one.ends_on
    at = noon(one.ends_on)
    if reason == "unjustified":
        facts: dict[str, Any] = {
            "exit_by": "management",
            "just_cause": "pending",
            "due_at": at + timedelta(days=14),
        }
    else:
        facts = {"exit_by": "employee", "just_cause": "yes", "basis": "reason", "decided_at": at}
    return ParticipationExit.objects.create(
        participation=one,
        reason=reason,
        last_day=one.ends_on,
        announced_at=at,
        announced_by=by,
        **facts | fields,
    )


def trained(who: User, on: date = date(2026, 1, 12), expires: date | None = None) -> AdvisorSkill:
    skill, _ = Skill.objects.get_or_create(code="base", defaults={"label": "Socle"})
    return AdvisorSkill.objects.create(user=who, skill=skill, validated_on=on, expires_on=expires)


def session(
    mentor: User,
    *trainees: User,
    day: date = date(2026, 3, 2),
    minutes: int = 120,
    signed: dict[User, datetime] | None = None,
    state: str = SessionState.CO_SIGNED,
) -> MentoringSession:
    """Co-signed that evening by everybody, or by `signed`, who signed when."""
    skill, _ = Skill.objects.get_or_create(code="wifi", defaults={"label": "Wi-Fi"})
    start = noon(day)
    end = start + timedelta(minutes=minutes)
    made = MentoringSession.objects.create(
        mentor=mentor,
        skill=skill,
        starts_at=start,
        ends_at=end,
        state=state,
        content_hash="a" * 64,
        created_at=start,
    )
    SessionTrainee.objects.bulk_create(SessionTrainee(session=made, trainee=one) for one in trainees)
    evening = end + timedelta(hours=3)
    who = dict.fromkeys((mentor, *trainees), evening) if signed is None else signed
    SessionSignature.objects.bulk_create(
        SessionSignature(session=made, user=one, at=at, content_hash="a" * 64) for one, at in who.items()
    )
    return made


def neutralised(who: User, by: User, first: date, last: date, days: int) -> NeutralisedDays:
    return NeutralisedDays.objects.create(
        employee=who, from_on=first, to_on=last, days=days, entered_by=by, entered_at=noon(last)
    )


def suggestion(
    office: Office, author: User, state: str = "submitted", day: date = date(2026, 3, 3), **fields: Any
) -> Suggestion:
    at = noon(day)
    told = {
        "submitted": {},
        "rejected": {
            "acknowledged_at": at, "ack_days": 1, "answered_at": at, "answer_days": 1, "answer": "Non, car.",
        },
        "duplicate": {"closed_at": at},
    }[state]  # fmt: skip
    return Suggestion.objects.create(
        author=author, topic="process", title="Un titre", text="Un texte.", state=state, submitted_at=at,
        owner_entity=office.entities["copper"], ack_due=at, answer_due=at, escalate_at=at, **told | fields,
    )  # fmt: skip


def half_year(office: Office, number: int) -> None:
    """A version in force, `number` participants, and as much evidence of the advisor's."""
    first, last = date(2026, 7, 1), date(2026, 12, 31)
    if not SchemeVersion.objects.filter(period_start=first).exists():
        content = seeds.content(seeds.inclusive(first, last))
        SchemeVersion.objects.create(
            programme=Programme.objects.get(), name="inclusive", state="in_force",
            published_at=noon(date(2026, 6, 1)), published_on=date(2026, 6, 1), drafted_by=office.people["hr"],
            published_by=office.people["admin"], content_hash="c" * 64, **content,
        )  # fmt: skip
        if not office.people["advisor"].participations.exists():
            participation(office.people["advisor"], first=first)
    start, known = MentoringSession.objects.count(), Participation.objects.count()
    people = User.objects.bulk_create(
        User(username=f"par{rank}", employee_number=f"PAR{rank}") for rank in range(known, number)
    )
    Participation.objects.bulk_create(
        Participation(
            employee=one, programme=Programme.objects.get(), role="advisor", mode="volunteer", starts_on=first
        )
        for one in people
    )
    for rank in range(start, min(number, 60)):
        session(office.people["advisor"], office.people["colleague"], day=first + timedelta(days=rank))
        suggestion(office, office.people["advisor"], day=first + timedelta(days=rank))


def known_of(who: User, *, cutoff: datetime = CUTOFF, terms: Any = None) -> Person | None:
    """What gather finds of one person; None when nothing makes them a participant."""
    found = dict(gather(terms or seeds.inclusive(FIRST, LAST), cutoff=cutoff, employees=[who.pk]))
    return found.get(who.pk)
