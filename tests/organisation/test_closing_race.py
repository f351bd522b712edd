"""Two administrators who leave at once: one of them stays, on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from atdemain.journal.actors import Actor
from atdemain.organisation import closing
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.organisation.roles import set_roles
from tests.office import NOW

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pair(transactional_db) -> list[User]:
    made = [User.objects.create(username=name, last_name=name) for name in ("first", "second")]
    for user in made:
        set_roles(user, [Role.ADMIN])
    return made


def close_each_other(pair: list[User]) -> list[str]:
    """« closed » or the refusal, of each."""
    start = Barrier(len(pair), timeout=60)

    def one(user: User, by: User) -> str:
        try:
            connection.ensure_connection()
            start.wait()
            closing.close(user, actor=Actor.of_user(by), at=NOW, reason="Départ à la retraite.")
        except closing.StillHolds as holds:
            return holds.reasons[0]
        else:
            return "closed"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(pair)) as pool:
        return sorted(pool.map(one, pair, reversed(pair)))


def test_two_administrators_who_close_each_other_at_once_leave_one(pair):
    told = close_each_other(pair)
    assert told.count("closed") == 1
    assert sum("est le seul administrateur" in one for one in told) == 1
    assert User.objects.filter(is_active=True).count() == 1


def test_without_the_lock_of_the_administrators_nobody_is_left(pair, monkeypatch):
    """The negative control: what the lock is for. Both have looked before either is closed."""
    both_looked = Barrier(len(pair), timeout=60)
    look = closing.objections

    def and_wait(*args, **kwargs):
        reasons = look(*args, **kwargs)
        both_looked.wait()
        return reasons

    monkeypatch.setattr(closing, "hold_administrators", lambda user: None)
    monkeypatch.setattr(closing, "objections", and_wait)
    assert close_each_other(pair) == ["closed", "closed"]
    assert not User.objects.filter(is_active=True).exists()
