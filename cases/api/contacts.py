"""`POST /contacts`: contacts of the partner's own, taken one by one or by hundreds (domain.md §2.8)."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from atdemain.rest.idempotency import idempotent
from atdemain.rest.problems import Fault
from atdemain.rest.views import ApiView
from cases.intake import IncomingContact, Received, receive, receive_batch

from .batches import REJECTED, counted, head, items_of, rejected
from .contact_items import refused, understand
from .verdicts import told_of

KEYS = ("source_system", "source_id")


class Contacts(ApiView):
    scopes = {"POST": "contacts:write"}

    @idempotent
    def post(self, request: Any) -> HttpResponse:
        """200 with the result of each, in the order given, even when every one is rejected."""
        items = items_of(request.data, "contacts")
        caller = request.user
        accepted: list[tuple[int, IncomingContact]] = []
        results: list[dict[str, Any]] = [{}] * len(items)
        for index, item in enumerate(items):
            read = understand(item, index, caller.entity, caller.entity_code)
            if isinstance(read, list):
                results[index] = rejected(item, index, KEYS, read)
            else:
                accepted.append((index, read))
        received = self._receive([contact for _, contact in accepted])
        told = told_of(received, self.now)
        for (index, _contact), answer, verdict in zip(accepted, received, told, strict=True):
            results[index] = _result(items[index], index, answer, verdict)
        self.refused = [one for one in results if one["status"] == REJECTED]
        return self.answer(counted(results))

    def _receive(self, contacts: list[IncomingContact]) -> list[Received]:
        if len(contacts) == 1:
            return [receive(contacts[0], actor=self.actor, now=self.now)]
        return receive_batch(contacts, actor=self.actor, now=self.now).items


def _result(item: dict[str, Any], index: int, answer: Received, verdict: dict[str, Any]) -> dict[str, Any]:
    if answer.rejection is not None:
        wrong: list[Fault] = [refused(answer.rejection, index)]
        return rejected(item, index, KEYS, wrong)
    return {**head(item, index, KEYS), "status": answer.status, **verdict}
