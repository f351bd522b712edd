"""The server's log names the page asked, never what was searched for: a query holds names and numbers."""

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

#: What follows is a one-time secret: who reads the log must not be able to use it.
SECRET = "/accounts/password/reset/key/"


class RequestLog(RequestMiddleware):
    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """« GET /search », without its query."""
        path = f"{SECRET}…" if request.path.startswith(SECRET) else request.path
        return f"{request.method} {path}"
