"""Who takes the case: decide() ranks the candidates and says why each other is left out.

domain.md §5.1 (eligibility, in order), §5.2 (selection), §5.5 (overflow). Pure: facts, policy and `now`
in; the choice and its whole explanation out. The same facts give the same answer in any order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

from routing.enums import AssignmentMode, ExclusionCode
from routing.load import case_points, in_points
from routing.policy import Policy

#: Picks one of the eligible: (candidates, points the case adds, policy).
Choose = Callable[[Sequence["Candidate"], int, Policy], "Candidate"]

BASE_SKILL = "base"
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_SHOWN = 12  # candidates told of, eligible and left out each


@dataclass(frozen=True, slots=True)
class Candidate:
    """One advisor at the moment of the decision; `points` and `cap` in hundredths of a point."""

    user_id: int
    employee_number: str
    name: str
    unit_id: int | None
    points: int
    cap: int
    internal: bool = True
    participates: bool = True
    consents: bool = True
    skills: Mapping[str, int] = field(default_factory=dict)  # unexpired: code → level
    shift_until: datetime | None = None  # None: not on shift
    busy: str = ""  # a presence kind, "" = free
    recovery_needed: bool = False
    last_rd3_at: datetime | None = None
    rd3_in_7_days: int = 0
    week_load: int = 0  # mean of the last seven days' available hours, in hundredths of a point


@dataclass(frozen=True, slots=True)
class Request:
    """The case that asks for an owner.

    `continuity`: the owners to ask first, in order. `stages`: the units looked into, one after the
    other while nobody is eligible (own unit, units with an agreement, national pool).
    """

    colour: str
    unit_id: int
    stages: tuple[frozenset[int], ...]
    skills: tuple[str, ...] = (BASE_SKILL,)
    needs_participation: bool = True
    continuity: tuple[int, ...] = ()
    refused: frozenset[int] = frozenset()  # after an incident with this client
    state: str = "opened"


@dataclass(frozen=True, slots=True)
class Line:
    """One candidate in the explanation."""

    user_id: int
    name: str
    code: str  # exclusion code, "" = eligible
    before: int
    after: int
    cap: int

    @property
    def percent(self) -> str:
        """Use of the cap after assignment: « 50 % »."""
        return f"{_trim(Fraction(self.after * 100, self.cap) if self.cap else Fraction(999))}\u202f%"


@dataclass(frozen=True, slots=True)
class Decision:
    """`chosen` None: nobody is eligible, the case waits in its unit's queue."""

    chosen: Line | None
    mode: str
    lines: tuple[Line, ...]
    histogram: Mapping[str, int]
    stage: int = 0
    by_tie: bool = False  # not the lowest use, but so near that the last seven days decided

    @property
    def over_cap(self) -> bool:
        return self.chosen is not None and self.chosen.after > self.chosen.cap

    def sentence(self) -> str:
        """« choisie : B. (25/80 → 40/80 = 50 %) ; C. 55 % ; A. écartée : plafond (112,1/100) »."""
        parts = []
        if self.chosen is not None:
            one = self.chosen
            before, after, cap = in_points(one.before), in_points(one.after), in_points(one.cap)
            why = ", continuité" if self.mode == AssignmentMode.CONTINUITY else ""
            if self.by_tie:
                why = ", à égalité avec la charge la plus basse, départagée par les sept derniers jours"
            parts.append(f"choisie\u00a0: {one.name} ({before}/{cap} → {after}/{cap} = {one.percent}{why})")
        for line in self.lines:
            if line == self.chosen:
                continue
            if not line.code:
                parts.append(f"{line.name} {line.percent}")
            elif line.code == ExclusionCode.OVER_CAP:
                parts.append(
                    f"{line.name} écartée\u00a0: plafond ({in_points(line.after)}/{in_points(line.cap)})"
                )
            else:
                parts.append(f"{line.name} écartée\u00a0: {ExclusionCode(line.code).label}")
        if self.chosen is None:
            parts.insert(0, "personne ne peut prendre ce dossier maintenant")
        return "\u202f; ".join(parts)

    def to_json(self) -> dict[str, Any]:
        """What is stored beside the assignment; its individual figures are erased after seven days."""
        return {
            "sentence": self.sentence(),
            "mode": self.mode,
            "stage": self.stage,
            "histogram": dict(self.histogram),
            "candidates": [
                {
                    "user": line.user_id,
                    "code": line.code,
                    "before": line.before,
                    "after": line.after,
                    "cap": line.cap,
                }
                for line in self.lines
            ],
        }


