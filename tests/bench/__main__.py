"""`python -m tests.bench`: every figure beside its floor, on PostgreSQL; a table, and var/bench/<date>.json."""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path

from . import database
from .report import Line, table, write_json

#: Figure → module with `run(options) -> list[Line]`, in the order they are measured.
FIGURES = {
    "pages": "bench_pages",
    "sweep": "bench_sweep",
    "journal": "bench_journal",
    "routing": "bench_routing",
    "idle": "bench_idle",
    "intake": "bench_intake",
    "import": "bench_import",
    "lists": "bench_lists",
    "search": "bench_search",
    "cockpit": "bench_cockpit",
    "export": "bench_export",
    "bulk": "bench_bulk",
    "campaign": "bench_campaign",
    "simulation": "bench_simulation",
    "api": "bench_api",
    "ringing": "bench_ringing",
}
SIZES = "100k,1M,10M"
QUICK = {
    "sizes": "10k,100k",
    "cases": "2k,10k",
    "contacts": 1_000,
    "batch": 5_000,
    "due": 2_000,
    "rows": 10_000,
}
OUTPUT = Path("var/bench")


def count(text: str) -> int:
    """10k, 1M or 2000."""
    units = {"k": 1_000, "m": 1_000_000}
    factor = units.get(text[-1:].lower(), 1)
    return int(float(text[:-1] if factor > 1 else text) * factor)


def counts(text: str) -> list[int]:
    return sorted({count(part) for part in text.split(",")})


def options_of(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--only", default=",".join(FIGURES), help=f"some of {', '.join(FIGURES)}")
    parser.add_argument("--quick", action="store_true", help="small sizes: does it run, not what it is worth")
    parser.add_argument("--sizes", default=SIZES, help=f"existing contacts, for intake and import ({SIZES})")
    parser.add_argument("--cases", default="10k,1M", help="existing cases (10k,1M)")
    parser.add_argument("--contacts", type=count, default=4_000, help="contacts of a measure of intake (4k)")
    parser.add_argument("--batch", type=count, default=50_000, help="contacts of a bulk import (50k)")
    parser.add_argument("--due", type=count, default=20_000, help="due rows of a sweep (20k)")
    parser.add_argument("--rows", type=count, default=100_000, help="journal rows to verify (100k)")
    parser.add_argument(
        "--keep", action="store_true", help="keep the database, and use the one that is there"
    )
    parser.add_argument("--json", type=Path, default=OUTPUT, help=f"folder of the JSON ({OUTPUT})")
    if "--quick" in arguments:
        parser.set_defaults(**QUICK)
    options = parser.parse_args(arguments)
    options.sizes, options.cases = counts(options.sizes), counts(options.cases)
    options.only = options.only.split(",")
    unknown = [name for name in options.only if name not in FIGURES]
    if unknown:
        parser.error(f"unknown figure: {', '.join(unknown)}; known: {', '.join(FIGURES)}")
    return options


def main(arguments: list[str]) -> int:
    """0 when every figure reaches its target, 1 when one is missed."""
    options = options_of(arguments)
    url = database.choose()
    database.create(url, keep=options.keep)
    lines: list[Line] = []
    try:
        database.start_django(url)
        for name, module in FIGURES.items():
            if name not in options.only:
                continue
            started = time.perf_counter()
            found = importlib.import_module(f".{module}", __package__).run(options)
            print(f"… {name}: {time.perf_counter() - started:.0f} s", file=sys.stderr)
            lines += found
    finally:  # a figure that breaks does not take the others with it
        print(table(lines))
        if not options.keep:
            database.drop(url)
    print(f"\n{write_json(lines, options.json, [sys.executable, '-m', 'tests.bench', *arguments])}")
    missed = [line for line in lines if line.ok is False]
    print(f"{len(lines) - len(missed)} of {len(lines)} lines reach their target.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
