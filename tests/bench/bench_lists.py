"""Each list's first page, a filtered page and a page sorted by another column, with 50 rows and their count.

The floor: the page's own statements, read by the driver and joined as one line of text a row.
"""

from __future__ import annotations

from functools import partial
from statistics import median
from typing import Any

from atdemain.organisation.models import User

from .database import on
from .measuring import here
from .report import Line
from .site import MANAGER, sites
from .visiting import Visitor, counted, measured, plans, read_raw, reading, scanned

REQUESTS, ROUNDS = 20, 3
QUERIES, CPU_MS, SPREAD = 8, 25.0, 0.20
ROWS = 50

#: list → (what, query string)
PAGES: dict[str, list[tuple[str, str]]] = {
    "cases": [
        ("first page", ""),
        ("filtered", "?state=escalated&colour=red"),
        ("sorted by client", "?sort=client"),
        ("closed too, by client", "?state=all&sort=client"),
        ("closed too, a rare reason", "?state=all&family=mail"),
    ],
    "promises": [
        ("first page", ""),
        ("filtered", "?status=pending"),
        ("a rare status", "?status=broken_rebooked"),
        ("sorted by promise", "?sort=-made"),
    ],
    "contacts": [("first page", ""), ("filtered", "?channel=chat"), ("oldest first", "?sort=arrived")],
    "escalations": [
        ("first page", ""),
        ("filtered", "?colour=red"),
        ("a rare status", "?status=withdrawn"),
        ("sorted by sending", "?sort=-sent"),
    ],
}


def run(options: Any) -> list[Line]:
    lines = []
    with sites(options) as built:
        visitors = []
        for name, _size in built:
            with on(name):
                visitors.append(Visitor(User.objects.get(username=MANAGER)))
        for key, pages in PAGES.items():
            for what, query in pages:
                address = f"/lists/{key}/{query}"
                lines.append(_page(f"{key}, {what}", address, built, visitors))
    return lines


def _page(name: str, address: str, built: list[tuple[str, int]], visitors: list[Visitor]) -> Line:
    small, large = built
    visitor = visitors[-1]
    visitor.get(address)
    with counted() as ran:
        body = visitor.get(address)
    rows = body.count(b"data-line")
    asked = reading(ran)
    seen = sorted({table for plan in plans(asked) for table in scanned(plan)})
    floor = measured(partial(read_raw, asked), REQUESTS, ROUNDS)
    costs: list[list[float]] = [[], []]
    shown = []
    for _ in range(ROUNDS):  # in turn: the machine's speed drifts over minutes
        for cost, (base, _size), browser in zip(costs, built, visitors, strict=True):
            with on(base):
                browser.get(address)
                shown.append(browser.get(address).count(b"data-line"))
                cost.append(
                    here(lambda b=browser: [b.get(address) for _ in range(REQUESTS)], REQUESTS).cpu_ms
                )
    same = len(set(shown)) == 1  # a page that shows fewer rows on the small site is no measure of growth
    growth = median(after / before - 1 for before, after in zip(*costs, strict=True))
    ours = min(costs[1])
    told = "" if same else " (fewer rows there)"
    return Line(
        "lists",
        f"{name}, {rows} rows, {large[1]:,} cases, {len(ran)} queries, "
        + f"{growth:+.0%} from {small[1]:,}{told}",
        "ms CPU",
        floor.cpu_ms,
        ours,
        floor.cpu_ms / ours,
        f"≤ {CPU_MS:.0f} ms, ≤ {QUERIES} queries, within ±{SPREAD:.0%}, nothing read whole",
        ours <= CPU_MS and len(ran) <= QUERIES and (not same or abs(growth) <= SPREAD) and not seen,
        {"queries": len(ran), "growth": growth, "read_whole": seen, "cpu_ms": costs, "floor": floor.parts},
    )
