"""Webhooks that are due, sent: several targets at once, one message at a time to each.

1. Due rows are claimed like any delivery (lease, token, attempt counted), a few per subscription, and none of
   one whose last sending failed a moment ago: a dead target is asked now and then, and delays nobody.
2. Threads speak to the targets; they open no database. This one renews the lease, signs, and marks.
3. A failure gives back what else was claimed for that target, its attempts uncounted.
4. 410 stops the subscription. What ends `dead` is told to the administrators, once a day per subscription.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.journal.record import record
from atdemain.notifications.deliveries import LEASE, MAX_ATTEMPTS, back_off, claim
from atdemain.notifications.enums import Channel, DeliveryStatus, DisabledReason
from atdemain.notifications.inbox import Item, cut, notify_many
from atdemain.notifications.models import Delivery, WebhookAttempt, WebhookHost, WebhookSubscription
from atdemain.notifications.webhooks import keys, transport
from atdemain.notifications.webhooks.addresses import BadAddress, Target, read
from atdemain.notifications.webhooks.transport import Answer
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.sealing import Unreadable

log = structlog.get_logger(__name__)

#: Rows of one subscription in a batch, targets spoken to at once, seconds after which no message is begun.
PER_TARGET = 20
AT_ONCE = 16
BEGIN_FOR = 5.0
#: The longest a target that failed is left alone; each message keeps its own wait, up to a day.
LONGEST_PAUSE = timedelta(minutes=5)
NOT_ALLOWED = "La machine n’est plus autorisée pour cette entité."
STOPPED = "L’abonnement est arrêté."
UNREADABLE = "La clé de signature n’est plus lisible : faites-en une autre."
USER_AGENT = "ATDemain-Webhooks/1"


def deliver_due(now: datetime, limit: int = 200) -> int:
    """Send what is due; how many messages were tried. Nothing leaves while a hold is not released."""
    claimed = claim(now, limit, Channel.WEBHOOK, only=_open_targets(now), per_target=PER_TARGET)
    return _Batch(claimed, now).run() if claimed else 0


def _open_targets(now: datetime) -> Q:
    return Q(subscription__retry_at__isnull=True) | Q(subscription__retry_at__lte=now)


class _Batch:
    """Rows of one claim, queued by subscription. `at` is the moment given, moved on by what time has passed."""

    def __init__(self, claimed: list[Delivery], now: datetime) -> None:
        self.began, self.now = time.monotonic(), now
        self.subscriptions = WebhookSubscription.objects.select_related("entity").in_bulk(
            {row.subscription_id for row in claimed}
        )
        self.hosts = {
            (one.entity_id, one.host, one.port)
            for one in WebhookHost.objects.filter(
                entity__in={one.entity_id for one in self.subscriptions.values()}
            )
        }
        self.queues: dict[int, deque[Delivery]] = {}
        for row in claimed:
            assert row.subscription_id is not None
            self.queues.setdefault(row.subscription_id, deque()).append(row)
        self.tried = 0
        self.running: dict[Future[Answer], Delivery] = {}

    @property
    def at(self) -> datetime:
        return self.now + timedelta(seconds=time.monotonic() - self.began)

    def run(self) -> int:
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhook") as pool:
            waiting = deque(self.queues)
            while waiting or self.running:
                while waiting and len(self.running) < AT_ONCE:
                    self._begin(waiting.popleft(), pool)
                if not self.running:
                    continue
                done, _ = wait(self.running, return_when=FIRST_COMPLETED)
                for future in done:
                    row = self.running.pop(future)
                    assert row.subscription_id is not None
                    if self._settle(row, future.result()):
                        waiting.append(row.subscription_id)
                    else:
                        self._give_back(row.subscription_id)
        return self.tried

    # -- one message --------------------------------------------------------------------------------------

    def _begin(self, subscription_id: int, pool: ThreadPoolExecutor) -> None:
        """The next message to this target, if any; without a thread where nothing may be sent."""
        queue = self.queues[subscription_id]
        while queue:
            if time.monotonic() - self.began > BEGIN_FOR:
                self._give_back(subscription_id)
                return
            row = queue.popleft()
            if not _mine(row).update(lease_until=self.at + LEASE):
                continue  # taken over by another sender meanwhile
            send = self._sending(row)
            if send is not None:
                self.tried += 1
                self.running[pool.submit(send)] = row
                return

    def _sending(self, row: Delivery) -> Callable[[], Answer] | None:
        """What a thread is to do; None where the row was settled without it."""
        subscription = self.subscriptions[row.subscription_id or 0]
        if not subscription.active:
            _end(row, STOPPED)
            return None
        try:
            target = read(subscription.url)
        except BadAddress as why:
            _end(row, str(why))
            return None
        if (subscription.entity_id, target.host, target.port) not in self.hosts:
            _end(row, NOT_ALLOWED)
            return None
        at = timezone.now()  # the receiver compares it with its own clock
        try:
            signing = keys.opened(keys.live(subscription, self.at))
        except Unreadable:
            signing = []
        if not signing:
            self._settle(row, Answer(None, UNREADABLE, 0))
            return None
        headers = {
            "Content-Type": "application/json",
            "User-Agent": USER_AGENT,
            "webhook-id": row.key,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": keys.signature(signing, row.key, at, row.body),
        }
        return _Send(target, headers, row.body.encode())

    def _settle(self, row: Delivery, answer: Answer) -> bool:
        """Write what became of it; whether the target took it."""
        at = self.at
        subscription = self.subscriptions[row.subscription_id or 0]
        with transaction.atomic():
            gone = answer.status == 410
            dead = gone or (not answer.taken and row.attempts >= MAX_ATTEMPTS)
            next_at = at + max(back_off(row.attempts), timedelta(seconds=answer.retry_after or 0))
            marked = _mine(row).update(
                status=DeliveryStatus.SENT
                if answer.taken
                else DeliveryStatus.DEAD
                if dead
                else DeliveryStatus.PENDING,
                sent_at=at if answer.taken else None,
                next_attempt_at=row.next_attempt_at if answer.taken else next_at,
                lease_until=None,
                last_error=cut(answer.error, 400),
            )
            WebhookAttempt.objects.create(
                delivery=row,
                number=row.attempts,
                at=at,
                duration_ms=answer.duration_ms,
                status_code=answer.status,
                error=cut(answer.error, 200),
            )
            if not marked:  # somebody else holds it: only the attempt is told
                return answer.taken
            if answer.taken:
                if subscription.failures:
                    _of(subscription).update(failures=0, retry_at=None)
                    subscription.failures = 0
            elif gone:
                stop_gone(subscription, at)
            else:
                subscription.failures += 1
                _of(subscription).update(
                    failures=F("failures") + 1, retry_at=min(next_at, at + LONGEST_PAUSE)
                )
            if dead and not gone:
                tell(subscription, f"Webhook abandonné après {row.attempts} tentatives", "dead", at)
        if not answer.taken:
            log.warning(
                "webhook_failed",
                delivery=row.pk,
                subscription=subscription.pk,
                status=answer.status,
                attempts=row.attempts,
                dead=dead,
            )
        return answer.taken

    def _give_back(self, subscription_id: int) -> None:
        """What was claimed for this target and is not begun: due again, its attempt uncounted."""
        queue = self.queues[subscription_id]
        if queue:
            Delivery.objects.filter(
                pk__in=[row.pk for row in queue], token=queue[0].token, status=DeliveryStatus.CLAIMED
            ).update(status=DeliveryStatus.PENDING, lease_until=None, attempts=F("attempts") - 1)
            queue.clear()


class _Send:
    def __init__(self, target: Target, headers: dict[str, str], body: bytes) -> None:
        self.target, self.headers, self.body = target, headers, body

    def __call__(self) -> Answer:
        """An error of ours is this message's failure, and no other's."""
        try:
            return transport.post(self.target, self.headers, self.body)
        except Exception as error:
            log.exception("webhook_error", webhook_id=self.headers["webhook-id"])
            return Answer(None, f"Erreur de l’envoi ({type(error).__name__}).", 0)


def stop_gone(subscription: WebhookSubscription, now: datetime) -> None:
    """The target answered 410: nothing more is sent there, and what waited is abandoned."""
    stopped = _of(subscription).filter(active=True)
    if stopped.update(
        active=False,
        disabled_reason=DisabledReason.GONE,
        disabled_at=now,
        retry_at=None,
        version=F("version") + 1,
    ):
        subscription.active = False
        record_stop(subscription, now)
        tell(subscription, "Webhook arrêté : l’adresse n’existe plus", "gone", now)
    abandon(subscription)


def abandon(subscription: WebhookSubscription) -> None:
    """What waits for a stopped subscription is dead, visible, and may be sent again once it goes on."""
    Delivery.objects.filter(subscription=subscription.pk, status=DeliveryStatus.PENDING).update(
        status=DeliveryStatus.DEAD, last_error=STOPPED, lease_until=None
    )


def record_stop(subscription: WebhookSubscription, now: datetime) -> None:
    record(
        "webhook",
        subscription.pk,
        "stopped",
        actor=system("webhooks"),
        at=now,
        reason_code=DisabledReason.GONE.value,
        changes={"active": [True, False]},
    )


def tell(subscription: WebhookSubscription, what: str, code: str, now: datetime) -> None:
    """The administrators read it in their inbox: once a day for the same thing on the same subscription."""
    told = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value).order_by("pk")
    notify_many(
        Item(
            reader,
            "webhook",
            f"{subscription.entity} : {what[0].lower()}{what[1:]}",
            f"webhook:{code}:{subscription.pk}:{now:%Y%m%d}:{reader}",
            now,
            url=reverse("webhooks:subscription", args=[subscription.pk]),
            object_type="webhook",
            object_id=str(subscription.pk),
        )
        for reader in told.values_list("pk", flat=True)
    )


def _mine(row: Delivery):
    return Delivery.objects.filter(pk=row.pk, token=row.token, status=DeliveryStatus.CLAIMED)


def _of(subscription: WebhookSubscription):
    return WebhookSubscription.objects.filter(pk=subscription.pk)


def _end(row: Delivery, why: str) -> None:
    """Dead without an attempt: nothing was sent, and trying again would change nothing."""
    _mine(row).update(status=DeliveryStatus.DEAD, lease_until=None, last_error=cut(why, 400))
