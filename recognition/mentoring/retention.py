"""Mentoring is evidence of recognition: kept five years (domain.md §6.6), then rows and texts go together."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from atdemain.journal.actors import system
from atdemain.journal.erasure import erase_personal
from atdemain.journal.retention import Counts, Found, Kind, next_keys
from recognition.mentoring.workflow import OBJECT
from recognition.models import MentoringSession

KEPT = timedelta(days=5 * 365)


def past(now: datetime) -> QuerySet[MentoringSession]:
    return MentoringSession.objects.filter(ends_at__lt=now - KEPT)


class _Sessions:
    """Seats, signatures and disputes go with their session; the texts of a dispute leave the journal."""

    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(past(now), after)

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        still = list(past(now).filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
        erase_personal(OBJECT, still, actor=system("purge"), at=now, reason_code="term")
        gone = MentoringSession.objects.filter(pk__in=still).delete()[1]
        return {"mentoring_sessions": gone.get(MentoringSession._meta.label, 0)}


SESSIONS = Kind(
    "mentoring",
    "Séances d’accompagnement, signatures et contestations",
    KEPT,
    "prouver ce qui a été reconnu, jusqu’à la prescription",
    (_Sessions(),),
)
KINDS = (SESSIONS,)
