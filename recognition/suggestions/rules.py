"""What may happen to a suggestion, and when something is due (domain.md §2.4, L33, TM8). Pure: no model, no query."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from atdemain.organisation.calendar import BusinessCalendar
from recognition.suggestions.enums import OPEN, TO_DO, StepKind, SuggestionState

State = SuggestionState
ONE_DAY = timedelta(days=1)

#: Business days of the author's unit, from the day it is posted.
ACK_DAYS, ANSWER_DAYS, ESCALATE_DAYS = 5, 20, 21
SHORTEST, LONGEST = 20, 4_000
#: A refusal is explained; a yes says at least what comes next.
REASON_MIN = 20


@dataclass(frozen=True, slots=True)
class Move:
    """`target` None: the state stays. `by_author`: the author's own gesture, else the owner entity's."""

    sources: tuple[State, ...]
    target: State | None
    label: str
    by_author: bool = False
    text_min: int = 0


MOVES: dict[StepKind, Move] = {
    StepKind.ACKNOWLEDGE: Move((State.SUBMITTED,), State.ACKNOWLEDGED, "Confirmer la réception"),
    StepKind.STUDY: Move((State.SUBMITTED, State.ACKNOWLEDGED), State.UNDER_STUDY, "Mettre à l’étude"),
    StepKind.ACCEPT: Move(OPEN, State.ACCEPTED, "Accepter", text_min=REASON_MIN),
    StepKind.REJECT: Move(OPEN, State.REJECTED, "Refuser", text_min=REASON_MIN),
    StepKind.START: Move((State.ACCEPTED,), State.IN_PROGRESS, "Commencer la réalisation"),
    StepKind.DEPLOY: Move(TO_DO, State.DEPLOYED, "Déclarer déployée"),
    StepKind.DUPLICATE: Move(OPEN, State.DUPLICATE, "Déclarer en doublon"),
    StepKind.TRANSFER: Move(OPEN, None, "Transmettre à une autre entité", text_min=REASON_MIN),
    StepKind.WITHDRAW: Move(OPEN, State.WITHDRAWN, "Retirer ma proposition", by_author=True),
}


def moves_from(state: str, *, author: bool, answerer: bool) -> list[StepKind]:
    """What this reader may do now, the likeliest first."""
    return [
        kind
        for kind, move in MOVES.items()
        if state in move.sources and (author if move.by_author else answerer)
    ]


def deadlines(calendar: BusinessCalendar, submitted_at: datetime) -> tuple[datetime, datetime, datetime]:
    """(reception, answer, its head told): closing time of the 5th, 20th and 21st later business day."""
    return (
        calendar.due_in_days(submitted_at, ACK_DAYS),
        calendar.due_in_days(submitted_at, ANSWER_DAYS),
        calendar.due_in_days(submitted_at, ESCALATE_DAYS),
    )


def business_days(calendar: BusinessCalendar, start: datetime, end: datetime) -> int:
    """Later dates with opening hours, until that of `end`: 0 on the same day."""
    first, last = calendar.local_date(start), calendar.local_date(end)
    return sum(bool(calendar.hours_on(day)) for day in _days(first, last))


def _days(first: date, last: date) -> list[date]:
    return [first + number * ONE_DAY for number in range(1, max(0, (last - first).days) + 1)]


# -- what must not be written -----------------------------------------------------------------------------

#: What looks like a client's own: a number, an address, a reference of the site.
_CLIENTS = (
    (re.compile(r"(?<!\d)(?:\+33|0033|0)[ .\-\u00a0\u202f]?[1-9](?:[ .\-\u00a0\u202f]?\d{2}){4}(?!\d)"), "un numéro de téléphone"),
    (re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}"), "une adresse de courriel"),
    (re.compile(r"\bCLI-\w+", re.I), "une référence de client"),
    (re.compile(r"\bATD-\d{4}-\d+", re.I), "une référence de dossier"),
)  # fmt: skip


def client_data(text: str) -> str:
    """What in this text looks like a client's data, in French; "" when nothing does."""
    return next((said for pattern, said in _CLIENTS if pattern.search(text)), "")
