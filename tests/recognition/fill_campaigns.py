"""As many awards, appeals and movements as a budget asks for, in one published campaign."""

from __future__ import annotations

from django.db import connection
from django.urls import reverse

from atdemain.organisation.models import User
from recognition.campaigns.triggers import GUARD
from recognition.models import Appeal, Award, Campaign, EnvelopeMovement, SchemeVersion
from tests.office import NOW, Office
from tests.recognition.campaign_cast import DAY, Season

ROUTES = frozenset(
    f"recognition:{name}"
    for name in (
        "campaigns", "campaign", "campaign_awards", "campaign_awards_file", "campaign_award", "campaign_blocking",
        "envelope", "appeals", "appeal_decide", "transparency", "transparency_file",
    )
)  # fmt: skip


def fill(office: Office, route: str, number: int) -> str:
    """The address of the page, once it has that many rows to show."""
    if not Campaign.objects.exists():
        season = Season.of(office)
        season.joins("advisor")
        season.published(now=NOW)
    campaign = Campaign.objects.get(scheme__number=20)
    model = Award.objects.filter(campaign=campaign).order_by("pk")[0]
    start = User.objects.count()
    people = User.objects.bulk_create(
        User(
            username=f"b{start + n}",
            last_name=f"Nom{n}",
            employee_number=f"B{start + n}",
            unit=office.units["lyon"],
        )
        for n in range(number)
    )
    with GUARD.lifted(connection):  # published already: nothing comes in
        awards = Award.objects.bulk_create(
            Award(
                campaign=campaign, scheme_id=campaign.scheme_id, employee=one, unit=office.units["lyon"], role="advisor",
                level="level_1", amount_cents=400_00, computed_cents=400_00, person=model.person, result=model.result,
                explanation=model.explanation, blocked=True,
            )
            for one in people
        )  # fmt: skip
    appeals = Appeal.objects.bulk_create(
        Appeal(award=one, ground="other", text="Essai", filed_at=NOW, due_at=NOW + 15 * DAY)
        for one in awards[:199]
    )
    Appeal.objects.bulk_create(
        Appeal(
            award=one,
            ground="other",
            text="Essai",
            filed_at=NOW,
            due_at=NOW,
            state="withdrawn",
            withdrawn_at=NOW,
        )
        for one in awards
    )
    EnvelopeMovement.objects.bulk_create(
        EnvelopeMovement(envelope=campaign.scheme.envelope, kind="top_up", cents=1, reason="Essai", at=NOW)
        for _ in range(number)
    )
    if route == "recognition:campaigns":
        _more_campaigns(campaign, number)
    arguments = {
        "campaigns": [], "appeals": [], "transparency": [], "transparency_file": [],
        "campaign_award": [campaign.pk, model.pk], "envelope": [campaign.scheme_id],
        "appeal_decide": [appeals[0].pk],
    }  # fmt: skip
    return reverse(route, args=arguments.get(route.removeprefix("recognition:"), [campaign.pk]))


def _more_campaigns(campaign: Campaign, number: int) -> None:
    first = SchemeVersion.objects.count() + 100
    rows = []
    for rank in range(number):
        scheme = SchemeVersion.objects.get(pk=campaign.scheme_id)
        scheme.pk, scheme.number = None, first + rank
        rows.append(scheme)
    Campaign.objects.bulk_create(
        Campaign(scheme=scheme, name=f"Campagne {scheme.number}", reference_date=campaign.reference_date)
        for scheme in SchemeVersion.objects.bulk_create(rows)
    )
