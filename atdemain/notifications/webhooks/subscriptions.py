"""What an administrator, or an entity by the API, does with subscriptions: each gesture one row of the journal.

Every function runs in a transaction of its own. Addresses lie in the journal's payload: a path may hold a token.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from atdemain.journal.actors import Actor
from atdemain.journal.record import Entry, record, record_many
from atdemain.notifications.deliveries import send_again
from atdemain.notifications.enums import DeliveryStatus, DisabledReason, WebhookEvent
from atdemain.notifications.models import Delivery, WebhookHost, WebhookSubscription
from atdemain.notifications.webhooks import events, keys
from atdemain.notifications.webhooks.addresses import BadAddress, host_objection, read
from atdemain.notifications.webhooks.sending import abandon
from atdemain.organisation.models import Entity

#: Standing subscriptions of one entity: each event is as many messages.
MOST = 5


class Refused(Exception):
    """`code` for a program, `field` of the form or of the body, `message` in French."""

    def __init__(self, code: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.field = code, message, field


class Stale(Exception):
    """Somebody changed it since it was read; `current` as it is."""

    def __init__(self, current: WebhookSubscription) -> None:
        super().__init__("stale")
        self.current = current


@dataclass(frozen=True, slots=True)
class Made:
    """`secret` is shown now and never again."""

    subscription: WebhookSubscription
    secret: str


def create(
    entity: Entity, url: str, wanted: Sequence[str], description: str = "", *, actor: Actor, now: datetime
) -> Made:
    """Raises `Refused`."""
    url, chosen = _checked(entity.pk, url, wanted)
    with transaction.atomic():
        Entity.objects.select_for_update().get(pk=entity.pk)  # two at once count one after the other
        if WebhookSubscription.objects.of_entity(entity.pk).count() >= MOST:
            raise Refused("too_many", f"Une entité a {MOST} abonnements au plus : terminez-en un d’abord.")
        try:
            with transaction.atomic():
                made = WebhookSubscription.objects.create(
                    entity=entity,
                    url=url,
                    events=chosen,
                    description=description,
                    created_by=actor.user,
                    created_at=now,
                )
        except IntegrityError:
            raise Refused("url_taken", "Cette entité a déjà un abonnement à cette adresse.", "url") from None
        secret = keys.first(made, now)
        record(
            "webhook",
            made.pk,
            "created",
            actor=actor,
            at=now,
            changes={"entity": [None, entity.pk], "events": [[], chosen]},
            personal={"url": ["", url], "description": ["", description]},
        )
    return Made(made, secret)


def change(
    subscription: WebhookSubscription,
    url: str,
    wanted: Sequence[str],
    description: str,
    *,
    actor: Actor,
    now: datetime,
    version: int,
) -> WebhookSubscription:
    """Raises `Refused`, `Stale`. Nothing changed writes nothing."""
    url, chosen = _checked(subscription.entity_id, url, wanted)
    with transaction.atomic():
        before = _locked(subscription.pk, version)
        changes = {"events": [before.events, chosen]} if before.events != chosen else {}
        personal = {
            name: [old, new]
            for name, old, new in (
                ("url", before.url, url),
                ("description", before.description, description),
            )
            if old != new
        }
        if not changes and not personal:
            return before
        moved = {"retry_at": None, "failures": 0} if "url" in personal else {}
        try:
            with transaction.atomic():
                WebhookSubscription.objects.filter(pk=before.pk).update(
                    url=url, events=chosen, description=description, version=F("version") + 1, **moved
                )
        except IntegrityError:
            raise Refused("url_taken", "Cette entité a déjà un abonnement à cette adresse.", "url") from None
        record("webhook", before.pk, "changed", actor=actor, at=now, changes=changes, personal=personal)
    return WebhookSubscription.objects.get(pk=before.pk)


def stop(subscription: WebhookSubscription, reason: DisabledReason, *, actor: Actor, now: datetime) -> bool:
    """Nothing more is written nor sent; what waited is abandoned. False when it was stopped already."""
    with transaction.atomic():
        if not _switch(subscription, active=False, disabled_reason=reason, disabled_at=now):
            return False
        abandon(subscription)
        _record_switch(subscription, "stopped", [True, False], actor, now, reason.value)
    return True


def resume(subscription: WebhookSubscription, *, actor: Actor, now: datetime) -> bool:
    """It goes on; what was abandoned meanwhile is sent again only when somebody asks. False when it was on, or when
    an entity asks for what an administrator stopped, a moment ago even.
    """
    going = {"active": True, "disabled_reason": "", "disabled_at": None, "failures": 0, "retry_at": None}
    with transaction.atomic():
        only = Q() if actor.entity is None else ~Q(disabled_reason=DisabledReason.ADMIN)
        if not _switch(subscription, only, **going):
            return False
        _record_switch(subscription, "resumed", [False, True], actor, now)
    return True


def end(subscription: WebhookSubscription, *, actor: Actor, now: datetime) -> bool:
    """It is over: its keys go, its log stays for six months. False when it was over already."""
    with transaction.atomic():
        ended = WebhookSubscription.objects.standing().filter(pk=subscription.pk)
        if not ended.update(
            active=False,
            disabled_reason=DisabledReason.ENDED,
            disabled_at=now,
            ended_at=now,
            version=F("version") + 1,
        ):
            return False
        subscription.secrets.all().delete()
        abandon(subscription)
        record("webhook", subscription.pk, "ended", actor=actor, at=now, changes={"ended_at": [None, now]})
    return True


def rotate(subscription: WebhookSubscription, *, actor: Actor, now: datetime) -> str:
    """Another signing key, shown now and never again. Raises `keys.RotationUnderWay`."""
    with transaction.atomic():
        secret = keys.rotate(subscription, now)
        record("webhook", subscription.pk, "key_rotated", actor=actor, at=now)
    return secret


def end_rotation(subscription: WebhookSubscription, *, actor: Actor, now: datetime) -> bool:
    with transaction.atomic():
        if not keys.end_rotation(subscription, now):
            return False
        record("webhook", subscription.pk, "rotation_ended", actor=actor, at=now)
    return True


def test(subscription: WebhookSubscription, *, actor: Actor, now: datetime) -> str:
    """A message that says nothing, sent at the next round. Raises `Refused` on a stopped subscription."""
    with transaction.atomic():
        if not WebhookSubscription.objects.filter(pk=subscription.pk, active=True).exists():
            raise Refused("stopped", "Cet abonnement est arrêté : reprenez-le d’abord.")
        key = events.announce_test(subscription, secrets.token_hex(8), now)
        WebhookSubscription.objects.filter(pk=subscription.pk).update(retry_at=None)
        record("webhook", subscription.pk, "tested", actor=actor, at=now)
    return key


def resend(
    subscription: WebhookSubscription, deliveries: Sequence[int] | None, *, actor: Actor, now: datetime
) -> int:
    """Dead rows of this subscription again, under the same ids; None: all of them. How many.

    Raises `Refused` on a stopped subscription.
    """
    with transaction.atomic():
        if not WebhookSubscription.objects.filter(pk=subscription.pk, active=True).exists():
            raise Refused("stopped", "Cet abonnement est arrêté : reprenez-le d’abord.")
        dead = Delivery.objects.filter(subscription=subscription.pk, status=DeliveryStatus.DEAD)
        if deliveries is not None:
            dead = dead.filter(pk__in=deliveries)
        chosen = list(dead.order_by("pk").values_list("pk", flat=True))
        number = send_again(chosen, now)
        WebhookSubscription.objects.filter(pk=subscription.pk).update(retry_at=None)
        changes = {"status": [DeliveryStatus.DEAD.value, DeliveryStatus.PENDING.value]}
        record_many(Entry("delivery", pk, "sent_again", actor, now, changes=changes) for pk in chosen)
    return number


# -- machines ---------------------------------------------------------------------------------------------


def allow(entity: Entity, host: str, port: int, *, actor: Actor, now: datetime) -> WebhookHost:
    """Raises `Refused`."""
    why = host_objection(host)
    if why:
        raise Refused("host", why, "host")
    with transaction.atomic():
        try:
            with transaction.atomic():
                made = WebhookHost.objects.create(
                    entity=entity, host=host, port=port, added_by=actor.user, added_at=now
                )
        except IntegrityError:
            raise Refused(
                "host_taken", "Cette machine est déjà autorisée pour cette entité.", "host"
            ) from None
        record(
            "webhookhost",
            made.pk,
            "created",
            actor=actor,
            at=now,
            changes={"entity": [None, entity.pk], "port": [None, port]},
            personal={"host": ["", host]},
        )
    return made


def forbid(host: WebhookHost, *, actor: Actor, now: datetime) -> None:
    """Taken off the list: nothing is sent there any more, whatever subscription names it."""
    with transaction.atomic():
        record(
            "webhookhost",
            host.pk,
            "deleted",
            actor=actor,
            at=now,
            changes={"entity": [host.entity_id, None], "port": [host.port, None]},
            personal={"host": [host.host, ""]},
        )
        host.delete()


def _checked(entity_id: int, url: str, wanted: Sequence[str]) -> tuple[str, list[str]]:
    try:
        target = read(url)
    except BadAddress as why:
        raise Refused("url", str(why), "url") from None
    if not WebhookHost.objects.filter(entity=entity_id, host=target.host, port=target.port).exists():
        raise Refused(
            "host_not_allowed",
            f"{target.netloc} n’est pas une machine autorisée pour cette entité : un administrateur l’ajoute.",
            "url",
        )
    chosen = [event.value for event in WebhookEvent if event.value in set(wanted)]
    if not chosen or len(chosen) != len(set(wanted)):
        raise Refused("events", "Choisissez au moins un événement, parmi ceux de la liste.", "events")
    return target.url, chosen


def _locked(pk: int, version: int) -> WebhookSubscription:
    found = WebhookSubscription.objects.select_for_update().get(pk=pk)
    if found.version != version or found.ended_at is not None:
        raise Stale(found)
    return found


def _switch(subscription: WebhookSubscription, only: Q | None = None, **fields: object) -> int:
    """One when it was the other way; a second click changes nothing."""
    standing = WebhookSubscription.objects.standing().filter(pk=subscription.pk, active=not fields["active"])
    standing = standing.filter(only or Q())
    return standing.update(version=F("version") + 1, **fields)


def _record_switch(
    subscription: WebhookSubscription,
    action: str,
    changed: list[bool],
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> None:
    changes = {"active": changed}
    record("webhook", subscription.pk, action, actor=actor, at=now, reason_code=reason, changes=changes)
