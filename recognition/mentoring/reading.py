"""What the pages show of mentoring: one's own sessions, hours by skill, what is told to HR. No ranking of people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any

from django.db.models import Count, DurationField, Exists, F, OuterRef, Prefetch, QuerySet, Sum

from atdemain.organisation.models import User
from recognition.mentoring import rules
from recognition.mentoring.enums import LIVE, OPEN, SessionState
from recognition.models import MentoringSession, SessionSignature, SessionTrainee

PAST = 50


@dataclass(frozen=True, slots=True)
class SkillHours:
    """`given`, `received`: minutes of sessions that count; `sessions`: how many were given."""

    skill: str
    given: int
    received: int
    sessions: int = 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two colleagues who mentored each other on one skill within 30 days: shown, nothing more."""

    skill: str
    one: MentoringSession
    other: MentoringSession


def for_lines(sessions: QuerySet[MentoringSession]) -> QuerySet[MentoringSession]:
    """With everything a line shows, in two statements."""
    seats = SessionTrainee.objects.select_related("trainee").order_by(
        "trainee__last_name", "trainee__first_name", "trainee"
    )
    return sessions.select_related("mentor", "skill").prefetch_related(Prefetch("seats", queryset=seats))


def to_sign(user: User, now: datetime) -> QuerySet[MentoringSession]:
    """Held, not signed by this account, still in time; the most urgent first."""
    return (
        MentoringSession.objects.of(user)
        .filter(state__in=OPEN, ends_at__lte=now, ends_at__gte=now - rules.SIGN_WITHIN)
        .exclude(_signed_by(user))
        .order_by("ends_at", "pk")
    )


def coming(user: User, now: datetime) -> QuerySet[MentoringSession]:
    return (
        MentoringSession.objects.of(user).filter(state__in=LIVE, ends_at__gt=now).order_by("starts_at", "pk")
    )


def past(user: User, now: datetime) -> QuerySet[MentoringSession]:
    """Over or cancelled, the latest first."""
    return (
        MentoringSession.objects.of(user)
        .exclude(pk__in=coming(user, now).order_by().values("pk"))
        .annotate(i_signed=_signed_by(user))
        .order_by("-starts_at", "-pk")
    )


def _signed_by(user: User) -> Exists:
    return Exists(
        SessionSignature.objects.filter(session=OuterRef("pk"), user=user.pk, voided_at__isnull=True)
    )


def hours_of(user: User) -> list[SkillHours]:
    """One's own hours by skill, given and received, of the sessions that count; two statements."""
    counted = MentoringSession.objects.filter(state=SessionState.CO_SIGNED)
    given = _by_skill(counted.filter(mentor=user.pk))
    received = _by_skill(counted.exclude(mentor=user.pk).filter(_signed_by(user)))
    skills = sorted({*given, *received})
    return [
        SkillHours(
            skill, given.get(skill, (0, 0))[0], received.get(skill, (0, 0))[0], given.get(skill, (0, 0))[1]
        )
        for skill in skills
    ]


def _by_skill(sessions: QuerySet[MentoringSession]) -> dict[str, tuple[int, int]]:
    """Label → (minutes, sessions)."""
    took = Sum(F("ends_at") - F("starts_at"), output_field=DurationField())
    rows = sessions.order_by().values("skill__label").annotate(took=took, number=Count("pk"))
    return {row["skill__label"]: (round(row["took"].total_seconds() / 60), row["number"]) for row in rows}


