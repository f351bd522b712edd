"""What the permission matrix asks of those outside: the partners' API and its keys, webhooks, the telephone switch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from django.http import HttpResponse
from django.test import Client as Browser
from django.urls import reverse

from atdemain.notifications.enums import TEST_EVENT, DeliveryStatus
from atdemain.notifications.models import WebhookHost
from atdemain.notifications.webhooks import events, subscriptions
from atdemain.notifications.webhooks.events import webhook_id
from atdemain.organisation.models import ApiCall, ApiClient
from atdemain.pages.permissions.table import Row
from tests.api.cast import Partner, give_token
from tests.notifications.webhook_cast import subscribed
from tests.office import NOW, TOLD, Office

UNKNOWN = 10**9
HOOK = "https://hooks.partenaire.example/hook"
WHY = "Le client le demande, et c’est écrit."
#: What the API opens to anyone.
OPEN_API = {
    "api:token",
    "api:schema",
    "api:reference",
    "api:operation",
    "api:guide",
    "api:changes",
    "api:problem",
}
#: Names of the routes whose addresses are here.
OUTSIDE = ("api:", "webhooks:", "partners:")
FORMS: dict[str, dict[str, Any]] = {
    "webhooks:subscription": {"url": HOOK, "events": ["case.resolved"], "version": "1"},
    "api:webhooks": {"body": {"url": HOOK, "events": ["case.resolved"]}},
    "api:webhook": {"body": {"url": HOOK, "events": ["case.resolved"]}},
    "api:telephony_lookup": {"body": {"number": "01 99 00 41 27"}},
    "api:telephony_calls": {"body": {"call_id": "c-1", "extension": "4127", "number": "01 99 00 41 27"}},
    "api:telephony_ended": {"body": {"call_id": "c-1"}},
    "api:contacts": {"body": {"contacts": [{"source_system": "acd"}]}},
    "api:directory_contact": {"body": {"name": "Vigie", "phone": "01 99 00 99 01"}},
    "api:priority_line": {"body": {"number": "01 99 00 99 81"}},
    "api:fault_tickets": {"body": {"fault_tickets": [{"system": "oceane"}]}},
    "api:repeat_check": {"body": {"client_ref": "CLI-1"}},
    "api:escalation_answer": {"body": {"answer_code": "fixed", "text": TOLD}},
    "api:escalation_request_info": {"body": {"text": WHY}},
    "partners:client": {"scopes": ["cases:read"], "per_minute": "60"},
    "partners:revoke": {"reason": WHY, "sure": "on"},
}


class Outside:
    """The part of a scene that looks outside; all it reads is the scene's."""

    office: Office
    row: Row
    action: str
    situation: str
    data: dict[str, Any]
    objects: dict[str, Any]
    browsers: Mapping[str, Browser]

    def _welcome(self) -> None:
        """The partner, and what the row is about, made before what each answer changes is undone."""
        partner = self._partner
        if self.row.route == "api:token":
            self.data = {"client_id": partner.client.client_id, "client_secret": partner.secret}
            self.data["grant_type"] = "client_credentials"
            return
        self._subscribed()
        self._escalated()

    def _ask_api(self, addresses: Iterable[str], role: str, method: str) -> Iterator[HttpResponse]:
        """The column of the partners asks with a token of its entity; a cookie opens nothing here."""
        for address in addresses:
            headers = {"If-Match": '"1"'}
            if role == "partner":
                headers["Authorization"] = f"Bearer {self._partner.token}"
            sent = {"body": {}, **self.data}["body"] if method in ("POST", "PUT") else None
            body = b"" if sent is None else json.dumps(sent).encode()
            kind = "application/json" if body else ""
            yield self.browsers[role].generic(method, address, body, content_type=kind, headers=headers)

    def _subscribed(self) -> None:
        """A webhook of the partner's entity, or of another one; any, for an administrator's page."""
        own = self.situation in ("own", "first")
        if self.situation in ("own", "other", "first"):
            entity = self.office.entities["p1" if own else "copper"]
            found, _ = subscribed(entity, HOOK)
            self.objects |= {"webhook": found.pk, "host": WebhookHost.objects.get(entity=entity).pk}
            if self.row.route == "api:webhook_resend":
                events.announce_test(found, "x", NOW)
                found.deliveries.update(status=DeliveryStatus.DEAD)
        elif self.row.route == "api:webhooks":
            subscriptions.allow(
                self.office.entities["p1"], "hooks.partenaire.example", 443,
                actor=self.office.actor("admin"), now=NOW,
            )  # fmt: skip

    def _escalated(self) -> None:
        """A case escalated to the partner's entity, or to another one."""
        if self.situation not in ("own", "other") or self.row.route == "api:directory_contact":
            return
        case = self.office.case("escalated", entity="p1" if self.situation == "own" else "copper")
        self.objects |= {"ref": case.ref, "escalation": case.escalations.get().pk}
        if self.row.route == "api:escalation_named_contact":
            self.data["body"] = {"contact": self.office.entities["p1"].contacts.get().pk}

    @cached_property
    def _partner(self) -> Partner:
        """P1's program; the one that another scene made, where there is one."""
        known = ("cast-p1", "cast-secret")
        found = ApiClient.objects.filter(entity=self.office.entities["p1"], revoked_at=None).first()
        if found is None:
            return Partner.of(self.office, known_as=known)
        return Partner(found, known[1], give_token(found))

    def _sent(self) -> int:
        """A request that the partner made."""
        client = self._partner.client
        return ApiCall.objects.get_or_create(client=client, defaults={"at": NOW, "status": 200})[0].pk

    def _outside(self, route: str) -> str:
        if route.startswith("api:escalation") and route != "api:escalations":
            return reverse(route, args=[self.objects.get("escalation", UNKNOWN)])
        if route == "api:directory_contact":
            whose = {"own": "p1", "other": "copper"}.get(self.situation, "")
            return reverse(route, args=[self.office.entities[whose].contacts.get().pk if whose else UNKNOWN])
        if route == "api:case":
            return reverse(route, args=[self.objects.get("ref", "ATD-2026-999999")])
        if route.startswith("api:webhook") and route != "api:webhooks":
            pk = self.objects.get("webhook", UNKNOWN)
            key = [webhook_id(pk, TEST_EVENT, "x")] if route == "api:webhook_resend" else []
            return reverse(route, args=[pk, *key])
        if route in ("webhooks:subscription", "webhooks:act"):
            pk = self.objects.get("webhook", UNKNOWN)
            return reverse(route, args=[pk, self.action] if route == "webhooks:act" else [pk])
        if route == "webhooks:forbid":
            return reverse(route, args=[self.objects.get("host", UNKNOWN)])
        if route in ("partners:client", "partners:rotate", "partners:revoke", "partners:calls"):
            return reverse(route, args=[self._partner.client.pk if self.situation == "first" else UNKNOWN])
        if route == "partners:call":
            known = self._sent() if self.situation == "first" else UNKNOWN
            return reverse(route, args=[self._partner.client.pk, known])
        return reverse(route)
