"""« Avec cette version, les 28 derniers jours… »: what a policy would have changed (issue 3, item 3). Read only.

Bands and room for a case come from the readings of seven days, all that is kept of people, and leave here as
counts of five people or more; means over 28 days from the units' sums; choices from the openings, replayed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from routing import reweigh
from routing.enums import Band
from routing.history import DAYS, gather
from routing.load import COLOUR_WORDS, COLOURS, band, case_points
from routing.models import LoadSnapshot, UnitLoad
from routing.policy import POINT, Policy
from routing.replay import OURS, Outcome, Person, replay
from routing.summaries import SMALLEST

WEEK = timedelta(days=7)
BAND_NAMES = {
    Band.GREEN: "Bande verte",
    Band.ORANGE: "Bande orange",
    Band.RED: "Bande rouge",
    Band.SATURATED: "Saturé",
}


@dataclass(slots=True)
class Seen:
    """Readings of a week under one policy: by band, above the cap, with room for a new case by colour."""

    readings: int = 0
    bands: Counter[str] = field(default_factory=Counter)
    over_cap: int = 0
    room: Counter[str] = field(default_factory=Counter)

    def add(self, points: int, cap: int, policy: Policy) -> None:
        self.readings += 1
        self.bands[band(points, cap, policy).value] += 1
        self.over_cap += points > cap
        for colour in COLOURS:
            self.room[colour] += points + case_points("opened", colour, policy) <= cap

    def share(self, count: int) -> float:
        return 100 * count / self.readings if self.readings else 0.0


@dataclass(frozen=True, slots=True)
class UnitMean:
    """Mean points per available hour over the days kept."""

    name: str
    days: int
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Preview:
    """`today` and `proposed` None: fewer than five people were read this week."""

    today: Seen | None
    proposed: Seen | None
    units: list[UnitMean]
    played: tuple[Outcome, Outcome]

    @property
    def shares(self) -> list[tuple[str, float, float]]:
        """(what, share today, share with the proposed one) of the readings of the week, in per cent."""
        today, proposed = self.today, self.proposed
        if today is None or proposed is None:
            return []
        pairs = [(BAND_NAMES[one], today.bands[one.value], proposed.bands[one.value]) for one in Band]
        pairs.append(("Au-delà du plafond", today.over_cap, proposed.over_cap))
        pairs += [
            (f"Place pour un nouveau dossier {COLOUR_WORDS[one]}", today.room[one], proposed.room[one])
            for one in COLOURS
        ]
        return [(label, today.share(before), proposed.share(after)) for label, before, after in pairs]


def preview(before: Policy, after: Policy, now: datetime) -> Preview:
    """`after` in the place of `before`; a constant number of queries, and one per unit with openings."""
    past = gather(now)
    first, second = (
        replay(
            past.openings, _with_cap(past.people, before, policy), policy, OURS, past.until, past.stages_of
        )
        for policy in (before, after)
    )
    today, proposed = _week(before, after, now)
    return Preview(today, proposed, _units(before, after, now), (first, second))


def _with_cap(people: Mapping[int, Person], before: Policy, policy: Policy) -> dict[int, Person]:
    """The same people, their cap that of `policy` (they were read under `before`)."""
    return {
        pk: replace(
            one, candidate=replace(one.candidate, cap=reweigh.cap(one.candidate.cap, before, policy))
        )
        for pk, one in people.items()
    }  # fmt: skip


def _week(before: Policy, after: Policy, now: datetime) -> tuple[Seen | None, Seen | None]:
    today, proposed = Seen(), Seen()
    people = set()
    rows = LoadSnapshot.objects.filter(at__gt=now - WEEK, at__lte=now, cap__gt=0).order_by()
    for user, parts, score, cap in rows.values_list("user", "components", "score", "cap").iterator():
        people.add(user)
        today.add(score, cap, before)
        proposed.add(reweigh.points(parts, before, after), reweigh.cap(cap, before, after), after)
    return (today, proposed) if len(people) >= SMALLEST else (None, None)


def _units(before: Policy, after: Policy, now: datetime) -> list[UnitMean]:
    since = timezone.localdate(now) - timedelta(days=DAYS)
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0), Decimal(0)])
    days: Counter[str] = Counter()
    versions: dict[int, Policy] = {}
    for row in (
        UnitLoad.objects.filter(day__gte=since).select_related("unit", "policy").order_by("unit__name")
    ):
        if row.policy_id and row.policy_id not in versions:
            versions[row.policy_id] = row.policy.policy()
        then = versions.get(row.policy_id, before)
        readings = sum(row.bands.values())
        parts = [(code, count, points) for code, (count, points) in row.parts.items()]
        days[row.unit.name] += 1
        one = sums[row.unit.name]
        one[0] += readings
        one[1] += reweigh.points(parts, then, before)
        one[2] += reweigh.points(parts, then, after)
    return [
        UnitMean(name, days[name], *(round(points / count / POINT, 1) for points in totals))
        for name, (count, *totals) in sums.items()
        if count
    ]
