"""`kill -9`, again and again: does every due promise end as one inbox item, and one only?

`python -m tests.soak.kill URL …` fills a database of its own with promises that have exactly one step
due each, spread over the run in bursts, starts the product's own processes on it, and kills one of them
without warning every few moments, half the time while a burst is being swept. With `--redis`, Redis is
the broker and is flushed once. It prints one JSON object; exit status 0 when nothing was lost or doubled.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CELERY = [sys.executable, "-m", "celery", "-A", "atdemain", "--quiet", "worker", "--pool", "solo"]
QUIET = ["--loglevel", "error", "--without-gossip", "--without-mingle", "--without-heartbeat"]
#: What a site runs: a worker with the clock, a worker beside it, the scheduler that needs no broker.
COMMANDS = {
    "clock": [*CELERY, "--clock", "-n", "clock@soak", *QUIET],
    "worker": [*CELERY, "-n", "worker@soak", *QUIET],
    "scheduler": [sys.executable, "manage.py", "run_scheduler", "--interval", "0.2"],
}
BURSTS = 20
GRACE = 120  # seconds after the last burst within which everything must be done
SHARES = {"start": 0.7, "missed": 0.15, "reached": 0.15}


@dataclass
class Process:
    """One of the product's processes, started again as soon as it is killed."""

    name: str
    environment: dict[str, str]
    kills: int = 0
    child: subprocess.Popen[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.child = subprocess.Popen(
            COMMANDS[self.name], cwd=ROOT, env=self.environment,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip

    def kill(self) -> None:
        if self.child.poll() is None:
            self.kills += 1
        self.child.kill()
        self.child.wait()
        self.start()

    def stop(self) -> None:
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
            try:
                self.child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()


def environment(url: str, folder: Path, redis: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return kept | {
        "DEBUG": "1",
        "DATABASE_URL": url,
        "REDIS_URL": redis,
        "VAR_DIR": str(folder),
        "EMAIL_URL": "dummymail://",
        "DJANGO_SETTINGS_MODULE": "atdemain.settings",
        "PYTHONWARNINGS": "ignore",
    }


def fill(count: int, first: datetime, seconds: float) -> list[datetime]:
    """`count` promises with one due step each, in bursts from `first` on; the instants of the bursts.

    Most are told that the window opens; some end without a call (the promise becomes `missed`), some
    are of a case that waits for an entity (the step first moves it, T06).
    """
    from atdemain.organisation.enums import EntityKind
    from atdemain.organisation.models import Entity
    from cases.enums import CaseState, TimerKind

    from .population import escalate, make_promised, make_site

    site = make_site()
    bursts = [first + timedelta(seconds=seconds * n / BURSTS) for n in range(BURSTS)]
    missed, reached = round(count * SHARES["missed"]), round(count * SHARES["reached"])
    make_promised(site, count - missed - reached, bursts)
    make_promised(site, missed, bursts, TimerKind.PROMISE_MISSED)
    waiting = make_promised(site, reached, bursts, TimerKind.PROMISE_BEFORE, CaseState.ESCALATED)
    entity = Entity.objects.create(code="soak", name="BO-Cuivre", kind=EntityKind.BACK_OFFICE)
    escalate(waiting, entity.pk)
    return bursts


def disturb(
    processes: Sequence[Process], bursts: list[datetime], kills: int, redis: str, chance: random.Random
) -> None:
    """Kill one process after the other, evenly over the run, half of the kills just after a burst."""
    from atdemain.celery import app
    from cases.tasks import sweep_due

    span = (bursts[-1] - bursts[0]).total_seconds() + 1
    even = [bursts[0] + timedelta(seconds=span * chance.random()) for _ in range(kills - kills // 2)]
    aimed = [chance.choice(bursts) + timedelta(seconds=chance.uniform(0, 0.6)) for _ in range(kills // 2)]
    acts: list[tuple[datetime, str]] = [(at, "kill") for at in even + aimed]
    if redis:
        acts.append((bursts[len(bursts) // 2], "flush"))
    for n, (at, act) in enumerate(sorted(acts)):
        while (left := (at - now()).total_seconds()) > 0:
            time.sleep(min(left, 0.3))
            _ask(app, sweep_due)
        if act == "kill":
            processes[n % len(processes)].kill()
        else:
            _redis(redis).flushdb()


def _ask(app: Any, task: Any) -> None:
    """A sweep through the broker, as beat asks; a broker that does not answer is what the scheduler is for."""
    try:
        task.apply_async(expires=15, retry=False)
    except app.connection_for_write().connection_errors:
        pass


def _redis(url: str) -> Any:
    import redis

    return redis.Redis.from_url(url)


def now() -> datetime:
    from django.utils import timezone

    return timezone.now()


def count_up(promises: int, processes: Sequence[Process], started: float) -> dict[str, Any]:
    """What the inbox, the due rows, the promises and the journal say once everything has calmed down."""
    from atdemain.journal.models import AuditEvent
    from atdemain.journal.verify import verify
    from atdemain.notifications.models import Notification
    from cases.enums import CaseState, PromiseStatus, TimerKind, TimerStatus
    from cases.models import Case, Promise, Timer

    items = list(Notification.objects.values_list("dedupe_key", "created_at"))
    told = Counter(key.split(":")[1] for key, _at in items)  # p<promise>
    due = {
        f"p{row[0]}": row[1] for row in Timer.objects.exclude(done_at=None).values_list("promise", "due_at")
    }
    late = sorted(
        (at - due[key.split(":")[1]]).total_seconds() for key, at in items if key.split(":")[1] in due
    )
    statuses = Counter(Timer.objects.filter(due_at__lte=now()).values_list("status", flat=True))
    events = Counter(AuditEvent.objects.filter(refused=False).values_list("action", flat=True))
    missed, reached = round(promises * SHARES["missed"]), round(promises * SHARES["reached"])
    found = {
        "promises": promises,
        "items": len(items),
        "distinct": len(told),
        "twice": [key for key, n in told.items() if n > 1],
        "statuses": dict(statuses),
        "missed_once": events["promise_missed"]
        == missed
        == Promise.objects.filter(status=PromiseStatus.MISSED).count(),
        "moved_once": events["promise_reached"] == reached
        and not Case.objects.filter(state=CaseState.ESCALATED).exists()
        and Timer.objects.filter(kind=TimerKind.PROMISE_BEFORE, status=TimerStatus.DONE).count() == reached,
        "journal_findings": len(list(verify())),
        "errors": list(Timer.objects.exclude(last_error="").values_list("last_error", flat=True)),
        "kills": {process.name: process.kills for process in processes},
        "latency_s": {"p50": _rank(late, 0.5), "p99": _rank(late, 0.99), "worst": _rank(late, 1)},
        "seconds": round(time.monotonic() - started, 1),
    }
    found["ok"] = (
        len(items) == len(told) == promises
        and statuses == {TimerStatus.DONE: promises}
        and found["missed_once"]
        and found["moved_once"]
        and not found["journal_findings"]
    )
    return found


def _rank(ordered: list[float], share: float) -> float | None:
    return round(ordered[min(int(share * len(ordered)), len(ordered) - 1)], 2) if ordered else None


def run(url: str, folder: Path, *, promises: int, kills: int, seconds: float, redis: str, seed: int) -> dict:
    """The whole run on an empty database at `url`; answers what `count_up` found."""
    started = time.monotonic()
    os.environ.update(environment(url, folder, redis))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from cases.enums import TimerStatus
    from cases.models import Timer

    bursts = fill(promises, now() + timedelta(seconds=max(6.0, promises / 100)), seconds)
    processes = [Process(name, environment(url, folder, redis)) for name in COMMANDS]
    try:
        disturb(processes, bursts, kills, redis, random.Random(seed))
        # The last kill may come before the last burst; a step may wait to be tried again.
        owed = Timer.objects.filter(status=TimerStatus.PENDING, due_at__lte=bursts[-1])
        stop = bursts[-1] + timedelta(seconds=GRACE)
        while owed.exists() and now() < stop:
            time.sleep(0.3)
    finally:
        for process in processes:
            process.stop()
    return count_up(promises, processes, started) | {"url": url, "redis_flushed": bool(redis)}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.kill", description=__doc__)
    parser.add_argument("url", help="an empty database")
    parser.add_argument("folder", type=Path, help="a folder for the queue and the journal's heads")
    parser.add_argument("--promises", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=240, help="over which the promises fall due")
    parser.add_argument("--redis", default="", help="the broker, and flushed once; none: the file broker")
    parser.add_argument("--seed", type=int, default=1)
    options = vars(parser.parse_args(arguments))
    found = run(options.pop("url"), options.pop("folder"), **options)
    print(json.dumps(found))
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
