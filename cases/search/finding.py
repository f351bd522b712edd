"""What the box finds, ranked: what is named by its whole identifier first, then clients by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    Q,
    QuerySet,
    Window,
    prefetch_related_objects,
)
from django.db.models.functions import RowNumber

from atdemain.organisation.models import User
from cases.enums import WORKING_STATES, SearchKind
from cases.models import Case, Client, Escalation, FaultTicket

from .identifiers import identified
from .names import Found, named
from .reading import Asked, understand

LIMIT = 20
#: Cases told of each client: the one being worked on, then the latest.
CASES = 3
#: What a line tells of a case; the rest of its columns stays where it is.
_TOLD = (
    "ref", "client", "line__technology", "reason_family", "state", "closure_kind", "colour", "opened_at",
    "owner__user__username", "owner__user__first_name", "owner__user__last_name",
)  # fmt: skip


@dataclass(slots=True)
class Hit:
    """A client and the latest of their cases; `others`: how many more there are."""

    client: Client
    cases: list[Case] = field(default_factory=list)
    others: int = 0


@dataclass(slots=True)
class Results:
    """What was found among what the reader may see. `kinds`: as what the words were read."""

    asked: Asked
    kinds: tuple[SearchKind, ...] = ()
    cases: list[Case] = field(default_factory=list)
    tickets: list[FaultTicket] = field(default_factory=list)
    hits: list[Hit] = field(default_factory=list)
    names: Found = field(default_factory=lambda: Found([]))

    @property
    def empty(self) -> bool:
        return not self.cases and not self.tickets and not self.hits

    @property
    def rows(self) -> int:
        """How many cases, tickets and clients are shown."""
        return len(self.cases) + len(self.tickets) + sum(1 + len(hit.cases) for hit in self.hits)

    @property
    def only_case(self) -> Case | None:
        """The case that its whole reference names."""
        return self.cases[0] if self.kinds == (SearchKind.CASE,) else None


def search(user: User, typed: str, *, now: datetime, limit: int = LIMIT) -> Results:
    """At most seven queries, whatever is typed; nothing outside `visible_to(user)`."""
    asked = understand(typed)
    if not asked.text:
        return Results(asked)
    if asked.case_ref and (cases := list(_cases(user, now).filter(ref=asked.case_ref))):
        return Results(asked, (SearchKind.CASE,), cases)
    clients = Client.objects.visible_to(user, now=now).filter(merged_into=None, pseudonymised_at=None)
    exact = identified(asked, clients)
    tickets = _tickets(user, exact.tickets)
    known = list(clients.filter(pk__in=exact.clients).order_by("name_key", "pk")) if exact.clients else []
    kinds = {exact.clients[client.pk] for client in known}
    if tickets:
        kinds.add(SearchKind.TICKET)
    names = Found(known[:limit], more=len(known) > limit)
    if not kinds and not asked.number and asked.words:
        names, kinds = named(clients, asked, user, now, limit), {SearchKind.NAME}
    return Results(
        asked,
        tuple(kind for kind in SearchKind if kind in kinds),
        _of_tickets(user, tickets, now),
        tickets,
        _hits(user, names.clients[:limit], now),
        names,
    )


def _cases(user: User, now: datetime) -> QuerySet[Case]:
    cases = Case.objects.visible_to(user, now=now).filter(client__pseudonymised_at=None)
    return cases.select_related("client", "line", "owner__user")


def _tickets(user: User, ids: list[int]) -> list[FaultTicket]:
    if not ids:
        return []
    visible = FaultTicket.objects.visible_to(user).filter(pk__in=ids)
    return list(visible.select_related("line__client").order_by("pk"))


def _of_tickets(user: User, tickets: Iterable[FaultTicket], now: datetime) -> list[Case]:
    """The cases a ticket belongs to, or for which an entity was asked about it."""
    ids = {ticket.case_id for ticket in tickets if ticket.case_id}
    if tickets:
        ids |= set(Escalation.objects.filter(fault_ticket__in=tickets).values_list("case", flat=True))
    return list(_cases(user, now).filter(pk__in=ids).order_by("-opened_at", "pk")[:LIMIT]) if ids else []


def _hits(user: User, clients: list[Client], now: datetime) -> list[Hit]:
    """Each client with the numbers and cases the line shows: two queries."""
    hits = {client.pk: Hit(client) for client in clients}
    if not hits:
        return []
    prefetch_related_objects(clients, "phones")
    cases = (
        Case.objects.visible_to(user, now=now)
        .filter(client__in=hits)
        .select_related("line", "owner__user")
        .only(*_TOLD)
        .alias(working=ExpressionWrapper(Q(state__in=WORKING_STATES), BooleanField()))
        .annotate(
            nth=Window(RowNumber(), "client", ["-working", "-opened_at", "-pk"]),
            known=Window(Count("pk"), "client"),
        )
        .filter(nth__lte=CASES)
        .order_by("client", "nth")
    )
    for case in cases:
        hit = hits[case.client_id]
        hit.cases.append(case)
        hit.others = case.known - len(hit.cases)
    return list(hits.values())
