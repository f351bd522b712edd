"""`request.actor`: who acts in this request, with an id that ties log lines, journal and answer."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from atdemain.journal import actors
from atdemain.journal.actors import Actor


class ActorMiddleware:
    """Reads the account lazily: a page that needs no actor pays nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        bound = structlog.contextvars.get_contextvars()
        request.request_id = bound.get("request_id") or str(uuid.uuid4())  # type: ignore[attr-defined]
        request.actor = SimpleLazyObject(lambda: _actor(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


def _actor(request: HttpRequest) -> Actor:
    request_id: str = request.request_id  # type: ignore[attr-defined]
    seen_by = getattr(request, "seen_by", None)
    if seen_by is not None:  # who looks is who looked, whatever role the page is drawn for
        return Actor.of_user(seen_by, role="admin", source="see_as", request_id=request_id)
    if request.user.is_authenticated:
        return Actor.of_user(request.user, request_id=request_id)
    return actors.Actor(actors.ActorKind.SYSTEM, source="anonymous", request_id=request_id)
