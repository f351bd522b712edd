"""What the public sums leave out (domain.md §11 Masking): gains are told by lots of five people, never of fewer.

A campaign of one to four beneficiaries and an accepted appeal are small gains. In order of time they make lots of five
different people; a lot enters the sums once it is whole, so that two readings never differ by what fewer received. The
last lot, not whole yet, stays aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from recognition.enums import CampaignState
from recognition.masking import THRESHOLD
from recognition.models import Award, AwardRevision, Campaign


@dataclass(frozen=True, slots=True)
class Gain:
    """`people`: the awards that it made or raised; cents."""

    at: datetime
    campaign: int
    exported: bool
    people: frozenset[int]
    cents: int
    appeal: bool = True


@dataclass(frozen=True, slots=True)
class Aside:
    """Cents that « Engagé » and « Payé » do not tell. `only_appeals`: no campaign of fewer than five is among them."""

    committed: int = 0
    paid: int = 0
    only_appeals: bool = True


def aside(scheme_id: int) -> Aside:
    """Two queries; a third where a campaign is of fewer than five."""
    committed = paid = 0
    only_appeals = True
    for lot, whole in lots(_small_gains(scheme_id)):
        if not whole:
            committed += sum(one.cents for one in lot)
            only_appeals = only_appeals and all(one.appeal for one in lot)
        if not whole or not all(one.exported for one in lot):
            paid += sum(one.cents for one in lot if one.exported)
    return Aside(committed, paid, only_appeals)


def lots(gains: Iterable[Gain]) -> Iterator[tuple[list[Gain], bool]]:
    """(gains, whether they are those of five different people), in order of time."""
    lot: list[Gain] = []
    people: set[int] = set()
    for one in sorted(gains, key=lambda gain: (gain.at, gain.appeal, gain.campaign, sorted(gain.people))):
        lot.append(one)
        people |= one.people
        if len(people) >= THRESHOLD:
            yield lot, True
            lot, people = [], set()
    if lot:
        yield lot, False


def _small_gains(scheme_id: int) -> list[Gain]:
    campaigns = Campaign.objects.filter(scheme=scheme_id, validated_at__isnull=False).annotate(
        beneficiaries=Count("awards", filter=Q(awards__amount_cents__gt=0))
    )
    small = [one for one in campaigns.order_by("pk") if 0 < one.beneficiaries < THRESHOLD]
    paid = Award.objects.filter(campaign__in=small, amount_cents__gt=0).order_by("pk") if small else ()
    gains = [
        Gain(
            one.validated_at, one.pk, one.state == CampaignState.EXPORTED,
            frozenset(award.pk for award in paid if award.campaign_id == one.pk), one.total_cents, appeal=False,
        )
        for one in small if one.validated_at
    ]  # fmt: skip
    named = ("at", "award__campaign", "award__campaign__state", "award", "before_cents", "after_cents")
    revisions = AwardRevision.objects.filter(award__scheme=scheme_id).order_by("at", "pk")
    for at, campaign, state, award, before, after in revisions.values_list(*named):
        if after > before:
            exported = state == CampaignState.EXPORTED
            gains.append(Gain(at, campaign, exported, frozenset([award]), after - before))
    return gains
