"""A form whose bytes are no text is refused whole, as an import refuses the same: « abc��� » is never stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException

from .errors import bad_request

BAD = "\ufffd"  # what Django puts where bytes are no text


class ReadableForms:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Where the form token is checked by the view itself, so must the form be: its bounds come first."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False) or not _garbled(request):
            return None
        return bad_request(request)


def _garbled(request: HttpRequest) -> bool:
    texts = (text for name, values in request.POST.lists() for text in (name, *values))
    if not any(BAD in text for text in texts):
        return False
    try:
        raw = unquote_to_bytes(request.body.replace(b"+", b" "))
    except RawPostDataException:  # several parts, read as they came
        return True
    try:
        raw.decode(request.encoding or "utf-8")
    except (UnicodeDecodeError, LookupError):
        return True
    return False  # the character itself, typed or pasted: a text like any other
