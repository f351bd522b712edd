"""M13 and L34: how long suggestions wait, what becomes of them, by topic and by entity. One query.

Duplicates and withdrawn ones are left out. Days are business days of the author's unit. What is answered in time is
counted among those that were answered or whose 20 days are over: the last week does not look better than it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from recognition.models import Suggestion
from recognition.suggestions.enums import OPEN, TO_DO, SuggestionState, Topic
from routing.calls import percentile


@dataclass(frozen=True, slots=True)
class Fact:
    topic: str
    entity: str
    state: str
    ack_days: int | None
    answer_days: int | None
    answered_at: datetime | None
    answer_due: datetime


@dataclass(frozen=True, slots=True)
class Line:
    """Of one topic or entity. Days are None without a reception or an answer; shares (%) None without a case."""

    name: str
    total: int
    ack_median: float | None
    ack_p90: int | None
    answer_median: float | None
    answer_p90: int | None
    in_time: float | None
    accepted: float | None
    deployed: float | None
    waiting: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Board:
    whole: Line
    topics: list[Line]
    entities: list[Line]
    digital: Line
    others: Line

    @property
    def gap(self) -> float | None:
        """Business days by which the median answer to « digital » comes before (< 0) or after that to the others."""
        if self.digital.answer_median is None or self.others.answer_median is None:
            return None
        return self.digital.answer_median - self.others.answer_median


def board(now: datetime, since: datetime | None) -> Board:
    """Posted since then; all of them when None."""
    rows = Suggestion.objects.counted().order_by()
    if since is not None:
        rows = rows.filter(submitted_at__gte=since)
    named = ("topic", "owner_entity__name", "state", "ack_days", "answer_days", "answered_at", "answer_due")
    facts = [Fact(*row) for row in rows.values_list(*named)]
    labels = dict(Topic.choices)
    digital = [one for one in facts if one.topic == Topic.DIGITAL]
    others = [one for one in facts if one.topic != Topic.DIGITAL]
    return Board(
        _line("Toutes", facts, now),
        _lines(facts, lambda one: labels[one.topic], now),
        _lines(facts, lambda one: one.entity, now),
        _line("Digitalisation", digital, now),
        _line("Tous les autres thèmes", others, now),
    )


def _lines(facts: Sequence[Fact], by: Callable[[Fact], str], now: datetime) -> list[Line]:
    names = sorted({by(one) for one in facts}, key=str.casefold)
    return [_line(name, [one for one in facts if by(one) == name], now) for name in names]


def _line(name: str, facts: Sequence[Fact], now: datetime) -> Line:
    acknowledged = sorted(one.ack_days for one in facts if one.ack_days is not None)
    answered = sorted(one.answer_days for one in facts if one.answer_days is not None)
    mature = [one for one in facts if one.answered_at is not None or one.answer_due < now]
    in_time = sum(one.answered_at is not None and one.answered_at <= one.answer_due for one in mature)
    decided = [one for one in facts if one.answered_at is not None]
    yes = sum(one.state in (*TO_DO, SuggestionState.DEPLOYED) for one in decided)
    return Line(
        name,
        len(facts),
        *_days(acknowledged),
        *_days(answered),
        _percent(in_time, len(mature)),
        _percent(yes, len(decided)),
        _percent(sum(one.state == SuggestionState.DEPLOYED for one in facts), len(facts)),
        sum(one.state in OPEN for one in facts),
        sum(one.state in OPEN and one.answer_due < now for one in facts),
    )


def _days(ordered: Sequence[int]) -> tuple[float | None, int | None]:
    return (float(median(ordered)), percentile(ordered, 90)) if ordered else (None, None)


def _percent(k: int, n: int) -> float | None:
    return 100 * k / n if n else None
