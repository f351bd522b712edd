"""What partners sent about a client in the last thirty days goes with the client's data (domain.md §2.9).

A body is found by what names the client in it, as a whole JSON text: references, the source's own ids, phones;
or by the escalation it was sent to. What cannot be looked into, because it was cut or was no JSON, goes too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q

from atdemain.organisation.models import ApiCall
from cases import phones
from cases.models import Case, Client, ClientPhone, Contact, Escalation, FaultTicket, Line


def forget(client_ids: Sequence[int], case_ids: Sequence[int]) -> int:
    """Empty the bodies, before the columns they are found by; how many. Only of entities that knew the client."""
    escalations = dict(
        Escalation.objects.filter(case__in=case_ids).order_by().values_list("pk", "target_entity")
    )
    tickets = FaultTicket.objects.filter(Q(case__in=case_ids) | Q(line__client__in=client_ids))
    contacts = Contact.objects.filter(client__in=client_ids)
    entities = set(escalations.values()) | {
        *contacts.order_by().values_list("handling_entity", flat=True).distinct(),
        *tickets.order_by().values_list("responsible_entity", flat=True).distinct(),
    }
    named = "|".join(sorted({_pattern(name) for name in _names(client_ids, case_ids, tickets, contacts)}))
    found = Q(size__gt=ApiCall.KEPT) | Q(code="malformed_json")
    if named:
        found |= Q(body__iregex=rf'"\s*({named})\s*"') | Q(answer__iregex=rf'"\s*({named})\s*"')
    if escalations:
        found |= Q(path__regex=rf"/escalations/({'|'.join(map(str, escalations))})/")
    calls = ApiCall.objects.filter(client__entity__in=entities - {None}).exclude(body="", answer="")
    return calls.filter(found).update(body="", answer="")


def _pattern(name: str) -> str:
    """As JSON writes it; spaces of any kind, or none, where it has some."""
    return r"\s*".join(re.escape(json.dumps(part, ensure_ascii=False)[1:-1]) for part in name.split())


def _names(client_ids: Sequence[int], case_ids: Sequence[int], tickets: Any, contacts: Any) -> Iterator[str]:
    for rows, column in (
        (Client.objects.filter(pk__in=client_ids), "client_ref"),
        (Line.objects.filter(client__in=client_ids), "line_ref"),
        (Case.objects.filter(pk__in=case_ids), "ref"),
        (tickets, "ref"),
        (contacts, "source_id"),
        (contacts, "caller_number"),
    ):
        yield from filter(None, rows.order_by().values_list(column, flat=True))
    for number in ClientPhone.objects.filter(client__in=client_ids).values_list("e164", flat=True):
        yield from (number, phones.readable(number))
