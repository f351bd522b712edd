"""The whole `make run` when nobody uses it (`tests.bench.idle_memory`), as a line of the table."""

from __future__ import annotations

from typing import Any

from .idle_memory import measure
from .report import Line


def run(_options: Any) -> list[Line]:
    found = measure()
    return [
        Line(
            "idle",
            "memory of make run, every process",
            found["unit"],
            found["floor_total"],
            found["ours_total"],
            found["floor_total"] / found["ours_total"],
            f"≤ {found['target']:.0f} (aim {found['aim']:.0f})",
            found["ours_total"] <= found["target"],
            found,
        )
    ]
