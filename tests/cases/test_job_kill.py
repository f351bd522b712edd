"""A worker killed outright in the middle of a job: what it did is settled, the next one does the rest, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.utils import timezone

from atdemain.jobs import queue
from atdemain.jobs.background import STALE
from atdemain.jobs.enums import Outcome, Status
from atdemain.jobs.models import Job
from cases.models import CaseNote
from tests.office import Office

pytestmark = pytest.mark.django_db(transaction=True)

NUMBER = 12
#: A worker that takes its time, and a transaction for each row.
WORKER = """
import time, django; django.setup()
from atdemain.jobs import queue, work
work.HOLD = -1
together = work.Work._together
work.Work._together = lambda self, rows: (time.sleep(0.1), together(self, rows))
queue.run_waiting()
"""


def worker(folder: Path) -> subprocess.Popen[str]:
    database = connections["default"].settings_dict
    if connections["default"].vendor == "postgresql":
        where = f"postgres://{database['USER']}:{database['PASSWORD']}@{database['HOST']}:{database['PORT']}"
        url = f"{where}/{database['NAME']}"
    else:
        url = f"sqlite:///{database['NAME']}"
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "atdemain.settings", "DEBUG": "1",
                        "VAR_DIR": str(folder / "var"), "JOURNAL_HEADS": ""}  # fmt: skip
    return subprocess.Popen(
        [sys.executable, "-c", WORKER], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=Path(__file__).resolve().parents[2],
    )  # fmt: skip


def notes() -> int:
    return CaseNote.objects.filter(text="Une fois chacun.").count()


def test_killed_worker_leaves_the_rest_to_two_others_and_no_row_is_done_twice(office: Office, tmp_path: Path):
    cases = [office.case() for _ in range(NUMBER)]
    objects = [queue.Object(case.pk, case.ref) for case in cases]
    now = timezone.now()
    job = queue.prepare("add_note", "Noter", objects, user=office.people["manager"], now=now)
    queue.confirm(job, "Noter", {"text": "Une fois chacun."}, actor=office.actor("manager"), now=now)

    first = worker(tmp_path)
    deadline = time.monotonic() + 60
    while notes() < 3 and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.05)
    first.send_signal(signal.SIGKILL)
    _, errors = first.communicate(timeout=60)
    left = Job.objects.get(pk=job.pk)
    assert 0 < notes() < NUMBER, errors
    assert (left.status, left.done) == (Status.RUNNING, notes())

    long_ago = timezone.now() - STALE - timedelta(days=30)
    Job.objects.filter(pk=job.pk).update(updated_at=long_ago)
    for process in [worker(tmp_path), worker(tmp_path)]:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    job.refresh_from_db()
    assert (job.status, job.done, notes()) == (Status.FINISHED, NUMBER, NUMBER)
    assert set(job.rows.values_list("outcome", flat=True)) == {Outcome.DONE}
    connections.close_all()
