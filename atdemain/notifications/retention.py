"""Notifications live six months (domain.md §2.9), and so does what was sent; what is owed stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q

from atdemain.notifications.enums import DeliveryStatus
from atdemain.notifications.models import Delivery, Notification

KEPT = timedelta(days=183)


class Purged(NamedTuple):
    notifications: int
    deliveries: int


def old(now: datetime) -> tuple[Q, Q]:
    """What is past its time: inbox items, read or not; deliveries that are sent or abandoned."""
    limit = now - KEPT
    over = Q(status__in=[DeliveryStatus.SENT, DeliveryStatus.DEAD])
    return Q(created_at__lt=limit), Q(created_at__lt=limit) & over


def count(now: datetime) -> Purged:
    items, deliveries = old(now)
    return Purged(Notification.objects.filter(items).count(), Delivery.objects.filter(deliveries).count())


def purge(now: datetime) -> Purged:
    """Delete it; twice equals once."""
    items, deliveries = old(now)
    return Purged(
        Notification.objects.filter(items).delete()[0], Delivery.objects.filter(deliveries).delete()[0]
    )
