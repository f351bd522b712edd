"""Webhooks on their way: signed, at least once under one id, each target in its own time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from standardwebhooks.webhooks import WebhookVerificationError

from atdemain.journal.actors import system
from atdemain.journal.models import AuditEvent
from atdemain.notifications.deliveries import LEASE, MAX_ATTEMPTS, claim, queue_email
from atdemain.notifications.enums import Channel, DeliveryStatus, WebhookEvent
from atdemain.notifications.models import (
    Delivery,
    Notification,
    OutgoingHold,
    WebhookAttempt,
    WebhookHost,
    WebhookSubscription,
)
from atdemain.notifications.webhooks import events, keys, sending, subscriptions
from atdemain.notifications.webhooks.sending import deliver_due
from atdemain.organisation.enums import EntityKind, Role
from atdemain.organisation.models import Entity, User
from atdemain.organisation.roles import set_roles
from tests.notifications.webhook_cast import (
    NOW,
    Got,
    Receiver,
    listening,
    reach_this_machine,
    subscribed,
    verified,
)

pytestmark = pytest.mark.django_db
ACTOR = system("essai")
CREATED = WebhookEvent.ESCALATION_CREATED


@pytest.fixture
def entity(db: None) -> Entity:
    return Entity.objects.create(code="p1", name="Partenaire P1", kind=EntityKind.PARTNER_CONTACT_CENTRE)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    reach_this_machine(monkeypatch)
    with listening() as one:
        yield one


def tell(subscription: WebhookSubscription, subject: str = "1", at: datetime = NOW) -> Delivery:
    events.announce(CREATED, [subscription], subject, {"escalation": subject}, at)
    return Delivery.objects.get(key=events.webhook_id(subscription.pk, CREATED.value, subject))


def again(row: Delivery) -> Delivery:
    return Delivery.objects.get(pk=row.pk)


def when(at: datetime) -> datetime:
    return at + timedelta(hours=30)  # after any wait between two attempts


# -- what is sent ---------------------------------------------------------------------------------------


def test_a_message_is_signed_as_the_library_verifies_and_carries_its_id(
    entity: Entity, receiver: Receiver
) -> None:
    subscription, key = subscribed(entity, receiver.url)
    row = tell(subscription)
    assert deliver_due(NOW) == 1
    [got] = receiver.got
    assert verified(key, got) == {
        "type": "escalation.created",
        "timestamp": "2026-11-10T14:30:00Z",
        "version": 1,
        "data": {"escalation": "1"},
    }
    assert got.headers["webhook-id"] == row.key
    assert got.headers["content-type"] == "application/json"
    kept = again(row)
    assert (kept.status, kept.attempts, kept.last_error) == (DeliveryStatus.SENT, 1, "")
    attempt = WebhookAttempt.objects.get()
    assert (attempt.delivery_id, attempt.number, attempt.status_code, attempt.error) == (row.pk, 1, 204, "")


def test_a_changed_body_is_refused_by_the_verifier(entity: Entity, receiver: Receiver) -> None:
    subscription, key = subscribed(entity, receiver.url)
    tell(subscription)
    deliver_due(NOW)
    [got] = receiver.got
    forged = Got(got.path, got.headers, got.body.replace('"1"', '"2"'))
    with pytest.raises(WebhookVerificationError, match="No matching signature"):
        verified(key, forged)


def test_a_replay_six_minutes_later_is_refused_by_the_verifier(
    entity: Entity, receiver: Receiver, time_machine: Any
) -> None:
    subscription, key = subscribed(entity, receiver.url)
    tell(subscription)
    deliver_due(NOW)
    [got] = receiver.got
    assert verified(key, got)
    time_machine.move_to(datetime.now(UTC) + timedelta(minutes=6))
    with pytest.raises(WebhookVerificationError, match="too old"):
        verified(key, got)


def test_another_timestamp_does_not_pass_for_the_signed_one(entity: Entity, receiver: Receiver) -> None:
    subscription, key = subscribed(entity, receiver.url)
    tell(subscription)
    deliver_due(NOW)
    [got] = receiver.got
    later = str(int(got.headers["webhook-timestamp"]) + 1)
    with pytest.raises(WebhookVerificationError):
        verified(key, Got(got.path, got.headers | {"webhook-timestamp": later}, got.body))


def test_both_keys_sign_during_a_rotation_and_the_earlier_one_stops_after_a_day(
    entity: Entity, receiver: Receiver
) -> None:
    subscription, old = subscribed(entity, receiver.url)
    new = subscriptions.rotate(subscription, actor=ACTOR, now=NOW)
    tell(subscription, "1")
    deliver_due(NOW)
    tell(subscription, "2", NOW + keys.OVERLAP)
    deliver_due(NOW + keys.OVERLAP)
    both, one = receiver.got
    assert len(both.headers["webhook-signature"].split()) == 2
    assert verified(old, both) == verified(new, both)
    assert len(one.headers["webhook-signature"].split()) == 1
    assert verified(new, one)
    with pytest.raises(WebhookVerificationError):
        verified(old, one)


def test_a_key_no_longer_readable_is_a_failure_that_says_what_to_do(
    entity: Entity, receiver: Receiver, settings: Any
) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    row = tell(subscription)
    settings.SECRET_KEY = "une autre clé, sans l’ancienne " + "y" * 40
    deliver_due(NOW)
    assert receiver.got == []
    assert "faites-en une autre" in again(row).last_error


def test_a_key_is_read_after_the_site_s_key_changed_with_the_earlier_one_kept(
    entity: Entity, receiver: Receiver, settings: Any
) -> None:
    subscription, key = subscribed(entity, receiver.url)
    tell(subscription)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "une autre clé " + "y" * 40
    deliver_due(NOW)
    assert verified(key, receiver.got[0])


def test_the_database_alone_tells_no_key(entity: Entity, receiver: Receiver) -> None:
    subscription, key = subscribed(entity, receiver.url)
    assert key.removeprefix(keys.PREFIX) not in subscription.secrets.get().sealed


# -- once, by lease and token ---------------------------------------------------------------------------


def test_an_event_announced_twice_is_one_message(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    tell(subscription)
    tell(subscription)
    assert deliver_due(NOW) == 1
    assert deliver_due(NOW + LEASE) == 0
    assert len(receiver.got) == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_senders_at_once_send_each_message_once(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    for number in range(40):
        tell(subscription, str(number))
    start = Barrier(4)

    def work(_: int) -> int:
        try:
            start.wait(timeout=30)
            return sum(iter(lambda: deliver_due(NOW, 5), 0))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tried = sum(pool.map(work, range(4)))
    assert tried == 40
    assert len(receiver.got) == len({got.headers["webhook-id"] for got in receiver.got}) == 40
    assert Delivery.objects.filter(status=DeliveryStatus.SENT, attempts=1).count() == 40


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_senders_that_ask_no_lease_send_more_than_once(entity: Entity, receiver: Receiver) -> None:
    """Negative control: each sends what it reads as due."""
    subscription, _ = subscribed(entity, receiver.url)
    for number in range(5):
        tell(subscription, str(number))
    start = Barrier(4)

    def work(_: int) -> None:
        try:
            rows = list(Delivery.objects.filter(status=DeliveryStatus.PENDING))
            start.wait(timeout=30)
            batch = sending._Batch(rows, NOW)
            for row in rows:
                send = batch._sending(row)
                assert send is not None
                send()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert len(receiver.got) == 20


def test_a_sender_that_lost_its_lease_sends_nothing(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    tell(subscription)
    slow = claim(NOW, 10, Channel.WEBHOOK)
    assert deliver_due(NOW + LEASE) == 1
    assert sending._Batch(slow, NOW + LEASE).run() == 0
    assert len(receiver.got) == 1


def test_a_message_sent_but_not_marked_goes_again_under_the_same_id(
    entity: Entity, receiver: Receiver
) -> None:
    """The process died between the answer and the mark."""
    subscription, key = subscribed(entity, receiver.url)
    row = tell(subscription)
    lost = claim(NOW, 10, Channel.WEBHOOK)
    send = sending._Batch(lost, NOW)._sending(lost[0])
    assert send is not None
    assert send().taken
    assert deliver_due(NOW + LEASE - timedelta(seconds=1)) == 0
    assert deliver_due(NOW + LEASE) == 1
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == row.key
    assert first.body == second.body
    assert verified(key, second)


def test_webhooks_and_e_mails_are_claimed_apart(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    tell(subscription)
    queue_email("chef@exemple.fr", "Rappel", "Corps", "k", NOW)
    assert [row.channel for row in claim(NOW, 10)] == [Channel.EMAIL]
    assert [row.channel for row in claim(NOW, 10, Channel.WEBHOOK)] == [Channel.WEBHOOK]


def test_nothing_leaves_while_a_hold_stands(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    tell(subscription)
    OutgoingHold.objects.create(reason="Restauration", set_at=NOW)
    assert deliver_due(NOW) == 0
    OutgoingHold.objects.update(released_at=NOW)
    assert deliver_due(NOW) == 1


# -- failures -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 422, 429, 500, 502, 503, 302])
def test_a_refusal_is_tried_again_from_a_minute_on(entity: Entity, receiver: Receiver, status: int) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    row = tell(subscription)
    receiver.answers = status
    deliver_due(NOW)
    kept = again(row)
    assert (kept.status, kept.attempts) == (DeliveryStatus.PENDING, 1)
    assert timedelta(seconds=50) < kept.next_attempt_at - NOW < timedelta(seconds=80)
    assert str(status) in kept.last_error
    assert WebhookAttempt.objects.get().status_code == status


def test_waits_grow_from_a_minute_to_a_day_then_the_message_is_dead_and_told(
    entity: Entity, receiver: Receiver
) -> None:
    admin = User.objects.create(username="chef")
    set_roles(admin, [Role.ADMIN])
    subscription, _ = subscribed(entity, receiver.url)
    row, at = tell(subscription), NOW
    receiver.answers = 500
    waits = []
    for number in range(1, MAX_ATTEMPTS + 1):
        assert deliver_due(at) == 1
        kept = again(row)
        assert kept.attempts == number
        waits.append((kept.next_attempt_at - at).total_seconds())
        at = kept.next_attempt_at + timedelta(seconds=1)
    assert kept.status == DeliveryStatus.DEAD
    assert 50 < waits[0] < 80
    assert waits[:-1] == sorted(waits[:-1])  # the last one is of a dead message
    assert 86_400 * 0.89 < waits[MAX_ATTEMPTS - 2] < 86_400 * 1.11
    assert deliver_due(at + timedelta(days=30)) == 0
    assert len(receiver.got) == MAX_ATTEMPTS
    [told] = Notification.objects.filter(recipient=admin)
    assert "abandonné" in told.title
    assert told.url == f"/webhooks/{subscription.pk}/"


def test_waits_are_not_all_the_same(entity: Entity, receiver: Receiver) -> None:
    receiver.answers = 500
    waits = set()
    for number in range(5):
        subscription, _ = subscribed(entity, f"{receiver.url}{number}")
        row = tell(subscription)
        deliver_due(NOW)
        waits.add(round((again(row).next_attempt_at - NOW).total_seconds(), 1))
    assert len(waits) > 1


def test_a_target_that_says_when_to_come_back_is_heard(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    row = tell(subscription)
    receiver.answers, receiver.extra = 503, {"Retry-After": "3600"}
    deliver_due(NOW)
    assert again(row).next_attempt_at >= NOW + timedelta(hours=1)


def test_410_stops_the_subscription_abandons_what_waits_and_is_told(
    entity: Entity, receiver: Receiver
) -> None:
    admin = User.objects.create(username="chef")
    set_roles(admin, [Role.ADMIN])
    subscription, _ = subscribed(entity, receiver.url)
    first = tell(subscription, "1")
    later = tell(subscription, "2", NOW + timedelta(hours=1))
    receiver.answers = 410
    assert deliver_due(NOW) == 1
    stopped = WebhookSubscription.objects.get(pk=subscription.pk)
    assert (stopped.active, stopped.disabled_reason) == (False, "gone")
    assert again(first).status == again(later).status == DeliveryStatus.DEAD
    assert "n’existe plus" in Notification.objects.get(recipient=admin).title
    assert AuditEvent.objects.filter(object_type="webhook", action="stopped", reason_code="gone").count() == 1
    assert events.listeners(CREATED, [entity.pk]) == []
    assert deliver_due(when(NOW)) == 0
    assert len(receiver.got) == 1


def test_what_died_while_it_was_stopped_goes_again_once_it_is_resumed(
    entity: Entity, receiver: Receiver
) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    row = tell(subscription)
    receiver.answers = 410
    deliver_due(NOW)
    with pytest.raises(subscriptions.Refused):
        subscriptions.resend(subscription, None, actor=ACTOR, now=NOW)
    assert subscriptions.resume(subscription, actor=ACTOR, now=NOW)
    assert subscriptions.resend(subscription, None, actor=ACTOR, now=NOW) == 1
    receiver.answers = 200
    assert deliver_due(NOW) == 1
    assert again(row).status == DeliveryStatus.SENT
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert [one.number for one in WebhookAttempt.objects.order_by("pk")] == [1, 1]


def test_a_machine_taken_off_the_list_gets_nothing_more(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    row = tell(subscription)
    subscriptions.forbid(WebhookHost.objects.get(), actor=ACTOR, now=NOW)
    assert deliver_due(NOW) == 0
    assert (again(row).status, again(row).last_error) == (DeliveryStatus.DEAD, sending.NOT_ALLOWED)
    assert receiver.got == []


def test_an_address_changed_by_hand_in_the_database_is_checked_again(
    entity: Entity, receiver: Receiver
) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    row = tell(subscription)
    WebhookSubscription.objects.update(url="http://127.0.0.1:6379/")
    assert deliver_due(NOW) == 0
    assert again(row).status == DeliveryStatus.DEAD


# -- each target in its own time ------------------------------------------------------------------------


def test_a_poison_target_delays_nobody_else(
    entity: Entity, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One machine that never answers, with a hundred messages due; nine others are served meanwhile."""
    monkeypatch.setattr(sending.transport, "TOTAL", 1.5)
    with ExitStack() as stack:
        poison = stack.enter_context(listening())
        poison.slow = 60
        bad, _ = subscribed(entity, poison.url)
        for number in range(100):
            tell(bad, str(number), NOW - timedelta(hours=1))
        good = []
        for number in range(9):
            one = stack.enter_context(listening())
            other = Entity.objects.create(code=f"e{number}", name=f"Entité {number}", kind=EntityKind.UI)
            subscription, _ = subscribed(other, one.url)
            for subject in range(5):
                tell(subscription, str(subject))
            good.append(one)
        began = time.monotonic()
        tried = deliver_due(NOW)
        spent = time.monotonic() - began
        assert [len(one.got) for one in good] == [5] * 9
        assert tried == 46  # one message to the dead target: the others of it are given back
        assert spent < 4
        left = Delivery.objects.filter(subscription=bad.pk)
        assert left.filter(status=DeliveryStatus.PENDING).count() == 100
        assert left.filter(attempts=0).count() == 99
        assert deliver_due(NOW + timedelta(seconds=20)) == 0  # left alone for a while


