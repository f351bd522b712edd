"""`python -m tests.soak`: the long version of the failure tests; a table, and var/soak/<date>.json.

PostgreSQL where BENCH_DATABASE_URL, TEST_DATABASE_URL or this machine has one, its broker Redis
(TEST_REDIS_URL); SQLite without Redis. 1,000 promises, at least 100 kills each, about five minutes each; then on
PostgreSQL 10,000 contacts that a partner posts while processes are killed (`--only contacts`), and the document of
the API asked 100,000 times (`--only fuzz`), about half an hour.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .fuzzed import fuzz_run
from .servers import contacts_run, kill_run, postgres, redis_url

RUNS = ("postgres", "sqlite", "contacts", "fuzz")
DEFAULT_REDIS = "redis://127.0.0.1:6379/0"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument(
        "--only", choices=RUNS, help="one of the two sites, the contacts or the API's document"
    )
    parser.add_argument("--promises", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=108)
    parser.add_argument("--seconds", type=float, default=300, help="over which the promises fall due")
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=100_000, help="requests made from the document")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="where they start from")
    asked = parser.parse_args(arguments)
    promised = {"promises": asked.promises, "kills": asked.kills, "seconds": asked.seconds}
    runs: dict[str, dict[str, Any]] = {}
    if asked.only in (None, "postgres"):
        redis = redis_url(os.environ.get("TEST_REDIS_URL") or DEFAULT_REDIS)
        with postgres() as url:
            runs["PostgreSQL, Redis"] = kill_run(url, redis, **promised)
    if asked.only in (None, "sqlite"):
        runs["SQLite, no Redis"] = kill_run("", "", **promised)
    if runs:
        table(runs)
    if asked.only in (None, "contacts"):
        with postgres() as url:
            runs["Contacts over HTTP"] = found = contacts_run(url, contacts=asked.contacts)
        print(
            f"{found['sends']} contacts posted, {found['distinct']} distinct: {found['rows']} rows, "
            f"{len(found['differing'])} verdicts differ, replay {found['replay']}, kills {found['kills']}, "
            f"sent again {sum(found['sent_again'].values())}, {found['seconds']} s   "
            f"{'nothing lost, nothing twice' if found['ok'] else 'FAILED'}"
        )
    if asked.only in (None, "fuzz"):
        with postgres() as url:
            runs["API"] = found = fuzz_run(url, asked.cases, asked.seed)
        told = "answered as told" if found["ok"] else f"FAILED\n{found['wrong']}"
        print(f"API: {found['cases']:,} cases, {found['operations']} operations, seed {asked.seed}: {told}")
    folder = Path("var/soak")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.json"
    path.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")
    print(path)
    return 0 if all(found["ok"] for found in runs.values()) else 1


def table(runs: dict[str, dict[str, Any]]) -> None:
    """Of the kills: a line per site."""
    print(
        f"{'site':<20}{'promises':>9}{'items':>7}{'distinct':>9}{'kills':>7}{'p50 s':>7}{'p99 s':>7}{'worst s':>9}"
    )
    for name, found in runs.items():
        latency = found["latency_s"]
        print(
            f"{name:<20}{found['promises']:>9}{found['items']:>7}{found['distinct']:>9}"
            f"{sum(found['kills'].values()):>7}{latency['p50']:>7}{latency['p99']:>7}{latency['worst']:>9}"
            f"   {'nothing lost, nothing twice' if found['ok'] else 'FAILED'}"
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
