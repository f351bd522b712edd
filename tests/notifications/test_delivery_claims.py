"""Deliveries: claimed by one, sent under a stable key, marked by who holds them, never for ever."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.notifications import deliveries
from atdemain.notifications.deliveries import (
    LEASE,
    MAX_ATTEMPTS,
    back_off,
    claim,
    deliver_due,
    queue_email,
    send_again,
    send_one,
)
from atdemain.notifications.enums import Channel, DeliveryStatus
from atdemain.notifications.models import Delivery, OutgoingHold
from atdemain.notifications.tasks import deliver
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.roles import set_roles

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
LATER = NOW + LEASE + timedelta(seconds=1)

pytestmark = pytest.mark.django_db


def queue(key: str = "promise:1:1:plus_30:4", at: datetime = NOW, **fields: str) -> Delivery:
    queue_email(
        fields.get("recipient", "chef@example.org"),
        fields.get("subject", "Rappel en retard"),
        fields.get("body", "Dossier ATD-2026-000001."),
        key,
        at,
    )
    return Delivery.objects.get(key=key)


def again(delivery: Delivery) -> Delivery:
    return Delivery.objects.get(pk=delivery.pk)


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> list[Delivery]:
    """A mail server that refuses everything; the deliveries it was asked for."""
    asked: list[Delivery] = []

    def refuse(delivery: Delivery) -> None:
        asked.append(delivery)
        raise OSError("connexion refusée")

    monkeypatch.setitem(deliveries.SENDERS, Channel.EMAIL, refuse)
    return asked


# -- once -------------------------------------------------------------------------------------------------


def test_deliver_due_sends_once_with_a_stable_message_id(settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "AT Demain <atdemain@example.org>"
    row = queue()
    assert deliver_due(NOW) == 1
    assert deliver_due(LATER) == 0
    [sent] = mail.outbox
    assert sent.to == ["chef@example.org"]
    assert sent.subject == "Rappel en retard"
    assert sent.extra_headers["Message-ID"] == "<promise.1.1.plus_30.4@example.org>"
    kept = again(row)
    assert (kept.status, kept.attempts, kept.lease_until, kept.last_error) == ("sent", 1, None, "")
    assert kept.sent_at is not None


def test_queue_email_twice_under_one_key_is_one_delivery() -> None:
    queue()
    queue(subject="Autre")
    assert Delivery.objects.get().subject == "Rappel en retard"


def test_queue_email_rolled_back_with_its_change_sends_nothing() -> None:
    with transaction.atomic():
        queue_email("a@example.org", "x", "x", "k", NOW)
        transaction.set_rollback(True)
    assert deliver_due(NOW) == 0


def test_a_delivery_not_due_yet_waits() -> None:
    queue(at=NOW + timedelta(seconds=1))
    assert claim(NOW, 10) == []
    assert len(claim(NOW + timedelta(seconds=1), 10)) == 1


def test_a_subject_of_several_lines_is_sent_as_one() -> None:
    queue(subject="Rappel\r\nBcc: autre@example.org")
    deliver_due(NOW)
    assert mail.outbox[0].subject == "Rappel Bcc: autre@example.org"
    assert mail.outbox[0].recipients() == ["chef@example.org"]


@pytest.mark.parametrize("text", ["x" * 5_000, "a\x00b", "\ud800"])
def test_whatever_the_text_the_delivery_is_kept_and_sent(text: str) -> None:
    row = queue(subject=text, body=text)
    deliver_due(NOW)
    assert again(row).status == DeliveryStatus.SENT
    assert len(row.subject) <= 200


# -- by lease and token -----------------------------------------------------------------------------------


def test_claim_reserves_for_one_until_the_lease_is_past() -> None:
    row = queue()
    [mine] = claim(NOW, 10)
    assert mine.token
    assert claim(NOW, 10) == []
    assert claim(NOW + LEASE - timedelta(seconds=1), 10) == []
    [theirs] = claim(NOW + LEASE, 10)
    assert theirs.pk == row.pk
    assert theirs.token != mine.token


def test_an_expired_lease_sends_again_with_the_same_key() -> None:
    """Killed between the sending and the mark: the reader's mail client recognises the second copy."""
    row = queue()
    [lost] = claim(NOW, 10)
    deliveries.SENDERS[Channel.EMAIL](lost)
    assert deliver_due(LATER) == 1
    first, second = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]
    assert again(row).status == DeliveryStatus.SENT
    assert again(row).attempts == 2


