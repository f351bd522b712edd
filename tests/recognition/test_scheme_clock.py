"""What the clock does to versions: they begin, they end, a tacit one goes on as often as it says (domain.md L69)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from cases import hooks
from recognition.models import SchemeVersion
from recognition.scheme import clock, seeds
from recognition.scheme.drafting import SchemeRefused, SchemeStale
from recognition.scheme.fingerprint import fingerprint
from recognition.scheme.invariants import published_versions
from recognition.scheme.life_words import renewal_words
from tests.office import NOW
from tests.recognition.scheme_cast import actor, envelope, published

pytestmark = pytest.mark.django_db


def paris(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """Winter time, or summer time from April to October."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - clock.timedelta(
        hours=2 if 4 <= month <= 10 else 1
    )


def states() -> list[tuple[int, str]]:
    return list(SchemeVersion.objects.order_by("number").values_list("number", "state"))


def test_clock_is_one_of_the_rounds():
    assert clock.turn in hooks.rounds


def test_version_begins_and_ends_on_its_days_in_paris(office):
    row = published(office)
    clock.turn(paris(2026, 12, 31, 23, 59))
    assert states() == [(row.number, "published")]
    clock.turn(paris(2027, 1, 1))
    assert states() == [(row.number, "in_force")]
    clock.turn(paris(2027, 6, 30, 23, 59))
    assert states() == [(row.number, "in_force")]
    clock.turn(paris(2027, 7, 1))
    assert states() == [(row.number, "ended")]


def test_clock_run_twice_writes_the_journal_once(office):
    published(office)
    for _ in range(3):
        clock.turn(paris(2027, 1, 1))
    assert AuditEvent.objects.filter(object_type="schemeversion", action="began").count() == 1


def test_clock_stopped_for_a_year_catches_up(office):
    row = published(office)
    clock.turn(paris(2028, 1, 1))
    assert states() == [(row.number, "ended")]


def test_tacit_renewal_is_acquired_the_day_the_notice_passes(office):
    row = published(office, renewal="tacit", max_renewals=1, notice_days=60)
    clock.turn(paris(2027, 4, 30, 23, 59))
    assert len(states()) == 1
    clock.turn(paris(2027, 5, 1))
    following = SchemeVersion.objects.get(renews=row)
    assert (following.period_start, following.period_end) == (date(2027, 7, 1), date(2027, 12, 31))
    assert (following.state, following.published_on, following.renewal_rank) == (
        "published",
        date(2027, 5, 1),
        1,
    )
    assert (following.levels, envelope(following)) == (row.levels, envelope(row))
    assert following.content_hash == fingerprint(following) != row.content_hash
    assert list(published_versions(NOW)) == []
    assert Notification.objects.filter(kind="scheme_renewed", recipient__username="hr").count() == 1


def test_tacit_renewal_stops_at_the_number_it_says(office):
    published(office, renewal="tacit", max_renewals=2, notice_days=30)
    for year, month in (
        (2027, 1),
        (2027, 6),
        (2027, 7),
        (2027, 12),
        (2028, 1),
        (2028, 6),
        (2028, 7),
        (2029, 1),
    ):
        clock.turn(paris(year, month, 2))
        clock.turn(paris(year, month, 2))
    assert states() == [(1, "ended"), (2, "ended"), (3, "ended")]
    assert SchemeVersion.objects.get(number=3).period_end == date(2028, 6, 30)


def test_tacit_renewal_late_by_a_stopped_clock_is_dated_when_it_was_acquired(office):
    row = published(office, renewal="tacit", max_renewals=1, notice_days=30)
    clock.turn(paris(2027, 8, 15))
    following = SchemeVersion.objects.get(renews=row)
    assert (following.published_on, following.state) == (date(2027, 5, 31), "in_force")
    assert list(published_versions(NOW)) == []


@pytest.mark.parametrize("renewal", ["none", "express"])
def test_version_that_is_not_tacit_goes_on_by_no_clock(office, renewal):
    published(office, renewal=renewal, max_renewals=0 if renewal == "none" else 1)
    clock.turn(paris(2027, 6, 30))
    assert len(states()) == 1


def test_tacit_renewal_gives_way_to_a_version_published_for_that_period(office):
    published(office, renewal="tacit", max_renewals=1, notice_days=30)
    published(office, seeds.inclusive(date(2027, 7, 1), date(2027, 9, 30)))
    clock.turn(paris(2027, 6, 1))
    assert [number for number, _ in states()] == [1, 2]


def test_renewal_stopped_before_the_notice_does_not_come(office):
    row = published(office, renewal="tacit", max_renewals=1, notice_days=30)
    row = clock.stop_renewal(row.pk, version=row.version, actor=actor(office), now=paris(2027, 5, 30))
    clock.turn(paris(2027, 6, 30))
    assert len(states()) == 1
    assert Notification.objects.filter(kind="scheme_stopped", recipient__username="staffrep").count() == 1
    assert "a été arrêtée le 30/05/2027" in renewal_words(row)


def test_renewal_is_not_stopped_once_acquired_nor_twice_nor_on_another_clause(office):
    row = published(office, renewal="tacit", max_renewals=1, notice_days=30)
    with pytest.raises(SchemeRefused, match="préavis est passé depuis le 31/05/2027"):
        clock.stop_renewal(row.pk, version=row.version, actor=actor(office), now=paris(2027, 5, 31))
    with pytest.raises(SchemeStale):
        clock.stop_renewal(row.pk, version=row.version + 1, actor=actor(office), now=NOW)
    row = clock.stop_renewal(row.pk, version=row.version, actor=actor(office), now=NOW)
    with pytest.raises(SchemeRefused):
        clock.stop_renewal(row.pk, version=row.version, actor=actor(office), now=NOW)


@pytest.mark.parametrize(
    ("clause", "words"),
    [
        ({}, "Elle s’arrête le 30/06/2027 et ne se reconduit pas."),
        (
            {"renewal": "tacit", "max_renewals": 2, "notice_days": 30},
            "Elle finit le 30/06/2027, puis se reconduit d’elle-même pour une période de même durée, 2 fois au plus, "
            "sauf si les RH l’arrêtent avant le 31/05/2027 (préavis de 30 jours).",
        ),
        (
            {"renewal": "express", "max_renewals": 1, "notice_days": 30},
            "Elle finit le 30/06/2027. Une décision expresse peut la reconduire pour une période de même durée, "
            "une fois au plus, avec un préavis de 30 jours.",
        ),
    ],
    ids=["none", "tacit", "express"],
)
def test_end_of_a_version_is_said_in_one_sentence(office, clause, words):
    assert renewal_words(published(office, **clause)) == words
