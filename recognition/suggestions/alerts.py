"""TM8, with the clock: reception and answer not given in time (domain.md L33). Idempotent: each alert is a column
that one writer fills, its notices are exactly once by key.

At the deadline the owner entity is told; at the 21st business day its head is, and the author.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from recognition.models import Suggestion
from recognition.suggestions.enums import OPEN, StepKind, SuggestionState
from recognition.suggestions.people import above, answerers, tell
from recognition.suggestions.workflow import told_by_clock

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Alert:
    kind: StepKind
    mark: str  # the column that says it was given
    states: tuple[str, ...]
    due: str
    words: str
    to: Callable[[Suggestion], Iterable[int | None]]
    to_author: str = ""


ALERTS = (
    Alert(
        StepKind.ACK_LATE, "ack_alerted_at", (SuggestionState.SUBMITTED,), "ack_due",
        "attend d’être reçue depuis 5 jours ouvrés", lambda one: answerers(one.owner_entity),
    ),
    Alert(
        StepKind.ANSWER_LATE, "answer_alerted_at", OPEN, "answer_due",
        "sans réponse après 20 jours ouvrés", lambda one: answerers(one.owner_entity),
    ),
    Alert(
        StepKind.ESCALATED, "escalated_at", OPEN, "escalate_at",
        "sans réponse\u00a0: à votre direction d’agir", lambda one: above(one.owner_entity),
        "signalée à la direction de l’entité, faute de réponse",
    ),
)  # fmt: skip


def remind(now: datetime) -> int:
    """How many alerts were given."""
    return sum(_give(alert, pk, now) for alert in ALERTS for pk in _due(alert, now))


def _due(alert: Alert, now: datetime) -> list[int]:
    waiting = Q(state__in=alert.states) & Q(**{f"{alert.due}__lte": now, f"{alert.mark}__isnull": True})
    return list(Suggestion.objects.filter(waiting).order_by(alert.due, "pk").values_list("pk", flat=True)[:AT_ONCE])  # fmt: skip


def _give(alert: Alert, pk: int, now: datetime) -> bool:
    with transaction.atomic():
        still = Suggestion.objects.filter(pk=pk, state__in=alert.states, **{f"{alert.mark}__isnull": True})
        if not still.update(**{alert.mark: now}):
            return False
        one = Suggestion.objects.select_related("owner_entity__unit", "author").get(pk=pk)
        told_by_clock(one, alert.kind, now)
        tell(one, alert.to(one), str(alert.kind), alert.words, now, urgent=True)
        if alert.to_author:
            tell(one, [one.author_id], f"{alert.kind}_author", alert.to_author, now)
    return True
