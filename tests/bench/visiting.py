"""Pages asked for through the WSGI application, what they ask of the database, and what reading that alone costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test import Client as Browser

from atdemain.memory import with_room
from atdemain.organisation.models import User

from .measuring import Measure, best, here

OK = ("200 OK", "204 No Content", "302 Found")
#: Tables that no page may read from end to end.
LARGE = ("cases_case", "cases_client", "cases_contact")


class Visitor:
    """A logged-in browser that speaks WSGI to the product, with nothing in between."""

    def __init__(self, user: User) -> None:
        self.application = with_room(get_wsgi_application())  # as the product's processes do
        browser = Browser()
        browser.force_login(user)
        self.cookie = f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"

    def get(self, address: str, **headers: str) -> bytes:
        """`headers` as WSGI names them."""
        parts = urlsplit(address)
        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": parts.path, "QUERY_STRING": parts.query,
            "SERVER_NAME": "testserver", "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": self.cookie, "wsgi.version": (1, 0),
            "wsgi.url_scheme": "https", "wsgi.input": BytesIO(), "wsgi.errors": BytesIO(),
            "wsgi.multithread": False, "wsgi.multiprocess": True, "wsgi.run_once": False, **headers,
        }  # fmt: skip
        status: list[str] = []
        response = self.application(environ, lambda line, _headers: status.append(line))
        body = b"".join(response)
        response.close()
        assert status[0] in OK, (address, status)
        return body


#: A statement and its parameters, as it was sent.
Statement = tuple[str, Any]


@contextmanager
def counted() -> Iterator[list[Statement]]:
    """The statements run inside, in order."""
    ran: list[Statement] = []

    def note(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        ran.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield ran


def measured(work: Callable[[], Any], requests: int, rounds: int) -> Measure:
    """The best of some rounds of that many."""
    work()
    return best([here(lambda: [work() for _ in range(requests)], requests) for _ in range(rounds)])


def read_raw(statements: Sequence[Statement]) -> str:
    """The floor: what a page reads, read by the driver and joined as one line of text a row."""
    lines = []
    with connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)
            lines += ["<li>" + escape(" ".join(map(str, row))) + "</li>" for row in cursor.fetchall()]
    return "".join(lines)


def reading(ran: Sequence[Statement]) -> list[Statement]:
    """Those that read a client's data: the session, the account and the writing aside."""
    return [one for one in ran if one[0].lstrip("( ").startswith("SELECT") and "cases_" in one[0]]


def plans(statements: Sequence[Statement]) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        found = []
        for sql, params in statements:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
            (told,) = cursor.fetchone()
            found.append((told if isinstance(told, list) else json.loads(told))[0]["Plan"])
        return found


def scanned(plan: dict[str, Any], tables: Sequence[str] = LARGE) -> list[str]:
    """The tables of these that a plan reads from end to end."""
    whole = plan["Node Type"].endswith("Seq Scan") and plan.get("Relation Name") in tables
    own = [plan["Relation Name"]] if whole else []
    return own + [table for child in plan.get("Plans", ()) for table in scanned(child, tables)]
