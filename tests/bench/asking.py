"""Requests to the partners' API through the whole WSGI stack, by one client with every scope."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from types import ModuleType
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path
from django.utils import timezone
from oauth2_provider.models import AccessToken

from atdemain import urls
from atdemain.journal.actors import system
from atdemain.memory import with_room
from atdemain.organisation import api_clients
from atdemain.organisation.api_scopes import SCOPES
from atdemain.organisation.models import ApiClient, Entity
from atdemain.organisation.models.clients import MOST_PER_MINUTE
from atdemain.rest.views import ApiView

from .contacts import NOW

TOKEN = "bench-token"


class Nothing(ApiView):
    """What every address does before its own work, and an empty answer."""

    scopes = {"POST": "contacts:write"}
    logged = False

    def post(self, request: Any) -> HttpResponse:
        return self.answer({})


class Asking:
    """POSTs of these bodies to one address."""

    def __init__(self, address: str, bodies: list[bytes]) -> None:
        self.address, self.bodies = address, bodies

    def __call__(self, indexes: Sequence[int]) -> Any:
        handler = with_room(WSGIHandler())
        for index in indexes:
            post(handler, self.address, self.bodies[index])


class Timed(Asking):
    """The same, with how long each took."""

    def __call__(self, indexes: Sequence[int]) -> list[float]:
        """Milliseconds."""
        handler, times = WSGIHandler(), []
        for index in indexes:
            started = time.perf_counter()
            post(handler, self.address, self.bodies[index])
            times.append(1_000 * (time.perf_counter() - started))
        return times


def post(handler: WSGIHandler, address: str, body: bytes) -> bytes:
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": address,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.url_scheme": "http",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Bearer {TOKEN}",
    }
    response = handler(environ, lambda status, headers: told.append(status))
    found = b"".join(response)
    response.close()
    if not told[0].startswith("200"):
        raise RuntimeError(f"{told[0]}: {found[:300]!r}")
    return found


def _stand_still() -> None:
    """The base ends at NOW: so does the day, for a third call to open its case."""
    timezone.now = lambda: NOW + timedelta(minutes=4)


def make_client() -> None:
    _stand_still()
    entity = Entity.objects.get(code="e0")
    ApiClient.objects.filter(entity=entity).delete()
    made, _ = api_clients.create(
        entity,
        name="bench",
        scopes=SCOPES,
        per_minute=MOST_PER_MINUTE,
        actor=system("bench"),
        now=timezone.now(),
    )
    ApiClient.objects.filter(pk=made.pk).update(requests_per_minute=2_000_000)
    AccessToken.objects.create(
        application=made, token=TOKEN, scope=made.scopes, expires=NOW + timedelta(days=1)
    )


def with_nothing() -> override_settings:
    """The site with one address more."""
    name = "tests.bench.urls_with_nothing"
    module = sys.modules[name] = ModuleType(name)
    module.urlpatterns = [path("api/v1/nothing", Nothing.as_view()), *urls.urlpatterns]  # type: ignore[attr-defined]
    return override_settings(
        ROOT_URLCONF=name,
        ALLOWED_HOSTS=["localhost"],
        SECURE_SSL_REDIRECT=False,
        DEBUG_PROPAGATE_EXCEPTIONS=True,
    )
