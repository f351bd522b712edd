"""The one OAuth 2 address that is open: client credentials against a token of 15 minutes (RFC 6749 §4.4)."""

from __future__ import annotations

import base64
import binascii
import json
import re
from hashlib import blake2b

from allauth.account.adapter import get_adapter
from django.core.exceptions import ImproperlyConfigured, PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.views import TokenView

from atdemain.rest import limits
from atdemain.rest.problems import Problem
from atdemain.rest.views import RETRY_S, answer_of

#: Attempts per minute of one client id from one address: guessing is hopeless, and locks nobody else out.
PER_MINUTE = 20
ONLY = "client_credentials"
_PLAIN = re.compile(r"[\x20-\x7e]{0,4096}")
#: What the toolkit refuses without a word.
_WORDS = {
    "invalid_client": "Identifiant ou secret inconnus, ou client révoqué.",
    "invalid_scope": "Ce client n’a pas tous les droits demandés.",
}
_READ = ("grant_type", "client_id", "client_secret", "scope")


@method_decorator(csrf_exempt, name="dispatch")
@method_decorator(sensitive_post_parameters("client_secret"), name="dispatch")
class ClientCredentials(TokenView):
    """Errors as OAuth tells them (RFC 6749 §5.2), with French words."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return self._post(request)
        except (RequestDataTooBig, MultiPartParserError):
            return _refused("invalid_request", "Le corps de la requête ne peut pas être lu.")
        except (OperationalError, InterfaceError):
            return answer_of(Problem("unavailable", headers={"Retry-After": str(RETRY_S)}), request)

    def _post(self, request: HttpRequest) -> HttpResponse:
        # « scope= » is what some libraries write for none: without a value, it is as left out (RFC 6749 §3.2).
        given = request.POST.copy()
        for name in [name for name, value in given.items() if not value]:
            del given[name]
        request.POST = given  # type: ignore[assignment]
        texts = [value for name in _READ for value in request.POST.getlist(name)]
        basic = _basic(request)
        if basic is None or not all(_PLAIN.fullmatch(text) for text in [*texts, basic]):
            return _refused("invalid_request", "La requête contient des caractères illisibles.")
        window = limits.count(_key(request, basic), PER_MINUTE, timezone.now())
        if window.used > window.limit:
            return answer_of(
                Problem("too_many_requests", headers={"Retry-After": str(window.reset)}), request
            )
        if request.POST.get("grant_type") != ONLY:
            return _refused("unsupported_grant_type", f"Seul « {ONLY} » est ouvert ici.")
        if "resource" in request.POST:
            return _refused("invalid_target", "Un jeton vaut pour toute l’API : n’en nommez pas une partie.")
        response = super().authorization_flow_token_response(request)
        told = json.loads(response.content)
        if told.get("error") in _WORDS:
            response.content = json.dumps({**told, "error_description": _WORDS[told["error"]]})
        if response.status_code == 401 and basic:
            response["WWW-Authenticate"] = 'Basic realm="api"'  # the scheme that was used (RFC 6749 §5.2)
        return response


def _basic(request: HttpRequest) -> str | None:
    """What the Authorization header says in clear, "" without one; None where it cannot be read."""
    scheme, _, coded = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(coded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):
        return None


def _key(request: HttpRequest, basic: str) -> str:
    """Who tries, from where: a fingerprint, nothing of it can be read back."""
    try:
        address = get_adapter().get_client_ip(request)
    except (PermissionDenied, ImproperlyConfigured):
        address = ""
    who = basic.partition(":")[0] or request.POST.get("client_id", "")
    return f"token:{blake2b(f'{who}|{address}'.encode(), digest_size=16).hexdigest()}"


def _refused(error: str, words: str) -> HttpResponse:
    response = JsonResponse({"error": error, "error_description": words}, status=400)
    response["Cache-Control"] = "no-store"
    return response
