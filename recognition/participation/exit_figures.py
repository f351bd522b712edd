"""Exits by reason, for everybody who may ask and nobody in particular (domain.md L22, M14).

The reasons add up to the exits, and small cells are masked with what would give them away.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from atdemain.organisation.models import Participation
from recognition.enums import ExitReason
from recognition.masking import mask

UNKNOWN = "unknown"
UNKNOWN_LABEL = "Motif non enregistré"


@dataclass(frozen=True, slots=True)
class Row:
    label: str
    shown: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """`rate`: exits ÷ participants, in per cent to one decimal, None without a participant or when masked."""

    participants: int
    exits: int
    rate: float | None
    rows: tuple[Row, ...]
    masked: bool  # the total itself

    @property
    def any_masked(self) -> bool:
        return any(row.masked for row in self.rows)


def exits_by_reason(now: datetime) -> Figures:
    """Every participation begun, and those whose last day is over, at `now` (two queries)."""
    today = timezone.localdate(now)
    begun = Participation.objects.filter(starts_on__lte=today)
    participants = begun.count()
    over = begun.filter(Q(ends_on__lt=today)).order_by("pk").values_list("exit__reason", flat=True)
    counted = Counter(reason or UNKNOWN for reason in over)
    return figures(participants, counted)


def figures(participants: int, counted: Counter[str]) -> Figures:
    """Pure: from the counts to what is shown, in the order of the reasons."""
    exits = sum(counted.values())
    labels = {**dict(ExitReason.choices), UNKNOWN: UNKNOWN_LABEL}
    table = {key: counted.get(key, 0) for key in labels if key != UNKNOWN or counted.get(UNKNOWN)}
    cells = mask(table)
    hidden = cells.total.masked
    rate = round(exits * 1000 / participants) / 10 if participants and not hidden else None
    rows = tuple(Row(labels[key], cells[key].word, cells[key].masked) for key in table)
    return Figures(participants, exits, rate, rows, hidden)
