"""An entity reads what its own flows came to over a month (domain.md §8, partner 10)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atdemain.organisation.models import Programme, UnitParticipation
from routing.models import FlowCompensation, RoutingPolicy
from tests.api.cast import Partner, problem
from tests.api.test_contacts import call, send
from tests.office import HOUR, NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def p1(office, clock) -> Partner:
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
    UnitParticipation.objects.create(
        programme=Programme.objects.get(), unit=office.units["lyon"], participates=True, valid_from=None
    )
    return Partner.of(office)


def test_partner_10_reads_its_own_monthly_origin_ratio(p1, office):
    """Three of its four contacts make an RD3+; another entity handled four and originated none: 1 ÷ (4/8) = 2."""
    for n in range(3):
        send(p1, call(f"c{n}", NOW - (4 - n) * HOUR))
    send(p1, call("seul", client_ref="CLI-10"))
    other = Partner.of(office, "field")
    for n in range(4):
        send(other, call(f"d{n}", client_ref=f"CLI-{20 + n}"))
    FlowCompensation.objects.create(
        month=NOW.date().replace(day=1), entity=office.entities["p1"], absorbed=100, delivered=310
    )
    assert p1.get("/flows?month=2026-11").json() == {
        "month": "2026-11",
        "complete": False,
        "contacts_handled": 4,
        "rd3plus_originated": 1.0,
        "origin_ratio": 2.0,
        "compensation": {"absorbed": 100, "owed": 400.0, "delivered": 310, "balance": 90.0},
    }
    assert other.get("/flows").json()["rd3plus_originated"] == 0


def test_a_month_without_anything_has_no_ratio(p1):
    told = p1.get("/flows?month=2026-10").json()
    assert (told["contacts_handled"], told["origin_ratio"], told["complete"]) == (0, None, True)


@pytest.mark.parametrize("month", ["2026-12", "2024-11", "2026-13", "novembre", "", "2026-1", "20266-11"])
def test_a_month_out_of_reach_is_named(p1, month):
    told = problem(p1.get(f"/flows?month={month}"), 422, "validation")
    assert told["errors"][0]["parameter"] == "month"
