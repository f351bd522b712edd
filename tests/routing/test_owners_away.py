"""Whose planning does not cover a callback: what the sweep asks for many windows at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from atdemain.organisation.models import User
from routing.enums import PresenceKind, PresenceSource
from routing.models import Presence
from routing.presence import owner_available, owners_away

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 12, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHIFT, ABSENCE = PresenceKind.SHIFT, PresenceKind.ABSENCE


@pytest.mark.parametrize(
    ("planned", "away"),
    [
        ([], False),
        ([(SHIFT, 0, 1)], False),
        ([(SHIFT, -2, 0.5), (SHIFT, 0.5, 4)], False),
        ([(SHIFT, 0, 0.5)], True),
        ([(SHIFT, -4, 0)], True),
        ([(SHIFT, 24, 32)], True),
        ([(SHIFT, 24 * 5, 24 * 5 + 8)], False),
        ([(SHIFT, 0, 8), (ABSENCE, 0.5, 0.75)], True),
        ([(SHIFT, 0, 8), (ABSENCE, 1, 2)], False),
    ],
)
def test_owner_is_away_when_the_planning_around_does_not_cover_the_window(planned, away):
    user = User.objects.create(username="owner")
    for kind, begins, ends in planned:
        Presence.objects.create(
            user=user, kind=kind, source=PresenceSource.PLANNING,
            starts_at=START + begins * HOUR, ends_at=START + ends * HOUR,
        )  # fmt: skip
    window = (user.pk, START, START + HOUR)
    assert owners_away([window]) == ({window} if away else set())
    assert owner_available(*window) is not away


def test_owners_away_takes_one_query_whatever_the_number_of_windows(django_assert_num_queries):
    people = [User.objects.create(username=f"owner{n}") for n in range(20)]
    for user in people[::2]:
        Presence.objects.create(
            user=user, kind=ABSENCE, source=PresenceSource.PLANNING, starts_at=START, ends_at=START + HOUR
        )
    windows = [(user.pk, START + n * HOUR, START + (n + 1) * HOUR) for user in people for n in range(3)]
    with django_assert_num_queries(1):
        away = owners_away(windows)
    assert away == {(user.pk, START, START + HOUR) for user in people[::2]}
