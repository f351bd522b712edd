"""Reading without writing: what the rule would say of some clients, for ring time, pages and previews."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from atdemain.database import in_list, list_param, rows
from cases.repeat import AttemptFacts, ContactFacts

from .arrivals import ClientRow
from .neighbourhood import (
    ClientCase,
    attempts_from,
    attempts_of,
    cancelled_as,
    cases_of,
    contacts_since,
    facts_of,
)
from .reference import Reference
from .resolution import CLIENT_COLUMNS


@dataclass(slots=True)
class Reading:
    """What `evaluate()` needs, by client."""

    clients: dict[int, ClientRow]
    facts: dict[int, list[ContactFacts]] = field(default_factory=dict)
    cases: dict[int, list[ClientCase]] = field(default_factory=dict)
    attempts: dict[int, list[AttemptFacts]] = field(default_factory=dict)

    def members(self) -> Iterator[tuple[int, list[ContactFacts], Sequence[AttemptFacts]]]:
        """(client, contacts, unanswered attempts), ready to evaluate."""
        for client_id in self.clients:
            yield client_id, self.facts.get(client_id, []), self.attempts.get(client_id, ())


def read_clients(
    client_ids: Iterable[int], since: datetime, reference: Reference, known: Iterable[ClientRow] = ()
) -> Reading:
    """The contacts of these clients that start after `since`, with their cases and attempts: four queries.

    `known`: clients whose row the caller has read, all of those asked for; then three.
    """
    ids = sorted(set(client_ids))
    sql = f"SELECT {CLIENT_COLUMNS} FROM cases_client cl WHERE cl.id {in_list('bigint')}"
    found = list(known) or [ClientRow._make(row) for row in rows(sql, (list_param(ids),))]
    reading = Reading({row.id: row for row in found})
    reading.cases = cases_of(ids)
    every_case = [case for cases in reading.cases.values() for case in cases]
    cancelled = cancelled_as(every_case)
    for attempt in attempts_of([case.id for case in every_case], attempts_from(reference, since)):
        reading.attempts.setdefault(attempt.client_id, []).append(attempt)
    for contact in contacts_since([(client_id, since) for client_id in ids]):
        client = reading.clients[contact.client_id]
        reading.facts.setdefault(client.id, []).append(
            facts_of(contact, client.segment, reference, cancelled)
        )
    return reading
