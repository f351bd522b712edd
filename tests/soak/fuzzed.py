"""The document of the API asked a hundred thousand times: the test of `make test`, longer and from another seed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

from .servers import ROOT

TEST = "tests/api/test_reference_fuzzed.py"
_SAID = re.compile(r"^(\d+) cases, (\d+) operations: (.*)$", re.M)


def fuzz_run(url: str, cases: int, seed: int) -> dict[str, Any]:
    """`url`: a PostgreSQL server, or "" for SQLite. What was sent, and whether all was answered as told."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n0", "-rP", "--show-capture=stdout", TEST],
        cwd=ROOT,
        env={**os.environ, "TEST_DATABASE_URL": url, "FUZZ_CASES": str(cases), "FUZZ_SEED": str(seed)},
        capture_output=True,
        text=True,
        check=False,
    )
    said = _SAID.search(done.stdout)
    if said is None:
        raise RuntimeError(done.stdout[-4_000:] + done.stderr)
    wrong = "" if done.returncode == 0 else done.stdout[-20_000:]
    return {
        "cases": int(said[1]), "operations": int(said[2]), "statuses": said[3], "seed": seed,
        "wrong": wrong, "ok": not wrong,
    }  # fmt: skip
