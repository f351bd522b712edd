"""An export of 100,000 cases to XLSX, beside XlsxWriter alone (`tests.bench.export_once`)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from .report import Line
from .site import sites

ROWS, TARGET_S, TARGET_MIB = 100_000, 30.0, 200.0


def run(options: Any) -> list[Line]:
    with sites(options) as built:
        rows = min(ROWS, built[-1][1] // 10)
        floor, ours = _once("", rows), _once(os.environ["DATABASE_URL"], rows)
    return [
        Line(
            "export",
            f"{ours['rows']:,} cases to XLSX, {ours['bytes'] / 2**20:.1f} MiB, {ours['cpu_s']:.0f} s CPU",
            "s",
            floor["seconds"],
            ours["seconds"],
            floor["seconds"] / ours["seconds"],
            f"< {TARGET_S:.0f} s",
            ours["seconds"] < TARGET_S and ours["rows"] == rows,
            {"floor": floor, "ours": ours},
        ),
        Line(
            "export",
            "memory of the process at its highest",
            "MiB",
            floor["peak_mib"],
            ours["peak_mib"],
            floor["peak_mib"] / ours["peak_mib"],
            f"< {TARGET_MIB:.0f} MiB",
            ours["peak_mib"] < TARGET_MIB,
        ),
    ]


def _once(url: str, rows: int) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.export_once", url, str(rows)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])
