"""The clock that needs nothing but the database: `manage.py run_scheduler` (architecture.md §4).

The main thread sweeps due rows; e-mails, webhooks, the purge and each kind of long work (imports, jobs, files) have their own
thread and connection, so that a slow mail server or a long file delays no reminder. Celery beat may call the
same functions at the same time. SIGTERM and SIGINT end it cleanly: the transaction under way finishes,
nothing is lost.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.utils import timezone

from atdemain.jobs.background import WORKS
from atdemain.journal.purging import come_round
from atdemain.notifications.deliveries import deliver_due
from atdemain.notifications.webhooks import sending
from cases import hooks
from cases.heartbeat import SCHEDULER, beat
from cases.sweep import sweep

log = structlog.get_logger(__name__)

LONGEST_INTERVAL = 20.0
DELIVERIES_PER_ROUND = 50


class Command(BaseCommand):
    help = "Rappels et alertes à l’heure, puis courriels, traitements en attente et purge, sans Redis."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--interval", type=float, default=10.0, help="Secondes entre deux passages (20 au plus)."
        )
        parser.add_argument("--once", action="store_true", help="Un seul passage, puis s’arrête.")

    def handle(self, *args: Any, **options: Any) -> None:
        interval = options["interval"]
        if not 0.05 <= interval <= LONGEST_INTERVAL:
            raise CommandError("--interval se donne en secondes, de 0,05 à 20.")
        if options["once"]:
            for work in (_sweep, _deliver, _tell, *(one.run for one in WORKS.values()), _purge):
                work()
            return
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        beside = [
            threading.Thread(target=_loop, args=(name, work, interval, stop), name=name, daemon=True)
            for name, work in (
                ("deliveries", _deliver),
                ("webhooks", _tell),
                ("purge", _purge),
                *((one.name, one.run) for one in WORKS.values()),
            )
        ]
        for thread in beside:
            thread.start()
        log.info("scheduler_started", interval=interval)
        _loop("sweep", _sweep, interval, stop)
        for thread in beside:
            thread.join(timeout=5)
        log.info("scheduler_stopped")


def _sweep() -> None:
    """Everything due now, what comes round with it, then a sign of life."""
    while sweep(timezone.now()).more:
        pass
    hooks.tick(timezone.now())
    beat(SCHEDULER, timezone.now())


def _deliver() -> None:
    while deliver_due(timezone.now(), DELIVERIES_PER_ROUND) == DELIVERIES_PER_ROUND:
        pass


def _tell() -> None:
    """Webhooks, batch after batch: a target that fails is left alone a while, so it ends."""
    while sending.deliver_due(timezone.now()):
        pass


def _purge() -> None:
    """One slice of what is past its term, if any."""
    come_round(timezone.now())


def _loop(name: str, work: Callable[[], None], interval: float, stop: threading.Event) -> None:
    """Call `work` every `interval` seconds until `stop`. What it raises is logged; the loop goes on."""
    try:
        while not stop.is_set():
            started = time.monotonic()
            close_old_connections()
            try:
                work()
            except (DatabaseError, InterfaceError) as error:
                log.warning("scheduler_database", work=name, error=str(error).strip())
                connection.close()
            except Exception:
                log.exception("scheduler_failed", work=name)
            stop.wait(max(0.0, interval - (time.monotonic() - started)))
    finally:
        connection.close()
