"""The demonstration's day as the pages of routing show it: something of everything, through its own service."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from atdemain.organisation.models import Participation, User
from cases.enums import CaseState
from cases.models import Case, Contact, FaultTicket, MassIncident
from recognition.durable.dossier import build
from recognition.mentoring.enums import SessionState
from recognition.mentoring.reading import reciprocal
from recognition.models import MentoringSession, UnitDocument
from routing import mutual_help
from routing.enums import AssignmentMode, BriefingState, CallOutcome, HelpState, LineUsed
from routing.facts import policy_in_force
from routing.models import (
    Absence,
    Assignment,
    Briefing,
    InterEntityCall,
    MutualHelpRequest,
    RoutingPolicy,
    UnreachableReport,
)
from routing.policy import Policy


@pytest.mark.django_db
def test_demo_has_open_faults_of_each_colour_with_their_history(demo):
    open_now = FaultTicket.objects.open_at(demo)
    assert set(open_now.order_by().values_list("colour", flat=True)) == {"red", "orange", "green"}
    assert FaultTicket.objects.filter(closed_at__isnull=False).exists()
    assert FaultTicket.objects.filter(changes_history__changes__has_key="colour").exists()


@pytest.mark.django_db
def test_demo_incident_runs_and_its_parent_case_collects_calls(demo):
    incident = MassIncident.objects.get()
    assert incident.ends_at is None
    assert Contact.objects.filter(case=incident.parent_case).count() == 8
    assert not Case.objects.filter(client__contacts__mass_incident=incident).exclude(
        pk=incident.parent_case_id
    )


@pytest.mark.django_db
def test_demo_help_waits_is_given_and_is_over(demo):
    support = User.objects.get(username="support")
    waiting = list(mutual_help.waiting(support))
    assert len(waiting) == 2
    assert waiting[0].asked_at < waiting[1].asked_at
    states = sorted(MutualHelpRequest.objects.order_by().values_list("state", flat=True))
    assert states == [HelpState.ACCEPTED, HelpState.ASKED, HelpState.ASKED, HelpState.CLOSED]


@pytest.mark.django_db
def test_demo_has_one_briefing_held_and_one_to_come(demo):
    held = Briefing.objects.get(state=BriefingState.HELD)
    assert held.attendees.count() >= 5
    assert held.held_until < demo
    assert Briefing.objects.get(state=BriefingState.PLANNED).starts_at > demo


@pytest.mark.django_db
def test_demo_calls_waited_and_one_contact_is_unreachable_twice(demo):
    measured = InterEntityCall.objects.exclude(outcome=CallOutcome.UNREACHABLE)
    assert set(measured.order_by().values_list("line_used", flat=True)) <= set(LineUsed.values)
    assert (
        UnreachableReport.objects.filter(settled_at=None).order_by().values("contact").distinct().count() == 1
    )
    assert UnreachableReport.objects.count() == 2


@pytest.mark.django_db
def test_demo_absence_of_today_and_the_callbacks_in_other_hands(demo):
    today = Absence.objects.get(starts_at__lt=demo)
    assert today.sudden
    assert Case.objects.filter(owner=today.user_id, delegate__isnull=False).exists()
    assert Assignment.objects.filter(mode=AssignmentMode.DELEGATION).exists()


@pytest.mark.django_db
def test_demo_policy_in_force_is_the_products_after_another_and_before_one(demo):
    """The last three versions: the pilot's, the one in force, the one prepared."""
    prepared, now, pilot = RoutingPolicy.objects.order_by("-version")[:3]
    assert prepared.valid_from > demo > now.valid_from > pilot.valid_from
    assert policy_in_force(demo) == now
    assert now.policy() == Policy() != pilot.policy()


@pytest.mark.django_db
def test_demo_participants_who_left_keep_no_case(demo):
    left = Participation.objects.filter(ends_on__lt=demo)
    assert left.count() == 24
    assert not Case.objects.exclude(state=CaseState.CLOSED).filter(owner__in=left.values("employee"))


@pytest.mark.django_db
def test_demo_has_sessions_in_every_state_a_dossier_to_print_and_units_without_a_page(demo):
    """What recognition adds at the same event, on the same base."""
    states = set(MentoringSession.objects.order_by().values_list("state", flat=True))
    assert states == set(SessionState.values)
    assert MentoringSession.objects.filter(ends_at__gt=timezone.now(), state=SessionState.DRAFT).exists()
    advisor = User.objects.get(username="advisor")
    dossier = build(advisor, timezone.now(), timezone.localdate(), own=True)
    assert len(dossier.competencies) == 4
    assert dossier.given > 0
    assert dossier.received > 0
    assert UnitDocument.objects.order_by().values("unit").distinct().count() == 3
    assert reciprocal(timezone.now() - timedelta(days=90))
