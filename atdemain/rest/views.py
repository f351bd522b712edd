"""`ApiView`: what every address of the API does before and after its own work.

1. who asks (401), 2. how often (429), 3. with which right (403), then the body, read once and strictly.
Whatever goes wrong is a problem (`problems`), never a page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

import psycopg
import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.utils import timezone
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.views import APIView

from atdemain.journal.actors import Actor
from atdemain.organisation.api_clients import count_key
from atdemain.rest import body, call_log, conditions, limits, problems
from atdemain.rest.caller import BearerToken, Caller
from atdemain.rest.problems import Fault, Problem, invalid

log = structlog.get_logger(__name__)

LONGEST_QUERY = 4_096  # characters
RETRY_S = 5


class StrictJSON(BaseParser):
    """`atdemain.rest.body`, from the stream: never more than the limit is read."""

    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        meta = parser_context["request"].META
        if meta.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
            raise Problem("unsupported_media_type")
        length = meta.get("CONTENT_LENGTH") or "0"
        if not length.isdigit() or int(length[:12]) > body.MOST_BYTES:
            raise Problem("too_large", more={"limit_bytes": body.MOST_BYTES})
        raw = stream.read(body.MOST_BYTES + 1)
        if len(raw) > body.MOST_BYTES:
            raise Problem("too_large", more={"limit_bytes": body.MOST_BYTES})
        view = parser_context["view"]
        view.raw = raw
        view.document = body.read(raw)
        return view.document


class JSONOnly(BaseContentNegotiation):
    """One format is spoken here, whatever `Accept` says (RFC 9110 §12.4.1)."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        told = (request.content_type or "").partition(";")[0].strip().lower()
        return parsers[0] if told == StrictJSON.media_type else None

    def select_renderer(self, request: Any, renderers: Any, format_suffix: Any = None) -> tuple[Any, str]:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """`scopes`: method → the scope it asks for; None for a token of any client."""

    authentication_classes = (BearerToken,)
    permission_classes = ()
    parser_classes = (StrictJSON,)
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = JSONOnly
    metadata_class = None
    scopes: ClassVar[dict[str, str | None]] = {}
    #: Parameters of the address that each reading knows.
    parameters: ClassVar[frozenset[str]] = frozenset()
    #: Whether its writing requests are kept (`call_log`): not where a POST only asks.
    logged: ClassVar[bool] = True
    #: The body as it came, and as it was understood; then what was refused: the whole of it, or some of its items.
    raw: bytes = b""
    document: Any = None
    problem: Problem | None = None
    refused: Sequence[dict[str, Any]] = ()

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        caller: Caller = request.user
        self.now = timezone.now()
        self.window = limits.count(count_key(caller.client), caller.per_minute, self.now)
        self.window.check()
        method = "GET" if request.method == "HEAD" else request.method
        if method not in self.scopes:
            allowed = [*self.scopes, *(["HEAD"] if "GET" in self.scopes else [])]
            raise Problem("method_not_allowed", headers={"Allow": ", ".join(allowed)})
        scope = self.scopes[method]
        if scope is not None and scope not in caller.scopes:
            raise Problem(
                "missing_scope",
                f"Ce client n’a pas le droit « {scope} » : demandez-le à votre correspondant.",
                more={"scope": scope},
                headers={
                    "WWW-Authenticate": f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'
                },
            )
        self._check_query(request._request)
        if request.META.get("HTTP_TRANSFER_ENCODING") and not request.META.get("CONTENT_LENGTH"):
            raise Problem("length_required")

    def _check_query(self, request: HttpRequest) -> None:
        if len(request.META.get("QUERY_STRING", "")) > LONGEST_QUERY:
            raise Problem("uri_too_long")
        faults = []
        for name, values in request.GET.lists():
            shown = name[:80].replace("\x00", "\ufffd")
            if name not in self.parameters:
                faults.append(Fault("unknown_parameter", "Ce paramètre n’existe pas ici.", parameter=shown))
            elif len(values) > 1:
                faults.append(Fault("repeated", "Ce paramètre est donné deux fois.", parameter=shown))
            elif "\x00" in values[0] or "\ufffd" in values[0]:
                faults.append(Fault("unreadable", "Ce paramètre n’est pas un texte.", parameter=shown))
        if faults:
            raise invalid(faults[:20])

    # -- answers -----------------------------------------------------------------------------------------

    @property
    def actor(self) -> Actor:
        """Who acts, for the journal."""
        return self.request.user.actor(self.request._request.request_id)

    def answer(self, told: Any, status: int = 200, **headers: str) -> HttpResponse:
        response = HttpResponse(render(told), status=status, content_type="application/json")
        for name, value in headers.items():
            response[name.replace("_", "-")] = value
        return response

    def reading(self, told: Any, etag: str = "", **headers: str) -> HttpResponse:
        """The answer to a GET: 304 where the caller has it already."""
        response = self.answer(told, **headers)
        response["ETag"] = etag or conditions.of_body(response.content)
        seen = self.request.META.get("HTTP_IF_NONE_MATCH")
        if seen and conditions.names(seen, response["ETag"]):
            kept = HttpResponse(status=304)
            kept["ETag"] = response["ETag"]
            return kept
        return response

    def finalize_response(
        self, request: Any, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        window = getattr(self, "window", None)
        if window is not None:
            for name, value in window.headers.items():
                response[name] = value
            if self.logged and request.method in call_log.WRITES and response.status_code != 429:
                call_log.keep(self, response)
        response["Cache-Control"] = "no-store, private"
        return response

    def handle_exception(self, error: Exception) -> HttpResponse:
        problem = told_as_problem(error)
        if problem is None:
            raise error  # a defect of ours: logged, and answered as such by `apart`
        self.problem = problem
        return answer_of(problem, self.request._request)


def render(told: Any) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def answer_of(problem: Problem, request: HttpRequest) -> HttpResponse:
    root = f"{request.scheme}://{request.get_host()}"
    response = HttpResponse(
        render(problem.body(root)), status=problem.status, content_type=problems.MEDIA_TYPE
    )
    for name, value in problem.headers.items():
        response[name] = value
    return response


def told_as_problem(error: Exception) -> Problem | None:
    """What an exception means to the caller; None for a defect of ours."""
    match error:
        case Problem():
            return error
        case Http404() | exceptions.NotFound():
            return Problem("not_found")
        case exceptions.UnsupportedMediaType():
            return Problem("unsupported_media_type")
        case PermissionDenied() | exceptions.PermissionDenied():
            return Problem("forbidden")
        case RequestDataTooBig():
            return Problem("too_large")
        case exceptions.ParseError() | SuspiciousOperation() | UnreadablePostError():
            return Problem("bad_request")
        case OperationalError() | InterfaceError() | psycopg.OperationalError() | psycopg.InterfaceError():
            log.exception("api_unavailable")
            return Problem("unavailable", headers={"Retry-After": str(RETRY_S)})
    return None
