"""What passes to whom while somebody is away: plan() says it case by case (domain.md §5.6). Pure.

A planned absence of more than one business day, or a sudden one, gives each callback promised inside it to a
delegate: the owner stays. Beyond five business days the cases themselves move, and only those with a callback
promised inside the absence or in red. Each moves once, nobody else's case moves to make room, and nobody
goes above the cap.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from routing.engine import Candidate, Decision, Request, decide, exclusion
from routing.enums import ExclusionCode
from routing.load import case_points
from routing.policy import Policy

#: Business days of a planned absence that change nothing, and after which cases move.
SHORT_DAYS, LONG_DAYS = 1, 5
#: What somebody must do within this counts on how tired they are now.
SOON = timedelta(hours=1)
_FAR = timedelta(days=3650)

DELEGATE, MOVE, STAYS = "delegation", "move", "stays"
#: Why a case stays.
UNAFFECTED, SHORT, COVERED, ELSEWHERE, NOBODY, CHOSEN, NO_LONGER = (
    "unaffected", "short", "covered", "elsewhere", "nobody", "chosen", "no_longer",
)  # fmt: skip
WHY_STAYS: Mapping[str, str] = {
    UNAFFECTED: "aucun rappel promis pendant l’absence",
    SHORT: "absence prévue d’un jour ouvré au plus : le rappel reste au conseiller",
    COVERED: "un suppléant couvre déjà ce rappel",
    ELSEWHERE: "dossier d’une autre unité : son manager décide",
    NOBODY: "personne ne peut le prendre",
    CHOSEN: "laissé par votre choix",
    NO_LONGER: "la personne choisie ne peut plus le prendre",
}


@dataclass(frozen=True, slots=True)
class Away:
    """`days`: business days of the owner's unit inside the absence."""

    user_id: int
    start: datetime
    end: datetime
    days: int
    sudden: bool

    @property
    def long(self) -> bool:
        return self.days > LONG_DAYS

    @property
    def passes_callbacks(self) -> bool:
        return self.sudden or self.days > SHORT_DAYS


@dataclass(frozen=True, slots=True)
class Held:
    """A working case of who goes away. `window`: the callback owed, None where none is promised.

    `covered`: a delegate in office calls then. `not_there`: who cannot be there when it matters.
    """

    case_id: int
    request: Request
    window: tuple[datetime, datetime] | None = None
    covered: bool = False
    elsewhere: bool = False
    not_there: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one case. `eligible`: everybody who could have it, as loaded at this point."""

    case_id: int
    kind: str
    why: str = ""
    to: int | None = None
    decision: Decision | None = None
    eligible: frozenset[int] = field(default_factory=frozenset)


def owed_inside(window: tuple[datetime, datetime] | None, away: Away, now: datetime) -> bool:
    """Whether a callback falls in the absence. One already late is due now: a sudden absence leaves it."""
    if window is None:
        return False
    start, end = window
    if end <= now:
        return away.start <= now < away.end
    return start < away.end and end > away.start


def kind_of(held: Held, away: Away, now: datetime) -> tuple[str, str]:
    """(what should become of it, why it stays)."""
    inside = owed_inside(held.window, away, now)
    if not inside and not (away.long and held.request.colour == "red"):
        return STAYS, UNAFFECTED
    if held.elsewhere:
        return STAYS, ELSEWHERE
    if held.covered:
        return STAYS, COVERED
    if away.long:
        return MOVE, ""
    return (DELEGATE, "") if away.passes_callbacks else (STAYS, SHORT)


def plan(
    held: Iterable[Held],
    away: Away,
    candidates: Iterable[Candidate],
    policy: Policy,
    now: datetime,
    *,
    wanted: Mapping[int, int | None] | None = None,
) -> tuple[Step, ...]:
    """The next callback owed first. `wanted`: case → who a person chose instead of the engine (None: nobody)."""
    pool = {one.user_id: one for one in candidates if one.user_id != away.user_id}
    steps = []
    for case in sorted(held, key=lambda one: (one.window is None, one.window or (now, now), one.case_id)):
        kind, why = kind_of(case, away, now)
        if kind == STAYS:
            steps.append(Step(case.case_id, STAYS, why))
            continue
        step = _give(case, kind, away, pool, policy, now, wanted or {})
        steps.append(step)
        if step.to is not None:
            one = pool[step.to]
            points = case_points(case.request.state, case.request.colour, policy)
            pool[step.to] = replace(one, points=one.points + points)
    return tuple(steps)


def _give(
    case: Held,
    kind: str,
    away: Away,
    pool: Mapping[int, Candidate],
    policy: Policy,
    now: datetime,
    wanted: Mapping[int, int | None],
) -> Step:
    # Nobody gets the margin of continuity: it is for the advisor who knows the client, who is away.
    request = replace(case.request, continuity=(), stages=(frozenset({case.request.unit_id}),))
    there = [_then(one, case, away, now) for one in pool.values()]
    added = case_points(request.state, request.colour, policy)
    eligible = frozenset(
        one.user_id
        for one in there
        if one.unit_id == request.unit_id and not exclusion(one, request, added, policy, now)
    )
    decision = decide(request, there, policy, now)
    if case.case_id in wanted:
        choice = wanted[case.case_id]
        if choice is None:
            return Step(case.case_id, STAYS, CHOSEN, None, decision, eligible)
        if choice not in eligible:
            return Step(case.case_id, STAYS, NO_LONGER, None, decision, eligible)
        return Step(case.case_id, kind, "", choice, decision, eligible)
    if decision.chosen is None:
        return Step(case.case_id, STAYS, NOBODY, None, decision, eligible)
    return Step(case.case_id, kind, "", decision.chosen.user_id, decision, eligible)


def _then(one: Candidate, case: Held, away: Away, now: datetime) -> Candidate:
    """The candidate as the planning says they will be when the case needs them."""
    if one.user_id in case.not_there:
        return replace(one, shift_until=None)
    needed = max(away.start, case.window[0]) if case.window else away.start
    tired = one.recovery_needed and needed <= now + SOON
    return replace(one, shift_until=now + _FAR, busy="", recovery_needed=tired)


def left_out_words(step: Step) -> str:
    """Why nobody: « 3 au-delà du plafond, 1 hors service »."""
    counted = step.decision.histogram if step.decision else {}
    words = {code.value: code.label for code in ExclusionCode}
    return ", ".join(f"{count}\u00a0{words.get(code, code)}" for code, count in counted.items())
