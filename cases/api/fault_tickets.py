"""`POST /fault-tickets`: the open faults that the entity follows, as its system tells them (domain.md §2.8, L31)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from atdemain.rest.fields import moment
from atdemain.rest.idempotency import idempotent
from atdemain.rest.problems import MOST_FAULTS, Fault, pointer
from atdemain.rest.views import ApiView
from cases.faults import FaultResult, FaultUpdate, upsert_many

from .batches import REJECTED, counted, head, items_of, rejected

NAME, KEYS = "fault_tickets", ("system", "ref")
_TEXTS = ("system", "ref", "colour", "status", "line_ref", "case_ref")
_TIMES = ("opened_at", "closed_at", "updated_at")
FIELDS = frozenset((*_TEXTS, *_TIMES))
LONGEST = 80


class FaultTickets(ApiView):
    scopes = {"POST": "faults:write"}

    @idempotent
    def post(self, request: Any) -> HttpResponse:
        """One ticket per (system, ref); its changes take their place by their own time, whatever the order."""
        items, caller = items_of(request.data, NAME), request.user
        accepted: list[tuple[int, FaultUpdate]] = []
        results: list[dict[str, Any]] = [{}] * len(items)
        for index, item in enumerate(items):
            read = understand(item, index, caller.entity_code)
            if isinstance(read, list):
                results[index] = rejected(item, index, KEYS, read)
            else:
                accepted.append((index, read))
        answers = upsert_many(
            [update for _, update in accepted],
            actor=self.actor,
            now=self.now,
            source="api",
            owner=caller.entity,
        )
        for (index, _update), answer in zip(accepted, answers, strict=True):
            results[index] = _result(items[index], index, answer)
        self.refused = [one for one in results if one["status"] == REJECTED]
        return self.answer(counted(results))


def understand(item: Any, index: int, entity: str) -> FaultUpdate | list[Fault]:
    """What is said of one ticket, or all that is wrong with its form."""
    where = (NAME, index)
    if type(item) is not dict:
        return [Fault("not_an_object", "Un dérangement est un objet JSON.", pointer(*where))]
    faults = [
        Fault("unknown_field", "Ce champ n’existe pas ici.", pointer(*where, name))
        for name in list(item.keys() - FIELDS)[:MOST_FAULTS]
    ]
    said: dict[str, Any] = {}
    for name in _TEXTS:
        value = item.get(name)
        if value is None:
            continue
        if type(value) is not str or len(value) > LONGEST:
            words = f"Ce champ est un texte de {LONGEST} caractères au plus."
            faults.append(Fault("not_text", words, pointer(*where, name)))
        said[name] = value
    for name in _TIMES:
        value = item.get(name)
        if value is None:
            continue
        said[name] = at = moment(value) if type(value) is str else None
        if at is None:
            words = "Donnez une date et une heure RFC 3339, avec le fuseau."
            faults.append(Fault("not_a_time", words, pointer(*where, name)))
    for name in KEYS:
        if not item.get(name):
            faults.append(Fault("missing", "Ce champ est exigé.", pointer(*where, name)))
    return faults or FaultUpdate(**said, entity_code=entity)


def _result(item: dict[str, Any], index: int, answer: FaultResult) -> dict[str, Any]:
    if answer.status == "rejected":
        words = answer.reason[:1].upper() + answer.reason[1:]
        fault = Fault("refused", words, pointer(NAME, index, answer.field))
        return rejected(item, index, KEYS, [fault])
    return {**head(item, index, KEYS), "status": answer.status}
