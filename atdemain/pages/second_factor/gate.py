"""Who must have a second factor does nothing before it: added first, then proved in each session."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from atdemain.organisation.second_factor import enrolled_since, required

#: Open to a session that proved no second factor: leaving, what everybody reads, and the way to one.
ALWAYS = frozenset(
    {"account_logout", "accessibility", "health_live", "health_ready"}
    | {f"api:{name}" for name in ("schema", "reference", "operation", "guide", "changes", "problem")}
)
ENROL, PROVE = "mfa_activate_totp", "mfa_reauthenticate"
#: Adding one asks for the password again when the log-in is old.
TO_ENROL = ALWAYS | {ENROL, "account_reauthenticate"}
TO_PROVE = ALWAYS | {PROVE}


class SecondFactorGate:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user = request.user
        if not user.is_authenticated or not required(user):
            return None
        since = enrolled_since(user)
        asked = request.resolver_match.view_name  # type: ignore[union-attr]
        if since is None:
            return None if asked in TO_ENROL else _lead(request, ENROL)
        if asked in TO_PROVE or proved(request, since):
            return None
        return _lead(request, PROVE)


def proved(request: HttpRequest, since: datetime) -> bool:
    """Whether this session proved the factor that the account has now, not one it had before."""
    return any(
        one.get("method") == "mfa" and one.get("at", 0) >= since.timestamp()
        for one in get_authentication_records(request, request.user)
    )


def _lead(request: HttpRequest, name: str) -> HttpResponse:
    address = reverse(name)
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(address)
    if request.method == "GET":
        address = f"{address}?{urlencode({REDIRECT_FIELD_NAME: request.get_full_path()})}"
    return redirect(address)