def decide(
    request: Request,
    candidates: Iterable[Candidate],
    policy: Policy,
    now: datetime,
    *,
    choose: Choose | None = None,
) -> Decision:
    """Continuity first; else the lowest use of the cap after assignment, stage after stage.

    `choose` picks among the eligible another way (to compare policies).
    """
    choose = choose or balanced
    pool = sorted(candidates, key=lambda one: (one.employee_number, one.user_id))
    added = case_points(request.state, request.colour, policy)
    codes = {one.user_id: exclusion(one, request, added, policy, now) for one in pool}
    by_id = {one.user_id: one for one in pool}
    for user_id in request.continuity:
        one = by_id.get(user_id)
        if one is not None and _continues(one, codes[user_id], request, added, policy):
            return _answer(one, AssignmentMode.CONTINUITY, pool, codes, request, added, 0)
    for stage, units in enumerate(request.stages):
        eligible = [one for one in pool if not codes[one.user_id] and one.unit_id in units]
        if eligible:
            best = choose(eligible, added, policy)
            mode = AssignmentMode.OVERFLOW if stage else AssignmentMode.BALANCED
            return _answer(best, mode, pool, codes, request, added, stage)
    return _answer(None, "", pool, codes, request, added, len(request.stages))


def exclusion(one: Candidate, request: Request, added: int, policy: Policy, now: datetime) -> str:
    """The first code that applies, E1 to E8 without E7 (which the stage decides); "" = eligible."""
    if not one.internal:
        return ExclusionCode.NOT_INTERNAL
    if request.needs_participation and not one.participates:
        return ExclusionCode.NOT_PARTICIPANT
    if request.needs_participation and not one.consents:
        return ExclusionCode.NO_CONSENT
    if any(one.skills.get(skill, 0) < policy.skill_level for skill in request.skills):
        return ExclusionCode.NO_TRAINING
    if one.shift_until is None or one.shift_until - now < timedelta(minutes=policy.shift_left_minutes):
        return ExclusionCode.OFF_SHIFT
    if one.busy:
        return ExclusionCode.BUSY_PRESENCE
    if one.points + added > one.cap:
        return ExclusionCode.OVER_CAP
    if one.recovery_needed:
        return ExclusionCode.RECOVERY_NEEDED
    if one.user_id in request.refused:
        return ExclusionCode.CLIENT_EXCLUSION
    return ""


def _continues(one: Candidate, code: str, request: Request, added: int, policy: Policy) -> bool:
    """The advisor who knows the client: whatever the unit, and up to the margin above the cap."""
    if not code:
        return True
    if code != ExclusionCode.OVER_CAP or one.recovery_needed or one.user_id in request.refused:
        return False
    return (one.points + added) * 100 <= one.cap * (100 + policy.continuity_margin_pct)


def use(one: Candidate, added: int) -> Fraction:
    """Share of the cap after assignment."""
    return Fraction(one.points + added, one.cap)


def balanced(eligible: Sequence[Candidate], added: int, policy: Policy) -> Candidate:
    """The lowest use after assignment; those nearer to it than `tie_width_pct` points of the cap are its equals.

    Without this width a case weighs more on a part-timer (12/80) than on a full-timer (12/100), who would
    be served first for ever. Equals: least load over seven days, then the ties of domain.md §5.2.
    """
    low = min(use(one, added) for one in eligible)
    width = Fraction(policy.tie_width_pct) / 100
    near = [one for one in eligible if use(one, added) == low or use(one, added) - low < width]
    return min(near, key=ties)


def ties(one: Candidate) -> tuple[int, datetime, int, str, int]:
    """Least load over seven days; longest since the last RD3+, fewest in 7 days, employee number."""
    return (
        one.week_load,
        one.last_rd3_at or _LONG_AGO,
        one.rd3_in_7_days,
        one.employee_number,
        one.user_id,
    )


def _answer(
    chosen: Candidate | None,
    mode: str,
    pool: Sequence[Candidate],
    codes: Mapping[int, str],
    request: Request,
    added: int,
    stage: int,
) -> Decision:
    """The explanation: the eligible by rank, then those left out nearest to eligibility first."""
    allowed = frozenset().union(*request.stages[: stage + 1])
    counted: Counter[str] = Counter()
    eligible, left_out = [], []
    for one in pool:
        code = codes[one.user_id]
        if one.unit_id not in allowed and one is not chosen and code in ("", ExclusionCode.CLIENT_EXCLUSION):
            code = ExclusionCode.OTHER_UNIT
        if code:
            counted[str(code)] += 1
        if one.unit_id in allowed or one is chosen:
            (left_out if code and one is not chosen else eligible).append((one, str(code)))
    eligible.sort(
        key=lambda pair: (pair[0] is not chosen, (use(pair[0], added), ties(pair[0])) if pair[0].cap else ())
    )
    left_out.sort(key=lambda pair: (-_ORDER[pair[1]], pair[0].employee_number))
    lines = tuple(
        Line(one.user_id, one.name, "" if one is chosen else code, one.points, one.points + added, one.cap)
        for one, code in (*eligible[:_SHOWN], *left_out[:_SHOWN])
    )
    first = lines[0] if chosen is not None else None
    lower = chosen is not None and any(
        not code and one is not chosen and use(one, added) < use(chosen, added) for one, code in eligible
    )
    by_tie = lower and mode in (AssignmentMode.BALANCED, AssignmentMode.OVERFLOW)
    return Decision(first, str(mode), lines, dict(sorted(counted.items())), stage, by_tie)


_ORDER = {code.value: rank for rank, code in enumerate(ExclusionCode)}


def _trim(value: Fraction) -> str:
    text = f"{float(value):.1f}".replace(".", ",")
    return text.removesuffix(",0")