def test_a_target_gets_one_message_at_a_time_and_in_order(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    rows = [tell(subscription, str(number), NOW + timedelta(seconds=number)) for number in range(5)]
    receiver.slow = 0.02
    deliver_due(NOW + timedelta(minutes=1))
    assert receiver.most == 1
    assert [got.headers["webhook-id"] for got in receiver.got] == [row.key for row in rows]


def test_a_target_that_answers_again_is_served_at_once(entity: Entity, receiver: Receiver) -> None:
    subscription, _ = subscribed(entity, receiver.url)
    tell(subscription, "1")
    tell(subscription, "2")
    receiver.answers = 500
    assert deliver_due(NOW) == 1
    receiver.answers = 200
    later = NOW + timedelta(minutes=2)
    assert deliver_due(later) == 2
    healed = WebhookSubscription.objects.get(pk=subscription.pk)
    assert (healed.failures, healed.retry_at) == (0, None)


def test_messages_of_one_entity_never_reach_another(entity: Entity, receiver: Receiver) -> None:
    other = Entity.objects.create(code="p2", name="Partenaire P2", kind=EntityKind.PARTNER_CONTACT_CENTRE)
    with listening() as elsewhere:
        mine, my_key = subscribed(entity, receiver.url)
        subscribed(other, elsewhere.url)
        told = events.listeners(CREATED, [entity.pk])
        assert told == [mine]
        events.announce(CREATED, told, "1", {"escalation": 1}, NOW)
        deliver_due(NOW)
        assert len(receiver.got) == 1
        assert elsewhere.got == []
        assert verified(my_key, receiver.got[0])


def test_a_key_of_one_entity_does_not_verify_the_messages_of_another(
    entity: Entity, receiver: Receiver
) -> None:
    other = Entity.objects.create(code="p2", name="Partenaire P2", kind=EntityKind.PARTNER_CONTACT_CENTRE)
    mine, _ = subscribed(entity, receiver.url)
    _, their_key = subscribed(other, receiver.url)
    tell(mine)
    deliver_due(NOW)
    with pytest.raises(WebhookVerificationError):
        verified(their_key, receiver.got[0])
