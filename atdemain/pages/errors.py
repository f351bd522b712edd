"""403, 404, 500 and a stale form: what happened and what to do, with nothing of what was asked repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import get_template


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    return render(request, template, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, "400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """`told`: what the view says of it, when the role has the page but not this object; `heading`: another title."""
    said = {name: getattr(exception, name, "") for name in ("told", "heading")}
    return render(request, "403.html", said, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The same body for an unknown address and for an object this account may not see."""
    return _page(request, "404.html", 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without context processors: the database may be what failed. Bare when the style sheets did."""
    page = get_template("500.html")
    try:
        return HttpResponseServerError(page.render({"styled": True}))
    except ValueError:  # a style sheet missing from the manifest
        return HttpResponseServerError(page.render({"styled": False}))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form is older than the session (another log-in on this desk); the page keeps what was typed."""
    return _page(request, "csrf.html", 403)


def own_pages(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """With DEBUG too, an unknown address answers our page: a demonstration is read by everyone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_page = response.get("Content-Type", "").startswith("text/html")
        if settings.DEBUG and response.status_code == 404 and is_page and request.accepts("text/html"):
            return not_found(request)
        return response

    return middleware


def closed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """An address the log-in package knows and this site does not open (signing up)."""
    return not_found(request)
