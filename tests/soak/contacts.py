"""`kill -9` under a partner that posts: is every contact stored once, and judged as if they had come in order?

`python -m tests.soak.contacts URL FOLDER …` fills an empty database with one partner, starts gunicorn with two
workers, a Celery worker and a Redis of its own (none where there is no redis-server), and posts from 16
connections contacts in random order, some of them again, alone or by parcels, while one process after the other
is killed. Its client does as a partner would: what fails or is answered 503, 429 or 409 is sent again. It prints
one JSON object; exit status 0 when all holds.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import queue
import random
import shutil
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from .servers import Redis, Web, free_port
from .storm import accepted, build_site, calls, judged, parcels, site_environment

CONNECTIONS = 16
AGAIN = 0.3  # of the contacts, sent twice
KEYED = 0.05  # of the requests, with an Idempotency-Key
PATIENCE = 60  # seconds one request is sent again before the run is a failure
RETRIED = frozenset({409, 429, 502, 503, 504})  # 500 never


@dataclass
class Partner:
    """Sixteen connections emptying one queue of parcels; what each contact was last answered."""

    port: int
    token: str
    tasks: queue.SimpleQueue[list[dict[str, Any]]] = field(default_factory=queue.SimpleQueue)
    answered: dict[str, str] = field(default_factory=dict)
    told: Counter[str] = field(default_factory=Counter)
    retries: Counter[str] = field(default_factory=Counter)
    unexpected: list[str] = field(default_factory=list)
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def post(
        self, tasks: Sequence[list[dict[str, Any]]], chance: random.Random, keyed: float
    ) -> list[threading.Thread]:
        for task in tasks:
            self.tasks.put(task)
        seeds = [chance.random() for _ in range(CONNECTIONS)]
        threads = [threading.Thread(target=self._work, args=(random.Random(seed), keyed)) for seed in seeds]
        for thread in threads:
            thread.start()
        return threads

    def _work(self, chance: random.Random, keyed: float) -> None:
        line: http.client.HTTPConnection | None = None
        while True:
            try:
                task = self.tasks.get_nowait()
            except queue.Empty:
                break
            key = f"{chance.getrandbits(64):x}" if chance.random() < keyed else ""
            line = self._until_answered(line, json.dumps({"contacts": task}), key)
        if line is not None:
            line.close()

    def _until_answered(
        self, line: http.client.HTTPConnection | None, body: str, key: str
    ) -> http.client.HTTPConnection | None:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        stop = time.monotonic() + (PATIENCE if not key else 4 * PATIENCE)  # a dead claim lasts 90 seconds
        while time.monotonic() < stop:
            try:
                line = line or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                line.request("POST", "/api/v1/contacts", body, headers)
                response = line.getresponse()
                told = response.read()
            except (OSError, http.client.HTTPException) as error:
                self._again(type(error).__name__)
                line = line and line.close()
                time.sleep(0.05)
                continue
            if response.status == 200:
                self._settle(json.loads(told))
                return line
            if response.status not in RETRIED:
                self.unexpected.append(f"{response.status} {told[:200]!r}")
                return line
            self._again(str(response.status))
            time.sleep(min(float(response.getheader("Retry-After") or 0.1), 2))
        self.unexpected.append("no answer in time")
        return line

    def _again(self, why: str) -> None:
        with self._lock:
            self.retries[why] += 1

    def _settle(self, told: dict[str, Any]) -> None:
        with self._lock:
            for item in told["items"]:
                self.sent += 1
                self.told[item["status"]] += 1
                self.answered[item["source_id"]] = item["status"]


def disturb(
    partner: Partner, total: int, kills: int, victims: Sequence[Any], threads: Sequence[threading.Thread]
) -> None:
    """One victim after the other, each time another share of the contacts has been answered."""
    done = 0
    while any(thread.is_alive() for thread in threads):
        if done < kills and partner.sent >= total * (done + 1) / (kills + 1):
            victims[done % len(victims)].kill()
            done += 1
        time.sleep(0.01)


class Ran(NamedTuple):
    """A run: what was found of it, and what it can be looked at again with."""

    found: dict[str, Any]
    partner: Partner
    told: Sequence[dict[str, Any]]
    entity: int


def audit(ran: Ran) -> dict[str, Any]:
    """What the database says once all has been answered."""
    from django.utils import timezone

    from atdemain.journal.verify import verify
    from cases.invariants import broken
    from cases.models import Case, Contact

    _, partner, told, entity = ran
    ids = {one["source_id"] for one in told}
    stored = Counter(
        Contact.objects.filter(handling_entity=entity).order_by().values_list("source_id", flat=True)
    )
    verdicts, in_order = judged(), accepted(told, entity)
    found = {
        "rows": sum(stored.values()),
        "distinct": len(ids),
        "lost": sorted(set(partner.answered) - set(stored))[:20],
        "never_answered": sorted(ids - set(partner.answered))[:20],
        "differing": [
            [one, verdicts.get(one), in_order.get(one)]
            for one in sorted(ids)
            if verdicts.get(one) != in_order.get(one)
        ][:20],
        "rd3plus": sum(verdict[2] is not None for verdict in verdicts.values()),
        "cases": Case.objects.count(),
        "broken": [str(one) for one in broken(timezone.now())][:20],
        "journal_findings": len(list(verify())),
    }
    found["ok"] = (
        found["rows"] == found["distinct"] == len(verdicts)
        and not any(
            found[name] for name in ("lost", "never_answered", "differing", "broken", "journal_findings")
        )
        and not partner.unexpected
        and partner.told["rejected"] == partner.told["updated"] == 0
    )
    return found


def replayed(partner: Partner, told: Sequence[dict[str, Any]]) -> dict[str, int]:
    """All of them once more, by five hundred: what they were answered."""
    again = Partner(partner.port, partner.token)
    tasks = [list(told[start : start + 500]) for start in range(0, len(told), 500)]
    for thread in again.post(tasks, random.Random(0), 0):
        thread.join()
    return dict(again.told)


def swept_again() -> bool:
    """Whether the Celery worker, killed and started again like its broker, sweeps within a minute from now."""
    from django.utils import timezone

    from cases.models import Heartbeat

    since, stop = timezone.now(), time.monotonic() + 60
    while time.monotonic() < stop:
        if Heartbeat.objects.filter(name="sweep", at__gt=since).exists():
            return True
        time.sleep(0.5)
    return False


def storm(
    url: str, folder: Path, *, contacts: int, kills: int, seed: int, keyed: float = KEYED, celery: bool = True
) -> Ran:
    """The whole run, on a migrated database that holds nothing yet and to which Django is connected."""
    from .kill import Process

    started, chance = time.monotonic(), random.Random(seed)
    site = build_site()
    told = calls(contacts, chance)
    sends = [*told, *chance.sample(told, round(contacts * AGAIN))]
    chance.shuffle(sends)
    redis = Redis(folder, free_port()) if shutil.which("redis-server") else None
    environment = site_environment(url, folder, redis.url if redis else "")
    web = Web(environment, free_port(), folder)
    worker = Process("clock", environment) if celery else None
    try:
        web.wait()
        partner = Partner(web.port, site.token)
        threads = partner.post(parcels(sends, chance), chance, keyed)
        disturb(partner, len(sends), kills, [one for one in (web, redis, worker) if one], threads)
        for thread in threads:
            thread.join()
        seconds = round(time.monotonic() - started, 1)
        ran = Ran({}, partner, told, site.entity)
        found = audit(ran)
        found["replay"] = replayed(partner, told)
        found["celery_back"] = worker is None or swept_again()
        found["ok"] = found["ok"] and found["replay"] == {"unchanged": contacts} and found["celery_back"]
    finally:
        for process in filter(None, (web, worker, redis)):
            process.stop()
    killed = {"web": web, "redis": redis, "celery": worker}
    found |= {
        "sends": len(sends),
        "answered": dict(partner.told),
        "sent_again": dict(partner.retries),
        "unexpected": partner.unexpected[:20],
        "kills": {name: one.kills for name, one in killed.items() if one},
        "seconds": seconds,
    }
    return ran._replace(found=found)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.contacts", description=__doc__)
    parser.add_argument("url", help="an empty database")
    parser.add_argument("folder", type=Path, help="a folder for what the processes write")
    parser.add_argument("--contacts", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = vars(parser.parse_args(arguments))
    url, folder = options.pop("url"), options.pop("folder")
    os.environ.update(site_environment(url, folder, ""))
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    found = storm(url, folder, **options).found
    print(json.dumps(found))
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
