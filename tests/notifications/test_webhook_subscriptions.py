"""What may be done with a subscription, and what the database refuses besides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from atdemain.journal.actors import Actor, system
from atdemain.journal.enums import ActorKind
from atdemain.journal.models import AuditEvent
from atdemain.notifications import retention
from atdemain.notifications.enums import DisabledReason
from atdemain.notifications.models import Delivery, WebhookHost, WebhookSecret, WebhookSubscription
from atdemain.notifications.webhooks import keys, subscriptions
from atdemain.notifications.webhooks.subscriptions import MOST, Refused, Stale
from atdemain.organisation.enums import EntityKind
from atdemain.organisation.models import Entity
from tests.notifications.webhook_cast import ALL, NOW, subscribed

pytestmark = pytest.mark.django_db
ACTOR = system("essai")
URL = "https://hooks.partenaire.example/hook"


@pytest.fixture
def entity(db: None) -> Entity:
    return Entity.objects.create(code="p1", name="Partenaire P1", kind=EntityKind.PARTNER_CONTACT_CENTRE)


def actions(pk: int) -> list[str]:
    rows = AuditEvent.objects.filter(object_type="webhook", object_id=str(pk)).order_by("seq")
    return list(rows.values_list("action", flat=True))


def test_creating_one_shows_its_key_once_and_writes_one_row_without_the_address(entity: Entity) -> None:
    subscription, key = subscribed(entity, URL)
    assert key.startswith("whsec_")
    assert actions(subscription.pk) == ["created"]
    row = AuditEvent.objects.get(object_type="webhook")
    assert URL not in str(row.changes)
    assert row.payload.body["url"] == ["", URL]
    assert key not in str(row.payload.body)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("https://ailleurs.example/hook", "host_not_allowed"),
        ("https://hooks.partenaire.example:8443/hook", "host_not_allowed"),
        ("https://hooks.partenaire.example.evil.example/hook", "host_not_allowed"),
        ("http://hooks.partenaire.example/hook", "url"),
        ("https://127.0.0.1/hook", "url"),
    ],
)
def test_an_address_that_is_not_on_a_machine_of_the_list_is_refused(
    entity: Entity, url: str, code: str
) -> None:
    subscribed(entity, URL)
    with pytest.raises(Refused) as refused:
        subscriptions.create(entity, url, ALL, actor=ACTOR, now=NOW)
    assert (refused.value.code, refused.value.field) == (code, "url")


def test_a_machine_of_one_entity_is_not_one_of_another(entity: Entity) -> None:
    subscribed(entity, URL)
    other = Entity.objects.create(code="p2", name="P2", kind=EntityKind.PARTNER_CONTACT_CENTRE)
    with pytest.raises(Refused, match="machine autorisée"):
        subscriptions.create(other, URL, ALL, actor=ACTOR, now=NOW)


@pytest.mark.parametrize("wanted", [[], ["tout"], ["escalation.created", "autre"]])
def test_events_that_do_not_exist_are_refused(entity: Entity, wanted: list[str]) -> None:
    subscribed(entity, URL)
    with pytest.raises(Refused) as refused:
        subscriptions.create(entity, URL + "2", wanted, actor=ACTOR, now=NOW)
    assert refused.value.field == "events"


def test_the_same_address_twice_and_more_than_a_few_are_refused(entity: Entity) -> None:
    subscribed(entity, URL)
    with pytest.raises(Refused) as refused:
        subscriptions.create(entity, URL, ALL, actor=ACTOR, now=NOW)
    assert refused.value.code == "url_taken"
    for number in range(1, MOST):
        subscriptions.create(entity, f"{URL}{number}", ALL, actor=ACTOR, now=NOW)
    with pytest.raises(Refused) as refused:
        subscriptions.create(entity, f"{URL}/encore", ALL, actor=ACTOR, now=NOW)
    assert refused.value.code == "too_many"


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "10.0.0.5",
        "2130706433",
        "[::1]",
        "hooks",
        "hooks.exemple.fr.",
        "a b.fr",
        "x.local",
        "é.fr",
    ],
)
def test_a_machine_of_the_inside_is_not_allowed(entity: Entity, host: str) -> None:
    with pytest.raises(Refused) as refused:
        subscriptions.allow(entity, host, 443, actor=ACTOR, now=NOW)
    assert refused.value.field == "host"


def test_a_change_on_a_page_left_open_is_refused(entity: Entity) -> None:
    subscription, _ = subscribed(entity, URL)
    subscriptions.change(subscription, URL, ALL[:1], "", actor=ACTOR, now=NOW, version=1)
    with pytest.raises(Stale) as stale:
        subscriptions.change(subscription, URL, ALL[:2], "", actor=ACTOR, now=NOW, version=1)
    assert stale.value.current.events == ALL[:1]
    assert actions(subscription.pk) == ["created", "changed"]


def test_a_change_that_changes_nothing_writes_nothing(entity: Entity) -> None:
    subscription, _ = subscribed(entity, URL)
    subscriptions.change(subscription, URL, ALL, "", actor=ACTOR, now=NOW, version=1)
    assert actions(subscription.pk) == ["created"]


def test_stopping_and_resuming_twice_equals_once(entity: Entity) -> None:
    subscription, _ = subscribed(entity, URL)
    assert subscriptions.stop(subscription, DisabledReason.ADMIN, actor=ACTOR, now=NOW)
    assert not subscriptions.stop(subscription, DisabledReason.ADMIN, actor=ACTOR, now=NOW)
    assert subscriptions.resume(subscription, actor=ACTOR, now=NOW)
    assert not subscriptions.resume(subscription, actor=ACTOR, now=NOW)
    assert actions(subscription.pk) == ["created", "stopped", "resumed"]


def test_an_entity_that_saw_it_on_does_not_resume_what_an_administrator_stopped_meanwhile(
    entity: Entity,
) -> None:
    subscription, _ = subscribed(entity, URL)
    subscriptions.stop(subscription, DisabledReason.ADMIN, actor=ACTOR, now=NOW)
    own = Actor(ActorKind.API_CLIENT, 1, entity=entity.pk)
    assert not subscriptions.resume(subscription, actor=own, now=NOW)
    subscription.refresh_from_db()
    assert (subscription.active, subscription.disabled_reason) == (False, DisabledReason.ADMIN)


def test_a_third_key_waits_for_the_end_of_the_rotation(entity: Entity) -> None:
    subscription, _ = subscribed(entity, URL)
    subscriptions.rotate(subscription, actor=ACTOR, now=NOW)
    with pytest.raises(keys.RotationUnderWay) as under_way:
        subscriptions.rotate(subscription, actor=ACTOR, now=NOW + timedelta(hours=23))
    assert under_way.value.until == NOW + keys.OVERLAP
    assert subscriptions.end_rotation(subscription, actor=ACTOR, now=NOW)
    assert not subscriptions.end_rotation(subscription, actor=ACTOR, now=NOW)
    assert subscriptions.rotate(subscription, actor=ACTOR, now=NOW)
    assert subscriptions.rotate(subscription, actor=ACTOR, now=NOW + timedelta(hours=25))
    assert len(keys.live(subscription, NOW + timedelta(hours=25))) == 2


def test_the_database_refuses_a_third_key_and_two_without_an_end(entity: Entity) -> None:
    subscription, _ = subscribed(entity, URL)
    for place in (1, 2, 3):
        with pytest.raises(IntegrityError), transaction.atomic():
            WebhookSecret.objects.create(
                subscription=subscription, place=place, sealed="x", created_at=NOW, expires_at=None
            )


@pytest.mark.parametrize(
    "fields",
    [
        {"active": False},
        {"active": False, "disabled_reason": "admin"},
        {"disabled_reason": "admin", "disabled_at": NOW},
        {"ended_at": NOW},
    ],
)
def test_the_database_refuses_a_stop_that_does_not_say_why(entity: Entity, fields: dict) -> None:
    subscription, _ = subscribed(entity, URL)
    with pytest.raises(IntegrityError), transaction.atomic():
        WebhookSubscription.objects.filter(pk=subscription.pk).update(**fields)


def test_an_ended_one_loses_its_keys_and_leaves_its_address_free(entity: Entity) -> None:
    subscription, _ = subscribed(entity, URL)
    assert subscriptions.end(subscription, actor=ACTOR, now=NOW)
    assert not subscriptions.end(subscription, actor=ACTOR, now=NOW)
    assert not subscriptions.resume(subscription, actor=ACTOR, now=NOW)
    assert not WebhookSecret.objects.exists()
    assert not WebhookSubscription.objects.of_entity(entity.pk).exists()
    assert subscriptions.create(entity, URL, ALL, actor=ACTOR, now=NOW).subscription.active


def test_what_ended_goes_after_six_months_with_its_log_and_keys_past_their_day_at_once(
    entity: Entity, purge
) -> None:
    subscription, _ = subscribed(entity, URL)
    standing, _ = subscribed(entity, URL + "2")
    subscriptions.rotate(standing, actor=ACTOR, now=NOW)
    subscriptions.test(subscription, actor=ACTOR, now=NOW)
    subscriptions.end(subscription, actor=ACTOR, now=NOW)
    purge(NOW + retention.KEPT - timedelta(days=1))
    assert WebhookSubscription.objects.filter(pk=subscription.pk).exists()
    assert standing.secrets.count() == 1
    purge(NOW + retention.KEPT + timedelta(days=1))
    purge(NOW + retention.KEPT + timedelta(days=3))
    assert not Delivery.objects.exists()
    assert [one.pk for one in WebhookSubscription.objects.all()] == [standing.pk]
    assert WebhookHost.objects.count() == 1


def test_a_test_on_a_stopped_one_is_refused(entity: Entity) -> None:
    subscription, _ = subscribed(entity, URL)
    subscriptions.stop(subscription, DisabledReason.ADMIN, actor=ACTOR, now=NOW)
    with pytest.raises(Refused, match="arrêté"):
        subscriptions.test(subscription, actor=ACTOR, now=NOW)


def test_two_tests_are_two_messages(entity: Entity) -> None:
    subscription, _ = subscribed(entity, URL)
    first = subscriptions.test(subscription, actor=ACTOR, now=NOW)
    assert first != subscriptions.test(subscription, actor=ACTOR, now=NOW)
    assert Delivery.objects.filter(event="webhook.test").count() == 2
