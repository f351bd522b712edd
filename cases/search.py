"""One box: reference, client reference, phone in any writing, name without accents (architecture.md §6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from cases.enums import FaultSystem
from cases.faults import ref_key
from cases.models import Case, Client, FaultTicket
from cases.names import name_key
from cases.phones import e164

if TYPE_CHECKING:
    from atdemain.organisation.models import User

LIMIT = 20
SHORTEST_TICKET = 3
_CASE_REF = re.compile(r"^\s*(?:ATD[-\s]?)?(\d{4})[-\s](\d{1,12})\s*$", re.IGNORECASE)


@dataclass
class Results:
    """What was found among what `user` may see; `more` says that the list was cut."""

    query: str
    understood: str = ""  # how the words were read: « numéro », « référence », « nom »
    cases: list[Case] = field(default_factory=list)
    clients: list[Client] = field(default_factory=list)
    faults: list[FaultTicket] = field(default_factory=list)
    more: bool = False

    @property
    def empty(self) -> bool:
        return not self.cases and not self.clients and not self.faults


def search(user: User, query: str, *, now: datetime, limit: int = LIMIT) -> Results:
    """At most six queries, whatever is typed; nothing outside `visible_to(user)`."""
    query = query.replace("\x00", "").strip()[:120]
    results = Results(query)
    if not query:
        return results
    clients = Client.objects.visible_to(user, now=now).filter(merged_into__isnull=True)
    cases = Case.objects.visible_to(user, now=now).select_related("client", "line", "owner__user")
    reference = _CASE_REF.match(query)
    if reference:
        year, number = reference.groups()
        results.understood = "référence de dossier"
        results.cases = list(cases.filter(ref=f"ATD-{year}-{int(number):06d}"))
        if results.cases:
            return results
    results.faults = _faults(user, query)
    phone = e164(query)
    words = name_key(query).split()
    if phone:
        results.understood = "numéro de téléphone"
        condition = Q(phones__e164=phone) | Q(client_ref__iexact=query)
    elif words:
        results.understood = "nom ou référence"
        by_name = Q()
        for word in words:
            by_name &= Q(name_key__startswith=word) | Q(name_key__contains=" " + word)
        condition = Q(client_ref__iexact=query) | by_name
    else:
        return results
    found = list(
        clients.filter(condition)
        .prefetch_related("phones")
        .distinct()
        .order_by("name_key", "pk")[: limit + 1]
    )
    results.more = len(found) > limit
    results.clients = found[:limit]
    if found:
        results.cases = list(
            cases.filter(client__in=[client.pk for client in results.clients])
            .working()
            .order_by("next_due_at", "pk")[:limit]
        )
    return results


def _faults(user: User, query: str) -> list[FaultTicket]:
    """The tickets of this very number; shorter words are not a ticket’s number."""
    ref = ref_key(query)
    if len(ref) < SHORTEST_TICKET or len(ref) > 40:
        return []
    return list(
        FaultTicket.objects.visible_to(user)
        .filter(system__in=FaultSystem.values, ref=ref)
        .select_related("line__client")
        .order_by("pk")
    )
