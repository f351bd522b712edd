"""The unit's queue (domain.md §5.5, TM1): why nobody, who is told when, and where else is looked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from atdemain.journal.actors import system
from atdemain.notifications.models import Notification
from cases import workflow
from cases.models import Case, Timer
from cases.sweep import sweep
from routing.assign import route_waiting
from routing.models import RoutingPolicy, RoutingRequest
from tests.office import NOW, Office, text_of

from .cast import rd3, ready, takes_part

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def told(kind: str) -> list[str]:
    rows = Notification.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("recipient__username", flat=True))


def statuses(case: Case) -> dict[str, str]:
    rows = Timer.objects.filter(case=case, kind__startswith="unassigned").order_by("pk")
    return dict(rows.values_list("kind", "status"))


@pytest.fixture
def waiting(office: Office) -> Case:
    """Nobody is on shift: the case opened at 15:30 waits."""
    ready(office.people["advisor"], shift=None)
    ready(office.people["colleague"], agrees=False)
    case = rd3(office)
    route_waiting(NOW)
    return case


@pytest.mark.parametrize("who", ["manager", "advisor"])
@pytest.mark.parametrize("page", ["cases:queue"])
def test_the_queue_says_why_nobody_has_each_case(office, waiting, who, page):
    shown = text_of(office.browser(who).get(reverse(page)))
    assert "3 écartés : 1 hors programme, 1 sans accord, 1 hors service" in shown


def test_the_case_says_why_nobody_to_the_manager_only(office, waiting):
    address = reverse("cases:case", args=[waiting.ref])
    assert "Pourquoi personne encore ?" in text_of(office.browser("manager").get(address))
    assert "Pourquoi personne encore ?" not in text_of(office.browser("advisor").get(address))


def test_fifteen_minutes_tell_the_manager_sixty_the_head_exactly_once_each(office, waiting):
    head = office.people["hr"]  # somebody else than the team's manager
    office.units["lyon"].head = head
    office.units["lyon"].save()
    sweep(NOW + 14 * MINUTE)
    assert told("unassigned_manager") == []
    for minutes in (15, 16, 59):
        sweep(NOW + minutes * MINUTE)
    assert (told("unassigned_manager"), told("unassigned_head")) == (["manager"], [])
    for minutes in (60, 61, 120):
        sweep(NOW + minutes * MINUTE)
    assert (told("unassigned_manager"), told("unassigned_head")) == (["manager"], ["hr"])
    assert statuses(waiting) == {"unassigned_manager": "done", "unassigned_head": "done"}


def test_the_minutes_are_those_of_the_opening_hours(office):
    late = NOW.replace(hour=18, minute=50)  # 19:50 in Paris; the next day is a holiday
    case = rd3(office, at=late)
    due = Timer.objects.get(case=case, kind="unassigned_manager").due_at
    assert due - late > timedelta(hours=24)


def test_a_case_that_is_taken_alerts_nobody_any_more(office, waiting):
    office.do(waiting, "claim", "advisor")
    assert statuses(waiting) == {"unassigned_manager": "void", "unassigned_head": "void"}
    sweep(NOW + 61 * MINUTE)
    assert told("unassigned_manager") == told("unassigned_head") == []


def test_a_case_given_back_to_the_queue_counts_its_minutes_anew(office, waiting):

    office.do(waiting, "claim", "advisor")
    at = NOW + 30 * MINUTE
    workflow.apply(waiting.pk, "release", actor=system("essai"), now=at)
    pending = Timer.objects.filter(case=waiting, kind__startswith="unassigned", status="pending")
    assert sorted(pending.values_list("due_at", flat=True)) == [at + 15 * MINUTE, at + 60 * MINUTE]


def test_after_an_hour_every_participating_unit_is_looked_into_whatever_the_policy(office):
    RoutingPolicy.objects.create(
        version=99, valid_from=NOW - timedelta(hours=1), settings_json={"national_pool": False}
    )
    stranger = ready(office.people["stranger"], shift=(NOW - timedelta(hours=6), NOW + timedelta(hours=8)))
    takes_part(office.units["lyon"], office.units["brest"])
    case = rd3(office)
    assert route_waiting(NOW).waiting == 1
    assert route_waiting(NOW + 59 * MINUTE).waiting == 1
    sweep(NOW + 60 * MINUTE)
    route_waiting(NOW + 61 * MINUTE)
    assert Case.objects.get(pk=case.pk).owner_id == stranger.pk
    assert not RoutingRequest.objects.exists()
