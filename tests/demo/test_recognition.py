"""The demonstration shows the improvement loop in every state and two surveys, the figure of the field included."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from django.test import Client as Browser
from django.utils import timezone

from atdemain.journal.models import AuditEvent
from atdemain.organisation.models import Participation, User
from recognition.campaigns import guards
from recognition.campaigns.facts import facts_of
from recognition.models import (
    Appeal,
    Award,
    Campaign,
    ScriptVersion,
    Simulation,
    Suggestion,
    Survey,
    SurveyAnswer,
    SurveyTicket,
)
from recognition.simulation.figures import figures
from recognition.suggestions.enums import SuggestionState, Topic
from recognition.surveys import ballot
from recognition.surveys.results import results
from routing.models import AdvisorSkill
from tests.office import text_of

pytestmark = pytest.mark.django_db


def test_demo_has_thirty_suggestions_in_every_state_on_every_topic(demo):
    found = Suggestion.objects.order_by()
    assert found.count() >= 30
    assert set(found.values_list("state", flat=True)) == set(SuggestionState.values)
    assert set(found.values_list("topic", flat=True)) == set(Topic.values)
    late = found.overdue(demo)
    assert late.filter(escalated_at__isnull=False).exists()
    assert found.filter(anonymous=True).exists()
    assert not AuditEvent.objects.filter(object_type="suggestion", at__gt=demo).exists()


def test_demo_script_says_which_suggestion_it_came_from(demo):
    script = ScriptVersion.objects.filter(suggestion__isnull=False).order_by("pk").first()
    assert script.suggestion.state == "deployed"
    browser = Browser()
    browser.force_login(User.objects.get(username="support"))
    page = text_of(browser.get(f"/scripts/{script.code}/"))
    assert f"issu de la proposition n° {script.suggestion_id}" in page


def test_demo_closed_survey_gives_69_of_150_with_its_interval(demo):
    closed = Survey.objects.get(state="closed")
    (no,) = [one for one in results(closed).asked[0].options if one.label == "Non"]
    assert (no.share.count, no.share.total) == (69, 150)
    figures = (no.share.percent, no.share.low_percent, no.share.high_percent)
    assert [round(one, 1) for one in figures] == [46.0, 38.2, 54.0]
    assert not SurveyTicket.objects.filter(survey=closed).exists()


def test_demo_open_survey_waits_for_the_log_ins(demo):
    under_way = Survey.objects.get(state="open")
    assert SurveyAnswer.objects.filter(survey=under_way).count() == 12
    for name in ("advisor", "support", "backoffice"):
        assert ballot.has_answered(under_way, User.objects.get(username=name)) is False


def test_demo_holds_all_that_recognition_is_shown_with(demo):
    """Issue 5: a published campaign, an appeal answered, a blocked envelope, an expired training, somebody designated
    who never consented."""
    published = Campaign.objects.get(state="published")
    assert published.awards.filter(amount_cents__gt=0).exists()
    assert Appeal.objects.filter(state="accepted", revision__isnull=False).exists()
    assert guards.excess(facts_of(Campaign.objects.get(state="computed"))) == 1
    today = timezone.localdate(demo)
    assert AdvisorSkill.objects.filter(skill__code="base", expires_on__lt=today).exists()
    assert Participation.objects.filter(mode="designated", consent="", ends_on=None).exists()


def test_demo_simulations_say_what_each_version_gives_leavers_and_work_study_employees_included(demo):
    past, running = Simulation.objects.order_by("pk")
    roles, _, groups = figures(past, masked=False).tables
    assert roles.total.after not in ("0", roles.total.before)
    assert {line.label: line.after for line in groups.lines}["Alternants"] != "0"
    left = figures(running, masked=False).tables[2].lines[0]
    assert (left.before, left.after != "0") == ("0", True)


def test_demo_awards_are_recomputed_by_hand_from_their_explanation(demo):
    """Three awards, by three numbers of days, on the page that HR and the employee read."""
    browser = Browser()
    browser.force_login(User.objects.get(username="hr"))
    rows = Award.objects.filter(amount_cents__gt=0).order_by("amount_cents", "pk")
    assert len({row.amount_cents for row in rows}) >= 3
    for row in list({row.amount_cents: row for row in rows}.values())[:3]:
        page = text_of(browser.get(f"/recognition/campaigns/{row.campaign_id}/awards/{row.pk}/"))
        found = re.search(r"Montant : ([\d ]+),(\d\d) € × (\d+) / (\d+) = ([\d ]+),(\d\d) €", _plain(page))
        assert found, page
        euros, cents, days, period, whole, hundredths = (int(one.replace(" ", "")) for one in found.groups())
        by_hand = Decimal(euros * 100 + cents) * days / period
        assert by_hand.quantize(Decimal(1), ROUND_HALF_UP) == whole * 100 + hundredths == row.computed_cents


def _plain(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u00a0", " ")
