"""The manager's page: every figure of one unit in five, and the first lines behind them.

The floor: the page's own statements, read by the driver and joined as one line of text a row.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from atdemain.organisation.models import User

from .report import Line
from .site import MANAGER, sites
from .visiting import Visitor, counted, measured, plans, read_raw, reading, scanned

REQUESTS, ROUNDS = 10, 5
QUERIES, CPU_MS = 15, 60.0
ADDRESS = "/team/"


def run(options: Any) -> list[Line]:
    with sites(options) as built:
        size = built[-1][1]
        visitor = Visitor(User.objects.get(username=MANAGER))
        visitor.get(ADDRESS)
        with counted() as ran:
            body = visitor.get(ADDRESS)
        asked = reading(ran)
        seen = sorted({table for plan in plans(asked) for table in scanned(plan)})
        floor = measured(partial(read_raw, asked), REQUESTS, ROUNDS)
        ours = measured(lambda: visitor.get(ADDRESS), REQUESTS, ROUNDS)
    return [
        Line(
            "cockpit",
            f"Mon unité, {body.count(b'data-line')} lines, {size:,} cases, {len(ran)} queries",
            "ms CPU",
            floor.cpu_ms,
            ours.cpu_ms,
            floor.cpu_ms / ours.cpu_ms,
            f"≤ {CPU_MS:.0f} ms, ≤ {QUERIES} queries, nothing read whole",
            ours.cpu_ms <= CPU_MS and len(ran) <= QUERIES and not seen,
            {"floor": floor.parts, "ours": ours.parts, "queries": len(ran), "read_whole": seen},
        )
    ]
