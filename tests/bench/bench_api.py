"""The partners' API through the whole WSGI stack: a contact, a batch of 500, questions at ring time.

A contact has two floors: the same view doing nothing (token, limit and scope are in it; reading the body,
validating, storing and answering are not), and the raw statement of intake on eight connections.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection

from . import ring_time
from .asking import Asking, make_client, with_nothing
from .bench_intake import Floor
from .contacts import REASON, at_of, build_base, clear_stream, client_of, writing_history
from .measuring import Measure, best, here, shared
from .report import Line

ROUNDS = 2
SIZE = 1_000_000
BATCH = 500
LIMIT_MS, LIMIT_US = 2.5, 120.0
CONNECTIONS, AIM_RATIO = 8, 0.25
ADDRESS = "/api/v1/contacts"


def contact(index: int, clients: int) -> dict[str, Any]:
    at = at_of(index).isoformat()
    return {
        "source_system": "stream",
        "source_id": f"s{index}",
        "arrived_at": at,
        "answered_at": at,
        "ended_at": at,
        "wait_s": 20,
        "talk_s": 280,
        "hold_s": 0,
        "client_ref": f"B{client_of(index, clients)}",
        "unit": "bench",
        "reason": REASON,
        "handler_ref": "agent1",
    }


def run(options: Any) -> list[Line]:
    size = SIZE if SIZE in options.sizes else max(options.sizes)
    build_base(size)
    make_client()
    clients, count = size // 10, options.contacts
    one = [json.dumps({"contacts": [contact(n, clients)]}).encode() for n in range(count + 1)]
    batches = max(count // 200, 4)
    many = [
        json.dumps({"contacts": [contact(n * BATCH + i, clients) for i in range(BATCH)]}).encode()
        for n in range(batches + 2)
    ]
    with with_nothing():
        floor = [_measured(Asking("/api/v1/nothing", one), count, 1) for _ in range(ROUNDS)]
        ours = [_measured(Asking(ADDRESS, one), count, 1) for _ in range(ROUNDS)]
        raw = [_measured(Floor(clients), count, CONNECTIONS) for _ in range(ROUNDS)]
        many_at_once = [_measured(Asking(ADDRESS, one), count, CONNECTIONS) for _ in range(ROUNDS)]
        batch = [_batches(Asking(ADDRESS, many), batches) for _ in range(ROUNDS)]
        asked = ring_time.lines(size)
    return [
        _one(size, best(floor), best(ours)),
        _beside_raw(size, best(raw), best(many_at_once)),
        _batch(size, best(batch)),
        *asked,
    ]


def _measured(work: Any, count: int, connections: int) -> Measure:
    _as_before()
    return shared(work, range(1, count + 1), connections)


def _batches(work: Asking, count: int) -> Measure:
    """After two that warm up."""
    _as_before()
    work([0, 1])
    return here(lambda: work(range(2, count + 2)), count)


def _as_before() -> None:
    with connection.cursor() as cursor:
        clear_stream(cursor)
        with writing_history(cursor):
            cursor.execute("DELETE FROM cases_contact WHERE source_system LIKE 'p%%:stream'")


def _one(size: int, floor: Measure, ours: Measure) -> Line:
    above = ours.cpu_ms - floor.cpu_ms
    return Line(
        "api",
        f"POST of one contact, base {size:,}, {above:.2f} ms CPU above the empty view",
        "ms CPU",
        floor.cpu_ms,
        ours.cpu_ms,
        floor.cpu_ms / ours.cpu_ms,
        f"≤ {LIMIT_MS} ms above",
        above <= LIMIT_MS,
        {"floor": floor.parts, "ours": ours.parts},
    )


def _beside_raw(size: int, raw: Measure, ours: Measure) -> Line:
    """Printed for information: the floor has neither token, nor JSON, nor a rule that can be read."""
    return Line(
        "api",
        f"POST of one contact beside the raw statement, base {size:,}, {CONNECTIONS} conn.",
        "contacts/s",
        raw.per_second,
        ours.per_second,
        ours.per_second / raw.per_second,
        f"aim {AIM_RATIO}",
        None,
        {"floor": raw.parts, "ours": ours.parts, "cpu_ratio": raw.cpu_ms / ours.cpu_ms},
    )


def _batch(size: int, ours: Measure) -> Line:
    per_contact = 1_000 * ours.cpu_ms / BATCH
    return Line(
        "api",
        f"POST of {BATCH} contacts, base {size:,}",
        "µs CPU/contact",
        None,
        per_contact,
        None,
        f"≤ {LIMIT_US:.0f}",
        per_contact <= LIMIT_US,
        {"ours": ours.parts},
    )
