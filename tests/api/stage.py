"""The state of the server that the examples of the reference speak of: one partner's, one of the house's switch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse

from atdemain.notifications.enums import Channel, DeliveryStatus
from atdemain.notifications.models import Delivery, WebhookAttempt, WebhookSubscription
from atdemain.notifications.webhooks import subscriptions
from atdemain.organisation.models import PriorityLine
from atdemain.rest.reference.document import operations
from cases import telephony
from cases.models import Client, PhoneExtension
from routing.models import RoutingPolicy
from tests.api.cast import Partner, give_token
from tests.api.contract import Found
from tests.office import NOW, Office

OPERATIONS: dict[str, tuple[str, str, Found]] = {
    found["operationId"]: (path, method, found) for path, method, found in operations()
}
#: The message that the reference sends again.
ABANDONED = "msg_5f0d6f0e7b0f4c559a2b4a3c4e1d2f60"
HOST = "hooks.partenaire.example"


@dataclass
class Stage:
    """`ids`: what the examples write, and what it is here. Each operation is asked by whoever may."""

    office: Office
    partner: Partner
    switch: Partner
    ids: dict[Any, Any]

    @classmethod
    def set(cls, office: Office, **client: Any) -> Stage:
        PhoneExtension.objects.create(number="4127", user=office.people["advisor"])
        RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
        Client.objects.create(client_ref="CLI-4127", display_name="Essai", unit=office.units["lyon"])
        case = office.case("escalated", entity="p1")
        office.entities["p1"].contacts.update(email="vigie@exemple.fr", verified_on=NOW.date())
        PriorityLine.objects.create(
            entity=office.entities["p1"], number="+33199009980", weekly_hours=[[]] * 7
        )
        telephony.ring("4127", "", "c-1", at=NOW, now=NOW)
        partner = Partner.of(office, per_minute=6_000, **client)
        ids = {
            4127: case.escalations.get().pk,
            12: office.entities["p1"].contacts.get().pk,
            7: _webhook(office).pk,
            "ATD-2026-000042": case.ref,
            ABANDONED: ABANDONED,
        }
        return cls(office, partner, Partner.of(office, "copper", per_minute=6_000), ids)

    def who(self, operation: Found) -> Partner:
        """With a token of the one scope that this operation asks for."""
        (scopes,) = (one["oauth2"] for one in operation["security"])
        partner = self.switch if "telephony" in scopes else self.partner
        scope = " ".join(scopes) or "cases:read"
        return Partner(
            partner.client, partner.secret, give_token(partner.client, scope=scope), partner.browser
        )

    def here(self, told: Any) -> Any:
        """The same, with the ids of this stage."""
        if isinstance(told, dict):
            return {name: self.here(value) for name, value in told.items()}
        if isinstance(told, list):
            return [self.here(value) for value in told]
        return self.ids.get(told, told) if not isinstance(told, bool) else told

    def path(self, operation: str) -> str:
        path, _, found = OPERATIONS[operation]
        for parameter in found["parameters"]:
            if parameter.get("in") == "path":
                path = path.replace(f"{{{parameter['name']}}}", str(self.ids[parameter["example"]]))
        return path

    def send(
        self, operation: str, body: Any = None, query: str = "", by: Partner | None = None, **headers: Any
    ) -> HttpResponse:
        path, method, found = self.path(operation), *OPERATIONS[operation][1:]
        sent = body if isinstance(body, bytes) else self.here(body)
        return (by or self.who(found)).ask(method, path + query, sent, **headers)

    def good(self, operation: str) -> dict[str, Any]:
        """What `send` takes for a request that is accepted."""
        found = OPERATIONS[operation][2]
        told: dict[str, Any] = {"body": first_body(found)}
        return told | ({"If_Match": '"1"'} if versioned(found) else {})


def versioned(found: Found) -> bool:
    return any(one.get("$ref", "").endswith(("/IfMatch", "/IfMatchExisting")) for one in found["parameters"])


def first_body(found: Found) -> Any:
    if "requestBody" not in found:
        return None
    (media,) = found["requestBody"]["content"].values()
    return next(iter(media["examples"].values()))["value"]


def _webhook(office: Office) -> WebhookSubscription:
    """With a message that was received, and one that was given up."""
    entity, actor = office.entities["p1"], office.actor("admin")
    subscriptions.allow(entity, HOST, 443, actor=actor, now=NOW)
    events = ["escalation.created", "case.resolved"]
    made = subscriptions.create(
        entity, f"https://{HOST}/essai", events, "Essai", actor=actor, now=NOW
    ).subscription
    sent, _ = (
        Delivery.objects.create(
            channel=Channel.WEBHOOK,
            subscription=made,
            event="escalation.created",
            recipient=made.url,
            body="{}",
            key=key,
            status=status,
            next_attempt_at=NOW,
            created_at=NOW,
            sent_at=NOW if status == DeliveryStatus.SENT else None,
        )
        for key, status in (("msg_1", DeliveryStatus.SENT), (ABANDONED, DeliveryStatus.DEAD))
    )
    WebhookAttempt.objects.create(delivery=sent, number=1, at=NOW, status_code=204, duration_ms=38)
    return made
