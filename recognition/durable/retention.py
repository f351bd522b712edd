"""A career's proofs stay with the person; five years after somebody left, they go (domain.md §2.9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from atdemain.journal.actors import system
from atdemain.journal.erasure import erase_personal
from atdemain.journal.retention import Counts, Found, Kind, next_keys
from recognition.durable.competencies import OBJECT, past

KEPT = timedelta(days=5 * 365)


class _Records:
    start = 0

    def find(self, now: datetime, after: Any) -> Found:
        return next_keys(past(now), after)

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        still = list(past(now).filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
        erase_personal(OBJECT, still, actor=system("purge"), at=now, reason_code="term")
        return {"competency_records": past(now).filter(pk__in=still).delete()[0]}


RECORDS = Kind(
    "competencies",
    "Évaluations de compétence, après le départ du salarié",
    KEPT,
    "faire valoir sa carrière, jusqu’à la prescription",
    (_Records(),),
)
KINDS = (RECORDS,)
