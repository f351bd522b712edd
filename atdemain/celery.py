"""Celery is transport: the database is the truth (architecture.md §4)."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery, bootsteps
from celery.beat import EmbeddedService
from celery.signals import setup_logging, worker_ready
from click import Option

from atdemain.memory import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atdemain.settings")


class Clock(bootsteps.StartStopStep):
    """`worker --clock`: beat in a thread of the worker, for a site whose worker is one process.

    `--beat` forks a second process: 50 MiB more, and a beat that outlives a worker killed outright. The
    schedule is in memory: an interval of seconds has no past worth keeping on disk.
    """

    label = "Clock"
    conditional = True

    def __init__(self, worker: Any, clock: bool = False, **kwargs: Any) -> None:
        self.enabled = clock
        super().__init__(worker, **kwargs)

    def create(self, worker: Any) -> Any:
        return EmbeddedService(worker.app, thread=True, scheduler_cls="celery.beat:Scheduler")


@setup_logging.connect
def keep_our_log_lines(**kwargs: Any) -> None:
    """Being connected is enough: Celery then leaves Django's LOGGING as it is."""


@worker_ready.connect
def keep_what_is_loaded(**kwargs: Any) -> None:
    settle()


app = Celery("atdemain")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.user_options["worker"].add(Option(("--clock",), is_flag=True, help="Beat in a thread of the worker."))
app.steps["worker"].add(Clock)
