"""A campaign as its guards judge it: read from the rows, under the lock of whoever acts."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q

from atdemain.jobs.enums import MOVING
from recognition.campaigns.guards import CHANGING, Facts, Given, Person
from recognition.campaigns.participants import participants
from recognition.enums import AppealState, CampaignState
from recognition.models import Appeal, Award, BudgetEnvelope, Campaign, SchemeVersion


def facts_of(campaign: Campaign, *, envelope: BudgetEnvelope | None = None) -> Facts:
    """`campaign` with its scheme and job. At most six queries."""
    computed = campaign.state == CampaignState.COMPUTED
    counted = {"insufficient": 0, "pending": 0}
    if computed:
        counted = Award.objects.filter(campaign=campaign).aggregate(
            insufficient=Count("pk", filter=Q(blocked=True)), pending=Count("pk", filter=Q(pending=True))
        )
    envelope = envelope or BudgetEnvelope.objects.filter(scheme=campaign.scheme_id).first()
    validations = campaign.validations.filter(run=campaign.run, output_hash=campaign.output_hash)
    given = tuple(Given(one.person_id, one.has_award) for one in validations) if campaign.run else ()
    waiting = 0
    if campaign.state == CampaignState.PUBLISHED:
        waiting = Appeal.objects.filter(award__campaign=campaign, state=AppealState.FILED).count()
    return Facts(
        state=campaign.state,
        run=campaign.run,
        working=is_working(campaign),
        participants=int(participants(campaign).exists()) if campaign.state in CHANGING else campaign.people,
        insufficient=counted["insufficient"],
        pending=counted["pending"],
        total_cents=campaign.total_cents,
        available_cents=envelope.available_cents if envelope else None,
        budget_policy=campaign.scheme.budget_policy,
        given=given,
        period_end=campaign.scheme.period_end,
        appeal_until=campaign.appeal_until,
        appeals_waiting=waiting,
        # An amendment is published within the period, evidence is frozen after it: later states are not asked.
        amended_by=amended_by(campaign.scheme) if campaign.state == CampaignState.DRAFT else None,
    )


def amended_by(scheme: SchemeVersion) -> int | None:
    """The number of the version published in the place of this one."""
    rows = SchemeVersion.objects.public().filter(amends=scheme.pk)
    return rows.order_by("number").values_list("number", flat=True).first()


def is_working(campaign: Campaign) -> bool:
    return campaign.job is not None and campaign.job.status in MOVING


def person_of(campaign: Campaign, user: Any) -> Person:
    has_award = Award.objects.filter(campaign=campaign, employee=user.pk).exists()
    return Person(user.pk, frozenset(user.roles), has_award)
