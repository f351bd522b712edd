"""What is to be told, written beside what happened: one delivery row per subscription, in the same transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from atdemain.notifications.enums import TEST_EVENT, Channel, WebhookEvent
from atdemain.notifications.models import Delivery, WebhookSubscription

#: Of the bodies: a field that goes or changes its sense makes another; one that is added does not.
VERSION = 1


def listeners(event: WebhookEvent, entities: Iterable[int]) -> list[WebhookSubscription]:
    """The active subscriptions of these entities to this event: one query."""
    standing = WebhookSubscription.objects.filter(entity__in=set(entities), active=True).order_by("pk")
    return [one for one in standing if event.value in one.events]


def announce(
    event: WebhookEvent,
    subscriptions: Sequence[WebhookSubscription],
    subject: str,
    data: dict[str, Any],
    now: datetime,
) -> None:
    """Write the rows. `subject` names what it is about: the same event on it is told once per subscription.

    `data` holds ids, codes and moments, nothing of a person.
    """
    write([(one, event.value, webhook_id(one.pk, event.value, subject), data) for one in subscriptions], now)


def announce_test(subscription: WebhookSubscription, subject: str, now: datetime) -> str:
    """An event that says nothing, to try the address; its `webhook-id`."""
    key = webhook_id(subscription.pk, TEST_EVENT, subject)
    write([(subscription, TEST_EVENT, key, {"subscription": subscription.pk})], now)
    return key


def write(rows: Sequence[tuple[WebhookSubscription, str, str, dict[str, Any]]], now: datetime) -> None:
    """(subscription, event, key, data) each; a key already there is left as it is."""
    if not rows:
        return
    Delivery.objects.bulk_create(
        [
            Delivery(
                channel=Channel.WEBHOOK,
                subscription=subscription,
                event=event,
                recipient=subscription.url[:254],
                body=body(event, data, now),
                key=key,
                next_attempt_at=now,
                created_at=now,
            )
            for subscription, event, key, data in rows
        ],
        ignore_conflicts=True,
    )


def body(event: str, data: dict[str, Any], at: datetime) -> str:
    """What is sent, byte for byte, at each attempt."""
    told = {"type": event, "timestamp": moment(at), "version": VERSION, "data": data}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def moment(at: datetime) -> str:
    """« 2026-11-10T14:30:00Z »."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def webhook_id(subscription_id: int, event: str, subject: str) -> str:
    """The same for the same event on the same thing, so that a receiver knows what it has already had."""
    name = f"{subscription_id}|{event}|{subject}"
    return "msg_" + hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
