"""Erasure at the client's request: the pseudonymisation of the term, before it (domain.md §2.9)."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from atdemain.journal.actors import Actor
from atdemain.journal.record import refuse
from cases.models import Case, Client, SubjectRequest
from cases.retention import objections, pseudonymise


class NotNow(Exception):
    """The data still serves the client: each sentence is French and says what to do."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def erase(asked: SubjectRequest, *, actor: Actor, now: datetime) -> dict[str, int]:
    """What was touched. Durable, journalled; raises NotNow, which is journalled too. Nothing undoes it."""
    try:
        with transaction.atomic(durable=True):
            client = Client.objects.select_for_update(no_key=True).get(pk=asked.client_id)
            list(Case.objects.select_for_update().filter(client=client).order_by("pk").values_list("pk"))
            reasons = objections(client)
            if reasons:
                raise NotNow(reasons)
            told = pseudonymise(
                [client.pk], actor=actor, now=now, reason_code="client_request", before_term=True
            )
            SubjectRequest.objects.filter(pk=asked.pk).update(erased_at=now)
            return told
    except NotNow:
        refuse("client", asked.client_id, "pseudonymised", actor=actor, at=now, reason_code="in_use")
        raise
