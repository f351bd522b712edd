"""A consent withdrawn while one of the cases is being moved: both end, neither waits for the other for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction

from atdemain.journal.actors import system
from atdemain.organisation import consent as consents
from atdemain.organisation.enums import ConsentAnswer
from atdemain.organisation.models import Participation
from atdemain.organisation.participation import owner_objection
from cases import leaving
from cases.models import Case
from cases.workflow import apply
from cases.workflow.door import locked
from tests.cases.workflow.cast import NOW, Stage, sound

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

AT = NOW + timedelta(minutes=10)


@pytest.fixture
def stage(transactional_db) -> Stage:
    return Stage.set()


def withdraw(stage: Stage) -> None:
    person = stage.person("owner")
    participation = Participation.objects.get(employee=person)
    consents.consent(participation, person, ConsentAnswer.WITHDRAWN, "v1", AT)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else what a transaction first saw stays
        cursor.execute(  # of this database: others on the server wait for their own reasons
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND datname = current_database() AND pid <> pg_backend_pid()"
        )
        return bool(cursor.fetchone()[0])


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "nobody ever waited"
        time.sleep(0.02)


def crossed(stage: Stage, case: Case) -> list[Exception]:
    """A mover holds the case, the withdrawal begins, then the mover asks whether the owner may keep it."""
    errors: list[Exception] = []
    taken = threading.Event()

    def move() -> None:
        try:
            with transaction.atomic():
                locked(case.pk)
                taken.set()
                until(somebody_waits)
                owner_objection(stage.person("owner"), "rd3plus", AT, hold=True)
        except OperationalError as error:
            errors.append(error)
        finally:
            connections.close_all()

    def leave() -> None:
        try:
            assert taken.wait(20)
            withdraw(stage)
        except OperationalError as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act) for act in (move, leave)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return errors


def test_withdrawal_crossing_a_move_of_the_case_lets_both_end(stage):
    case = stage.at("opened")

    assert crossed(stage, case) == []

    assert Participation.objects.get(employee=stage.owner).consent == ConsentAnswer.WITHDRAWN
    assert stage.again(case).owner_id is None
    assert sound(AT) == []


def test_negative_control_participation_first_and_cases_next_is_a_deadlock(stage, monkeypatch):
    case = stage.at("opened")

    def wait_for_cases(user, at, actor) -> None:
        for pk in Case.objects.working().filter(owner=user.pk).values_list("pk", flat=True):
            apply(pk, "release", actor=system("consent"), now=at)

    monkeypatch.setattr(consents, "before_withdrawal", [])
    monkeypatch.setattr(consents, "on_withdrawal", [wait_for_cases])

    (error,) = crossed(stage, case)

    assert "deadlock" in str(error)


def test_withdrawal_does_not_wait_for_a_case_given_after_its_locks_but_begins_again(stage, monkeypatch):
    """The participation is never held while waiting for a case: what came between is found at a second try."""
    case = stage.at("opened")
    taken, tries = threading.Event(), []
    release = threading.Event()

    def move() -> None:
        try:
            with transaction.atomic():
                locked(case.pk)
                taken.set()
                assert release.wait(20)
        finally:
            connections.close_all()

    def blind_first(user) -> None:
        tries.append(user.pk)
        if len(tries) > 1:
            release.set()
            leaving.lock_cases(user)

    monkeypatch.setattr(consents, "before_withdrawal", [blind_first])
    mover = threading.Thread(target=move)
    mover.start()
    assert taken.wait(20)

    withdraw(stage)

    mover.join(timeout=20)
    assert len(tries) == 2
    assert stage.again(case).owner_id is None
