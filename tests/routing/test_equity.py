"""Fairness: its worked figures, what is kept of a day, the page for who watches over it, alerts told once."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine

from atdemain.journal.actors import system
from atdemain.journal.purging import run
from atdemain.journal.retention import KINDS
from atdemain.notifications.models import Notification
from atdemain.organisation.models import Entity
from routing import equity, upkeep
from routing.alerts import tell_fairness
from routing.fairness import compensation_balance, jain, origin_ratio
from routing.models import FlowCompensation, LoadSnapshot, RoutingPolicy, UnitLoad
from routing.policy import Policy
from routing.summaries import Reading, unit_day
from tests.office import HOUR, NOW, Office, text_of
from tests.routing.cast import more_advisors, takes_part

DAY = date(2026, 11, 9)


@pytest.fixture
def office(db) -> Office:
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
    return Office.gather()


def readings(*points: int) -> list[Reading]:
    return [
        Reading(user, [("opened_green", value // 10, value * 100)], value * 100, 10_000)
        for user, value in enumerate(points, 1)
    ]


def kept(office: Office, code: str, *points: int, day: date = DAY) -> UnitLoad:
    row = unit_day(office.units[code].pk, day, readings(*points), Policy(), None, 60)
    assert row is not None
    row.save()
    return row


@pytest.mark.parametrize(
    ("loads", "index"), [([12, 10, 9, 9], 0.985), ([20, 12, 5, 3], 0.692), ([0, 0], 1), ([], 1)]
)
def test_jain_of_the_worked_loads(loads, index):
    assert round(jain(loads), 3) == index


def test_origin_ratio_and_compensation_of_the_worked_partner():
    assert origin_ratio(180, 600, 2_000, 10_000) == pytest.approx(1.5)
    assert origin_ratio(0, 0, 0, 0) is None
    assert compensation_balance(100, 4, 310) == (400, 90)


def test_a_day_is_kept_as_sums_from_which_its_index_is_made_again(office):
    row = kept(office, "lyon", 20, 12, 5, 3, 0)
    assert (row.people, row.hours, row.point_hours) == (5, 5, 40)
    assert (row.sum_x, row.sum_x2) == (Decimal("40.0"), Decimal("578.00"))
    assert row.jain == round(row.sum_x**2 / (5 * row.sum_x2), 3) == Decimal("0.554")
    assert row.parts == {"opened_green": [3, 4000]}


def test_a_group_under_five_people_leaves_nothing(office):
    assert unit_day(office.units["lyon"].pk, DAY, readings(9, 9, 9, 9), Policy(), None, 60) is None


def test_clock_keeps_yesterday_for_the_unit_once_and_people_seven_days(office):
    people = more_advisors(office, 5)
    for user in people:
        for at, score in ((NOW - 24 * HOUR, 1200), (NOW - timedelta(days=8), 900)):
            LoadSnapshot.objects.create(user=user, at=at, components=[], score=score, cap=10_000)
    upkeep.summarise(NOW)
    upkeep.summarise(NOW)
    row = UnitLoad.objects.get()
    assert (row.unit, row.day, row.people, row.jain) == (office.units["lyon"], DAY, 5, 1)
    run(NOW, [KINDS["individual_load"]], system("purge"))
    assert not LoadSnapshot.objects.filter(at__lt=NOW - timedelta(days=7)).exists()
    assert UnitLoad.objects.count() == 1


def test_units_are_compared_over_their_week(office):
    kept(office, "lyon", 20, 20, 20, 20, 20)
    kept(office, "brest", 3, 3, 3, 3, 3)
    found = equity.between(DAY, Policy())
    assert [(one.name, one.x) for one in found.units] == [("UAT Brest", 3), ("UAT Lyon", 20)]
    assert found.jain == round(23**2 / (2 * 409), 3)
    assert found.below


@pytest.mark.parametrize("who", ["manager", "hr", "staffrep"])
def test_page_shows_the_figures_to_make_each_index_again(office, who):
    kept(office, "lyon", 20, 12, 5, 3, 0)
    partner = office.entities["p1"]
    FlowCompensation.objects.create(month=date(2026, 11, 1), entity=partner, absorbed=100, delivered=310)
    with time_machine.travel(NOW, tick=False):
        page = text_of(office.browser(who).get("/fairness/"))
    assert "UAT Lyon : 40,0² ÷ (5 × 578,00) = 0,554." in page
    assert "Sous le seuil" in page
    assert "Partenaire P1" in page
    assert all(f">{figure}</td>" in page for figure in ("100", "400", "310", "90"))


def test_page_without_a_day_says_what_to_wait_for(office):
    for query in ("", "?day=hier&month=x", "?day=1999-01-01&month=2999-13"):
        assert "Pas encore de journée à montrer" in text_of(office.browser("hr").get(f"/fairness/{query}"))


def test_a_partner_with_one_to_four_rd3_is_masked_with_what_gives_it_away():
    one = equity.Partner("P", Fraction(3), 100, 50, 1_000, 3, 0, 4)
    assert one.masked
    assert one.ratio is None


def test_origin_is_shared_between_those_who_had_the_contacts(office):
    takes_part(office.units["lyon"])
    client = office.client()
    partner = Entity.objects.get(code="p1")
    for days, entity in ((3, partner), (2, partner), (1, None)):
        office.contact(
            client, NOW - timedelta(days=days), entity_id=entity.pk if entity else None, who="colleague"
        )
    found = next(one for one in equity.partners(date(2026, 11, 1), Policy()) if one.name == "Partenaire P1")
    assert (found.rd3_total, found.origin_words) == (1, "0,7")


def test_below_the_floor_the_head_is_told_once(office):
    kept(office, "lyon", 20, 12, 5, 3, 0)
    kept(office, "brest", 5, 5, 5, 5, 5)  # fair, and without a head
    assert [tell_fairness(NOW), tell_fairness(NOW)] == [1, 0]
    item = Notification.objects.get(kind="fairness_unit")
    assert item.recipient == office.people["manager"]
    assert "UAT Lyon" in item.title
    assert item.url == "/fairness/?day=2026-11-09"
