"""Work that waits in rows, done beside the clock: a long file must delay no reminder.

Each kind of work has one thread of the process at most. Celery starts them (`jobs.tasks.start_waiting`), or
`manage.py run_scheduler` runs them in its own loops: transport only, the rows are the truth.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connection

#: Whoever works on a row stamps it every BEAT seconds; left without a stamp for STALE, it is taken up again.
BEAT = 2.0
STALE = timedelta(seconds=60)

Stop = Callable[[], bool]


@dataclass(frozen=True)
class Background:
    """`waits`: is there anything to take up? `run` takes up all there is, and may run in several processes."""

    name: str
    waits: Callable[[], bool]
    run: Callable[[], Any]
    busy: threading.Lock = field(default_factory=threading.Lock)

    def start(self) -> bool:
        """`run` in a thread of this process; False when nothing waits or one is at work."""
        if not self.waits() or not self.busy.acquire(blocking=False):
            return False
        threading.Thread(target=self._work, name=self.name, daemon=True).start()
        return True

    def _work(self) -> None:
        try:
            self.run()
        finally:
            connection.close()
            self.busy.release()


WORKS: dict[str, Background] = {}


def register(work: Background) -> None:
    """Registering twice is once."""
    WORKS.setdefault(work.name, work)
