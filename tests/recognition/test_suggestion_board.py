"""M13, L34 and the effect on repeats: every figure of the board can be redone by hand."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atdemain.organisation.calendar import BusinessCalendar
from cases.enums import ReasonFamily
from recognition.intervals import wilson
from recognition.suggestions.board import board
from recognition.suggestions.effect import effect
from recognition.suggestions.rules import business_days
from tests.office import HOUR, NOW, Office, text_of
from tests.recognition.improving import DAY, move, suggestion

OPEN_ALL = BusinessCalendar.build(
    tz="Europe/Paris", holiday_zone="metropole", weekly_hours=[[["08:00", "20:00"]]] * 6 + [[]]
)


def answered(office: Office, topic: str, after: int, number: int) -> None:
    one = suggestion(office, topic=topic, title=f"Idée {topic} numéro {number}", at=NOW)
    move(office, one, "accept", at=NOW + after * DAY)


@pytest.mark.django_db
def test_board_tells_median_and_p90_by_topic_and_what_is_late(office):
    for number, after in enumerate((1, 2, 6), 1):
        answered(office, "digital", after, number)
    for number, after in enumerate((10, 20), 1):
        answered(office, "silos", after, number)
    late = suggestion(office, topic="silos", title="Sans réponse à ce jour")
    gone = suggestion(office, topic="silos", title="Retirée par son auteur")
    move(office, gone, "withdraw", "colleague")
    now = late.answer_due + timedelta(minutes=1)
    found = board(now, None)
    lines = {line.name: line for line in found.topics}
    digital, silos = lines["Digitalisation"], lines["Fonctionnement en silos"]
    # Tuesday 10 November 2026: the 11th is a holiday, Sundays are closed.
    assert [business_days(OPEN_ALL, NOW, NOW + n * DAY) for n in (1, 2, 6, 10, 20)] == [0, 1, 4, 8, 16]
    assert (digital.answer_median, digital.answer_p90) == (1.0, 4)
    assert (silos.total, silos.answer_median, silos.answer_p90) == (3, 12.0, 16)
    assert (silos.waiting, silos.overdue) == (1, 1)
    assert silos.in_time == pytest.approx(200 / 3)
    assert digital.in_time == 100
    assert found.gap == 1.0 - 12.0
    assert board(late.answer_due, None).whole.overdue == 0


@pytest.mark.django_db
def test_board_page_shows_that_digital_is_answered_sooner(office, clock):
    answered(office, "digital", 2, 1)
    answered(office, "silos", 10, 1)
    clock.shift(12 * DAY)
    page = text_of(office.browser("advisor").get("/suggestions/board/"))
    assert "7 jours ouvrés plus tôt" in page
    assert "Digitalisation" in page


@pytest.mark.django_db
def test_board_without_a_suggestion_says_so(office):
    assert "Aucune proposition sur cette période" in text_of(office.browser("hr").get("/suggestions/board/"))


@pytest.mark.django_db
def test_effect_compares_mature_contacts_of_the_family_before_and_after(office):
    """Two of four are followed within 168 h before, none of two after; what is not mature yet is left out."""
    clients = [office.client() for _ in range(7)]
    then = NOW - 30 * DAY
    for client in clients[:4]:
        office.contact(client, then)
    office.contact(clients[0], then + 3 * DAY, reason_code="debit-lent")  # counts, of another family
    office.contact(clients[1], then + 7 * DAY, reason_code="debit-lent")  # 168 h: not followed
    office.contact(clients[2], then + timedelta(hours=167), reason_code="debit-lent")
    for client in clients[4:6]:
        office.contact(client, NOW - 15 * DAY)
    office.contact(clients[6], NOW - 2 * DAY)
    one = suggestion(office, at=NOW - 40 * DAY, reason_family=ReasonFamily.NO_SYNC)
    one = move(office, one, "accept", at=NOW - 30 * DAY)
    one = move(office, one, "deploy", at=NOW - 20 * DAY)
    found = effect(one, NOW, 28)
    assert (found.before.rate.count, found.before.rate.total) == (2, 4)
    assert (found.after.rate.count, found.after.rate.total) == (0, 2)
    assert (found.before.rate.low, found.before.rate.high) == wilson(2, 4)
    assert found.points == -50
    assert not found.apart
    page = text_of(office.browser("advisor").get(f"/suggestions/{one.pk}/effect/"))
    assert "50,0 %" in page
    assert "peut être dû au hasard" in page


@pytest.mark.django_db
def test_effect_of_what_is_not_deployed_or_aims_at_no_family_is_not_measured(office):
    one = suggestion(office)
    assert effect(one, NOW) is None
    assert "Rien à mesurer" in text_of(office.browser("advisor").get(f"/suggestions/{one.pk}/effect/"))
    assert HOUR
