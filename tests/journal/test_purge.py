"""The table of retention and its runs: bounded, resumed, journalled, one at a time, dry unless told."""

from __future__ import annotations

import json
import threading
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from atdemain.journal import purging, retention
from atdemain.journal.actors import system
from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.journal.purging import come_round, is_due, run
from atdemain.journal.retention import KINDS, Deleting, Kind
from atdemain.journal.terms import ACCESS_KEPT
from atdemain.journal.verify import verify
from atdemain.organisation.models import User

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PURGE = system("purge")


def looks(number: int, age: timedelta) -> None:
    user = User.objects.get_or_create(username="c.roux")[0]
    AccessLog.objects.bulk_create(
        AccessLog(at=NOW - age, user=user, action="view", object_type="case") for _ in range(number)
    )


@pytest.fixture
def small(monkeypatch) -> Kind:
    """The access log, three rows at a time."""
    monkeypatch.setattr(retention, "BATCH", 3)
    monkeypatch.setattr(
        retention, "next_keys", lambda rows, after, size=3, keys=retention.next_keys: keys(rows, after, size)
    )
    return KINDS["access_log"]


def chain(code: str = "access_log") -> list[str]:
    rows = AuditEvent.objects.filter(object_type="retention", object_id=code).order_by("seq")
    return list(rows.values_list("action", flat=True))


@pytest.mark.django_db
def test_access_rows_live_twenty_four_months(small):
    looks(2, ACCESS_KEPT + timedelta(seconds=1))
    looks(1, ACCESS_KEPT)
    assert run(NOW, [small], PURGE).counts == {"access_log": {"access_log": 2}}
    assert AccessLog.objects.count() == 1


@pytest.mark.django_db
def test_each_batch_is_a_journalled_act_with_its_count(small):
    looks(7, 2 * ACCESS_KEPT)
    assert run(NOW, [small], PURGE).counts["access_log"] == {"access_log": 7}
    assert chain() == ["purged", "purged", "purged", "up_to_date"]
    told = AuditEvent.objects.filter(object_type="retention", action="purged").order_by("seq")
    assert [row.changes["access_log"] for row in told] == [[3, 0], [3, 0], [1, 0]]
    assert list(verify()) == []
    assert purging.latest() == {"access_log": purging.Latest(NOW, NOW, 1)}


@pytest.mark.django_db
def test_a_slice_stops_when_its_time_is_up_and_the_next_goes_on(small):
    looks(7, 2 * ACCESS_KEPT)
    assert run(NOW, [small], PURGE, seconds=0).more
    assert AccessLog.objects.count() == 4
    assert is_due(small, NOW), "unfinished"
    assert not run(NOW, [small], PURGE, seconds=60).more
    assert not AccessLog.objects.exists()
    assert not is_due(small, NOW + timedelta(hours=23))
    assert is_due(small, NOW + DAY)


@pytest.mark.django_db
@pytest.mark.parametrize(("later", "left"), [(DAY - timedelta(seconds=1), 1), (DAY, 0)])
def test_a_run_left_unfinished_for_a_day_is_begun_again(small, later, left):
    """What came to its term meanwhile may lie before the place where it stopped."""
    looks(4, 2 * ACCESS_KEPT)
    first = AccessLog.objects.order_by("pk")[0]
    run(NOW, [small], PURGE, seconds=0)
    first.save(force_insert=True)
    run(NOW + later, [small], PURGE)
    assert AccessLog.objects.count() == left


@pytest.mark.django_db
def test_a_batch_that_fails_leaves_nothing_half_done(small, monkeypatch):
    looks(7, 2 * ACCESS_KEPT)
    part, seen = small.parts[0], []

    def torn(self, keys, now):
        seen.append(keys)
        AccessLog.objects.filter(pk__in=keys).delete()
        if len(seen) == 2:
            raise RuntimeError("the process dies here")
        return {"access_log": len(keys)}

    with monkeypatch.context() as patch:
        patch.setattr(type(part), "erase", torn)
        with pytest.raises(RuntimeError):
            run(NOW, [small], PURGE)
    assert AccessLog.objects.count() == 4
    assert chain() == ["purged"]
    assert run(NOW, [small], PURGE).counts["access_log"] == {"access_log": 4}


