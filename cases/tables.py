"""The columns of each list, declared once: what the page heads and an export writes (architecture.md §7).

`plain` gives a row's value as an export holds it: a text, a number, an aware UTC datetime, "" or None. The page
draws the same rows with one `_row.html` per list, in the same order of columns.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from operator import attrgetter
from typing import Any

import django_tables2 as tables
from django.db.models import F, TextChoices
from django.db.models.expressions import OrderBy

from cases.enums import (
    CaseState,
    Channel,
    Colour,
    ContactOutcome,
    Direction,
    EscalationStatus,
    ExclusionCode,
    PromiseKind,
    PromiseStatus,
    ReasonFamily,
)

Plain = Callable[[Any], str | int | datetime | None]


class Column(tables.Column):
    """`sort`: the column of the database behind its heading, which has an index; "" when it does not sort.

    `open_only`: only what is not closed has that index. `nullable`: no value comes last, and first backwards.
    """

    def __init__(
        self,
        heading: str,
        plain: Plain,
        *,
        sort: str = "",
        open_only: bool = False,
        nullable: bool = False,
    ) -> None:
        super().__init__(verbose_name=heading, orderable=bool(sort), empty_values=())
        self.plain, self.sort, self.open_only, self.nullable = plain, sort, open_only, nullable

    def ordering(self, descending: bool) -> tuple[OrderBy, OrderBy]:
        """By this column, then by the key in the same direction: the order is whole, and the index's."""
        column, key = F(self.sort), F("pk")
        if not descending:
            return column.asc(nulls_last=True) if self.nullable else column.asc(), key.asc()
        return column.desc(nulls_first=True) if self.nullable else column.desc(), key.desc()


def worded(attribute: str, words: type[TextChoices]) -> Plain:
    """A choice in its words, looked up once for all the rows of an export."""
    known, read = dict(words.choices), attrgetter(attribute)
    return lambda row: known.get(read(row), read(row))


def person(user: Any) -> str:
    return user.short_name if user is not None else ""


def keeper(case: Any) -> str:
    return person(case.owner.user) if case.owner_id else ""


class CaseTable(tables.Table):
    client = Column("Client", lambda case: str(case.client), sort="client_key")
    ref = Column("Dossier", lambda case: case.ref)
    family = Column("Motif", worded("reason_family", ReasonFamily))
    state = Column("État", worded("state", CaseState))
    colour = Column("Couleur", worded("colour", Colour))
    owner = Column("Conseiller", keeper)
    delegate = Column("Suppléant", lambda case: person(case.delegate))
    due = Column("Échéance", lambda case: case.next_due_at, sort="next_due_at", open_only=True, nullable=True)
    event = Column("Dernier événement", lambda case: case.last_event_at, sort="last_event_at", open_only=True)
    opened = Column("Ouvert", lambda case: case.opened_at, sort="opened_at")


class PromiseTable(tables.Table):
    client = Column("Client", lambda promise: str(promise.case.client))
    ref = Column("Dossier", lambda promise: promise.case.ref)
    window = Column("Rappel promis", lambda promise: promise.window_start, sort="window_start")
    until = Column("Jusqu’à", lambda promise: promise.window_end)
    call_by = Column("À appeler avant", lambda promise: promise.call_by)
    kind = Column("Type", worded("kind", PromiseKind))
    status = Column("Statut", worded("status", PromiseStatus))
    owner = Column("Conseiller", lambda promise: keeper(promise.case))
    made = Column("Promis le", lambda promise: promise.made_at, sort="made_at")


class EscalationTable(tables.Table):
    client = Column("Client", lambda escalation: str(escalation.case.client))
    ref = Column("Dossier", lambda escalation: escalation.case.ref)
    entity = Column("Entité", lambda escalation: str(escalation.target_entity))
    colour = Column("Couleur", worded("colour", Colour))
    status = Column("Statut", worded("status", EscalationStatus))
    sent = Column("Envoyée", lambda escalation: escalation.sent_at, sort="sent_at")
    ack = Column("Accusé attendu", lambda escalation: escalation.ack_due)
    due = Column("Réponse attendue", lambda escalation: escalation.answer_due, sort="answer_due")
    answered = Column("Répondue", lambda escalation: escalation.answered_at)
    owner = Column("Conseiller", lambda escalation: keeper(escalation.case))


def counting(contact: Any) -> str:
    """« compté, n° 3 »: its rank in the window, or why it does not count."""
    if contact.exclusion_code:
        return ExclusionCode(contact.exclusion_code).label
    return f"compté, n°\u00a0{contact.n_in_window}" if contact.n_in_window else ""


class ContactTable(tables.Table):
    client = Column("Client", lambda contact: str(contact.client))
    reference = Column("Référence", lambda contact: contact.client.client_ref)
    arrived = Column("Arrivée", lambda contact: contact.arrived_at, sort="arrived_at")
    channel = Column("Canal", worded("channel", Channel))
    direction = Column("Sens", worded("direction", Direction))
    reason = Column("Motif", lambda contact: contact.reason.label if contact.reason_id else "")
    outcome = Column("Issue", worded("outcome", ContactOutcome))
    counted = Column("Décompte", counting)
    handler = Column("Traité par", lambda contact: person(contact.handled_by))
    case = Column("Dossier", lambda contact: contact.case.ref if contact.case_id else "")
