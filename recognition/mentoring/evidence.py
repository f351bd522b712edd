"""What mentoring proves, for a scheme and for a dossier (domain.md §6.4, §6.5, §11): set-based, with its ids.

A session counts for its mentor when the mentor and at least one trainee signed its present content within
14 × 24 h of its end, and by the cutoff. Only those who signed are distinct trainees. A disputed session does
not count, nor a cancelled or an expired one. What does not count is listed with its reason, in French.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.utils import timezone

from atdemain.database import among
from atdemain.organisation.models import User
from recognition.mentoring.enums import SessionState
from recognition.mentoring.rules import SIGN_WITHIN, named
from recognition.models import MentoringSession, SessionDispute, SessionSignature, SessionTrainee

#: People per statement.
BATCH = 500


@dataclass(frozen=True, slots=True)
class Counted:
    """A session that counts. `trainees`: those who signed in time; `co_signed_at`: from when it counts."""

    session_id: int
    starts_at: datetime
    minutes: int
    skill_id: int
    trainees: tuple[int, ...]
    co_signed_at: datetime


@dataclass(frozen=True, slots=True)
class NotCounted:
    """A session that does not. `code`: future, disputed, expired, late, no_mentor, no_trainee; `reason`: French."""

    session_id: int
    starts_at: datetime
    minutes: int
    skill_id: int
    code: str
    reason: str


@dataclass(slots=True)
class Mentoring:
    """One mentor's evidence, sessions in order of time."""

    minutes: int = 0
    counted: list[Counted] = field(default_factory=list)
    not_counted: list[NotCounted] = field(default_factory=list)

    @property
    def sessions(self) -> int:
        return len(self.counted)

    @property
    def session_ids(self) -> list[int]:
        return [one.session_id for one in self.counted]

    @property
    def trainees(self) -> frozenset[int]:
        """The distinct colleagues who signed."""
        return frozenset(pk for one in self.counted for pk in one.trainees)


def counted_sessions(
    employees: Collection[int], start: date, end: date, cutoff: datetime
) -> dict[int, Mentoring]:
    """Mentor → evidence of the sessions begun from `start` to `end` (both included, days of Paris), as signed by
    `cutoff` (included). Everybody asked for is there, with nothing when nothing was given. Five statements per
    500 people.
    """
    found = {pk: Mentoring() for pk in employees}
    since, until = _bounds(start, end)
    for some in _batched(sorted(found), BATCH):
        sessions = list(
            MentoringSession.objects.filter(mentor__in=among(some), starts_at__gte=since, starts_at__lt=until)
            .exclude(state=SessionState.CANCELLED)
            .order_by("starts_at", "pk")
            .values("pk", "mentor_id", "starts_at", "ends_at", "skill_id", "state", "content_hash")
        )
        for row, verdict in _judged(sessions, some, since, until, cutoff):
            evidence = found[row["mentor_id"]]
            if isinstance(verdict, Counted):
                evidence.minutes += verdict.minutes
                evidence.counted.append(verdict)
            else:
                evidence.not_counted.append(verdict)
    return found


def _judged(
    sessions: Sequence[Any],
    mentors: Collection[int],
    since: datetime,
    until: datetime,
    cutoff: datetime,
) -> Iterator[tuple[Any, Counted | NotCounted]]:
    if not sessions:
        return
    within: dict[str, Any] = {
        "session__mentor__in": mentors,
        "session__starts_at__gte": since,
        "session__starts_at__lt": until,
    }
    seats: dict[int, list[int]] = defaultdict(list)
    for session, trainee in (
        SessionTrainee.objects.filter(**within).order_by("trainee").values_list("session", "trainee")
    ):
        seats[session].append(trainee)
    signed: dict[tuple[int, str], dict[int, datetime]] = defaultdict(dict)
    for session, user, at, sealed in (
        SessionSignature.objects.filter(**within, voided_at__isnull=True)
        .order_by("at", "pk")
        .values_list("session", "user", "at", "content_hash")
    ):
        signed[session, sealed][user] = at
    disputed = dict(
        SessionDispute.objects.filter(**within, outcome="").order_by("at").values_list("session", "at")
    )
    people = {pk for row in sessions for pk in (row["mentor_id"], *seats[row["pk"]])}
    names = {
        user.pk: user.short_name
        for some in _batched(sorted(people), BATCH)
        for user in User.objects.filter(pk__in=among(some))
        .only("first_name", "last_name", "username")
        .order_by("pk")
    }
    for row in sessions:
        signatures = signed.get((row["pk"], row["content_hash"]), {})
        yield row, _verdict(row, seats[row["pk"]], signatures, disputed.get(row["pk"]), names, cutoff)


def _verdict(
    row: Any,
    trainees: Sequence[int],
    signatures: dict[int, datetime],
    disputed_at: datetime | None,
    names: dict[int, str],
    cutoff: datetime,
) -> Counted | NotCounted:
    mentor, limit = row["mentor_id"], row["ends_at"] + SIGN_WITHIN
    minutes = round((row["ends_at"] - row["starts_at"]).total_seconds() / 60)

    def no(code: str, reason: str) -> NotCounted:
        return NotCounted(row["pk"], row["starts_at"], minutes, row["skill_id"], code, reason)

    if row["state"] == SessionState.DISPUTED:
        since = f" le {_day(disputed_at)}" if disputed_at else ""
        return no("disputed", f"contestée{since}, pas encore tranchée")
    if row["ends_at"] > cutoff:
        return no("future", f"finie le {_day(row['ends_at'])}, après l’arrêt du {_day(cutoff)}")
    in_time = {user: at for user, at in signatures.items() if at <= limit}
    by_cutoff = {user: at for user, at in in_time.items() if at <= cutoff}
    signers = tuple(pk for pk in trainees if pk in by_cutoff)
    if row["state"] == SessionState.CO_SIGNED and mentor in by_cutoff and signers:
        at = max(by_cutoff[mentor], min(by_cutoff[pk] for pk in signers))
        return Counted(row["pk"], row["starts_at"], minutes, row["skill_id"], signers, at)
    complete = mentor in in_time and any(pk in in_time for pk in trainees)
    if row["state"] == SessionState.CO_SIGNED and complete:
        at = max(in_time[mentor], min(in_time[pk] for pk in trainees if pk in in_time))
        return no("late", f"signée le {_day(at)}, après l’arrêt du {_day(cutoff)}")
    lacking = [pk for pk in trainees if pk not in in_time]
    missing = [] if mentor in in_time else [names[mentor]]
    if len(lacking) == len(trainees):
        missing.append(named([names[pk] for pk in lacking], last=" ou "))
    who = " et de ".join(missing)
    if row["state"] == SessionState.EXPIRED:
        return no("expired", f"le délai de 14 jours est passé sans la signature de {who}")
    return no("no_mentor" if mentor not in in_time else "no_trainee", f"il manque la signature de {who}")


def _day(at: datetime) -> str:
    return timezone.localtime(at).strftime("%d/%m")


def _bounds(start: date, end: date) -> tuple[datetime, datetime]:
    """[first instant, end[ of these days."""
    zone = timezone.get_default_timezone()
    return (
        datetime.combine(start, time.min, tzinfo=zone),
        datetime.combine(end + timedelta(days=1), time.min, tzinfo=zone),
    )


def _batched(keys: Sequence[int], size: int) -> Iterator[list[int]]:
    rest = iter(keys)
    while some := list(islice(rest, size)):
        yield some
