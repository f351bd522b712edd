"""The two sites a soak runs on: PostgreSQL with Redis, and SQLite with neither."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tests.bench import database

ROOT = Path(__file__).resolve().parents[2]
REDIS_DB = 11  # flushed: a number of the soak's own


@contextmanager
def postgres() -> Iterator[str]:
    """The address of an empty database, dropped afterwards."""
    url = database.choose("_soak")
    database.create(url, keep=False)
    try:
        yield url
    finally:
        database.drop(url)


def redis_url(named: str) -> str:
    """The same server, the soak's own number."""
    return urlunsplit(urlsplit(named)._replace(path=f"/{REDIS_DB}"))


def kill_run(url: str, redis: str, **sizes: Any) -> dict[str, Any]:
    """One run of `tests.soak.kill` in a process of its own; what it found."""
    with tempfile.TemporaryDirectory(prefix="atdemain-soak-") as folder:
        command = [sys.executable, "-m", "tests.soak.kill", url or f"sqlite:///{folder}/site.sqlite3", folder]
        for name, value in sizes.items():
            command += [f"--{name}", str(value)]
        done = subprocess.run(
            [*command, "--redis", redis], cwd=ROOT, capture_output=True, text=True, check=False
        )
    if not done.stdout.strip():
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])
