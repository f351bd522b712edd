"""Exits and neutralised days are kept as long as the evidence of recognition (domain.md §2.9, §6.6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.journal.erasure import erase_personal
from atdemain.journal.retention import Counts, Deleting, Found, Kind, next_keys
from recognition.models import NeutralisedDays, ParticipationExit

KEPT = timedelta(days=5 * 365)


class _Exits:
    """With what the journal heard of them: the reason, the facts, the answers, the decision."""

    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(_left_long_ago(now), after)

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        rows = _left_long_ago(now).filter(pk__in=keys).order_by("pk")
        gone = list(rows.values_list("pk", flat=True))
        erase_personal("participationexit", gone, actor=system("purge"), at=now, reason_code="term")
        return {"participation_exits": rows.delete()[0]}


def _left_long_ago(now: datetime) -> QuerySet[ParticipationExit]:
    return ParticipationExit.objects.filter(last_day__lt=timezone.localdate(now) - KEPT)


EXITS = Kind(
    "participation_exits",
    "Sorties du programme, dossiers de juste motif et jours neutralisés",
    KEPT,
    "répondre d’une prime (3 ans pour un salaire, 5 pour une discrimination)",
    (
        _Exits(),
        Deleting(
            "neutralised_days",
            lambda now: NeutralisedDays.objects.filter(to_on__lt=timezone.localdate(now) - KEPT),
        ),
    ),
)
