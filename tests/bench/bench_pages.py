"""Ma journée with 50 lines and a dossier with 30 timeline entries, asked for through the WSGI application.

The floor of Ma journée: the same rows by raw psycopg, joined as strings into a page of the same lines.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from functools import partial
from html import escape
from statistics import median
from typing import Any

from django.db import connection
from django.utils import timezone

from atdemain.database import PREPARE_AFTER
from atdemain.organisation.models import User
from cases.day_query import mine, read_rows

from .cases import OPEN, build_cases, long_story
from .database import choose, copied, on
from .measuring import Measure, best, here
from .report import Line
from .visiting import Visitor, counted, scanned

REQUESTS, ROUNDS = 40, 7
ENTRIES = 30
DAY_QUERIES, DAY_CPU_MS, DAY_AIM_MS, DAY_SPREAD = 8, 15.0, 10.0, 0.10
DOSSIER_QUERIES, DOSSIER_CPU_MS = 12, 25.0

FLOOR = """
SELECT c.ref, c.state, c.colour, c.next_due_at, c.last_event_at, cl.display_name, l.technology, p.window_start,
  p.window_end, p.note FROM cases_case c JOIN cases_client cl ON cl.id = c.client_id
  LEFT JOIN cases_line l ON l.id = c.line_id LEFT JOIN cases_promise p ON p.id = c.current_promise_id
WHERE c.owner_id = %s AND c.state <> 'closed' ORDER BY c.next_due_at, c.id LIMIT 101
"""


def run(options: Any) -> list[Line]:
    lines: list[Line] = []
    with ExitStack() as stack:
        small = ""
        for size in options.cases:
            now = timezone.now()
            reader = build_cases(size, now)
            visitor = Visitor(reader)
            floor, ours, queries = _page(visitor, "/", partial(_floor, reader), b"data-line data-mark", OPEN)
            lines.append(_day(size, floor, ours, queries))
            lines.append(_plan(size, reader, now))
            if not small:
                small, first = stack.enter_context(copied(choose())), visitor
        lines.append(_growth(options.cases, small, first, visitor))
    case = long_story(reader, timezone.now(), ENTRIES)
    _floor_cost, ours, queries = _page(visitor, f"/cases/{case.ref}/", None, b"", 0)
    lines.append(_dossier(options.cases[-1], ours, queries))
    return lines


def _page(
    visitor: Visitor, path: str, floor: Callable[[], Any] | None, mark: bytes, marks: int
) -> tuple[Measure | None, Measure, int]:
    """Floor and page in turn, the best round of each; the statements of one warm request."""
    visitor.get(path)
    body = visitor.get(path)
    assert not marks or body.count(mark) >= marks, (path, body.count(mark))
    with counted() as ran:
        visitor.get(path)
    floors, ours = [], []
    for _ in range(ROUNDS):
        if floor:
            floors.append(here(lambda: [floor() for _ in range(REQUESTS)], REQUESTS))
        ours.append(here(lambda: [visitor.get(path) for _ in range(REQUESTS)], REQUESTS))
    return (best(floors) if floors else None), best(ours), len(ran)


def _floor(reader: User) -> str:
    with connection.cursor() as cursor:
        cursor.execute(FLOOR, [reader.pk])
        return "".join(
            f"<li><a href='/cases/{ref}/'>{escape(name)}, {technology}</a> <b>{colour}</b> {state} "
            f"<time>{due:%d/%m/%Y %H:%M}</time> <span>{escape(note or '')}</span> {last:%H:%M}</li>"
            for ref, state, colour, due, last, name, technology, _start, _end, note in cursor
        )


def _day(size: int, floor: Measure, ours: Measure, queries: int) -> Line:
    return Line(
        "pages",
        f"Ma journée, {OPEN} lines, {size:,} cases, {queries} queries",
        "ms CPU",
        floor.cpu_ms,
        ours.cpu_ms,
        floor.cpu_ms / ours.cpu_ms,
        f"≤ {DAY_CPU_MS:.0f} ms (aim {DAY_AIM_MS:.0f}), ≤ {DAY_QUERIES} queries",
        ours.cpu_ms <= DAY_CPU_MS and queries <= DAY_QUERIES,
        {"floor": floor.parts, "ours": ours.parts, "queries": queries},
    )


def _plan(size: int, reader: User, now: datetime) -> Line:
    """The list's own query, as it was sent: by the index of its owner's due times, never by all the cases."""
    with counted() as ran:
        read_rows(mine(reader, now))
    ((sql, params),) = ran
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0][0]["Plan"]
    used = "case_owner_due" in json.dumps(plan) and not scanned(plan, ["cases_case"])
    return Line(
        "pages",
        f"its list in the database, {size:,} cases",
        "buffers",
        None,
        plan["Shared Hit Blocks"] + plan["Shared Read Blocks"],
        None,
        "by case_owner_due, cases never scanned",
        used,
        {"plan": plan},
    )


def _growth(sizes: list[int], small: str, first: Visitor, last: Visitor) -> Line:
    """The page at the smallest size and at the largest in turn: the machine's speed drifts over minutes."""
    costs: list[list[float]] = [[], []]
    large = connection.settings_dict["NAME"]
    for _ in range(ROUNDS):
        for cost, name, visitor in zip(costs, (small, large), (first, last), strict=True):
            with on(name):
                for _ in range(PREPARE_AFTER + 2):
                    visitor.get("/")
                cost.append(
                    here(lambda visitor=visitor: [visitor.get("/") for _ in range(REQUESTS)], REQUESTS).cpu_ms
                )
    growth = median(cost / before - 1 for before, cost in zip(*costs, strict=True))
    return Line(
        "pages",
        f"Ma journée's CPU from {sizes[0]:,} to {sizes[-1]:,} cases",
        "relative",
        None,
        growth,
        None,
        f"within ±{DAY_SPREAD}",
        abs(growth) <= DAY_SPREAD,
        {"cpu_ms": {str(sizes[0]): costs[0], str(sizes[-1]): costs[1]}},
    )


def _dossier(size: int, ours: Measure, queries: int) -> Line:
    return Line(
        "pages",
        f"dossier, {ENTRIES} entries, {size:,} cases, {queries} queries",
        "ms CPU",
        None,
        ours.cpu_ms,
        None,
        f"≤ {DOSSIER_CPU_MS:.0f} ms, ≤ {DOSSIER_QUERIES} queries",
        ours.cpu_ms <= DOSSIER_CPU_MS and queries <= DOSSIER_QUERIES,
        {"ours": ours.parts, "queries": queries},
    )
