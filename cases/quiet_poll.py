"""« Does my telephone ring? », asked every second and a half by every open page: no, said before anything else.

Two queries, the session's and one of a partial index, and neither the account, the pages' frame nor a line of log.
It shows nothing to anybody: whatever is to be drawn, or whoever is not logged in, goes on to the page itself.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cases import telephony

PATH = "/ringing/"


def quiet_poll(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """After the session's middleware, before all the others."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path_info == PATH and request.method == "GET" and "X-AT-Poll" in request.headers:
            user = request.session.get(SESSION_KEY)
            seen = request.GET.get("seen", "0")
            if user is not None and seen == str(telephony.ringing(int(user), timezone.now())):
                return HttpResponse(status=204)
        return get_response(request)

    return middleware
