"""What `check_invariants` looks for in campaigns and envelopes (domain.md §2.5, INV-18, INV-20)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import F, Sum

from cases.invariants import Finding
from recognition.campaigns.triggers import GUARD
from recognition.enums import OPEN_STATES, CampaignState, MovementKind
from recognition.models import Award, AwardRevision, BudgetEnvelope, Campaign, EnvelopeMovement

_COLUMNS = {
    "committed_cents": (MovementKind.COMMIT, MovementKind.APPEAL),
    "reserve_used_cents": (MovementKind.APPEAL,),
    "paid_cents": (MovementKind.PAY,),
}


def money(now: datetime) -> Iterator[Finding]:
    """INV-18: never beyond the envelope, and every column is the sum of its movements."""
    sums: dict[int, Counter[str]] = {}
    for envelope, kind, cents in (
        EnvelopeMovement.objects.order_by()
        .values_list("envelope", "kind")
        .annotate(cents=Sum("cents"))
        .iterator()
    ):
        sums.setdefault(envelope, Counter())[kind] = cents
    for held in BudgetEnvelope.objects.order_by("pk").iterator():
        told = sums.get(held.pk, Counter())
        if held.committed_cents > held.total_cents:
            yield Finding("budgetenvelope", str(held.pk), "INV-18:committed_beyond_the_envelope")
        for column, kinds in _COLUMNS.items():
            if getattr(held, column) != sum(told[kind] for kind in kinds):
                yield Finding("budgetenvelope", str(held.pk), f"INV-18:{column}_is_not_its_movements")


def guards(now: datetime) -> Iterator[Finding]:
    """The triggers that keep a validated campaign are in the database."""
    for name in GUARD.missing(connection):
        yield Finding("trigger", name, "INV-20:trigger_missing")


def sums(now: datetime) -> Iterator[Finding]:
    """INV-18: a campaign is the sum of its awards, and an award's revisions what it was given since. INV-20: whoever
    validated did so on the hash that was published."""
    awards = {
        pk: (given or 0, revised or 0)
        for pk, given, revised in Award.objects.order_by()
        .values_list("campaign")
        .annotate(given=Sum("amount_cents"), revised=Sum("revised_cents"))
    }
    computed = Campaign.objects.exclude(output_hash="").order_by("pk")
    for campaign in computed.iterator():
        given, revised = awards.get(campaign.pk, (0, 0))
        if (campaign.total_cents, campaign.revised_cents) != (given, revised):
            yield Finding("campaign", str(campaign.pk), "INV-18:sum_is_not_its_awards")
        settled = campaign.state not in OPEN_STATES or campaign.state == CampaignState.VALIDATED
        if settled:
            held = campaign.validations.filter(run=campaign.run, output_hash=campaign.output_hash)
            if held.values("person").distinct().count() < 2:
                yield Finding("campaign", str(campaign.pk), "INV-20:not_validated_by_two_people_on_its_hash")
    added = (
        AwardRevision.objects.order_by()
        .values("award")
        .annotate(cents=Sum(F("after_cents") - F("before_cents")))
    )
    by_award = {row["award"]: row["cents"] for row in added.iterator()}
    for pk, revised in (
        Award.objects.exclude(revised_cents=0).order_by("pk").values_list("pk", "revised_cents")
    ):
        if by_award.get(pk, 0) != revised:
            yield Finding("award", str(pk), "INV-18:revised_is_not_its_revisions")
