"""What `check_invariants` verifies of mentoring (domain.md INV-21): each finding names a session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from cases.invariants import Finding
from recognition.mentoring.enums import LIVE, SessionState
from recognition.mentoring.rules import content_hash
from recognition.models import MentoringSession, SessionSignature, SessionTrainee


def _named(rows: QuerySet[MentoringSession], kind: str) -> Iterator[Finding]:
    for pk in rows.order_by("pk").values_list("pk", flat=True).iterator(chunk_size=1000):
        yield Finding("mentoring_session", str(pk), kind)


def people(now: datetime) -> Iterator[Finding]:
    """Nobody mentors oneself, nor is in two sessions at once."""
    seat = SessionTrainee.objects.filter(session=OuterRef("pk"))
    yield from _named(
        MentoringSession.objects.filter(Exists(seat.filter(trainee=OuterRef("mentor")))),
        "INV-21:mentor_is_trainee",
    )
    yield from _named(MentoringSession.objects.filter(~Exists(seat)), "INV-21:no_trainee")
    outer = SessionTrainee.objects.filter(session=OuterRef(OuterRef("pk")))
    meets = MentoringSession.objects.filter(
        Q(mentor=OuterRef("mentor"))
        | Exists(outer.filter(trainee=OuterRef("mentor")))
        | Exists(
            SessionTrainee.objects.filter(session=OuterRef("pk")).filter(
                Q(trainee=OuterRef(OuterRef("mentor")))
                | Q(
                    trainee__in=SessionTrainee.objects.filter(
                        session=OuterRef(OuterRef(OuterRef("pk")))
                    ).values("trainee")
                )
            )
        ),
        state__in=LIVE,
        starts_at__lt=OuterRef("ends_at"),
        ends_at__gt=OuterRef("starts_at"),
        pk__lt=OuterRef("pk"),
    )
    live = MentoringSession.objects.filter(state__in=LIVE)
    yield from _named(live.filter(Exists(meets)), "INV-21:two_sessions_at_once")


def signatures(now: datetime) -> Iterator[Finding]:
    """Co-signed is the mentor and a trainee of the present content, and nothing else is."""
    held = SessionSignature.objects.filter(
        session=OuterRef("pk"), voided_at__isnull=True, content_hash=OuterRef("content_hash")
    )
    seats = SessionTrainee.objects.filter(session=OuterRef("session"), trainee=OuterRef("user"))
    both = Exists(held.filter(user=OuterRef("mentor"))) & Exists(held.filter(Exists(seats)))
    every = MentoringSession.objects.all()
    yield from _named(every.filter(state=SessionState.CO_SIGNED).exclude(both), "INV-21:not_co_signed")
    short = (SessionState.DRAFT, SessionState.MENTOR_SIGNED, SessionState.EXPIRED)
    yield from _named(every.filter(both, state__in=short), "INV-21:co_signed_uncounted")
    stale = SessionSignature.objects.filter(session=OuterRef("pk"), voided_at__isnull=True).exclude(
        content_hash=F("session__content_hash")
    )
    yield from _named(every.filter(Exists(stale)), "INV-21:signature_of_another_content")


def hashes(now: datetime) -> Iterator[Finding]:
    """What was signed is what the session says; read in order, a few rows at a time."""
    rows = MentoringSession.objects.order_by("pk").values_list(
        "pk", "mentor", "starts_at", "ends_at", "skill__code", "content_hash", "seats__trainee"
    )
    for key, group in groupby(rows.iterator(chunk_size=2000), key=lambda row: row[:6]):
        pk, mentor, start, end, skill, sealed = key
        trainees = [row[6] for row in group if row[6] is not None]
        if content_hash(mentor, trainees, start, end, skill) != sealed:
            yield Finding("mentoring_session", str(pk), "INV-21:content_unlike_its_hash")


CHECKS = (people, signatures, hashes)
