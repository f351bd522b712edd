"""The figures of fairness, each with what it is computed from (domain.md §5.4, L39–L42). Read only.

Aggregates of five people or more: what is read here was never individual.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from django.db.models import Count, Sum
from django.utils import timezone

from atdemain.organisation.enums import EntityKind
from atdemain.organisation.models import Entity
from atdemain.pages.typography import number
from cases.enums import ContactOutcome, Direction, Mode, Nature, VerdictValue
from cases.models import Contact, RepeatVerdict
from routing.fairness import compensation_balance, jain, origin_ratio
from routing.models import FlowCompensation, UnitLoad
from routing.policy import Policy

DAYS = 28
WEEK = timedelta(days=7)
CHUNK = 5_000
PARTNERS = (EntityKind.PARTNER_CONTACT_CENTRE, EntityKind.PARTNER_FIELD)
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class UnitWeek:
    """One unit over a week: x = point-hours ÷ available hours, to a tenth."""

    name: str
    point_hours: Decimal
    hours: Decimal

    @property
    def x(self) -> Decimal:
        return (self.point_hours / self.hours).quantize(TENTH, ROUND_HALF_UP) if self.hours else Decimal(0)


@dataclass(frozen=True, slots=True)
class Between:
    """Jain between units over a week; `jain` None under two units."""

    monday: date
    units: list[UnitWeek]
    floor: float

    @property
    def sum_x(self) -> Decimal:
        return sum((one.x for one in self.units), Decimal(0))

    @property
    def sum_x2(self) -> Decimal:
        return sum((one.x * one.x for one in self.units), Decimal(0))

    @property
    def jain(self) -> float | None:
        return round(jain([float(one.x) for one in self.units]), 3) if len(self.units) > 1 else None

    @property
    def below(self) -> bool:
        return self.jain is not None and self.jain < self.floor


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner over a month: origin ratio and compensation account; `masked`: 1 to 4 RD3+."""

    name: str
    originated: Fraction
    rd3_total: int
    handled: int
    handled_total: int
    absorbed: int
    delivered: int
    kappa: float

    @property
    def masked(self) -> bool:
        return 0 < self.originated < 5

    @property
    def origin_words(self) -> str:
        """« 180 », « 92,7 »: to a tenth, an RD3+ being shared between those who had its contacts."""
        value = Decimal(self.originated.numerator) / self.originated.denominator
        return number(float(value), 0 if value == value.to_integral_value() else 1)

    @property
    def ratio(self) -> float | None:
        return None if self.masked else self.own_ratio

    @property
    def own_ratio(self) -> float | None:
        """For the partner itself: its own flows are no secret to it."""
        return origin_ratio(float(self.originated), self.rd3_total, self.handled, self.handled_total)

    @property
    def owed(self) -> float:
        return compensation_balance(self.absorbed, self.kappa, self.delivered)[0]

    @property
    def balance(self) -> float:
        return compensation_balance(self.absorbed, self.kappa, self.delivered)[1]


def days_known(now: datetime) -> list[date]:
    """The days somebody's sums are kept for, latest first, over 28 days."""
    since = timezone.localdate(now) - timedelta(days=DAYS)
    return list(
        UnitLoad.objects.filter(day__gte=since).order_by("-day").values_list("day", flat=True).distinct()
    )


def inside(day: date) -> list[UnitLoad]:
    """Each unit's day, by name; the sums are on the row."""
    return list(UnitLoad.objects.filter(day=day).select_related("unit").order_by("unit__name"))


def between(day: date, policy: Policy) -> Between:
    """The week of `day`, from its Monday."""
    monday = day - timedelta(days=day.weekday())
    rows = (
        UnitLoad.objects.filter(day__gte=monday, day__lt=monday + WEEK)
        .order_by("unit__name")
        .values("unit__name")
        .annotate(points=Sum("point_hours"), free=Sum("hours"))
        .values_list("unit__name", "points", "free")
    )
    return Between(monday, [UnitWeek(*row) for row in rows], policy.fairness_between_units)


def partners(month: date, policy: Policy, only: int | None = None) -> list[Partner]:
    """Every partner over the month of `month` (its first day), or `only` the entity of this id, whatever its kind."""
    zone = timezone.get_current_timezone()
    start = datetime(month.year, month.month, 1, tzinfo=zone)
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=zone)
    rd3_total, originated = _origins(start, end)
    handled: dict[int, int] = dict(
        Contact.objects.filter(
            arrived_at__gte=start,
            arrived_at__lt=end,
            nature=Nature.CLIENT,
            direction=Direction.IN,
            outcome=ContactOutcome.HANDLED,
            handling_entity__isnull=False,
        )
        .order_by()
        .values_list("handling_entity")
        .annotate(n=Count("pk"))
    )
    accounts = {row.entity_id: row for row in FlowCompensation.objects.filter(month=start.date())}
    among = Entity.objects.filter(kind__in=PARTNERS) if only is None else Entity.objects.filter(pk=only)
    return [
        _partner(entity, originated, rd3_total, handled, accounts.get(entity.pk), policy)
        for entity in among.order_by("name")
    ]


def _partner(
    entity: Entity,
    originated: dict[int, Fraction],
    rd3_total: int,
    handled: dict[int, int],
    account: FlowCompensation | None,
    policy: Policy,
) -> Partner:
    share = originated.get(entity.pk, Fraction(0))
    return Partner(
        entity.name,
        share,
        rd3_total,
        handled.get(entity.pk, 0),
        sum(handled.values()),
        account.absorbed if account and account.absorbed else round(share),
        account.delivered if account else 0,
        policy.compensation_ratio,
    )


def _origins(start: datetime, end: datetime) -> tuple[int, dict[int, Fraction]]:
    """How many RD3+ were reached, and what each entity originated: its share of each one's contacts (L39)."""
    verdicts = list(
        RepeatVerdict.objects.filter(
            superseded_at=None,
            verdict=VerdictValue.RD3PLUS,
            mode=Mode.LIVE,
            contact__arrived_at__gte=start,
            contact__arrived_at__lt=end,
        )
        .order_by("pk")
        .values_list("contact_ids", flat=True)
    )
    handlers = _handlers({pk for ids in verdicts for pk in ids})
    shares: dict[int, Fraction] = defaultdict(Fraction)
    for ids in verdicts:
        for pk in ids:
            if (entity := handlers.get(pk)) is not None:
                shares[entity] += Fraction(1, len(ids))
    return len(verdicts), dict(shares)


def _handlers(contacts: Iterable[int]) -> dict[int, int]:
    ids = sorted(contacts)
    found: dict[int, int] = {}
    for rank in range(0, len(ids), CHUNK):
        rows = Contact.objects.filter(pk__in=ids[rank : rank + CHUNK], handling_entity__isnull=False)
        found.update(rows.order_by().values_list("pk", "handling_entity"))
    return found
