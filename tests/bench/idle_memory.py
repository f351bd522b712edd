"""What `make run` costs when nobody uses it: PSS of every process, beside the same servers with nothing in them.

`python -m tests.bench.idle_memory` prints JSON in MiB. PSS counts a page shared by n processes as 1/n in
each, so that the sum is what the machine really gives. Linux only (/proc/*/smaps_rollup).
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
SETTLE = 45  # seconds: two sweeps and several polls go by
READY = 120
TARGET, AIM = 300.0, 200.0  # MiB

FLOOR_APP = """
from celery import Celery
tasks = Celery("floor", broker="memory://localhost")
def application(environ, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
"""
FLOOR_PROCFILE = """
web: exec gunicorn floor --bind 127.0.0.1:${PORT} --workers 1 --threads 4 --no-control-socket --log-level warning
worker: exec celery --app floor:tasks --quiet worker --pool solo --loglevel error --without-gossip --without-mingle
"""


def family(root: int) -> list[int]:
    """`root` and every process below it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    found, todo = [], [root]
    while todo:
        found.append(pid := todo.pop())
        todo += children.get(pid, [])
    return found


def pss(pid: int) -> float:
    """MiB; 0 for a process that has just ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def kind(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return "ended"
    names = {Path(word).name for word in words}
    return next((name for name in ("gunicorn", "celery", "honcho") if name in names), Path(words[0]).name)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def weigh(
    command: list[str], folder: Path, env: dict[str, str], path: str, settle: float
) -> dict[str, float]:
    """Start, ask one page, let it settle, weigh by kind of process, stop."""
    port = free_port()
    process = subprocess.Popen(
        command,
        cwd=folder, env=env | {"PORT": str(port)}, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        stop = time.monotonic() + READY
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).read()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() > stop:
                    raise RuntimeError(f"{command} does not answer") from None
                time.sleep(0.3)
        time.sleep(settle)
        if process.poll() is not None:
            raise RuntimeError(f"{command} stopped by itself")
        weights: dict[str, float] = {}
        for pid in family(process.pid):
            weights[kind(pid)] = weights.get(kind(pid), 0.0) + pss(pid)
        return {name: round(weight, 1) for name, weight in sorted(weights.items())}
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def measure(settle: float = SETTLE) -> dict[str, Any]:
    """{"floor": {kind: MiB}, "ours": {kind: MiB}, totals, "target", "aim"}."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "floor.py").write_text(FLOOR_APP)
        (folder / "Procfile").write_text(FLOOR_PROCFILE)
        kept = {name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")}
        env = kept | {"PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONWARNINGS": "ignore"}
        floor = weigh([str(BIN / "honcho"), "start"], folder, env | {"PYTHONPATH": temporary}, "/", settle)
        site = env | {
            "DEBUG": "1",
            "BIN": os.path.relpath(BIN, ROOT),
            "VAR_DIR": str(folder / "var"),
            "DATABASE_URL": f"sqlite:///{folder / 'site.sqlite3'}",
            "JOURNAL_HEADS": str(folder / "heads.log"),
        }
        for command in (["migrate", "--verbosity", "0"], ["seed_demo", "--contacts", "0"]):
            subprocess.run(
                [sys.executable, "manage.py", *command], cwd=ROOT, env=site, check=True, capture_output=True
            )
        ours = weigh(["bash", ".ci/serve"], ROOT, site, "/accounts/login/", settle)
    return {
        "unit": "MiB PSS",
        "floor": floor,
        "ours": ours,
        "floor_total": round(sum(floor.values()), 1),
        "ours_total": round(sum(ours.values()), 1),
        "target": TARGET,
        "aim": AIM,
    }


if __name__ == "__main__":
    found = measure()
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["ours_total"] <= TARGET else 1)
