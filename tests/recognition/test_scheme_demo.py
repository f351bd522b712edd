"""What the demonstration has of versions, by the doors people use: two published, one renewed, one draft."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from atdemain.notifications.models import Notification
from recognition.models import SchemeVersion, Simulation
from recognition.scheme import demo
from recognition.scheme.invariants import published_versions
from recognition.simulation import demo as simulation
from tests.office import NOW
from tests.recognition.scheme_cast import programme, second_hr

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "back", "half"),
    [
        (date(2026, 11, 10), 0, (date(2026, 7, 1), date(2026, 12, 31))),
        (date(2026, 11, 10), 1, (date(2026, 1, 1), date(2026, 6, 30))),
        (date(2026, 1, 1), 1, (date(2025, 7, 1), date(2025, 12, 31))),
        (date(2026, 6, 30), 2, (date(2025, 1, 1), date(2025, 6, 30))),
        (date(2026, 12, 31), -1, (date(2027, 1, 1), date(2027, 6, 30))),
    ],
)
def test_half_year_is_that_of_the_calendar(day, back, half):
    assert demo.half_year(day, back) == half


def test_demonstration_has_versions_published_before_their_period_by_a_second_person(office):
    programme()
    second_hr(office)
    demo.on_seeded(now=NOW)
    rows = SchemeVersion.objects.order_by("number")
    assert [(row.number, row.name, row.state, row.period_start) for row in rows] == [
        (1, "Historique", "ended", date(2025, 7, 1)),
        (2, "Inclusive", "ended", date(2026, 1, 1)),
        (3, "Inclusive", "in_force", date(2026, 7, 1)),
        (4, "Inclusive, révisée", "draft", date(2027, 1, 1)),
    ]
    for row in rows[:2]:
        assert row.period_start - row.published_on >= timedelta(days=30)
        assert (row.drafted_by.username, row.published_by.username) == ("hr2", "hr")
    assert list(published_versions(NOW)) == []
    old = Notification.objects.filter(object_type="schemeversion", created_at__lt=NOW - timedelta(days=7))
    assert old.exists()
    assert not old.filter(read_at=None).exists()
    simulation.on_lived(now=NOW)
    made = Simulation.objects.order_by("pk")
    assert [(one.before.number, one.after.number, one.job.status) for one in made] == [
        (1, 2, "finished"),
        (1, 3, "finished"),
    ]


def test_demonstration_without_a_second_person_of_hr_has_no_version(office):
    demo.on_seeded(now=NOW)
    assert not SchemeVersion.objects.exists()
