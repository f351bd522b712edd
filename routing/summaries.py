"""A day's readings become one line per team and per unit of five people or more (domain.md §2.9, §5.4).

Nobody can be told from a sum: below five people nothing is kept at all.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from routing.fairness import jain
from routing.load import band
from routing.models import TeamLoad, UnitLoad
from routing.policy import POINT, Policy

SMALLEST = 5
TENTH, CENT = Decimal("0.1"), Decimal("0.01")

#: (code, count, points in hundredths)
Part = tuple[str, int, int]


class Reading(NamedTuple):
    """One person's load at one moment of an available hour."""

    user_id: int
    parts: Sequence[Part]
    points: int
    cap: int


def unit_day(
    unit_id: int, day: date, readings: Iterable[Reading], policy: Policy, policy_id: int | None, minutes: int
) -> UnitLoad | None:
    """`minutes`: what each reading stands for. None under five people."""
    by_person: dict[int, list[int]] = defaultdict(list)
    bands: Counter[str] = Counter()
    parts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for reading in readings:
        by_person[reading.user_id].append(reading.points)
        bands[band(reading.points, reading.cap, policy).value] += 1
        for code, count, points in reading.parts:
            parts[code][0] += count
            parts[code][1] += points
    if len(by_person) < SMALLEST:
        return None
    xs = [per_hour(sum(points), len(points)) for points in by_person.values()]
    share = Decimal(minutes) / 60
    total = sum(sum(points) for points in by_person.values())
    return UnitLoad(
        unit_id=unit_id,
        day=day,
        policy_id=policy_id,
        people=len(xs),
        hours=(share * sum(bands.values())).quantize(CENT, ROUND_HALF_UP),
        point_hours=(share * total / POINT).quantize(CENT, ROUND_HALF_UP),
        sum_x=sum(xs),
        sum_x2=sum(x * x for x in xs),
        jain=round(Decimal(jain([float(x) for x in xs])), 3),
        bands=dict(bands),
        parts=dict(parts),
    )


def per_hour(points: int, readings: int) -> Decimal:
    """Points per available hour of one person: the mean of the readings, to a tenth of a point."""
    return (Decimal(points) / readings / POINT).quantize(TENTH, ROUND_HALF_UP)


def team_day(team_id: int, day: date, people: dict[int, list[float]]) -> TeamLoad | None:
    """`people`: use of the cap at each reading, in per cent, by person."""
    if len(people) < SMALLEST:
        return None
    values = sorted(value for shares in people.values() for value in shares)
    means = [sum(shares) / len(shares) for shares in people.values()]
    return TeamLoad(
        team_id=team_id,
        day=day,
        people=len(people),
        mean_pct=round(sum(values) / len(values), 1),
        p90_pct=round(values[math.ceil(0.9 * len(values)) - 1], 1),
        red_share=round(100 * sum(value >= 85 for value in values) / len(values), 1),
        jain=round(jain(means), 3),
    )
