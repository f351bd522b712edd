"""Two hundred cases open at once on twenty advisors: nobody above the cap (domain.md §5.1 E6), on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event, local

import pytest
from django.db import connection, transaction

from cases import hooks
from cases.enums import Origin
from cases.models import Case, Client
from cases.workflow import open_case
from routing import assign, facts
from routing.assign import route_all
from routing.facts import Board
from routing.models import Assignment, RoutingPolicy, RoutingRequest
from tests.office import NOW, Office

from .cast import HOUR, more_advisors

pytestmark = [pytest.mark.postgres, pytest.mark.crowd, pytest.mark.django_db(transaction=True)]

CASES, ADVISORS, THREADS = 200, 20, 20
ROOM = 8  # cases of 12 points under a cap of 100


@pytest.fixture
def full_house(office: Office) -> Office:
    """Twenty advisors who start the day; the policy the deciders lock (a test before may have emptied it)."""
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - 24 * HOUR})
    more_advisors(office, ADVISORS)
    return office


def open_at_once(office: Office, count: int, threads: int) -> None:
    """Every thread opens its share, each case in its own transaction followed by its own decision."""
    clients = [office.client().pk for _ in range(count)]
    actor, unit = office.actor("manager"), office.units["lyon"].pk
    barrier = Barrier(threads, timeout=120)

    def share(mine: list[int]) -> None:
        try:
            connection.ensure_connection()
            barrier.wait()
            for pk in mine:
                with transaction.atomic():
                    Client.objects.select_for_update().get(pk=pk)
                    open_case(
                        client_id=pk,
                        line_id=None,
                        identity_key=f"client:{pk}",
                        reason_family="no_sync",
                        origin=Origin.RD3PLUS,
                        unit_id=unit,
                        actor=actor,
                        now=NOW,
                    )
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(share, [clients[n::threads] for n in range(threads)]))


@contextmanager
def decided_after_each() -> Iterator[None]:
    """The opening of a case is followed by a decision at once, whatever the way in."""
    after = hooks.after_commit.setdefault("cases_opened", [])
    added = assign.route_now not in after
    if added:
        after.append(assign.route_now)
    try:
        yield
    finally:
        if added:
            after.remove(assign.route_now)


def above_the_cap() -> list[int]:
    board = Board.at(NOW)
    return [one.user_id for one in board.candidates.values() if one.points > one.cap]


def test_two_hundred_openings_at_once_leave_nobody_above_the_cap(full_house):
    with decided_after_each():
        open_at_once(full_house, CASES, THREADS)
    route_all(NOW)
    assert above_the_cap() == []
    owned = Case.objects.filter(owner__isnull=False)
    assert owned.count() == ROOM * ADVISORS
    assert Assignment.objects.filter(over_cap=True).count() == 0
    assert Assignment.objects.count() == ROOM * ADVISORS
    assert RoutingRequest.objects.count() == CASES - ROOM * ADVISORS


def test_without_the_lock_of_the_policy_somebody_is_above_the_cap(full_house, monkeypatch):
    """The negative control: what the lock is for. All have looked before the first gives, then each in turn."""
    limits = (50, 100, 150, 200)
    meet, mine = Barrier(len(limits), timeout=60), local()
    turns = {limit: Event() for limit in limits}
    turns[limits[0]].set()
    read = facts.Board.at.__func__

    def unlocked(cls, now, **options):
        board = read(cls, now, **{**options, "lock": False})
        meet.wait()
        assert turns[mine.limit].wait(60)
        return board

    clients = [full_house.client().pk for _ in range(CASES)]
    for pk in clients:
        with transaction.atomic():
            open_case(
                client_id=pk,
                line_id=None,
                identity_key=f"client:{pk}",
                reason_family="no_sync",
                origin=Origin.RD3PLUS,
                unit_id=full_house.units["lyon"].pk,
                actor=full_house.actor("manager"),
                now=NOW,
                replay=True,
            )
    for case in Case.objects.order_by("pk"):
        assign.ask([case], "opened", NOW)
    monkeypatch.setattr(facts.Board, "at", classmethod(unlocked))

    def decide_once(limit: int) -> None:
        mine.limit = limit
        try:
            assign.route_waiting(NOW, limit)
        finally:
            connection.close()
            for after in limits[limits.index(limit) + 1 :][:1]:
                turns[after].set()

    with ThreadPoolExecutor(len(limits)) as pool:
        list(pool.map(decide_once, limits))
    monkeypatch.undo()
    assert above_the_cap() != []
