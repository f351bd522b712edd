"""The API stands apart from the pages: no cookie, so no session, no account, nothing seen as somebody else.

An error met before or outside a view of the API (an unknown address, a refused host) is told as the API tells
errors. Answers are compressed for who accepts it; nothing secret lies beside what a stranger chooses in them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware

from atdemain.rest.problems import MEDIA_TYPE, of_status
from atdemain.rest.views import render

PREFIX = "/api/"
#: Pages for people under the same prefix: what they say of themselves is a page.
PAGES = ("/api/reference/", "/api/guide/", "/api/changes/", "/api/problems/")


class Apart:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.zip = GZipMiddleware(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PREFIX) or request.path_info.startswith(PAGES):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        request.__dict__.pop("COOKIES", None)
        response = self.get_response(request)
        if response.status_code >= 400 and response.get("Content-Type", "").startswith("text/html"):
            response = _told(request, response)
        response.headers.pop("Vary", None)  # no session: what the pages vary on means nothing here
        return self.zip.process_response(request, response)


def _told(request: HttpRequest, page: HttpResponse) -> HttpResponse:
    """The same answer, its headers included, with a body that a program reads."""
    problem = of_status(page.status_code)
    try:
        root = f"{request.scheme}://{request.get_host()}"
    except DisallowedHost:
        root = ""
    page.content = render(problem.body(root))
    page["Content-Type"] = MEDIA_TYPE
    if "Content-Length" in page:
        page["Content-Length"] = str(len(page.content))
    return page
