"""Each writing request of a client kept for thirty days, so that a partner in trouble can be helped.

One INSERT once the answer is known, in no transaction of the work's own: without it the work stands all the
same. What the limit turns away is not kept: a client fills the table no faster than it may ask.
"""

from __future__ import annotations

import json
from typing import Any

import psycopg
import structlog
from django.db import Error
from django.http import HttpResponse

from atdemain.database import run
from atdemain.journal.chain import storable
from atdemain.organisation.models import ApiCall

log = structlog.get_logger(__name__)

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
#: Characters kept of what was refused; refused items told.
ANSWER, ITEMS = 8_192, 20

_INSERT = (
    f"INSERT INTO {ApiCall._meta.db_table} "
    "(client_id, at, method, path, status, code, refused, request_id, size, body, answer) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def keep(view: Any, response: HttpResponse) -> None:
    """`view`: an `ApiView` that has answered."""
    request = view.request
    problem, refused = view.problem, view.refused
    told = response.content.decode() if problem else _few(refused)
    try:
        run(
            _INSERT,
            (
                request.user.client, view.now, request.method, storable(request.path)[:200], response.status_code,
                problem.code if problem else "", len(refused), request._request.request_id[:64], len(view.raw),
                text_of(view.raw, view.document), storable(told)[:ANSWER],
            ),
        )  # fmt: skip
    except (Error, psycopg.Error):
        log.exception("api_call_not_kept")


def _few(refused: list[dict[str, Any]]) -> str:
    return json.dumps(refused[:ITEMS], ensure_ascii=False, separators=(",", ":")) if refused else ""


def text_of(raw: bytes, document: Any) -> str:
    """The body as somebody reads it and looks for a name in it: without escapes where it could be understood."""
    if b"\\" in raw and document is not None:
        return json.dumps(document, ensure_ascii=False)[: ApiCall.KEPT]
    return storable(raw[: ApiCall.KEPT].decode("utf-8", "replace"))
