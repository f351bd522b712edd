"""As many keys, webhooks and deliveries as a budget asks for."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from atdemain.notifications.models import Delivery, WebhookAttempt, WebhookHost, WebhookSubscription
from atdemain.organisation.models import ApiCall, ApiClient, Entity
from tests.notifications.webhook_cast import subscribed
from tests.office import NOW, Office


def api_clients_of(office: Office, number: int) -> None:
    """One live client for each of as many entities."""
    start = Entity.objects.count()
    made = Entity.objects.bulk_create(
        Entity(code=f"p-{start + n}", name=f"P {start + n}", kind="ui") for n in range(number)
    )
    ApiClient.objects.bulk_create(
        ApiClient(entity=one, client_id=one.code, client_secret="x", name="SI", scopes="cases:read")
        for one in made
    )


def sent_by_a_client(office: Office, number: int) -> str:
    entity = office.entities["p1"]
    names = {"client_id": "p1", "client_secret": "x", "name": "SI", "scopes": "cases:read"}
    client, _ = ApiClient.objects.get_or_create(entity=entity, defaults=names)
    ApiCall.objects.bulk_create(ApiCall(client=client, at=NOW, status=200) for _ in range(number))
    return reverse("partners:calls", args=[client.pk])


def webhooks_of(office: Office, number: int) -> None:
    """One subscription and one machine for each of as many entities."""
    admin, start = office.people["admin"], Entity.objects.count()
    made = Entity.objects.bulk_create(
        Entity(code=f"w-{start + n}", name=f"W {start + n}", kind="ui") for n in range(number)
    )
    machine = {"host": "hooks.exemple.fr", "added_by": admin, "added_at": NOW}
    WebhookHost.objects.bulk_create(WebhookHost(entity=one, **machine) for one in made)
    WebhookSubscription.objects.bulk_create(
        WebhookSubscription(
            entity=one, url="https://hooks.exemple.fr/", events=["case.resolved"], created_at=NOW
        )
        for one in made
    )


def sendings(office: Office, number: int) -> str:
    """As many deliveries of one subscription, each tried twice."""
    found = WebhookSubscription.objects.first()
    if found is None:
        found = subscribed(office.entities["copper"], "https://hooks.exemple.fr/")[0]
    start = Delivery.objects.count()
    made = Delivery.objects.bulk_create(
        Delivery(
            channel="webhook", subscription=found, event="case.resolved", recipient=found.url, body="{}",
            key=f"msg_{start + n}", next_attempt_at=NOW, created_at=NOW,
        )
        for n in range(number)
    )  # fmt: skip
    WebhookAttempt.objects.bulk_create(
        WebhookAttempt(delivery=one, number=n, at=NOW, duration_ms=12, error="Réponse 500.", status_code=500)
        for one in made
        for n in (1, 2)
    )
    return reverse("webhooks:subscription", args=[found.pk])


FILLERS: dict[str, Callable[[Office, int], str | None]] = {
    "partners:list": api_clients_of,
    "partners:calls": sent_by_a_client,
    "webhooks:list": webhooks_of,
    "webhooks:subscription": sendings,
}