def test_the_slower_of_two_holders_neither_sends_nor_marks() -> None:
    row = queue()
    [slow] = claim(NOW, 10)
    [fast] = claim(LATER, 10)
    assert not send_one(slow, LATER)
    assert mail.outbox == []
    assert again(row).token == fast.token
    assert send_one(fast, LATER)
    assert not send_one(slow, LATER)
    assert len(mail.outbox) == 1


def test_a_failure_of_the_slower_does_not_undo_what_the_faster_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    row = queue()
    [slow] = claim(NOW, 10)

    def taken_over(delivery: Delivery) -> None:
        monkeypatch.undo()
        deliver_due(LATER + LEASE)
        raise OSError("trop tard")

    monkeypatch.setitem(deliveries.SENDERS, Channel.EMAIL, taken_over)
    assert not send_one(slow, NOW)
    kept = again(row)
    assert (kept.status, kept.last_error) == (DeliveryStatus.SENT, "")
    assert len(mail.outbox) == 1


def test_the_lease_starts_again_with_each_message_of_a_slow_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        queue(f"k{number}")
    clock = iter(range(0, 10_000, 90))  # each message takes ninety seconds
    monkeypatch.setattr(deliveries.time, "monotonic", lambda: next(clock))
    stolen: list[Delivery] = []

    def slow(delivery: Delivery) -> None:
        at = Delivery.objects.get(pk=delivery.pk).lease_until - timedelta(seconds=1)
        stolen.extend(row for row in claim(at, 10) if row.pk == delivery.pk)

    monkeypatch.setitem(deliveries.SENDERS, Channel.EMAIL, slow)
    deliver_due(NOW)
    assert stolen == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_together_send_each_delivery_once() -> None:
    for number in range(60):
        queue(f"k{number}")
    start = Barrier(8)

    def work(_: int) -> int:
        try:
            start.wait(timeout=30)
            return sum(iter(lambda: deliver_due(NOW, 5), 0))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        claimed = sum(pool.map(work, range(8)))
    assert claimed == 60
    assert len(mail.outbox) == len({sent.extra_headers["Message-ID"] for sent in mail.outbox}) == 60
    assert Delivery.objects.filter(status=DeliveryStatus.SENT, attempts=1).count() == 60


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_eight_workers_without_a_claim_send_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: each reads what is due and sends it; the token is not asked."""
    for number in range(10):
        queue(f"k{number}")
    start = Barrier(8)

    def work(_: int) -> None:
        try:
            rows = list(Delivery.objects.filter(status=DeliveryStatus.PENDING))
            start.wait(timeout=30)
            for row in rows:
                deliveries.SENDERS[Channel.EMAIL](row)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(mail.outbox) > 10


# -- failures ---------------------------------------------------------------------------------------------


def test_a_failure_is_told_and_tried_again_later(broken: list[Delivery]) -> None:
    row = queue()
    deliver_due(NOW)
    kept = again(row)
    assert (kept.status, kept.attempts) == (DeliveryStatus.PENDING, 1)
    assert kept.last_error == "OSError : connexion refusée"
    assert timedelta(seconds=50) < kept.next_attempt_at - NOW < timedelta(seconds=90)
    assert deliver_due(NOW + timedelta(seconds=30)) == 0


def test_a_poison_row_ends_dead_and_delays_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    send = deliveries.SENDERS[Channel.EMAIL]

    def choke(delivery: Delivery) -> None:
        if delivery.key == "poison":
            raise ValueError("adresse impossible")
        send(delivery)

    monkeypatch.setitem(deliveries.SENDERS, Channel.EMAIL, choke)
    poison, sane = queue("poison"), queue("saine", at=NOW + timedelta(seconds=1))
    at = NOW + timedelta(seconds=1)
    for attempt in range(MAX_ATTEMPTS):
        deliver_due(at)
        assert again(sane).status == DeliveryStatus.SENT
        assert again(poison).attempts == attempt + 1
        at += timedelta(days=2)
    assert again(poison).status == DeliveryStatus.DEAD
    assert "adresse impossible" in again(poison).last_error
    assert deliver_due(at + timedelta(days=30)) == 0


def test_a_row_that_kills_its_process_each_time_ends_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    row = queue()
    at = NOW
    for _ in range(MAX_ATTEMPTS):
        assert len(claim(at, 10)) == 1  # and the process dies here
        at += LEASE + timedelta(seconds=1)
    assert claim(at, 10) == []
    kept = again(row)
    assert kept.status == DeliveryStatus.DEAD
    assert "processus" in kept.last_error


def test_a_webhook_without_a_subscription_is_refused_by_the_database() -> None:
    row = queue()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(channel=Channel.WEBHOOK)


def test_back_off_grows_from_a_minute_to_a_day() -> None:
    waits = [back_off(attempt).total_seconds() for attempt in range(1, 40)]
    assert 54 <= waits[0] <= 66
    assert 216 <= waits[1] <= 264
    assert all(wait <= 86_400 * 1.1 for wait in waits)


def test_the_task_sends_batch_after_batch(time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    for number in range(120):
        queue(f"k{number}")
    deliver()
    assert Delivery.objects.filter(status=DeliveryStatus.SENT).count() == 120


# -- hold -------------------------------------------------------------------------------------------------


def test_nothing_leaves_while_a_hold_stands_and_all_leaves_once_it_is_released() -> None:
    queue()
    hold = OutgoingHold.objects.create(reason="Restauration", set_at=NOW)
    OutgoingHold.objects.create(reason="Ancienne", set_at=NOW, released_at=NOW)
    assert deliver_due(NOW) == 0
    assert mail.outbox == []
    OutgoingHold.objects.filter(pk=hold.pk).update(released_at=NOW)
    assert deliver_due(NOW) == 1


# -- the administrator ------------------------------------------------------------------------------------


@pytest.fixture
def browser() -> Client:
    account = User.objects.create(username="admin")
    set_roles(account, [Role.ADMIN])
    browser = Client()
    browser.force_login(account)
    return browser


def page(name: str, *args: object) -> str:
    return reverse(f"admin:notifications_{name}", args=args)


def test_the_list_opens_on_the_abandoned_ones_with_their_error(browser: Client) -> None:
    dead = queue("morte")
    Delivery.objects.filter(pk=dead.pk).update(status=DeliveryStatus.DEAD, last_error="OSError : refusé")
    queue("vivante")
    text = browser.get(page("delivery_changelist")).content.decode()
    assert "morte" in text
    assert "OSError : refusé" in text
    assert "vivante" not in text
    assert "vivante" in browser.get(page("delivery_changelist"), {"status": "all"}).content.decode()


def test_the_administrator_sends_the_abandoned_ones_again_with_the_same_key(browser: Client) -> None:
    dead, sent = queue("morte"), queue("partie")
    Delivery.objects.filter(pk=dead.pk).update(status=DeliveryStatus.DEAD, attempts=MAX_ATTEMPTS)
    Delivery.objects.filter(pk=sent.pk).update(status=DeliveryStatus.SENT)
    data = {"action": "send_again", "_selected_action": [dead.pk, sent.pk]}
    answer = browser.post(page("delivery_changelist") + "?status=all", data, follow=True)
    assert "1 envoi(s) remis dans la file." in answer.content.decode()
    assert (again(dead).status, again(dead).attempts) == (DeliveryStatus.PENDING, 0)
    assert again(sent).status == DeliveryStatus.SENT
    assert AuditEvent.objects.get(object_type="delivery").object_id == str(dead.pk)
    assert deliver_due(again(dead).next_attempt_at) == 1
    assert mail.outbox[0].extra_headers["Message-ID"].startswith("<morte@")


def test_send_again_leaves_alone_what_is_not_dead() -> None:
    row = queue()
    assert send_again([row.pk], NOW) == 0


def test_a_delivery_is_neither_written_nor_erased_by_hand(browser: Client) -> None:
    row = queue()
    assert browser.get(page("delivery_add")).status_code == 403
    assert browser.post(page("delivery_delete", row.pk), {"post": "yes"}).status_code == 403
    assert browser.post(page("delivery_change", row.pk), {"status": "sent"}).status_code == 403
    assert browser.get(page("delivery_change", row.pk)).status_code == 200


def test_the_administrator_suspends_the_deliveries_and_lets_them_go(browser: Client) -> None:
    queue()
    assert browser.post(page("outgoinghold_add"), {"reason": "Bascule du serveur"}).status_code == 302
    assert deliver_due(NOW) == 0
    hold = OutgoingHold.objects.get()
    data = {"action": "release", "_selected_action": [hold.pk]}
    answer = browser.post(page("outgoinghold_changelist"), data, follow=True)
    assert "Suspension levée" in answer.content.decode()
    assert deliver_due(NOW) == 1
    assert list(
        AuditEvent.objects.filter(object_type="outgoinghold").order_by("seq").values_list("action", flat=True)
    ) == ["created", "changed"]
    assert browser.post(page("outgoinghold_delete", hold.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_the_other_roles_do_not_see_the_deliveries(role: Role) -> None:
    account = User.objects.create(username="autre")
    set_roles(account, [role])
    browser = Client()
    browser.force_login(account)
    assert browser.get(page("delivery_changelist")).status_code in (302, 403)
