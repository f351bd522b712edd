"""`python -m tests.soak`: the long version of the failure tests; a table, and var/soak/<date>.json.

PostgreSQL where BENCH_DATABASE_URL, TEST_DATABASE_URL or this machine has one, its broker Redis
(TEST_REDIS_URL); SQLite without Redis. 1,000 promises, at least 100 kills each, about five minutes each.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from .servers import kill_run, postgres, redis_url

SITES = ("postgres", "sqlite")
DEFAULT_REDIS = "redis://127.0.0.1:6379/0"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--only", choices=SITES, help="one of the two sites")
    parser.add_argument("--promises", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=108)
    parser.add_argument("--seconds", type=float, default=300, help="over which the promises fall due")
    options = vars(parser.parse_args(arguments))
    only = options.pop("only")
    runs = []
    if only in (None, "postgres"):
        redis = redis_url(os.environ.get("TEST_REDIS_URL") or DEFAULT_REDIS)
        with postgres() as url:
            runs.append(("PostgreSQL, Redis", kill_run(url, redis, **options)))
    if only in (None, "sqlite"):
        runs.append(("SQLite, no Redis", kill_run("", "", **options)))
    print(
        f"{'site':<20}{'promises':>9}{'items':>7}{'distinct':>9}{'kills':>7}{'p50 s':>7}{'p99 s':>7}{'worst s':>9}"
    )
    for name, found in runs:
        latency = found["latency_s"]
        print(
            f"{name:<20}{found['promises']:>9}{found['items']:>7}{found['distinct']:>9}"
            f"{sum(found['kills'].values()):>7}{latency['p50']:>7}{latency['p99']:>7}{latency['worst']:>9}"
            f"   {'nothing lost, nothing twice' if found['ok'] else 'FAILED'}"
        )
    folder = Path("var/soak")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(dict(runs), indent=1) + "\n", encoding="utf-8")
    print(path)
    return 0 if all(found["ok"] for _name, found in runs) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
