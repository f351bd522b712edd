"""A desk is shared: a session dies of inactivity, and only what a person does keeps it alive."""

from __future__ import annotations

import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

Handler = Callable[[HttpRequest], HttpResponse]

TOUCHED = "touched"
#: A renewal costs a write: at most one per this many seconds.
RENEW_EVERY = 60
#: Sent by scripts that ask for news by themselves: nobody is behind these requests.
POLL_HEADER = "X-AT-Poll"


def inactivity(get_response: Handler) -> Handler:
    """Renew the session on what a person does, never on what the page asks by itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if POLL_HEADER not in request.headers and request.user.is_authenticated:
            now = int(time.time())
            if now - request.session.get(TOUCHED, 0) >= RENEW_EVERY:
                request.session[TOUCHED] = now
        return get_response(request)

    return middleware


def unit_time(get_response: Handler) -> Handler:
    """Times are read on the clock of the reader's unit (an overseas unit has its own)."""

    def middleware(request: HttpRequest) -> HttpResponse:
        unit = request.user.unit if request.user.is_authenticated else None
        with timezone.override(ZoneInfo(unit.tz if unit else settings.TIME_ZONE)):
            return get_response(request)

    return middleware


def closed_session(get_response: Handler) -> Handler:
    """A part of a page asked after the session closed: 401 and what to do, instead of a whole log-in page."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 302 or not request.htmx or request.user.is_authenticated:
            return response
        login = reverse(settings.LOGIN_URL)
        if not response["Location"].startswith(login):
            return response
        body = render_to_string("components/_session_body.html", request=request)
        closed = HttpResponse(body, status=401)
        closed["X-AT-Login"] = f"{login}?{REDIRECT_FIELD_NAME}="
        return closed

    return middleware
