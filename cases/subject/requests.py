"""A request is written in the register and in the client's journal before any of the data is shown."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from atdemain.journal.actors import Actor
from atdemain.journal.record import record
from cases.models import Client, SubjectRequest


def register(client: Client, *, channel: str, reason: str, actor: Actor, now: datetime) -> SubjectRequest:
    """The same account asking the same again the same day goes on with its first request."""
    with transaction.atomic(durable=True):
        Client.objects.select_for_update(no_key=True).get(pk=client.pk)
        mine = SubjectRequest.objects.filter(client=client, by=actor.user, channel=channel, reason=reason)
        again = mine.filter(at__date=now.date(), erased_at=None).first()
        if again is not None:
            return again
        asked = SubjectRequest.objects.create(
            client=client, channel=channel, reason=reason, by=actor.user, at=now
        )
        record(
            "client",
            client.pk,
            "subject_request",
            actor=actor,
            at=now,
            reason_code=channel,
            changes={"request": [None, asked.pk]},
            personal={"reason": reason},
        )
    return asked
