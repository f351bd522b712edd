"""Lists by pieces: a cursor that says after which row to go on, and links to the next piece (RFC 8288)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Q, QuerySet

from atdemain.rest.fields import moment
from atdemain.rest.problems import Fault, invalid

DEFAULT, MOST = 50, 100
BIGGEST = 2**63 - 1
#: What every list knows beside its own filters.
PARAMETERS = frozenset({"cursor", "limit"})


class Cursor(NamedTuple):
    """The last row seen: its moment and its id. What a cursor may lead to is what its list may show."""

    at: datetime
    pk: int

    def __str__(self) -> str:
        told = json.dumps([self.at.isoformat(), self.pk], separators=(",", ":"))
        return base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")


def read_cursor(text: str) -> Cursor:
    """Raises Problem: 422 for what no list of ours gave."""
    try:
        padded = text.encode() + b"=" * (-len(text) % 4)
        at, pk = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        when = moment(at)
        if when is None or type(pk) is not int or not 0 < pk <= BIGGEST:
            raise ValueError
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        words = "Ce curseur ne vient pas d’une réponse de cette liste."
        raise invalid([Fault("bad_cursor", words, parameter="cursor")]) from error
    return Cursor(when, pk)


def read_limit(text: str | None) -> int:
    """Rows per piece. Raises Problem: 422."""
    if text is None:
        return DEFAULT
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise invalid([Fault("bad_limit", f"Donnez un nombre de 1 à {MOST}.", parameter="limit")])
    return int(text)


class Piece(NamedTuple):
    """`link` is the header, "" on the last piece; `following` the address of the next one, None then."""

    rows: Sequence[Any]
    following: str | None
    link: str


def piece(rows: QuerySet[Any], request: Any, *, by: str) -> Piece:
    """The rows after the request's cursor, in the order of `by` then of their ids. One query.

    In the order of change, a row that changes meanwhile is met again further on: none is ever missed.
    """
    limit = read_limit(request.GET.get("limit"))
    ordered = rows.order_by(by, "pk")
    if "cursor" in request.GET:
        cursor = read_cursor(request.GET["cursor"])
        ordered = ordered.filter(Q(**{f"{by}__gte": cursor.at}))
        ordered = ordered.filter(Q(**{f"{by}__gt": cursor.at}) | Q(pk__gt=cursor.pk))
    found = list(ordered[: limit + 1])
    if len(found) <= limit:
        return Piece(found, None, "")
    last = found[limit - 1]
    asked = {name: value for name, value in request.GET.items() if name != "cursor"}
    asked["cursor"] = str(Cursor(getattr(last, by), last.pk))
    following = f"{request.build_absolute_uri(request.path)}?{urlencode(asked)}"
    return Piece(found[:limit], following, f'<{following}>; rel="next"')
