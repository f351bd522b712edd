"""What an award was judged on goes after five years; what it was stays (domain.md §2.9)."""

from __future__ import annotations

import pytest
from django.db import connection

from recognition.appeals.revising import Choice
from recognition.campaigns import invariants as checks
from recognition.campaigns.retention import GONE, KEPT
from recognition.campaigns.triggers import GUARD
from recognition.enums import RevisionMode
from recognition.models import Appeal, Award, AwardRevision, BudgetEnvelope, Campaign, Evidence
from tests.recognition.campaign_cast import DAY, JULY
from tests.recognition.test_appeals import decided, filed

pytestmark = pytest.mark.django_db


def test_five_years_after_the_publication_only_amounts_are_left(season, purge):
    season.joins("advisor")
    season.published()
    season.mentors("advisor")
    decided(
        season,
        filed(season),
        choice=Choice(
            RevisionMode.CORRECTED, None, "advisor", "mentoring_minutes", 840, reason="Feuille relue."
        ),
    )
    purge(JULY + KEPT - DAY)
    assert Evidence.objects.exists()
    assert Award.objects.get().explanation
    purge(JULY + KEPT + DAY)
    assert not Evidence.objects.exists()
    award, appeal = Award.objects.get(), Appeal.objects.get()
    assert (award.person, award.result, award.explanation) == ({}, {}, "")
    assert award.given_cents == 800_00
    assert (appeal.text, appeal.decision_text) == (GONE, GONE)
    revision = AwardRevision.objects.get()
    assert (revision.facts, revision.reason) == ({}, GONE)


def test_invariants_of_money_find_nothing_after_a_season_and_name_what_was_forced(season):
    season.joins("advisor")
    season.published()
    season.mentors("advisor")
    decided(season, filed(season))
    assert [*checks.money(JULY), *checks.sums(JULY)] == []
    with GUARD.lifted(connection):
        Award.objects.update(amount_cents=1)
    BudgetEnvelope.objects.update(committed_cents=900_00)
    found = {one.kind for one in [*checks.money(JULY), *checks.sums(JULY)]}
    assert found == {"INV-18:committed_cents_is_not_its_movements", "INV-18:sum_is_not_its_awards"}


def test_evidence_of_a_campaign_that_was_never_published_goes_too(season, purge):
    season.joins("advisor")
    campaign = season.computed()
    Campaign.objects.filter(pk=campaign.pk).update(reference_date=(JULY - KEPT - DAY).date())
    purge(JULY - 2 * DAY)
    assert Evidence.objects.exists()
    purge(JULY + DAY)
    assert not Evidence.objects.exists()
