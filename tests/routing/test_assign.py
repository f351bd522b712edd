"""Assignment in the database (domain.md §5.2, §5.5): who gets it, what is kept, what waits and why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from atdemain.journal.actors import importer
from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from cases import hooks
from cases.models import Case
from routing.assign import RETRY, ask, route_waiting
from routing.enums import PresenceKind, RequestCause
from routing.models import Assignment, ClientExclusion, RoutingRequest, UnitSharing
from routing.panels import given_words
from tests.office import NOW, Office

from .cast import HOUR, more_advisors, present, rd3, ready, skill, takes_part

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    return Office.gather()


def asked(case: Case, at=NOW) -> Case:
    ask([case], RequestCause.OPENED, at)
    return case


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_opened_case_goes_to_the_least_loaded_and_the_whole_decision_is_kept(office):
    advisor, colleague = ready(office.people["advisor"]), ready(office.people["colleague"])
    office.case(owner="advisor")
    case = asked(rd3(office))
    routed = route_waiting(NOW)
    assert (routed.assigned, routed.waiting) == (1, 0)
    assert fresh(case).owner_id == colleague.pk
    kept = Assignment.objects.get(case=case)
    assert (kept.mode, kept.to_user_id, kept.over_cap, kept.rd3plus) == (
        "balanced",
        colleague.pk,
        False,
        True,
    )
    assert kept.explanation["sentence"].startswith("choisie\u00a0: C. Essai (0/100 → 12/100 = 12\u202f%)")
    assert [one["user"] for one in kept.explanation["candidates"]] == [colleague.pk, advisor.pk]
    assert not RoutingRequest.objects.exists()
    row = AuditEvent.objects.filter(object_type="case", object_id=str(case.pk), action="route").get()
    assert (row.reason_code, row.actor_kind) == ("balanced", "system")
    told = Notification.objects.get(recipient=colleague, kind="case_assigned")
    assert told.urgent
    assert str(case.client) in told.title


def test_nobody_eligible_leaves_the_case_in_the_queue_with_its_reasons_and_tries_again(office):
    ready(office.people["advisor"], shift=None)
    ready(office.people["colleague"], agrees=False)
    case = asked(rd3(office))
    assert route_waiting(NOW).waiting == 1
    row = RoutingRequest.objects.get(case=case)
    assert row.histogram == {"no_consent": 1, "not_participant": 1, "off_shift": 1}
    assert row.next_try_at == NOW + RETRY
    assert route_waiting(NOW + timedelta(seconds=59)).waiting == 0
    present(office.people["advisor"], PresenceKind.SHIFT, NOW, NOW + 8 * HOUR)
    assert route_waiting(NOW + RETRY).assigned == 1
    assert fresh(case).owner_id == office.people["advisor"].pk


def test_expired_training_stops_routing_the_next_day(office):
    advisor = ready(office.people["advisor"])
    held = advisor.skills.get()
    held.expires_on = NOW.date() - timedelta(days=1)
    held.save()
    case = asked(rd3(office))
    route_waiting(NOW)
    assert RoutingRequest.objects.get(case=case).histogram["no_training"] == 1
    held.expires_on = NOW.date()
    held.save()
    assert route_waiting(NOW + RETRY).assigned == 1


def test_a_module_of_the_family_is_asked_for(office):
    advisor, colleague = ready(office.people["advisor"]), ready(office.people["colleague"])
    held = skill(colleague, "tele")
    held.skill.reason_family = "tv"
    held.skill.save()
    office.case(owner="colleague")
    case = asked(rd3(office, family="tv"))
    route_waiting(NOW)
    assert fresh(case).owner_id == colleague.pk != advisor.pk


def test_same_client_goes_back_to_who_knows_them(office):
    advisor = ready(office.people["advisor"])
    ready(office.people["colleague"])
    client = office.client()
    office.case("resolved", owner="advisor", client=client)
    for _ in range(3):
        office.case(owner="advisor")
    case = asked(rd3(office, client=client))
    route_waiting(NOW)
    assert fresh(case).owner_id == advisor.pk
    assert Assignment.objects.get(case=case).mode == "continuity"
    assert given_words(fresh(case)) == "Confié à 15:30 par le routage à qui connaît déjà ce client."


def test_why_in_words_is_without_figures_and_only_of_the_routing(office):
    ready(office.people["colleague"])
    case = asked(rd3(office))
    assert given_words(fresh(case)) == ""
    route_waiting(NOW)
    assert "à qui est en service" in given_words(fresh(case))
    assert "%" not in given_words(fresh(case))
    assert given_words(office.case()) == ""


def test_excluded_client_goes_to_someone_else(office):
    advisor, colleague = ready(office.people["advisor"]), ready(office.people["colleague"])
    office.case(owner="colleague")
    case = asked(rd3(office))
    ClientExclusion.objects.create(
        client=case.client, user=advisor, decided_by=office.people["manager"], decided_at=NOW
    )
    route_waiting(NOW)
    assert fresh(case).owner_id == colleague.pk


def test_overflow_follows_the_agreement_then_the_national_pool(office):
    lyon, brest = office.units["lyon"], office.units["brest"]
    stranger = ready(office.people["stranger"])
    case = asked(rd3(office))
    route_waiting(NOW)
    assert fresh(case).owner_id is None  # Brest does not take part
    takes_part(lyon, brest)
    UnitSharing.objects.create(unit=lyon, helper=brest)
    route_waiting(NOW + RETRY)
    assert fresh(case).owner_id == stranger.pk
    assert Assignment.objects.get(case=case).mode == "overflow"


def test_a_case_taken_meanwhile_is_dropped_from_the_waiting_list(office):
    ready(office.people["advisor"])
    case = asked(rd3(office))
    office.do(case, "claim", "advisor")
    assert not RoutingRequest.objects.exists()


def test_a_request_left_behind_by_a_case_that_has_an_owner_is_dropped(office):
    ready(office.people["advisor"])
    case = rd3(office)
    office.do(case, "claim", "advisor")
    asked(case)
    assert route_waiting(NOW).dropped == 1
    assert not RoutingRequest.objects.exists()


def test_batch_keeps_everybody_under_the_cap(office):
    people = more_advisors(office, 3)
    cases = [asked(rd3(office), NOW + timedelta(seconds=n)) for n in range(30)]
    routed = route_waiting(NOW + timedelta(minutes=1))
    owned = [Case.objects.filter(owner=user.pk).count() for user in people]
    assert owned == [8, 8, 8]  # 8 × 12 = 96 points of 100
    assert (routed.assigned, routed.waiting) == (24, 6)
    assert Case.objects.filter(pk__in=[c.pk for c in cases], owner=None).count() == 6


def test_facts_of_a_decision_take_a_constant_number_of_queries(office):
    def count() -> int:
        case = asked(rd3(office))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            route_waiting(NOW)
        assert fresh(case).owner_id is not None
        reads = [q["sql"] for q in seen if q["sql"].startswith("SELECT")]
        return len(reads)

    more_advisors(office, 2)
    first = count()
    more_advisors(office, 40, unit="brest")
    assert count() == first


@pytest.mark.parametrize(("brought_by", "at_once"), [("person", True), ("stream", False)])
def test_what_a_person_opens_is_decided_at_once_and_what_a_stream_opens_by_the_clock(
    office, brought_by, at_once
):
    advisor = ready(office.people["advisor"])
    actor = office.actor("support") if brought_by == "person" else importer("partner")
    with TestCase.captureOnCommitCallbacks(execute=True):
        case = rd3(office, actor=actor)
    assert (fresh(case).owner_id == advisor.pk) is at_once
    hooks.tick(NOW)
    assert fresh(case).owner_id == advisor.pk
