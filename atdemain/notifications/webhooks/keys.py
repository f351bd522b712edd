"""Signing keys: shown once, sealed, two at most while one replaces the other."""

from __future__ import annotations

import base64
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from standardwebhooks import Webhook

from atdemain.notifications.models import WebhookSecret, WebhookSubscription
from atdemain.sealing import seal, unseal

SEALED_FOR = "notifications.webhooks"
PREFIX = "whsec_"
#: Both keys sign for this long, unless somebody ends it sooner.
OVERLAP = timedelta(hours=24)


class RotationUnderWay(Exception):
    """Two keys sign already; `until` when the earlier one stops."""

    def __init__(self, until: datetime) -> None:
        super().__init__("rotation under way")
        self.until = until


def first(subscription: WebhookSubscription, now: datetime) -> str:
    return _make(subscription, 1, now)


def rotate(subscription: WebhookSubscription, now: datetime) -> str:
    """Another key; the present one goes on signing beside it for `OVERLAP`. Raises `RotationUnderWay`."""
    with transaction.atomic():
        WebhookSubscription.objects.select_for_update().get(pk=subscription.pk)
        live = _clean(subscription, now)
        earlier = next((one for one in live if one.expires_at is not None), None)
        if earlier is not None and earlier.expires_at is not None:
            raise RotationUnderWay(earlier.expires_at)
        present = live[0]
        present.expires_at = now + OVERLAP
        present.save(update_fields=["expires_at"])
        return _make(subscription, 3 - present.place, now)


def end_rotation(subscription: WebhookSubscription, now: datetime) -> bool:
    """The earlier key stops signing at once; False when there is none."""
    gone, _ = subscription.secrets.filter(expires_at__isnull=False).delete()
    return bool(gone)


def live(subscription: WebhookSubscription, now: datetime) -> list[WebhookSecret]:
    """Those that sign, the newest first."""
    standing = Q(expires_at__isnull=True) | Q(expires_at__gt=now)
    return list(subscription.secrets.filter(standing).order_by("-created_at", "-pk"))


def signature(keys: list[str], webhook_id: str, at: datetime, body: str) -> str:
    """The header: one signature per key, a space between (Standard Webhooks, « webhook-signature »)."""
    return " ".join(Webhook(key).sign(webhook_id, at, body) for key in keys)


def opened(rows: list[WebhookSecret]) -> list[str]:
    """Raises `sealing.Unreadable`."""
    return [unseal(row.sealed, SEALED_FOR) for row in rows]


def _make(subscription: WebhookSubscription, place: int, now: datetime) -> str:
    text = PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    WebhookSecret.objects.create(
        subscription=subscription, place=place, sealed=seal(text, SEALED_FOR), created_at=now
    )
    return text


def _clean(subscription: WebhookSubscription, now: datetime) -> list[WebhookSecret]:
    subscription.secrets.filter(expires_at__lte=now).delete()
    return list(subscription.secrets.order_by("-created_at", "-pk"))
