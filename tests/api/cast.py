"""A partner's program: a client of the API, its token, and what it asks."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.test import Client as Browser
from django.utils import timezone
from oauth2_provider.models import AccessToken

from atdemain.organisation import api_clients
from atdemain.organisation.api_scopes import SCOPES
from atdemain.organisation.models import ApiClient
from tests.api import contract
from tests.office import Office

V1 = "/api/v1"


@dataclass
class Partner:
    """`get`, `post`… with the token of this client; every answer is held against the document."""

    client: ApiClient
    secret: str
    token: str = ""
    browser: Browser = field(default_factory=Browser)

    @classmethod
    def of(cls, office: Office, entity: str = "p1", *, scopes: Any = tuple(SCOPES), **more: Any) -> Partner:
        issued = api_clients.create(
            office.entities[entity],
            name=f"SI {entity}",
            scopes=scopes,
            actor=office.actor("admin"),
            now=timezone.now(),
            **more,
        )
        partner = cls(issued.client, issued.secret)
        partner.token = give_token(issued.client)
        return partner

    def ask(self, method: str, path: str, body: Any = None, **headers: Any) -> HttpResponse:
        """`body`: JSON, or bytes as they are; `headers`: « If_Match » and the like."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        extra = {"HTTP_AUTHORIZATION": f"Bearer {self.token}"} if self.token else {}
        kind = headers.pop("Content_Type", "application/json" if sent else "")
        extra |= {f"HTTP_{name.upper()}": str(value) for name, value in headers.items()}
        where = path if path.startswith(("/api", "http")) else V1 + path
        answer = self.browser.generic(method, where, sent, content_type=kind, **extra)
        contract.hold(method, urlsplit(where).path, answer)
        return answer

    def get(self, path: str, **headers: Any) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: Any) -> HttpResponse:
        return self.ask("POST", path, body, **headers)


def give_token(client: ApiClient, *, scope: str | None = None, expires: datetime | None = None) -> str:
    """What the token view would have given, without its slow hash."""
    token = secrets.token_urlsafe(24)
    AccessToken.objects.create(
        application=client,
        token=token,
        scope=client.scopes if scope is None else scope,
        expires=expires or timezone.now() + timedelta(minutes=15),
    )
    return token


def problem(response: HttpResponse, status: int, code: str) -> dict[str, Any]:
    """The body of an error, once it is the one expected."""
    told = response.json()
    assert (response.status_code, told.get("code")) == (status, code), told
    assert response["Content-Type"] == "application/problem+json"
    assert told["status"] == status
    assert told["type"].endswith(f"/api/problems/{code}")
    assert told["detail"]
    return told
