"""The load score, explained line by line (domain.md §5.3, §11). Pure: facts and `now` in, lines out.

Points are integers in hundredths, each line rounded to a tenth of a point. The score is shown first to the advisor herself; it never enters
recognition, and nothing individual is kept beyond seven days.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from routing.enums import Band
from routing.policy import POINT, Policy

STATES = ("opened", "callback_due", "escalated")
COLOURS = ("red", "orange", "green")
COLOUR_WORDS = {"red": "rouge", "orange": "orange", "green": "vert"}
STATE_WORDS = {
    "opened": ("dossier ouvert", "dossiers ouverts"),
    "callback_due": ("rappel à faire", "rappels à faire"),
    "escalated": ("dossier escaladé", "dossiers escaladés"),
}


@dataclass(frozen=True, slots=True)
class LoadFacts:
    """What weighs on one advisor at one moment.

    `cases`: (state, colour) → how many; `promises_due`: callbacks promised for this shift and not overdue;
    `hard_at`: when each conflictual contact was declared, over the last hours; `scheduled_minutes`:
    mentoring and training still to come today.
    """

    working_time_pct: int = 100
    cases: Mapping[tuple[str, str], int] = field(default_factory=dict)
    observed: int = 0
    promises_due: int = 0
    promises_overdue: int = 0
    bad_news_today: int = 0
    hard_at: tuple[datetime, ...] = ()
    scheduled_minutes: int = 0


@dataclass(frozen=True, slots=True)
class Component:
    """One line of the explanation; `points` in hundredths."""

    code: str
    label: str
    count: int
    points: int


def components(facts: LoadFacts, policy: Policy, now: datetime) -> list[Component]:
    """Every line that is not zero, in the order of domain.md §5.3."""
    lines: list[Component] = []

    def add(code: str, label: str, count: int, points: int) -> None:
        if count and points:
            lines.append(Component(code, label, count, points))

    for state in STATES:
        for colour in COLOURS:
            count = facts.cases.get((state, colour), 0)
            label = f"{STATE_WORDS[state][count > 1]}, {COLOUR_WORDS[colour]}"
            add(f"{state}_{colour}", label, count, count * case_points(state, colour, policy))
    n = facts.observed
    add(
        "resolved",
        _plural(n, "dossier en observation", "dossiers en observation"),
        n,
        n * policy.points("resolved"),
    )
    n = facts.promises_due
    add("due", _plural(n, "rappel promis pendant le service", "rappels promis pendant le service"), n,
        n * policy.points("due_this_shift"))  # fmt: skip
    n = facts.promises_overdue
    add("overdue", _plural(n, "rappel en retard", "rappels en retard"), n, n * policy.points("overdue"))
    decayed = [hard_points(at, policy, now) for at in facts.hard_at]
    live = [points for points in decayed if points]
    add("conflictual", _plural(len(live), "contact conflictuel récent", "contacts conflictuels récents"), len(live),
        sum(live))  # fmt: skip
    n = facts.bad_news_today
    add("bad_news", _plural(n, "rappel sans solution aujourd’hui", "rappels sans solution aujourd’hui"), n,
        n * policy.points("bad_news"))  # fmt: skip
    if pair_weighs(facts.hard_at, policy, now):
        add("hard_pair", "deux contacts conflictuels rapprochés", 1, policy.points("hard_pair"))
    minutes = facts.scheduled_minutes
    add("scheduled", "min d’accompagnement ou de formation à venir", minutes,
        tenths(minutes * policy.points("scheduled_hour") / 60))  # fmt: skip
    return lines


def _plural(count: int, one: str, many: str) -> str:
    return many if count > 1 else one


def case_points(state: str, colour: str, policy: Policy) -> int:
    """What one case weighs: the state's points × the colour's factor."""
    return tenths(policy.points(state) * policy.factor(colour) / 100)


def tenths(points: float) -> int:
    """To the nearest tenth of a point: what is shown on each line adds up to the total shown."""
    return round(points / 10) * 10


def score(facts: LoadFacts, policy: Policy, now: datetime) -> int:
    return total(components(facts, policy, now))


def total(lines: Iterable[Component]) -> int:
    return sum(line.points for line in lines)


def cap(working_time_pct: int, policy: Policy) -> int:
    """The cap follows the working time: 80 % → 80 points."""
    return round(policy.points("cap") * working_time_pct / 100)


def hard_points(at: datetime, policy: Policy, now: datetime) -> int:
    """10.0 when declared, 7.5 half an hour later, 0 after two hours."""
    age = now - at
    span = timedelta(minutes=policy.conflictual_minutes)
    if age < timedelta(0) or age >= span:
        return 0
    return tenths(policy.points("conflictual") * (1 - age / span))


def last_pair(hard_at: Sequence[datetime], policy: Policy) -> datetime | None:
    """When the latest two conflictual contacts in a row, less than five minutes apart, became two."""
    ordered = sorted(hard_at)
    gap = timedelta(minutes=policy.hard_gap_minutes)
    pairs = [second for first, second in itertools.pairwise(ordered) if second - first < gap]
    return pairs[-1] if pairs else None


def pair_weighs(hard_at: Sequence[datetime], policy: Policy, now: datetime) -> bool:
    """+5 once, for two hours after the second (domain.md §11)."""
    second = last_pair([at for at in hard_at if at <= now], policy)
    return second is not None and now - second < timedelta(minutes=policy.conflictual_minutes)


def band(points: int, cap_points: int, policy: Policy) -> Band:
    """[60, 85[ orange, [85, 100[ rouge, ≥ 100 saturé (domain.md §11)."""
    share = points * 100
    if share >= 100 * cap_points:
        return Band.SATURATED
    if share >= policy.band_red_pct * cap_points:
        return Band.RED
    if share >= policy.band_orange_pct * cap_points:
        return Band.ORANGE
    return Band.GREEN


def in_points(value: int) -> str:
    """9710 → « 97,1 »; 4000 → « 40 »."""
    text = f"{value / POINT:.1f}".replace(".", ",")
    return text.removesuffix(",0")
