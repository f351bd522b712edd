"""Web, worker and scheduler, each started by itself with nothing but a database, and stopped cleanly."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from atdemain.celery import Clock, app
from atdemain.rest.views import LONGEST_QUERY

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds; a busy machine takes its time


def environment(folder: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    database = f"sqlite:///{folder / 'site.sqlite3'}"
    return kept | {"DEBUG": "1", "DATABASE_URL": database, "VAR_DIR": str(folder), "PYTHONWARNINGS": "ignore"}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, env=environment(folder), check=True, timeout=4 * PATIENCE)
    return folder / "site.sqlite3"


@pytest.fixture
def site(migrated: Path, tmp_path: Path) -> Path:
    """A folder with a migrated, empty SQLite site."""
    shutil.copy(migrated, tmp_path / "site.sqlite3")
    return tmp_path


@contextmanager
def running(site: Path, *command: str) -> Iterator[subprocess.Popen[str]]:
    """The process, killed if the test leaves it alive."""
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT, env=environment(site), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def wait_for(true: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    stop = time.monotonic() + PATIENCE
    while not true():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < stop, "nothing happened in time"
        time.sleep(0.1)


def beats(site: Path) -> list[str]:
    with closing(sqlite3.connect(site / "site.sqlite3", timeout=20)) as database:
        return [name for (name,) in database.execute("SELECT name FROM cases_heartbeat ORDER BY name")]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_scheduler_sweeps_with_nothing_but_a_database_and_stops_when_asked(
    site: Path, number: signal.Signals
):
    with running(site, "manage.py", "run_scheduler", "--interval", "0.2") as process:
        wait_for(lambda: "sweep" in beats(site), process)
        process.send_signal(number)
        assert process.wait(timeout=PATIENCE) == 0
        assert "scheduler_stopped" in process.stdout.read()


def test_scheduler_goes_on_when_its_database_comes_back(site: Path):
    """A lost database is a log line, not the end of the reminders."""
    database = site / "site.sqlite3"
    with running(site, "manage.py", "run_scheduler", "--interval", "0.2") as process:
        wait_for(lambda: "sweep" in beats(site), process)
        with closing(sqlite3.connect(database, timeout=20, isolation_level=None)) as other:
            other.execute("ALTER TABLE cases_heartbeat RENAME TO away")
            time.sleep(1)
            other.execute("DELETE FROM away")
            other.execute("ALTER TABLE away RENAME TO cases_heartbeat")
        wait_for(lambda: "sweep" in beats(site), process)
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0
        assert "scheduler_database" in process.stdout.read()


def test_web_answers_alone_and_stops_when_asked(site: Path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz/live", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    bind = ["--bind", f"127.0.0.1:{port}", "--no-control-socket", "--threads", "2"]
    with running(site, "-m", "gunicorn", "atdemain.wsgi", *bind) as process:
        wait_for(answers, process)
        # The API tells too long an address itself (414), so gunicorn lets through what is longer than it takes.
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/me?{'a' * (LONGEST_QUERY + 2_000)}")
        with refused.value as told:
            assert told.headers["Content-Type"] == "application/problem+json"
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0


def test_worker_does_what_another_process_asks_and_stops_when_asked(site: Path):
    """Through the folder broker: no Redis anywhere."""
    with running(site, "-m", "celery", "--app", "atdemain", "worker", "--pool", "solo") as process:
        call = [sys.executable, "-m", "celery", "--app", "atdemain", "call", "cases.tasks.sweep_due"]
        subprocess.run(
            call, cwd=ROOT, env=environment(site), check=True, capture_output=True, timeout=PATIENCE
        )
        wait_for(lambda: "sweep" in beats(site), process)
        process.terminate()
        assert process.wait(timeout=PATIENCE) == 0


def test_clock_is_a_thread_that_knows_the_whole_schedule():
    class Worker:
        pass

    worker = Worker()
    worker.app = app
    assert Clock(worker, clock=True).enabled
    assert not Clock(worker).enabled
    clock = Clock(worker, clock=True).create(worker)
    assert type(clock).__name__ == "_Threaded"
    assert set(clock.service.scheduler.schedule) >= {"sweep", "deliver", "waiting", "purge"}


def test_schedule_names_tasks_that_exist_and_expire_before_the_next():
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
        assert entry["options"]["expires"] < entry["schedule"]
