"""Mentoring in the demonstration: sessions in every state, each by its own door, relative to today.

The event `demo_lived` comes once the planning is laid. Deterministic: the same day gives the same sessions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone

from atdemain.journal.actors import Actor
from atdemain.organisation.consent import TEXT_VERSION, consent
from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, Role
from atdemain.organisation.models import Participation, Programme, User
from recognition.mentoring import rounds, workflow
from recognition.mentoring.enums import DisputeOutcome
from recognition.mentoring.workflow import Content, SessionRefused
from recognition.models import MentoringSession
from routing.models import Skill

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
#: The log-ins that take part beside the advisors, and in which role.
ROLES = {
    "trainer": Role.TRAINER,
    "support": Role.SUPPORT,
    "manager": Role.MANAGER,
    "backoffice": Role.BACK_OFFICE,
}
NEW_SKILLS = {"fibre": "Module fibre", "entretien-difficile": "Conduire un échange difficile"}
#: Hours tried for a session, on the wall: somebody may have a break or a training then.
HOURS = ((9, 30), (14, 30), (11, 0), (16, 0), (17, 30), (8, 30))
CONTEST = "La séance a bien commencé, mais un incident l’a interrompue après vingt minutes."
DECISION = "Les deux personnes situent l’incident après la séance : elle a eu sa durée entière."


def on_lived(*, now: datetime, advisor: User, accounts: dict[str, User], **_: Any) -> None:
    for name, role in ROLES.items():
        take_part(accounts[name], role, now)
    skills = {
        code: Skill.objects.get_or_create(code=code, defaults={"label": label})[0]
        for code, label in NEW_SKILLS.items()
    }
    skills |= {skill.code: skill for skill in Skill.objects.order_by("pk")}
    trainer, support = accounts["trainer"], accounts["support"]
    team = _team(advisor, now)
    _counted(trainer, advisor, team, skills, now)
    _others(trainer, support, accounts, advisor, team, skills, now)
    _coming(trainer, advisor, team, skills, now)
    rounds.round_(now)


def take_part(user: User, role: Role, now: datetime) -> None:
    """A volunteer who accepted, since nine months: sixty days of the last half-year at least, whatever today is.

    Whoever takes part already is left as they are.
    """
    if Participation.objects.filter(employee=user).exists():
        return
    asked = now - 280 * DAY
    made = Participation.objects.create(
        employee=user,
        programme=Programme.objects.order_by("pk")[0],
        role=role,
        mode=ParticipationMode.VOLUNTEER,
        starts_on=timezone.localdate(asked),
    )
    consent(made, user, ConsentAnswer.ACCEPTED, TEXT_VERSION, asked + DAY)


def _team(advisor: User, now: datetime) -> list[User]:
    """Colleagues of the unit who take part, but the one who is logged in."""
    current = Participation.objects.filter(
        consent=ConsentAnswer.ACCEPTED, ends_on=None, role=Role.ADVISOR, employee__unit=advisor.unit_id
    ).exclude(employee=advisor.pk)
    return [one.employee for one in current.select_related("employee").order_by("pk")[:12]]


def _counted(
    trainer: User, advisor: User, team: Sequence[User], skills: dict[str, Skill], now: datetime
) -> None:
    """Signed on both sides over three months, the trainer's and two advisors'; one where a trainee never signed."""
    for number, days in enumerate((84, 77, 63, 49, 42, 35, 21)):
        group = [advisor, *team[:3]] if number % 3 == 0 else list(team[number % 4 : number % 4 + 2])
        skill = skills["fibre" if number % 2 else "base"]
        session = held(trainer, group, skill, now - days * DAY, 180 if number % 3 == 0 else 90)
        if session:
            signers = [trainer, *(group[:-1] if number == 2 else group)]
            _signed(session, signers)
    for days, mentor, trainee in ((33, team[4], team[5]), (19, team[5], team[4])):  # told to HR, not blocked
        if session := held(mentor, [trainee], skills["fibre"], now - days * DAY, 60):
            _signed(session, [mentor, trainee])
    for days in (28, 12):
        if session := held(advisor, [team[6]], skills["base"], now - days * DAY, 120):
            _signed(session, [advisor, team[6]])


def _others(
    trainer: User,
    support: User,
    accounts: dict[str, User],
    advisor: User,
    team: Sequence[User],
    skills: dict[str, Skill],
    now: datetime,
) -> None:
    """To sign by the advisor, by the trainer, reminded of, disputed, settled, expired, cancelled."""
    hard = skills["entretien-difficile"]
    if session := held(trainer, [advisor, team[7]], hard, now - 2 * DAY, 90):
        _signed(session, [trainer])
    if session := held(trainer, [team[8]], skills["fibre"], now - 1 * DAY, 60):
        _signed(session, [team[8]])
    if session := held(trainer, [team[9], team[10]], skills["base"], now - 8 * DAY, 60):
        _signed(session, [trainer])
    if session := held(trainer, [team[0], team[1]], hard, now - 6 * DAY, 120):
        _signed(session, [trainer, team[1]])
        workflow.dispute(
            session.pk, text=CONTEST, actor=Actor.of_user(team[0]), now=session.ends_at + 5 * HOUR
        )
    if session := held(support, [team[2]], hard, now - 11 * DAY, 60):
        _signed(session, [support, team[2]])
        told = session.ends_at + DAY
        workflow.dispute(session.pk, text=CONTEST, actor=Actor.of_user(team[2]), now=told)
        session.refresh_from_db()
        day = timezone.localdate(told + 2 * DAY)
        workflow.settle(
            session.pk, version=session.version, outcome=DisputeOutcome.REJECTED, mentor_heard_on=day,
            trainee_heard_on=day, text=DECISION, actor=Actor.of_user(accounts["hr"]), now=told + 2 * DAY + HOUR,
        )  # fmt: skip
    if session := held(support, [team[3]], skills["base"], now - 20 * DAY, 60):
        _signed(session, [support])
    if session := held(accounts["backoffice"], [team[4]], skills["fibre"], now - 9 * DAY, 45):
        _signed(session, [accounts["backoffice"], team[4]])
    if session := held(trainer, [team[11]], skills["base"], now - 4 * DAY, 60):
        workflow.cancel(
            session.pk, version=session.version, actor=Actor.of_user(trainer), now=session.ends_at + HOUR
        )


def _coming(
    trainer: User, advisor: User, team: Sequence[User], skills: dict[str, Skill], now: datetime
) -> None:
    for days, group, minutes in (
        (2, [team[3], team[5], team[8]], 90),
        (5, [advisor, team[2]], 60),
        (9, team[6:8], 120),
    ):
        planned(trainer, group, skills["fibre"], now + days * DAY, minutes, now - 2 * HOUR)


def held(
    mentor: User, group: Sequence[User], skill: Skill, around: datetime, minutes: int
) -> MentoringSession | None:
    """Noted an hour after its end; None where nobody could at any hour of that day."""
    for start in _starts(around):
        end = start + minutes * MINUTE
        if made := _plan(mentor, group, skill, start, end, end + HOUR):
            return made
    return None


def planned(
    mentor: User, group: Sequence[User], skill: Skill, around: datetime, minutes: int, now: datetime
) -> MentoringSession | None:
    for start in _starts(around):
        if made := _plan(mentor, group, skill, start, start + minutes * MINUTE, now):
            return made
    return None


def _plan(
    mentor: User, group: Sequence[User], skill: Skill, start: datetime, end: datetime, now: datetime
) -> MentoringSession | None:
    content = Content(tuple(sorted(one.pk for one in group)), skill, start, end)
    try:
        return workflow.plan(content, actor=Actor.of_user(mentor), now=now).session
    except SessionRefused:
        return None


def _starts(around: datetime) -> Iterator[datetime]:
    """The hours of that day; of the Friday before, when it is a weekend."""
    day = timezone.localtime(around).date()
    day -= timedelta(days=max(0, day.weekday() - 4))
    for hour, minute in HOURS:
        yield datetime.combine(day, time(hour, minute), timezone.get_default_timezone()).astimezone(
            around.tzinfo
        )


def _signed(session: MentoringSession, people: Sequence[User]) -> None:
    """One after the other, the hours that follow."""
    for rank, one in enumerate(people):
        at = session.ends_at + 2 * HOUR + rank * 20 * MINUTE
        workflow.sign(session.pk, seen=session.content_hash, actor=Actor.of_user(one), now=at)
