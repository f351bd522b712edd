"""The lines of the bench: one table to read, one JSON file to keep."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

VERDICTS = {True: "ok", False: "MISSED", None: "-"}


@dataclass
class Line:
    """One figure beside its floor, measured in the same run.

    `floor` and `ours` are in `unit`; `ratio` says how near ours is to the floor (1 = equal, the higher
    the better), None where there is no floor. `ok` None: printed for information.
    """

    figure: str
    name: str
    unit: str
    floor: float | None
    ours: float
    ratio: float | None
    target: str
    ok: bool | None
    details: dict[str, Any] = field(default_factory=dict)


HEADINGS = ("figure", "measure", "unit", "floor", "ours", "ratio", "target", "verdict")


def table(lines: Sequence[Line]) -> str:
    """The lines as columns of equal width."""
    rows = [
        (
            line.figure,
            line.name,
            line.unit,
            number(line.floor),
            number(line.ours),
            number(line.ratio),
            line.target,
            VERDICTS[line.ok],
        )
        for line in lines
    ]
    widths = [max(len(row[i]) for row in [HEADINGS, *rows]) for i in range(len(HEADINGS))]
    right = {3, 4, 5}

    def drawn(row: Iterable[str]) -> str:
        cells = [
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return "\n".join([drawn(HEADINGS), drawn("-" * width for width in widths), *map(drawn, rows)])


def number(value: float | None) -> str:
    """Three figures are enough to compare."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def write_json(lines: Sequence[Line], folder: Path, command: Sequence[str]) -> Path:
    """`folder`/<date and time>.json: the lines, the machine and the code they were measured on."""
    folder.mkdir(parents=True, exist_ok=True)
    at = datetime.now(UTC)
    path = folder / f"{at:%Y-%m-%dT%H%M%SZ}.json"
    told = {
        "at": at.isoformat(timespec="seconds"),
        "command": list(command),
        "commit": _commit(),
        "python": platform.python_version(),
        "cpus": os.cpu_count(),
        "load_average": os.getloadavg()[0],
        "lines": [asdict(line) for line in lines],
    }
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def _commit() -> str:
    found = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return found.stdout.strip()
