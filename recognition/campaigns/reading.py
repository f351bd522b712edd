"""What the page of a campaign shows: steps, money, awards by role and level, validations, what blocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Sum

from atdemain.organisation.enums import Role
from recognition.campaigns.guards import Facts, excess
from recognition.enums import PARTICIPANT_ROLES, CampaignState
from recognition.models import Award, BudgetEnvelope, Campaign, CampaignValidation
from recognition.money import euros

STEPS = tuple(CampaignState)
#: The date that tells each step was taken.
_DATES = {
    CampaignState.DRAFT: "created_at",
    CampaignState.EVIDENCE_FROZEN: "frozen_at",
    CampaignState.COMPUTED: "computed_at",
    CampaignState.VALIDATED: "validated_at",
    CampaignState.PUBLISHED: "published_at",
    CampaignState.CLOSED: "closed_at",
    CampaignState.EXPORTED: "exported_at",
}
#: What comes after each state, in the words of the line of steps.
_NEXT = {"computed": "Validation", "validated": "Publication"}
PLURALS = {
    Role.ADVISOR: "Conseillers clients",
    Role.SUPPORT: "Soutiens",
    Role.TRAINER: "Formateurs",
    Role.MANAGER: "Managers",
    Role.BACK_OFFICE: "Spécialistes back-office",
}


@dataclass(frozen=True, slots=True)
class Step:
    """`done`, `current`, or to come; `blocked` is the validation that cannot be given."""

    label: str
    at: Any
    done: bool
    current: bool
    blocked: bool = False


def steps(campaign: Campaign, *, blocked: bool) -> list[Step]:
    """The state reached is done; the next one is current, and validation says so when it is blocked."""
    reached = STEPS.index(CampaignState(campaign.state))
    found = []
    for rank, state in enumerate(STEPS):
        waits = rank == reached + 1 and state == CampaignState.VALIDATED
        label = ("Validation, bloquée" if blocked else "Validation") if waits else str(state.label)
        done = rank <= reached
        current = rank == reached + 1 or (rank == reached == len(STEPS) - 1)
        found.append(
            Step(label, getattr(campaign, _DATES[state]) if done else None, done, current, waits and blocked)
        )
    return found


@dataclass(frozen=True, slots=True)
class Gauge:
    """Widths in per cent of a bar, as SVG attributes; `x` where the reserve begins."""

    given: str
    reserve_x: str
    reserve: str
    over: bool
    label: str


def gauge(campaign: Campaign, envelope: BudgetEnvelope, facts: Facts) -> Gauge:
    """What this campaign gives beside what others gave, under the ceiling, then the reserve."""
    whole = max(envelope.total_cents, 1)
    already = facts.state in (CampaignState.DRAFT, CampaignState.EVIDENCE_FROZEN, CampaignState.COMPUTED)
    given = envelope.by_campaigns_cents + (campaign.total_cents if already else 0)
    over = excess(facts) > 0 and facts.state == CampaignState.COMPUTED
    label = (
        f"{euros(given)} attribués pour un plafond de {euros(envelope.ceiling_cents)}, puis "
        f"{euros(envelope.reserve_cents)} de réserve"
    )
    share = min(given / whole, envelope.ceiling_cents / whole)
    return Gauge(
        f"{100 * share:.2f}%", f"{100 * envelope.ceiling_cents / whole:.2f}%",
        f"{100 * envelope.reserve_cents / whole:.2f}%", over, label,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """One line of the table by role and level; cents."""

    role: str
    level: str
    people: int
    total_cents: int

    @property
    def mean_cents(self) -> int:
        """Rounded half up."""
        return (2 * self.total_cents + self.people) // (2 * self.people) if self.people else 0


def groups(campaign: Campaign) -> list[Group]:
    """Awards above 0, by role and level, with what appeals added; in the order of roles, then of levels."""
    levels = {one["code"]: (one["rank"], one["label"]) for one in campaign.scheme.levels}
    levels[""] = (99, "sur recours")  # nothing but what an appeal gave
    rows = (
        Award.objects.filter(Q(amount_cents__gt=0) | Q(revised_cents__gt=0), campaign=campaign)
        .order_by()
        .values_list("role", "level")
        .annotate(people=Count("pk"), cents=Sum(F("amount_cents") + F("revised_cents")))
    )
    order = {role.value: rank for rank, role in enumerate(PARTICIPANT_ROLES)}
    found = sorted(rows, key=lambda row: (order.get(row[0], 99), levels.get(row[1], (99, ""))[0]))
    return [
        Group(str(PLURALS.get(Role(role), Role(role).label)), levels.get(level, (0, level))[1], people, cents)
        for role, level, people, cents in found
    ]


@dataclass(frozen=True, slots=True)
class Counts:
    awards: int
    without: int
    blocked: int
    pending: int
    revised_only: int


def counts(campaign: Campaign) -> Counts:
    found = Award.objects.filter(campaign=campaign).aggregate(
        awards=Count("pk", filter=Q(amount_cents__gt=0)),
        without=Count("pk", filter=Q(amount_cents=0)),
        blocked=Count("pk", filter=Q(blocked=True)),
        pending=Count("pk", filter=Q(pending=True)),
        revised_only=Count("pk", filter=Q(amount_cents=0, revised_cents__gt=0)),
    )
    return Counts(**found)


@dataclass(frozen=True, slots=True)
class Seat:
    """One of the two validations: given on the present run, given on an earlier one (« caduque »), or awaited."""

    rank: int
    validation: CampaignValidation | None
    stale: bool = False


def seats(campaign: Campaign) -> list[Seat]:
    rows = list(campaign.validations.select_related("person").order_by("at", "pk"))
    valid = [one for one in rows if one.run == campaign.run and one.output_hash == campaign.output_hash]
    if len(valid) < 2 and campaign.state in (
        CampaignState.DRAFT,
        CampaignState.EVIDENCE_FROZEN,
        CampaignState.COMPUTED,
    ):
        people = {one.person_id for one in valid}
        latest = {one.person_id: one for one in rows if one.person_id not in people}
        stale = sorted(latest.values(), key=lambda one: one.at)[: 2 - len(valid)]
    else:
        stale = []
    found = [Seat(rank, one) for rank, one in enumerate(valid[:2], 1)]
    found += [Seat(len(found) + rank, one, stale=True) for rank, one in enumerate(stale, 1)]
    while len(found) < 2:
        found.append(Seat(len(found) + 1, None))
    return found
