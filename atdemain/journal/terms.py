"""How long the journal keeps what is not the journal itself: who looked at what, and closed sessions.

The chained rows live as long as what they tell of (domain.md §2.9); their personal values are erased by the
kind that owns them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from atdemain.journal.actors import system
from atdemain.journal.erasure import erase_personal
from atdemain.journal.models import AccessLog, AccessQuestion
from atdemain.journal.retention import Counts, Deleting, Found, Kind, next_keys

#: As long as a file that nobody uses stays readable, so that « who saw it » can be answered till its end.
ACCESS_KEPT = timedelta(days=730)


class _Questions:
    """With the reason that the journal heard too: it may name the client."""

    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(_asked_long_ago(now), after)

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        rows = _asked_long_ago(now).filter(pk__in=keys)
        asked = list(rows.values_list("pk", flat=True))
        erase_personal("accessquestion", asked, actor=system("purge"), at=now, reason_code="term")
        return {"access_questions": rows.delete()[0]}


def _asked_long_ago(now: datetime) -> QuerySet[AccessQuestion]:
    return AccessQuestion.objects.filter(asked_at__lt=now - ACCESS_KEPT)


KINDS = (
    Kind(
        "access_log",
        "Consultations des fiches et dossiers, et ce qu’on leur a demandé",
        ACCESS_KEPT,
        "répondre à « qui a vu ce dossier » tant qu’il est lisible",
        (
            Deleting("access_log", lambda now: AccessLog.objects.filter(at__lt=now - ACCESS_KEPT)),
            _Questions(),
        ),
    ),
    Kind(
        "sessions",
        "Sessions échues",
        timedelta(0),
        "une session échue ne sert plus",
        (Deleting("sessions", lambda now: Session.objects.filter(expire_date__lt=now), start=""),),
    ),
)
