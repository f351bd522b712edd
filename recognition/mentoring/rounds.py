"""What time does to a session (domain.md §6.4): a reminder at day 7, once; the end of the time to sign.

Registered in `cases.hooks.rounds`: it may run twice at once, or again. Each session in a transaction of its own.
"""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db import transaction

from recognition.mentoring import rules, telling, workflow
from recognition.mentoring.enums import OPEN, SessionState
from recognition.models import MentoringSession, SessionSignature, SessionTrainee

log = structlog.get_logger(__name__)

#: Sessions looked at in one round: what is left comes with the next, twenty seconds later.
MOST = 200


def round_(now: datetime) -> None:
    remind(now)
    expire(now)


def remind(now: datetime) -> int:
    """Tell who has not signed seven days after the end; how many sessions were looked at."""
    due = MentoringSession.objects.filter(
        state__in=OPEN,
        reminded_at=None,
        ends_at__lte=now - rules.REMIND_AFTER,
        ends_at__gt=now - rules.SIGN_WITHIN,
    )
    done = 0
    for pk in list(due.order_by("ends_at", "pk").values_list("pk", flat=True)[:MOST]):
        with transaction.atomic():
            # The version stays: a page open on the session is not stale for a reminder.
            if not MentoringSession.objects.filter(pk=pk, reminded_at=None, state__in=OPEN).update(
                reminded_at=now
            ):
                continue
            session = MentoringSession.objects.select_related("mentor", "skill").get(pk=pk)
            signed = SessionSignature.objects.filter(session=pk, voided_at=None)
            signers = set(signed.order_by().values_list("user", flat=True))
            seats = SessionTrainee.objects.filter(session=pk).order_by("trainee")
            people = {session.mentor_id, *seats.values_list("trainee", flat=True)}
            telling.remind(session, people - signers, now)
            done += 1
    return done


def expire(now: datetime) -> int:
    """Sessions whose 14 × 24 h are over without both sides' signature; how many expired."""
    due = MentoringSession.objects.filter(
        state__in=(SessionState.DRAFT, SessionState.MENTOR_SIGNED), ends_at__lt=now - rules.SIGN_WITHIN
    )
    done = 0
    for pk in list(due.order_by("ends_at", "pk").values_list("pk", flat=True)[:MOST]):
        try:
            done += workflow.expire(pk, now=now)
        except workflow.SessionMoved:
            log.info("mentoring_expiry_met_another_change", session=pk)
    return done
