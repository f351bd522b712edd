"""The sites a soak runs on (PostgreSQL with Redis, SQLite with neither), and servers made to be killed."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
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
    return _run("kill", url, redis=redis, **sizes)


def contacts_run(url: str, **sizes: Any) -> dict[str, Any]:
    """The same of `tests.soak.contacts`."""
    return _run("contacts", url, **sizes)


def _run(module: str, url: str, **options: Any) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="atdemain-soak-") as folder:
        command = [
            sys.executable,
            "-m",
            f"tests.soak.{module}",
            url or f"sqlite:///{folder}/site.sqlite3",
            folder,
        ]
        for name, value in options.items():
            command += [f"--{name}", str(value)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if not done.stdout.strip():
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Server:
    """A process on a port of this machine, stopped when the run is over."""

    def __init__(
        self, command: list[str], port: int, log: Path, environment: dict[str, str] | None = None
    ) -> None:
        self.command, self.port, self.log, self.environment = command, port, log, environment
        self.kills = 0
        self.start()

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.child = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

    def wait(self, seconds: float = 60) -> None:
        """Until it takes connections."""
        stop = time.monotonic() + seconds
        while time.monotonic() < stop and self.child.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(self.log.read_text(encoding="utf-8", errors="replace")[-4000:])

    def stop(self) -> None:
        self.child.terminate()
        try:
            self.child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()


class Redis(Server):
    """Killed and started again: what it held is lost."""

    def __init__(self, folder: Path, port: int) -> None:
        command = [
            "redis-server",
            "--port",
            str(port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            str(folder),
        ]
        super().__init__(command, port, folder / "redis.log")
        self.url = f"redis://127.0.0.1:{port}/0"

    def kill(self) -> None:
        self.child.kill()
        self.child.wait()
        self.kills += 1
        self.start()


class Web(Server):
    """gunicorn with two workers, as in production; its master starts another in place of a killed one."""

    def __init__(self, environment: dict[str, str], port: int, folder: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "atdemain.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
        ]
        command += ["--threads", "4", "--no-control-socket", "--log-level", "warning"]
        super().__init__(command, port, folder / "web.log", environment)
        self.chance = random.Random(port)

    def workers(self) -> list[int]:
        pid = self.child.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def kill(self) -> None:
        """One of its workers, in the middle of what it does."""
        alive = self.workers()
        if alive:
            os.kill(self.chance.choice(alive), signal.SIGKILL)
            self.kills += 1


def database_url() -> str:
    """The address of the database this process is connected to."""
    from django.db import connection

    told = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{told['NAME']}"
    return f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT']}/{told['NAME']}"
