"""What is asked while a call rings: repeat-check and the switch's look-up, by four clients at once."""

from __future__ import annotations

import json

from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from .asking import Timed, post
from .contacts import client_of
from .measuring import each
from .report import Line
from .visiting import counted, plans, reading, scanned

CLIENTS, REQUESTS = 4, 2_000
LIMIT_QUERIES, LIMIT_P95_MS = 8, 50.0
CHECK, LOOKUP = "/api/v1/repeat-check", "/api/v1/telephony/lookup"


def lines(size: int) -> list[Line]:
    """Each client of the base has a number; those of the last contacts have an open case or two recent calls."""
    clients = size // 10
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_clientphone (client_id, e164, label) "
            "SELECT id, '+336' || lpad(id::text, 8, '0'), '' FROM cases_client ON CONFLICT DO NOTHING"
        )
        for table in ("cases_clientphone", "cases_case", "cases_contact"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")
    known = [client_of(n, clients) for n in range(REQUESTS)]
    checks = [json.dumps({"client_ref": f"B{client}"}).encode() for client in known]
    lookups = [json.dumps({"number": f"+336{client:08}"}).encode() for client in known]
    return [_line("repeat-check", CHECK, checks, size), _line("screen pop", LOOKUP, lookups, size)]


def _line(name: str, address: str, bodies: list[bytes], size: int) -> Line:
    queries, whole = _asked(address, bodies[:100])
    times = sorted(each(Timed(address, bodies), range(len(bodies)), CLIENTS))
    p95 = times[int(len(times) * 0.95)]
    return Line(
        "api",
        f"{name} p95, base {size:,}, {CLIENTS} clients, {queries} queries",
        "ms",
        None,
        p95,
        None,
        f"≤ {LIMIT_P95_MS:.0f}, ≤ {LIMIT_QUERIES} queries, no table read whole",
        p95 <= LIMIT_P95_MS and queries <= LIMIT_QUERIES and not whole,
        {"p50": times[len(times) // 2], "queries": queries, "whole": sorted(whole)},
    )


def _asked(address: str, bodies: list[bytes]) -> tuple[int, set[str]]:
    """The most queries that one of these asks, and the large tables that any reads from end to end."""
    handler, most, whole = WSGIHandler(), 0, set()
    post(handler, address, bodies[0])
    for body in bodies:
        with counted() as ran:
            post(handler, address, body)
        most = max(most, len(ran))
        asked = [(sql.replace("%b", "%s"), params) for sql, params in reading(ran)]
        whole |= {table for plan in plans(asked) for table in scanned(plan)}
    return most, whole
