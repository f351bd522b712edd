"""A job from its preview to its undoing: what is done is done once, what is refused says why."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from atdemain.jobs import files, kinds, queue, retention, work
from atdemain.jobs.background import STALE
from atdemain.jobs.endings import announce
from atdemain.jobs.enums import Outcome, Status
from atdemain.jobs.kinds import Kind
from atdemain.jobs.models import Job, JobRow
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import record
from atdemain.notifications.models import Notification
from tests.office import NOW, Office

pytestmark = pytest.mark.django_db


def asked(office: Office, number: int = 3, kind: str = "toy", who: str = "manager") -> Job:
    objects = [queue.Object(pk, f"R-{pk}", 1) for pk in range(1, number + 1)]
    job = queue.prepare(kind, "Essai", objects, user=office.people[who], now=NOW)
    assert queue.confirm(job, "Essai", {}, actor=office.actor(who), now=NOW)
    return job


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def outcomes(job: Job) -> list[str]:
    return list(job.rows.order_by("position").values_list("outcome", flat=True))


# -- one worker ------------------------------------------------------------------------------------------


def test_job_does_each_row_and_counts_them(office, toy):
    job = asked(office)
    assert queue.run_waiting() == 1
    done = fresh(job)
    assert (done.status, done.done, done.refused, done.remaining) == (Status.FINISHED, 3, 0, 0)
    assert toy.acted == [1, 2, 3]
    assert queue.run_waiting() == 0


def test_a_refused_row_says_why_and_stops_no_other(office, toy):
    toy.wrong, toy.broken = {2}, {3}
    job = asked(office, 4)
    queue.run_waiting()
    done = fresh(job)
    assert (done.done, done.refused) == (2, 2)
    assert [row.reason for row in job.rows.order_by("position")] == ["", "Pas celui-ci.", work.BROKEN, ""]
    assert toy.told == [2]


def test_nothing_of_a_refused_row_is_kept(office, toy):
    def writes(row) -> None:
        if row.object_id == 2:
            record("toy", row.pk, "tried", actor=office.actor("manager"), at=NOW)

    toy.before, toy.wrong = writes, {2}
    asked(office)
    queue.run_waiting()
    assert not AuditEvent.objects.filter(object_type="toy").exists()


def test_preview_waits_for_its_confirmation_and_confirms_once(office, toy):
    job = queue.prepare("toy", "Essai", [queue.Object(1, "R-1")], user=office.people["manager"], now=NOW)
    assert queue.run_waiting() == 0
    told = [queue.confirm(job, "Essai", {}, actor=office.actor("manager"), now=NOW) for _ in range(2)]
    assert told == [True, False]
    assert AuditEvent.objects.filter(object_type="job", action="asked").count() == 1


def test_its_end_is_told_once_in_the_inbox_with_the_counts(office, toy):
    toy.wrong = {2}
    job = asked(office)
    queue.run_waiting()
    (item,) = Notification.objects.filter(recipient=office.people["manager"], kind="job_over")
    assert (item.title, item.body, item.url) == ("Terminé : Essai", "2 faits, 1 refusé.", f"/jobs/{job.pk}/")


def test_its_end_and_the_word_of_it_are_written_together_or_not_at_all(office, toy, monkeypatch):
    def killed(job, at) -> None:
        raise KeyboardInterrupt

    job = asked(office)
    monkeypatch.setattr(work, "announce", killed)
    with pytest.raises(KeyboardInterrupt):
        queue.run_waiting()
    monkeypatch.setattr(work, "announce", announce)
    assert fresh(job).status == Status.RUNNING
    with time_machine.travel(NOW + STALE + timedelta(seconds=1), tick=False):
        queue.run_waiting()
    assert fresh(job).status == Status.FINISHED
    assert Notification.objects.filter(kind="job_over").count() == 1


def test_its_failure_is_told_too(office, toy):
    toy.refusal = "Votre rôle n’a plus cette action."
    asked(office)
    queue.run_waiting()
    assert Notification.objects.get(kind="job_over").body == "Votre rôle n’a plus cette action."


def test_short_job_is_done_at_once_and_tells_nobody(office, toy):
    job = asked(office)
    queue.run_at_once(job)
    assert fresh(job).status == Status.FINISHED
    assert not Notification.objects.filter(kind="job_over").exists()


def test_job_out_of_time_is_left_to_the_worker_where_it_stopped(office, toy):
    job = asked(office)
    queue.run_at_once(job, seconds=-1)
    assert (fresh(job).status, toy.acted) == (Status.QUEUED, [])
    queue.run_waiting()
    assert (fresh(job).status, toy.acted) == (Status.FINISHED, [1, 2, 3])


def test_rows_of_one_transaction_are_few_so_that_nobody_waits_long(office, toy, monkeypatch):
    monkeypatch.setattr(work, "HOLD", -1)
    committed = []
    together = work.Work._together
    monkeypatch.setattr(
        work.Work, "_together", lambda self, rows: committed.append(1) or together(self, rows)
    )
    asked(office)
    queue.run_waiting()
    assert (toy.acted, len(committed)) == ([1, 2, 3], 3)


# -- stopped, gone on with -------------------------------------------------------------------------------


def test_stopped_in_the_middle_of_some_rows_they_are_not_done(office, toy, monkeypatch):
    job = asked(office)
    together = work.Work._together

    def stopped_meanwhile(self, rows) -> None:
        if rows[0].object_id == 2:
            queue.stop(job, now=NOW)
        together(self, rows)

    monkeypatch.setattr(work, "BATCH", 1)
    monkeypatch.setattr(work.Work, "_together", stopped_meanwhile)
    queue.run_waiting()
    assert (fresh(job).status, fresh(job).done) == (Status.STOPPED, 1)
    assert outcomes(job) == [Outcome.DONE, Outcome.PENDING, Outcome.PENDING]


def test_resumed_it_goes_on_where_it_stopped(office, toy):
    job = asked(office)
    queue.stop(job, now=NOW)
    assert queue.run_waiting() == 0
    JobRow.objects.filter(job=job, object_id=1).update(outcome=Outcome.DONE)
    Job.objects.filter(pk=job.pk).update(done=1)
    assert queue.resume(job, now=NOW)
    queue.run_waiting()
    assert (fresh(job).done, toy.acted) == (3, [2, 3])


def test_right_taken_away_meanwhile_stops_the_job(office, toy, monkeypatch):
    monkeypatch.setattr(work, "BEAT", 0)
    monkeypatch.setattr(work, "BATCH", 1)
    toy.before = lambda row: setattr(toy, "refusal", "Votre rôle n’a plus cette action.")
    job = asked(office)
    queue.run_waiting()
    done = fresh(job)
    assert (done.status, done.error, done.done) == (Status.FAILED, "Votre rôle n’a plus cette action.", 1)


def test_account_closed_meanwhile_does_nothing(office, toy):
    job = asked(office)
    type(office.people["manager"]).objects.filter(username="manager").update(is_active=False)
    queue.run_waiting()
    assert (fresh(job).error, toy.acted) == ("Votre compte n’est plus actif.", [])


def test_job_of_a_dead_worker_is_taken_up_after_a_minute_and_no_row_is_done_twice(office, toy, monkeypatch):
    monkeypatch.setattr(work, "BATCH", 1)
    job = asked(office)

    def dies(row) -> None:
        if row.object_id == 2:
            raise KeyboardInterrupt  # what kill leaves behind: nothing more is written

    toy.before = dies
    with pytest.raises(KeyboardInterrupt):
        queue.run_waiting()
    toy.before = lambda row: None
    assert fresh(job).status == Status.RUNNING
    assert queue.run_waiting() == 0
    with time_machine.travel(NOW + STALE + timedelta(seconds=1), tick=False):
        assert queue.run_waiting() == 1
    assert toy.acted == [1, 2, 3]
    assert (fresh(job).status, fresh(job).done) == (Status.FINISHED, 3)


def test_slow_worker_whose_job_was_taken_up_writes_nothing_more(office, toy):
    job = asked(office)
    taken = queue._take(NOW)
    Job.objects.filter(pk=job.pk).update(token="another")
    queue._run(taken, stop=lambda: False)
    assert (toy.acted, fresh(job).status, fresh(job).token) == ([], Status.RUNNING, "another")


# -- undone ----------------------------------------------------------------------------------------------


def test_undoing_takes_the_rows_that_succeeded_last_first_with_what_they_remember(office, toy):
    toy.wrong = {2}
    job = asked(office)
    queue.run_waiting()
    undoing = queue.undo(job, "Annulation", actor=office.actor("manager"), now=NOW, reason="Erreur de liste.")
    queue.run_waiting()
    assert toy.undone == [30, 10]
    assert (fresh(undoing).status, fresh(undoing).done) == (Status.FINISHED, 2)


def test_job_is_undone_once_and_an_undoing_never(office, toy):
    job = asked(office)
    assert not queue.can_undo(fresh(job))
    queue.run_waiting()
    said = {"actor": office.actor("manager"), "now": NOW, "reason": "Erreur de liste."}
    undoing = queue.undo(job, "Annulation", **said)
    assert queue.undo(job, "Annulation", **said) is None
    queue.run_waiting()
    assert not queue.can_undo(fresh(undoing))


def test_what_was_undone_is_not_resumed(office, toy):
    job = asked(office)
    queue.run_at_once(job)
    Job.objects.filter(pk=job.pk).update(status=Status.STOPPED)
    queue.undo(job, "Annulation", actor=office.actor("manager"), now=NOW, reason="Erreur de liste.")
    assert not queue.resume(job, now=NOW)


# -- files -----------------------------------------------------------------------------------------------


@pytest.fixture
def written(office):
    lines = []

    def write(job, path, progress) -> int:
        path.write_text("x\n" * 3)
        progress(3)
        return 3

    kinds.register(
        Kind("file", may=lambda job: "", write=write, written=lambda job, actor, n, now: lines.append(n))
    )
    yield lines
    del kinds.KINDS["file"]


def test_file_is_handed_over_with_its_count_and_goes_after_a_day(office, written, purge):
    job = queue.ask("file", "Export", actor=office.actor("manager"), now=NOW, total=2)
    queue.run_waiting()
    done = fresh(job)
    assert (done.status, done.total, done.done, written) == (Status.FINISHED, 3, 3, [3])
    path = files.path_of(done)
    assert path.read_text() == "x\n" * 3
    assert path.stat().st_mode & 0o077 == 0
    purge(NOW + files.KEPT)
    assert not path.exists()
    assert fresh(job).file == ""


def test_long_file_holds_no_job_on_rows_and_each_has_its_own_thread(office, toy, written):
    rows, writing = queue.BACKGROUNDS
    assert (rows.name, writing.name) == ("jobs", "files")
    file = queue.ask("file", "Export", actor=office.actor("manager"), now=NOW)
    assert (rows.waits(), writing.waits()) == (False, True)
    job = asked(office)
    assert rows.waits()
    assert rows.run() == 1
    assert (fresh(file).status, fresh(job).status) == (Status.QUEUED, Status.FINISHED)
    assert writing.run() == 1
    assert fresh(file).status == Status.FINISHED


def test_interrupted_file_leaves_nothing_on_the_disk(office, written):
    job = queue.ask("file", "Export", actor=office.actor("manager"), now=NOW)
    before = set(files.directory().iterdir())
    queue.run_at_once(job, seconds=-1)
    assert fresh(job).status == Status.QUEUED
    assert set(files.directory().iterdir()) == before


def test_old_previews_and_old_jobs_are_forgotten_their_acts_are_not(office, toy, purge):
    preview = queue.prepare("toy", "Essai", [queue.Object(1, "R-1")], user=office.people["manager"], now=NOW)
    job = asked(office)
    queue.run_waiting()
    purge(NOW + retention.ABANDONED + timedelta(seconds=1))
    assert list(Job.objects.values_list("pk", flat=True)) == [job.pk]
    purge(NOW + retention.KEPT + timedelta(seconds=1))
    assert not Job.objects.filter(pk__in=[preview.pk, job.pk]).exists()
    assert AuditEvent.objects.filter(object_type="job", object_id=str(job.pk)).count() == 2


# -- two workers -----------------------------------------------------------------------------------------


def both(job: Job, tokens: list[str]) -> None:
    """Two workers that each believe the job is theirs, in two threads with their own connections."""

    def run(token: str) -> None:
        try:
            mine = fresh(job)
            mine.token = token
            queue._run(mine, stop=lambda: False)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(token,)) for token in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_job_do_no_row_twice(office, toy):
    acts = _race(office, toy)
    assert sorted(acts) == list(range(1, 31))


@pytest.mark.django_db(transaction=True)
def test_without_the_conditional_update_two_workers_do_rows_twice(office, toy, monkeypatch):
    """The negative control: the race is there, and the guard is what wins it."""
    monkeypatch.setattr(work, "_pending", lambda row: JobRow.objects.filter(pk=row.pk))
    acts = _race(office, toy)
    assert len(acts) > 30


def _race(office: Office, toy) -> list[int]:
    """Both start the same rows together; what was done is what the journal keeps, not what was tried."""
    meet = threading.Barrier(2, timeout=0.5)

    def before(rows) -> None:
        try:
            meet.wait()
        except threading.BrokenBarrierError:
            meet.reset()

    def act(job, row, actor, now):
        record("toy", row.object_id, "acted", actor=actor, at=now)
        return kinds.Result()

    kinds.register(Kind("toy", may=toy.may, act=lambda j, r, a, n: act(j, r, a, n)))
    job = asked(office, 30)
    Job.objects.filter(pk=job.pk).update(status=Status.RUNNING, token="same")
    original, hold = work.Work._together, work.HOLD
    work.HOLD = -1  # a transaction a row: as many meetings as there are rows

    def together(self, rows) -> None:
        before(rows)
        original(self, rows)

    work.Work._together = together
    try:
        both(job, ["same", "same"])
    finally:
        work.Work._together, work.HOLD = original, hold
    return [
        int(pk) for pk in AuditEvent.objects.filter(object_type="toy").values_list("object_id", flat=True)
    ]
