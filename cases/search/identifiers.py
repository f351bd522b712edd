"""What one number or reference names, whole: at most a few rows by their unique keys, whatever the size."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, Upper

from cases.enums import FaultSystem, SearchKind
from cases.models import Client, ClientPhone, FaultTicket

from .reading import Asked

#: A number that more of the clients one sees share (a switchboard) names nobody in particular.
MOST = 50


@dataclass(slots=True)
class Identified:
    """Primary keys, of clients (a merged record leads to the one that replaced it) and of fault tickets."""

    clients: dict[int, SearchKind] = field(default_factory=dict)
    tickets: list[int] = field(default_factory=list)


def identified(asked: Asked, clients: QuerySet[Client] | None = None) -> Identified:
    """One query. `clients`: among which, all unless given: what the reader sees is not cut off by what it does not.

    Of the tickets, `visible_to` says it after.
    """
    among = Q() if clients is None else Q(living__in=clients.order_by().values("pk"))
    living = Coalesce("merged_into_id", "pk")
    by_ref = Client.objects.alias(key=Upper("client_ref"), living=living).filter(among, key=asked.client_ref)
    parts = [by_ref.order_by().values_list(Value(SearchKind.CLIENT.value), living)]
    if asked.number:
        living = Coalesce("client__merged_into_id", "client_id")
        owners = ClientPhone.objects.alias(living=living).filter(among, e164=asked.number)
        parts.append(owners.order_by().values_list(Value(SearchKind.PHONE.value), living))
    if asked.ticket:
        tickets = FaultTicket.objects.filter(system__in=FaultSystem.values, ref=asked.ticket)
        parts.append(tickets.order_by().values_list(Value(SearchKind.TICKET.value), F("pk")))
    found = Identified()
    rows = parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0]
    for kind, pk in sorted(rows[:MOST]):
        if kind == SearchKind.TICKET:
            found.tickets.append(pk)
        else:
            found.clients[pk] = SearchKind(kind)
    return found
