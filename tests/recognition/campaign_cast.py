"""A version whose period is over, people who took part in it, and a campaign led through its doors.

The half-year is that of the vectors (01/01–30/06/2026, 181 days); HR acts from 20 July 2026 on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from atdemain.jobs import queue
from atdemain.journal.actors import Actor
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation, Programme, User
from atdemain.organisation.roles import set_roles
from recognition.appeals import workflow as appeals
from recognition.campaigns import workflow
from recognition.enums import BudgetPolicy, SchemeState
from recognition.models import Award, BudgetEnvelope, Campaign, SchemeVersion
from recognition.scheme import seeds
from recognition.sources import SOURCES
from recognition.terms import AllOf, Criterion, Level, OneCriterion, SameAs, write
from tests.office import NOW, Office
from tests.recognition.lived import FIRST, LAST, participation, session

DAY = timedelta(days=1)
JULY = datetime(2026, 7, 20, 8, tzinfo=UTC)  # a Monday
ROLES = seeds.ROLES
WHY = "La séance du 12 mai manque alors que nous l’avons signée."
ANSWER = "La séance est retrouvée, elle compte."


def _criterion(code: str, source: str, threshold: int) -> Criterion:
    return Criterion(code, SOURCES[source].label, source, "at_least", threshold, SOURCES[source].unit, ROLES)


def content(**fields: Any) -> dict[str, Any]:
    """Level 1: sixty days, 400 €; level 2: fourteen hours of mentoring besides, 800 €. Every role."""
    criteria = {
        "days": _criterion("days", "active_days", 60),
        "mentoring": _criterion("mentoring", "mentoring_minutes", 14 * 60),
    }
    levels = (
        Level("level_1", 1, "Niveau 1", dict.fromkeys(ROLES, 400_00), OneCriterion("days")),
        Level(
            "level_2", 2, "Niveau 2", dict.fromkeys(ROLES, 800_00),
            AllOf((SameAs("level_1"), OneCriterion("mentoring"))),
        ),
    )  # fmt: skip
    terms = seeds.inclusive(FIRST, LAST)
    data = write(
        type(terms)(
            number=2, period_start=FIRST, period_end=LAST, eligible_roles=ROLES, criteria=criteria, levels=levels,
            budget_policy=BudgetPolicy.BLOCK.value, appeal_days=30,
        )
    )  # fmt: skip
    return {
        key: data[key] for key in ("eligible_roles", "criteria", "levels", "budget_policy", "appeal_days")
    } | fields


def inclusive() -> dict[str, Any]:
    """The conditions of §6.2 in place of these."""
    data = write(seeds.inclusive(FIRST, LAST))
    return {key: data[key] for key in ("eligible_roles", "criteria", "levels")}


@dataclass
class Season:
    """`office` with a published version, its envelope, and HR by two."""

    office: Office
    scheme: SchemeVersion
    envelope_: BudgetEnvelope
    hired: dict[str, User] = field(default_factory=dict)

    @classmethod
    def of(cls, office: Office, *, total: int = 10_000_00, reserve_bp: int = 500, **fields: Any) -> Season:
        programme = Programme.objects.first() or Programme.objects.create(code="atd", name="AT Demain")
        for name in ("hr2", "hr3"):
            office.people[name] = _hire(office, name, "lyon", (Role.HR,))
        scheme = SchemeVersion.objects.create(
            programme=programme, number=20, name="inclusive", state=SchemeState.IN_FORCE,
            legal_basis="unilateral_decision", decided_on=date(2025, 11, 3), period_start=FIRST, period_end=LAST,
            renewal="none", max_renewals=0, notice_days=30, just_causes=list(seeds.JUST_CAUSES),
            drafted_by=office.people["hr"], published_by=office.people["hr2"],
            published_at=datetime(2025, 11, 20, 9, tzinfo=UTC), published_on=date(2025, 11, 20), content_hash="c" * 64, **content(**fields),
        )  # fmt: skip
        envelope = BudgetEnvelope.objects.create(scheme=scheme, total_cents=total, reserve_bp=reserve_bp)
        return cls(office, scheme, envelope)

    # -- people ------------------------------------------------------------------------------------------

    def joins(self, name: str, role: str = seeds.ADVISOR, *, unit: str = "lyon", **dates: Any) -> User:
        """Whoever this is, taking part from the first day unless `first` and `last` say otherwise."""
        user = self.office.people.get(name) or self.hired.get(name)
        if user is None:
            user = self.hired[name] = _hire(self.office, name, unit, (Role(role),))
        participation(user, role, dates.get("first", FIRST), dates.get("last"))
        return user

    def crowd(self, number: int, prefix: str = "p", **fields: Any) -> list[User]:
        return [self.joins(f"{prefix}{rank:02}", **fields) for rank in range(number)]

    def mentors(self, name: str, minutes: int = 14 * 60, day: date = date(2026, 3, 2), **fields: Any) -> None:
        """That much of co-signed mentoring, a session of seven hours a day."""
        mentor = self.hired.get(name) or self.office.people[name]
        trainee = self.office.people["colleague"]
        while minutes > 0:
            session(mentor, trainee, day=day, minutes=min(minutes, 420), **fields)
            minutes, day = minutes - 420, day + DAY

    # -- the campaign ------------------------------------------------------------------------------------

    def actor(self, name: str = "hr") -> Actor:
        return Actor.of_user(User.objects.get(username=name), role=Role.HR.value)

    def campaign(
        self, *, now: datetime = JULY, unit: str = "", name: str = "Premier semestre 2026"
    ) -> Campaign:
        return workflow.create(
            self.scheme, name=name, reference_date=LAST, unit=self.office.units[unit] if unit else None,
            actor=self.actor(), now=now,
        )  # fmt: skip

    def step(
        self, campaign: Campaign, name: str, *, by: str = "hr", now: datetime = JULY, **data: Any
    ) -> Campaign:
        fresh = Campaign.objects.get(pk=campaign.pk)
        if name == "validate":
            data.setdefault("run", fresh.run)
        return workflow.perform(campaign.pk, name, actor=self.actor(by), seen=fresh.version, now=now, **data)

    def computed(self, campaign: Campaign | None = None, *, now: datetime = JULY) -> Campaign:
        campaign = self.step(campaign or self.campaign(now=now), "collect", now=now)
        queue.run_waiting()
        return fresh(campaign)

    def validated(self, campaign: Campaign | None = None, *, now: datetime = JULY) -> Campaign:
        campaign = campaign or self.computed(now=now)
        self.step(campaign, "validate", by="hr", now=now)
        return self.step(campaign, "validate", by="hr2", now=now)

    def published(self, campaign: Campaign | None = None, *, now: datetime = JULY) -> Campaign:
        return self.step(self.validated(campaign, now=now), "publish", now=now)

    def closed(self, *, now: datetime = JULY) -> Campaign:
        return self.step(self.published(now=now), "close", now=now + 31 * DAY)

    def award(self, name: str, campaign: Campaign | None = None) -> Award:
        rows = Award.objects.filter(employee__username=name)
        return (rows.filter(campaign=campaign) if campaign else rows).get()

    def envelope(self) -> BudgetEnvelope:
        return BudgetEnvelope.objects.get(pk=self.envelope_.pk)

    def gives(self, *, total: int, reserve_bp: int = 0) -> None:
        BudgetEnvelope.objects.filter(pk=self.envelope_.pk).update(total_cents=total, reserve_bp=reserve_bp)


def _hire(office: Office, name: str, unit: str, roles: tuple[Role, ...]) -> User:
    number = 500 + User.objects.count()
    user = User.objects.create(
        username=name, first_name=name.title(), last_name="Renfort", employee_number=f"R{number:04}",
        unit=office.units[unit],
    )  # fmt: skip
    set_roles(user, list(roles))
    return User.objects.get(pk=user.pk)


def fresh(campaign: Campaign) -> Campaign:
    return Campaign.objects.get(pk=campaign.pk)


def a_campaign(office: Office) -> dict[str, str]:
    """For the browser: one published at the office's hour, the advisor's appeal on it, a unit of few people."""
    season = Season.of(office)
    held = Participation.objects.filter(employee=office.people["advisor"])  # the office's cases made it
    if not held.update(starts_on=FIRST, role=seeds.ADVISOR):
        season.joins("advisor")
    season.crowd(8)
    season.crowd(3, "s", role="support", unit="brest")
    campaign = season.published(now=NOW)
    award = season.award("advisor")
    appeal = appeals.file(
        award.pk, ground="other", text=WHY, observer_agreed=True, actor=season.actor("advisor"), now=NOW
    )
    return {
        "campaign": str(campaign.pk), "award": str(award.pk), "scheme": str(season.scheme.pk), "appeal": str(appeal.pk)
    }  # fmt: skip
