"""Noting the contact in progress: who is on the line, what was said, and the day's access that follows.

Any client is found by an exact number or reference, whatever the unit; by name only among those one sees
(domain.md §2.6). Saving goes through `cases.intake.receive`, like every other way in.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import prefetch_related_objects

from atdemain.journal.actors import Actor
from atdemain.organisation.models import User
from cases.enums import WORKING_STATES, CaseState
from cases.intake import IncomingContact, Provisional, Received, provisional_many, receive
from cases.models import Case, Client, ClientAccessGrant, ClientPhone, Contact
from cases.search import identified, named, understand

LIMIT = 6
GRANT = timedelta(hours=24)
NEW, UNKNOWN = "new", "unknown"


@dataclass(slots=True)
class Candidate:
    """A client who may be the one calling, and what the recorder should know before answering."""

    client: Client
    exact: bool
    expected: Provisional | None = None  # the rule's word on a contact that would start now
    case: Case | None = None

    @property
    def recent(self) -> int:
        """Contacts that count already in the rule's window."""
        return self.expected.before if self.expected else 0

    @property
    def rank(self) -> int | None:
        """Which contact of the window this one would be; None where it would not count."""
        return self.expected.n if self.expected else 1


@dataclass(slots=True)
class Found:
    """`number` is what was typed when it reads as a phone number (E.164), else ""."""

    query: str
    number: str
    candidates: list[Candidate]

    @property
    def only(self) -> Candidate | None:
        """The one client the words name without doubt."""
        exact = [candidate for candidate in self.candidates if candidate.exact]
        return exact[0] if len(exact) == 1 else None


def find(user: User, query: str, now: datetime) -> Found:
    """At most seven queries. A merged record leads to the one that replaced it."""
    asked = understand(query)
    if not asked.text:
        return Found(asked.text, "", [])
    exact = _living(
        Client.objects.filter(pk__in=identified(asked).clients).order_by("name_key", "pk")[:LIMIT]
    )
    found = [(client, True) for client in exact]
    if not asked.number and not exact and sum(map(len, asked.words)) >= 2:
        names = named(Client.objects.visible_to(user, now=now), asked, user, now, LIMIT)
        found = [(client, False) for client in _living(names.clients)]
    return Found(asked.text, asked.number, _candidates(found, now))


def by_reference(client_ref: str, now: datetime) -> Candidate | None:
    found = _candidates(
        [(client, True) for client in _living(Client.objects.filter(client_ref=client_ref))], now
    )
    return found[0] if found else None


def _living(clients: Iterable[Client]) -> list[Client]:
    """Those still somebody's, in their order, with what a candidate's line shows: three queries.

    A pseudonymised record takes no contact any more.
    """
    clients = [client for client in clients if client.pseudonymised_at is None]
    prefetch_related_objects(clients, "unit", "phones", "merged_into__unit", "merged_into__phones")
    kept: dict[int, Client] = {}
    for client in clients:
        living = client.merged_into or client
        kept.setdefault(living.pk, living)
    return list(kept.values())


def _candidates(found: Sequence[tuple[Client, bool]], now: datetime) -> list[Candidate]:
    ids = [client.pk for client, _ in found]
    if not ids:
        return []
    expected = provisional_many(ids, now=now)
    cases = (
        Case.objects.filter(client__in=ids, state__in=(*WORKING_STATES, CaseState.RESOLVED))
        .select_related("owner__user", "current_promise", "unit")
        .order_by("opened_at", "pk")
    )
    # The one being worked on, else the one under observation, which this contact would reopen.
    told = {case.client_id: case for case in sorted(cases, key=lambda case: case.is_working)}
    return [Candidate(client, exact, expected.get(client.pk), told.get(client.pk)) for client, exact in found]


def save(
    contact: IncomingContact, *, user: User, actor: Actor, now: datetime, number: str = "", new: bool = False
) -> Received:
    """Store the contact; the client's page opens to the recorder for 24 hours.

    `new`: the client is created with `number` as its phone, in the recorder's unit; the same form sent
    twice creates it once.
    """
    with transaction.atomic():
        if new:
            User.objects.select_for_update().get(pk=user.pk)
            known = Client.objects.filter(
                contacts__source_system=contact.source_system, contacts__source_id=contact.source_id
            ).first()
            if known is not None:
                contact.client_ref = known.client_ref
        received = receive(contact, actor=actor, now=now)
        if received.client_id is not None:
            if new:
                Client.objects.filter(pk=received.client_id, unit__isnull=True).update(unit=user.unit_id)
                if number:
                    ClientPhone.objects.get_or_create(client_id=received.client_id, e164=number)
            ClientAccessGrant.objects.update_or_create(
                client_id=received.client_id, user=user, defaults={"until": now + GRANT}
            )
    return received


def new_reference() -> str:
    """For a client created at the telephone: « CLI-N4815162 », merged later with the client file's own."""
    while True:
        reference = f"CLI-N{secrets.randbelow(10**7):07d}"
        if not Client.objects.filter(client_ref=reference).exists():
            return reference


def story(contact: Contact, hours: int) -> list[Contact]:
    """The client's contacts over the rule's window that ends with this one, oldest first."""
    if contact.client_id is None:
        return [contact]
    return list(
        Contact.objects.filter(
            client=contact.client_id,
            arrived_at__gt=contact.arrived_at - timedelta(hours=hours),
            arrived_at__lte=contact.arrived_at,
        )
        .select_related("handling_entity", "reason", "unit")
        .order_by("arrived_at", "pk")
    )
