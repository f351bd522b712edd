"""The inbox: told once, in the transaction of what is told, kept six months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from atdemain.journal.actors import system
from atdemain.journal.purging import run
from atdemain.journal.retention import count
from atdemain.notifications.enums import Channel, DeliveryStatus
from atdemain.notifications.inbox import Item, notify, notify_many
from atdemain.notifications.models import Delivery, Notification
from atdemain.notifications.retention import KIND
from atdemain.organisation.models import User

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> User:
    return User.objects.create(username="c.roux")


def item(reader: User, key: str, **fields: object) -> Item:
    return Item(reader.pk, "note", "Rappel à 10:00", key, NOW, **fields)  # type: ignore[arg-type]


def test_notify_writes_what_it_was_given(reader: User) -> None:
    written = notify(
        reader.pk,
        "case_assigned",
        "Dossier confié",
        dedupe_key="case:1",
        at=NOW,
        body="Rouge",
        url="/cases/ATD-2026-000001/",
        object_type="case",
        object_id=7,
        urgent=True,
    )
    kept = Notification.objects.get()
    assert kept == written
    assert (kept.kind, kept.title, kept.body) == ("case_assigned", "Dossier confié", "Rouge")
    assert (kept.object_type, kept.object_id, kept.url) == ("case", "7", "/cases/ATD-2026-000001/")
    assert (kept.created_at, kept.read_at, kept.urgent) == (NOW, None, True)


def test_notify_twice_under_one_key_tells_once_and_keeps_the_first(reader: User) -> None:
    assert notify(reader.pk, "note", "Première", dedupe_key="k", at=NOW) is not None
    assert notify(reader.pk, "note", "Seconde", dedupe_key="k", at=NOW + timedelta(hours=1)) is None
    assert Notification.objects.get().title == "Première"


def test_notify_again_leaves_a_read_item_read(reader: User) -> None:
    notify(reader.pk, "note", "Première", dedupe_key="k", at=NOW)
    Notification.objects.update(read_at=NOW)
    notify(reader.pk, "note", "Première", dedupe_key="k", at=NOW)
    assert Notification.objects.get().read_at == NOW


def test_notify_many_counts_the_new_ones_only(reader: User) -> None:
    notify_many([item(reader, "a")])
    assert notify_many([item(reader, "a"), item(reader, "b"), item(reader, "b"), item(reader, "c")]) == 2
    assert Notification.objects.count() == 3
    assert notify_many([]) == 0


def test_notify_many_of_five_hundred_costs_few_statements(
    reader: User, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(10):  # SQLite writes 83 rows per statement
        assert notify_many([item(reader, f"k{number}") for number in range(500)]) == 500


def test_notify_rolled_back_with_its_change_tells_nothing(reader: User) -> None:
    with transaction.atomic():
        notify_many([item(reader, "a")])
        transaction.set_rollback(True)
    assert not Notification.objects.exists()


def test_the_database_refuses_a_second_item_under_one_key(reader: User) -> None:
    notify_many([item(reader, "a")])
    twice = Notification(recipient=reader, kind="x", title="x", dedupe_key="a", created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        twice.save()


@pytest.mark.parametrize(
    ("title", "kept"),
    [("x" * 240, "x" * 240), ("x" * 241, "x" * 239 + "…"), ("a\x00b\ud800", "a\ufffdb\ufffd"), ("", "")],
    ids=["fits", "too long", "unstorable", "empty"],
)
def test_notify_whatever_the_text_is_kept_on_both_databases(reader: User, title: str, kept: str) -> None:
    notify(reader.pk, "note", title, dedupe_key="k", at=NOW, body="y" * 500)
    written = Notification.objects.get()
    assert written.title == kept
    assert written.body == "y" * 399 + "…"


# -- six months -------------------------------------------------------------------------------------------


def aged(reader: User, days: int, status: DeliveryStatus) -> None:
    at = NOW - timedelta(days=days)
    notify(reader.pk, "note", "x", dedupe_key=f"{days}{status}", at=at)
    Delivery.objects.create(
        channel=Channel.EMAIL,
        recipient="a@example.org",
        body="x",
        key=f"{days}{status}",
        status=status,
        created_at=at,
        next_attempt_at=at,
    )


def test_purge_deletes_what_is_older_than_six_months_and_what_is_owed_stays(reader: User) -> None:
    for status in DeliveryStatus:
        aged(reader, 184, status)
    aged(reader, 183, DeliveryStatus.SENT)
    told = {"notifications": 4, "deliveries": 2}
    assert count(NOW, [KIND]).counts == {"notifications": told}
    assert run(NOW, [KIND], system("purge")).counts == {"notifications": told}
    assert Notification.objects.count() == 1
    assert set(Delivery.objects.values_list("status", flat=True)) == {"pending", "claimed", "sent"}
    assert run(NOW, [KIND], system("purge")).counts == {"notifications": {}}
