"""Outgoing deliveries: one row each, claimed by a lease and a token, sent under a stable key.

At least once, and recognisable when twice: the key is the Message-ID, or the `webhook-id`. What fails is retried from one
minute to a day apart; what cannot be sent ends `dead`, visible, and delays nobody (architecture.md §4).
An attempt is counted when it is claimed, so that a row that kills its process ends `dead` as well.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from atdemain.journal.chain import storable
from atdemain.notifications.enums import Channel, DeliveryStatus
from atdemain.notifications.inbox import cut
from atdemain.notifications.models import Delivery, OutgoingHold

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
LATE = timedelta(minutes=10)
MAX_ATTEMPTS = 8
FIRST_DELAY = timedelta(minutes=1)
LONGEST_DELAY = timedelta(hours=24)
KILLED = "Le processus s’est arrêté à chaque envoi de cette ligne."


def queue_email(recipient: str, subject: str, body: str, key: str, at: datetime) -> None:
    """Write the row in the transaction of what it tells; a key already there is left as it is."""
    Delivery.objects.bulk_create(
        [
            Delivery(
                channel=Channel.EMAIL,
                recipient=recipient,
                subject=cut(subject, 200),
                body=storable(body),
                key=key,
                next_attempt_at=at,
                created_at=at,
            )
        ],
        ignore_conflicts=True,
    )


def deliver_due(now: datetime, limit: int = 50) -> int:
    """Send the e-mails that are due; how many were claimed. Nothing leaves while a hold is not released.

    Webhooks have a sender of their own (`webhooks.sending`): a slow machine delays no e-mail.
    """
    started = time.monotonic()
    claimed = claim(now, limit)
    for delivery in claimed:
        send_one(delivery, now + timedelta(seconds=time.monotonic() - started))
    return len(claimed)


def backlog(now: datetime) -> dict[str, int]:
    """For the administrator: how many were given up, and how many should have left `LATE` ago.

    What was given up because somebody stopped its subscription asks for nothing.
    """
    overdue = Delivery.objects.filter(status=DeliveryStatus.PENDING, next_attempt_at__lt=now - LATE)
    return {
        "dead": Delivery.objects.filter(status=DeliveryStatus.DEAD)
        .exclude(subscription__active=False)
        .count(),
        "late": overdue.count(),
    }


def held() -> bool:
    """Whether nothing may leave: somebody suspended the deliveries, or a restore did."""
    return OutgoingHold.objects.filter(released_at__isnull=True).exists()


def claim(
    now: datetime,
    limit: int,
    channel: Channel = Channel.EMAIL,
    *,
    only: Q | None = None,
    per_target: int | None = None,
) -> list[Delivery]:
    """Reserve due rows for this process: a lease that another may take over once it is past.

    `only` leaves others for later; `per_target`: at most so many of one subscription, the oldest first.
    """
    if held():
        return []
    token = secrets.token_hex(16)
    due = Q(status=DeliveryStatus.PENDING, next_attempt_at__lte=now) | Q(
        status=DeliveryStatus.CLAIMED, lease_until__lte=now
    )
    of_channel = Delivery.objects.filter(channel=channel)
    of_channel.filter(status=DeliveryStatus.CLAIMED, lease_until__lte=now, attempts__gte=MAX_ATTEMPTS).update(
        status=DeliveryStatus.DEAD, lease_until=None, last_error=KILLED
    )
    with transaction.atomic():
        rows = of_channel.filter(due).order_by("next_attempt_at", "pk")
        if only is not None:
            rows = rows.filter(only)
        if per_target is not None:
            rows = rows.filter(pk__in=_first_of_each(rows, per_target))
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        pks = list(rows.values_list("pk", flat=True)[:limit])
        Delivery.objects.filter(due, pk__in=pks).update(
            status=DeliveryStatus.CLAIMED, lease_until=now + LEASE, token=token, attempts=F("attempts") + 1
        )
    return list(Delivery.objects.filter(pk__in=pks, token=token).order_by("next_attempt_at", "pk"))


def _first_of_each(rows: QuerySet[Delivery], number: int) -> list[int]:
    """The oldest due rows of each subscription: one that owes thousands takes no other's place."""
    rank = Window(RowNumber(), partition_by="subscription", order_by=["next_attempt_at", "pk"])
    return list(rows.order_by().annotate(rank=rank).filter(rank__lte=number).values_list("pk", flat=True))


def send_one(delivery: Delivery, now: datetime) -> bool:
    """Send, then mark by (id, token): a row taken over meanwhile is neither sent nor marked by the slower.

    The lease starts again with each message, so that the last of a slow batch is still this process's.
    """
    mine = Delivery.objects.filter(pk=delivery.pk, token=delivery.token, status=DeliveryStatus.CLAIMED)
    if not mine.update(lease_until=now + LEASE):
        return False
    try:
        SENDERS[Channel(delivery.channel)](delivery)
    except Exception as error:  # whatever a mail server or an address may raise: the row says it
        dead = delivery.attempts >= MAX_ATTEMPTS
        mine.update(
            status=DeliveryStatus.DEAD if dead else DeliveryStatus.PENDING,
            next_attempt_at=now + back_off(delivery.attempts),
            lease_until=None,
            last_error=cut(f"{type(error).__name__} : {error}", 400),
        )
        log.warning(
            "delivery_failed",
            delivery=delivery.pk,
            attempts=delivery.attempts,
            dead=dead,
            error=type(error).__name__,
        )
        return False
    mine.update(status=DeliveryStatus.SENT, sent_at=now, lease_until=None, last_error="")
    return True


def back_off(attempts: int) -> timedelta:
    """1, 4, 16, 64 minutes… at most a day, give or take a tenth so that retries do not march in step."""
    seconds = min(FIRST_DELAY * 4 ** min(attempts - 1, 8), LONGEST_DELAY).total_seconds()
    return timedelta(seconds=seconds * random.uniform(0.9, 1.1))


def send_again(deliveries: list[int], now: datetime) -> int:
    """An administrator sends dead rows again, with the same keys; how many were dead."""
    return Delivery.objects.filter(pk__in=deliveries, status=DeliveryStatus.DEAD).update(
        status=DeliveryStatus.PENDING, attempts=0, next_attempt_at=now, lease_until=None, token=""
    )


def _send_email(delivery: Delivery) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].rstrip(">") or "localhost"
    EmailMessage(
        subject=" ".join(delivery.subject.split()),
        body=delivery.body,
        to=[delivery.recipient],
        headers={"Message-ID": f"<{delivery.key.replace(':', '.')}@{domain}>"},
    ).send()


SENDERS: dict[Channel, Callable[[Delivery], None]] = {Channel.EMAIL: _send_email}