def hours_by_skill(start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Everybody's, for HR: sessions that count begun in [start, end), minutes, how many mentors and trainees."""
    counted = MentoringSession.objects.filter(
        state=SessionState.CO_SIGNED, starts_at__gte=start, starts_at__lt=end
    )
    mentors = dict(
        counted.order_by()
        .values("skill__label")
        .annotate(people=Count("mentor", distinct=True))
        .values_list("skill__label", "people")
    )
    signed = SessionSignature.objects.filter(
        session__in=counted.order_by().values("pk"), voided_at__isnull=True
    ).exclude(user=F("session__mentor"))
    trainees = dict(
        signed.order_by()
        .values("session__skill__label")
        .annotate(people=Count("user", distinct=True))
        .values_list("session__skill__label", "people")
    )
    return [
        {
            "skill": skill,
            "minutes": minutes,
            "sessions": sessions,
            "mentors": mentors.get(skill, 0),
            "trainees": trainees.get(skill, 0),
        }
        for skill, (minutes, sessions) in sorted(_by_skill(counted).items())
    ]


def reciprocal(since: datetime, most: int = 50) -> list[Pair]:
    """Pairs within 30 days on the same skill, the latest first, each pair of sessions once."""
    near = MentoringSession.objects.filter(
        Exists(SessionTrainee.objects.filter(session=OuterRef(OuterRef("pk")), trainee=OuterRef("mentor"))),
        Exists(SessionTrainee.objects.filter(session=OuterRef("pk"), trainee=OuterRef(OuterRef("mentor")))),
        state__in=LIVE,
        skill=OuterRef("skill"),
        starts_at__lte=OuterRef("starts_at"),
        starts_at__gte=since - rules.RECIPROCAL,
    )
    # From the later of the two to the earlier ones: each pair is found once.
    later = for_lines(
        MentoringSession.objects.filter(state__in=LIVE, starts_at__gte=since).filter(Exists(near))
    ).order_by("-starts_at", "-pk")[: 4 * most]
    found = list(later)
    mirrored = for_lines(
        MentoringSession.objects.filter(
            state__in=LIVE,
            skill__in={one.skill_id for one in found},
            mentor__in={seat.trainee_id for one in found for seat in one.seats.all()},
            starts_at__gte=min((one.starts_at for one in found), default=since) - rules.RECIPROCAL,
        )
    ).order_by("-starts_at", "-pk")
    return _pairs(found, list(mirrored) if found else [])[:most]


def _pairs(later: Sequence[MentoringSession], others: Iterable[MentoringSession]) -> list[Pair]:
    by_mentor: dict[int, list[MentoringSession]] = defaultdict(list)
    for other in others:
        by_mentor[other.mentor_id].append(other)
    return [
        Pair(str(one.skill), one, other)
        for one in later
        for seat in one.seats.all()
        for other in by_mentor[seat.trainee_id]
        if other.skill_id == one.skill_id
        and (other.starts_at, other.pk) < (one.starts_at, one.pk)
        and one.starts_at - other.starts_at <= rules.RECIPROCAL
        and any(back.trainee_id == one.mentor_id for back in other.seats.all())
    ]


# -- calendar -------------------------------------------------------------------------------------------------


def days_of(first: date, count: int) -> list[date]:
    return [first + timedelta(days=rank) for rank in range(count)]


def by_day(
    sessions: Iterable[MentoringSession], days: Collection[date], zone: tzinfo
) -> dict[date, list[MentoringSession]]:
    """Each session on every local day it touches, in order of time."""
    found: dict[date, list[MentoringSession]] = {day: [] for day in days}
    for one in sessions:
        last = (one.ends_at - timedelta(seconds=1)).astimezone(zone).date()
        day = one.starts_at.astimezone(zone).date()
        while day <= last:
            if day in found:
                found[day].append(one)
            day += timedelta(days=1)
    return found


def between(user: User, first: date, last: date, zone: tzinfo) -> QuerySet[MentoringSession]:
    """Live sessions of this account from the first to the last of these local days."""
    start = datetime.combine(first, time.min, tzinfo=zone)
    end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=zone)
    return for_lines(
        MentoringSession.objects.of(user)
        .filter(state__in=LIVE, starts_at__lt=end, ends_at__gt=start)
        .order_by("starts_at", "pk")
    )
