"""Notifications live six months (domain.md §2.9), and so does what was sent; what is owed stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet

from atdemain.journal.retention import Deleting, Kind
from atdemain.notifications.enums import DeliveryStatus
from atdemain.notifications.models import Delivery, Notification, WebhookSecret, WebhookSubscription

KEPT = timedelta(days=183)
OVER = (DeliveryStatus.SENT, DeliveryStatus.DEAD)


def items(now: datetime) -> QuerySet[Notification]:
    """Inbox items, read or not."""
    return Notification.objects.filter(created_at__lt=now - KEPT)


def deliveries(now: datetime) -> QuerySet[Delivery]:
    """Those that are sent or abandoned."""
    return Delivery.objects.filter(created_at__lt=now - KEPT, status__in=OVER)


def subscriptions(now: datetime) -> QuerySet[WebhookSubscription]:
    """Webhooks that ended, once nothing of their log is left."""
    return WebhookSubscription.objects.filter(ended_at__lt=now - KEPT, deliveries__isnull=True)


def keys(now: datetime) -> QuerySet[WebhookSecret]:
    """Signing keys that another replaced."""
    return WebhookSecret.objects.filter(expires_at__lt=now)


KIND = Kind(
    "notifications",
    "Boîtes de réception et envois",
    KEPT,
    "retrouver ce qui a été annoncé",
    (
        Deleting("notifications", items),
        Deleting("deliveries", deliveries),
        Deleting("webhook_keys", keys),
        Deleting("webhooks", subscriptions),
    ),
)
