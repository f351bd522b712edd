"""The server's log names the page asked, never what was searched for: a query holds names and numbers.

Nor does it tell who answers a survey: apps above name in `UNSAID` the paths that leave no line.
"""

from __future__ import annotations

import re
from typing import Any

import structlog
from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

#: What follows is a one-time secret: who reads the log must not be able to use it.
SECRET = "/accounts/password/reset/key/"
#: Paths of which nothing is said: a request with its account and its time would be as good as a name.
UNSAID: list[re.Pattern[str]] = []


class RequestLog(RequestMiddleware):
    def __call__(self, request: HttpRequest) -> Any:
        if any(path.fullmatch(request.path) for path in UNSAID):
            structlog.contextvars.clear_contextvars()
            return self.get_response(request)
        return super().__call__(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """« GET /search », without its query."""
        path = f"{SECRET}…" if request.path.startswith(SECRET) else request.path
        return f"{request.method} {path}"