@pytest.mark.django_db
def test_the_clock_purges_each_kind_when_it_is_due_and_not_before():
    assert set(come_round(NOW, seconds=60).counts) == set(KINDS)
    assert come_round(NOW + timedelta(minutes=59), seconds=60).counts == {}
    hourly = {"exports", "individual_load", "api_tokens", "api_answers", "incoming_calls"}
    assert set(come_round(NOW + timedelta(minutes=61), seconds=60).counts) == hourly
    assert set(come_round(NOW + DAY, seconds=60).counts) == set(KINDS)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
@pytest.mark.parametrize("held_apart", [True, False], ids=["", "without the head held"])
def test_two_runs_at_once_leave_the_kind_to_the_first(small, monkeypatch, held_apart):
    """The second case is the negative control: both would erase, and count, the same rows."""
    looks(7, 2 * ACCESS_KEPT)
    run(NOW, [small], PURGE, seconds=0)  # the chain has begun
    held, done = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():
            purging._hold(small)
            held.set()
            done.wait(10)
        connection.close()

    other = threading.Thread(target=first)
    other.start()
    held.wait(10)
    if not held_apart:
        monkeypatch.setattr(purging, "_hold", lambda kind: None)
        monkeypatch.setattr(purging, "record", lambda *_, **__: None)  # it would wait for the same head
    try:
        told = run(NOW, [small], PURGE)
    finally:
        done.set()
        other.join()
    assert told.more is held_apart
    assert AccessLog.objects.count() == (4 if held_apart else 0)
    assert not run(NOW, [small], PURGE).more
    assert not AccessLog.objects.exists()


@pytest.mark.django_db
def test_two_kinds_of_one_code_are_one():
    kind = Kind("sessions", "x", DAY, "x", (Deleting("x", lambda now: AccessLog.objects.none()),))
    before = KINDS["sessions"]
    try:
        retention.register(kind)
        assert KINDS["sessions"] is kind
    finally:
        retention.register(before)


def purge(*options: str) -> str:
    out = StringIO()
    call_command("purge", *options, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_the_command_counts_and_changes_nothing_unless_told(time_machine, options):
    time_machine.move_to(NOW, tick=False)
    looks(2, 2 * ACCESS_KEPT)
    told = purge(*options)
    assert (
        "Consultations des fiches et dossiers, et ce qu’on leur a demandé (24\u00a0mois)\u00a0: 2 access_log"
        in told
    )
    assert "Rien n’a changé" in told
    assert AccessLog.objects.count() == 2
    assert not AuditEvent.objects.exists()


@pytest.mark.django_db
def test_the_command_applies_and_answers_in_json(time_machine):
    time_machine.move_to(NOW, tick=False)
    looks(2, 2 * ACCESS_KEPT)
    told = json.loads(purge("--apply", "--json", "--only", "access_log"))
    assert told["applied"] is True
    assert told["counts"] == {"access_log": {"access_log": 2}}
    assert not AccessLog.objects.exists()


@pytest.mark.django_db
def test_the_command_counts_at_another_moment_and_erases_at_none_to_come(time_machine):
    time_machine.move_to(NOW, tick=False)
    looks(2, DAY)
    assert json.loads(purge("--json", "--now", "2029-01-01"))["counts"]["access_log"] == {"access_log": 2}
    with pytest.raises(CommandError, match="dans l’avenir"):
        purge("--apply", "--now", "2029-01-01")
    with pytest.raises(CommandError, match="2026-12-01"):
        purge("--now", "demain")
