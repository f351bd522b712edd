"""A row that fails is seen, retried alone, ends dead and delays nobody (architecture.md §4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from atdemain.notifications.models import Notification
from cases import ladder
from cases import sweep as module
from cases.enums import CaseState, ResolutionCode, RootCause, TimerKind, TimerStatus
from cases.heartbeat import beat, last_sweep, late_counts, oldest_due_age
from cases.models import Case, Heartbeat, Timer
from cases.sweep import sweep
from cases.timers import plan_resolved
from tests.cases.clock_cast import HOUR, MINUTE, Cast, inbox, paris

pytestmark = pytest.mark.django_db

START = paris("14/11/2018 16:00")
CONFIRMED = START - ladder.OBSERVATION - ladder.LATE_RECORDS
SOLVED = {"resolution_code": ResolutionCode.CONFIGURATION, "root_cause": RootCause.USAGE}
NOTIFY_MANY = module.notify_many
DECIDE = module.decide


@pytest.fixture
def cast(db) -> Cast:
    return Cast.gather()


@pytest.fixture
def poison(cast, monkeypatch) -> Timer:
    """One promise among five whose decision raises."""
    promises = [cast.promise(START) for _ in range(5)]
    timer = Timer.objects.get(promise=promises[2], kind=TimerKind.PROMISE_START)

    def decide(row, around, now):
        if row.pk == timer.pk:
            raise ValueError("fuseau inconnu")
        return DECIDE(row, around, now)

    monkeypatch.setattr(module, "decide", decide)
    return timer


@pytest.fixture
def poison_in_database(cast, monkeypatch) -> Timer:
    """One promise among five whose inbox item the database refuses."""
    promises = [cast.promise(START) for _ in range(5)]
    timer = Timer.objects.get(promise=promises[2], kind=TimerKind.PROMISE_START)

    def notify_many(items):
        items = list(items)
        if any(str(item["object_id"]) == str(timer.case_id) for item in items):
            Notification.objects.create(recipient_id=cast.owner.pk, dedupe_key="x", created_at=START)
            raise IntegrityError("refusé par la base")
        return NOTIFY_MANY(items)

    monkeypatch.setattr(module, "notify_many", notify_many)
    return timer


@pytest.mark.parametrize("kind", ["poison", "poison_in_database"])
def test_a_poison_row_delays_nobody(kind, request):
    timer = request.getfixturevalue(kind)

    report = sweep(START)

    timer.refresh_from_db()
    assert [item for _, item in inbox()] == ["promise_start"] * 4
    assert (report.sent, report.failed) == (4, 1)
    assert (timer.status, timer.attempts) == (TimerStatus.PENDING, 1)
    assert timer.last_error


@pytest.mark.parametrize("kind", ["poison", "poison_in_database"])
def test_a_poison_row_is_dead_after_eight_attempts(kind, request):
    timer = request.getfixturevalue(kind)
    now = START
    tries = 0
    while now < START + 50 * MINUTE:
        tries += sweep(now).failed
        now += timedelta(seconds=20)

    timer.refresh_from_db()
    assert (timer.status, timer.attempts, tries) == (TimerStatus.DEAD, 8, 8)
    assert late_counts(now)["dead"] == 1
    assert len(inbox()) == 4


def test_a_row_that_works_again_is_sent_at_its_next_try(poison, monkeypatch):
    sweep(START)
    monkeypatch.setattr(module, "decide", DECIDE)

    assert sweep(START + timedelta(seconds=19)).sent == 0
    assert sweep(START + timedelta(seconds=20)).sent == 1

    poison.refresh_from_db()
    assert poison.status == TimerStatus.DONE
    assert len(inbox()) == 5


def test_a_wrong_time_zone_fails_the_rows_of_its_unit_only(cast):
    elsewhere = Cast.gather("ailleurs")
    cast.promise(START)
    elsewhere.promise(START)
    type(cast.unit).objects.filter(pk=elsewhere.unit.pk).update(tz="Europe/Nulle-Part")

    report = sweep(START)

    assert inbox() == [("lyon-owner", "promise_start")]
    assert report.failed == 1


def test_a_transition_that_fails_still_reminds_once_and_does_not_stop_the_others(cast, monkeypatch):
    first, second = (cast.promise(START, state=CaseState.ESCALATED) for _ in range(2))
    apply_all = module.apply_all

    def refuse(case_ids, action, **data):
        if first.case_id in case_ids:
            raise RuntimeError("garde inattendue")
        return apply_all(case_ids, action, **data)

    monkeypatch.setattr(module, "apply_all", refuse)
    for seconds in (0, 20, 60):
        sweep(START - 30 * MINUTE + timedelta(seconds=seconds))

    assert Case.objects.get(pk=first.case_id).state == CaseState.ESCALATED
    assert Case.objects.get(pk=second.case_id).state == CaseState.CALLBACK_DUE
    assert [kind for _, kind in inbox()] == ["promise_before"] * 2
    assert Timer.objects.get(promise=first, kind=TimerKind.PROMISE_BEFORE).attempts == 3


@pytest.mark.parametrize("name", ["promise_reached", "confirm"])
def test_a_case_more_to_move_costs_few_statements(cast, name):
    def statements(cases: int) -> int:
        for _ in range(cases):
            if name == "promise_reached":
                cast.promise(START, state=CaseState.ESCALATED)
            else:
                case = cast.case(CaseState.RESOLVED, START, resolved_at=CONFIRMED, **SOLVED)
                plan_resolved(case, case.unit.calendar())
        with CaptureQueriesContext(connection) as captured:
            assert sweep(START).transitions == cases
        return len(captured)

    assert statements(module.TOGETHER) - statements(2) <= 4 * (module.TOGETHER - 2)


def test_a_lost_database_is_not_a_poison_row(cast, monkeypatch):
    cast.promise(START)

    def lost(items):
        raise OperationalError("connexion perdue")

    monkeypatch.setattr(module, "notify_many", lost)
    with pytest.raises(OperationalError):
        sweep(START)

    assert not Timer.objects.filter(attempts__gt=0).exists()
    monkeypatch.setattr(module, "notify_many", NOTIFY_MANY)
    assert sweep(START).sent == 1


# -- signs of life ------------------------------------------------------------------------------------


def test_sweep_leaves_a_sign_of_life_even_with_nothing_due(db):
    assert last_sweep(START) is None

    sweep(START)
    sweep(START + MINUTE)

    assert last_sweep(START + 3 * MINUTE) == 2 * MINUTE
    assert Heartbeat.objects.count() == 1


def test_beat_never_goes_back_in_time(db):
    beat("sweep", START)
    beat("sweep", START - HOUR)

    assert last_sweep(START) == timedelta(0)


def test_oldest_due_age_counts_untried_rows_only(poison):
    Timer.objects.filter(due_at__lt=START).update(status=TimerStatus.VOID)
    assert oldest_due_age(START - MINUTE) == timedelta(0)
    assert oldest_due_age(START + MINUTE) == MINUTE

    sweep(START)

    assert oldest_due_age(START + MINUTE) == timedelta(0)
    assert late_counts(START + MINUTE) == {"late": 0, "retrying": 1, "dead": 0}


def test_late_counts_rows_nobody_swept(cast):
    cast.promise(START)

    assert late_counts(START + 2 * MINUTE)["late"] == 3
