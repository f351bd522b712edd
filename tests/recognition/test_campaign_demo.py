"""The demonstration's campaigns: one published, one appeal answered, one that waits, one blocked by a cent."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import time_machine

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation, Programme
from cases import hooks
from recognition.campaigns import demo, guards
from recognition.campaigns.facts import facts_of
from recognition.enums import AppealState, CampaignState
from recognition.models import Appeal, AwardRevision, Campaign, Simulation, Suggestion
from recognition.scheme import demo as versions
from recognition.simulation import demo as comparison
from routing.models import Skill
from tests.recognition.campaign_cast import _hire
from tests.recognition.lived import answer, trained

pytestmark = pytest.mark.django_db
TODAY = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.fixture
def lived(office):
    """Fourteen advisors since October 2025, two people of HR, the demonstration's two versions."""
    with time_machine.travel(TODAY, tick=False):
        programme = Programme.objects.first() or Programme.objects.create(code="atd", name="AT Demain")
        programme.phases.create(
            kind="pilot",
            lead=office.people["manager"],
            starts_on=date(2025, 10, 9),
            ends_on=date(2026, 10, 1),
        )
        Skill.objects.get_or_create(code="base", defaults={"label": "Socle"})
        office.people["hr2"] = _hire(office, "hr2", "brest", (Role.HR,))
        people = [
            office.people["advisor"],
            *(_hire(office, f"d{rank:02}", "lyon", (Role.ADVISOR,)) for rank in range(13)),
        ]
        for one in people:
            made = Participation.objects.create(
                employee=one,
                programme=programme,
                role="advisor",
                mode="volunteer",
                starts_on=date(2025, 10, 9),
            )
            answer(made, date(2025, 10, 12))
            trained(one, date(2026, 5, 20), date(2027, 5, 20))
        versions.on_seeded(now=TODAY)
        demo.on_lived(now=TODAY, advisor=office.people["advisor"], accounts=office.people)
        yield office


def test_demonstration_has_a_published_campaign_an_answered_appeal_and_one_blocked_by_a_cent(lived):
    published = Campaign.objects.get(state=CampaignState.PUBLISHED)
    assert published.scheme.name == "Inclusive"
    assert published.total_cents > 0
    assert (published.appeal_until - TODAY.date()).days == 18
    blocked = Campaign.objects.get(state=CampaignState.COMPUTED)
    assert blocked.scheme.name == "Historique"
    assert guards.excess(facts_of(blocked)) == 1
    assert sorted(Appeal.objects.values_list("state", flat=True)) == [AppealState.ACCEPTED, AppealState.FILED]
    revision = AwardRevision.objects.get()
    assert revision.after_cents > revision.before_cents


def test_demonstration_compares_versions_once_there_is_something_to_pay(lived):
    """The simulation is asked for after what people did is written: it shows who would be paid."""
    both = (demo.on_lived, comparison.on_lived)
    assert tuple(hook for hook in hooks.in_transaction["demo_lived"] if hook in both) == both
    comparison.on_lived(now=TODAY)
    assert Simulation.objects.order_by("pk").first().people.filter(after_cents__gt=0).exists()


def test_ideas_of_the_demonstration_are_not_all_the_same(lived):
    titles = list(Suggestion.objects.values_list("title", flat=True))
    assert len(set(titles)) > len(titles) / 2
    assert all(Suggestion.objects.values_list("search_key", flat=True))
