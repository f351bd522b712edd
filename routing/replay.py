"""Was it worth it? The same openings and presences under several policies, through the same engine. Pure.

Each opening asks for an owner at its own time; nobody eligible, it asks again whenever somebody comes on
shift, is free again or carries less. A case weighs on whoever holds it what its real life made it weigh (state
and colour, from its journal). The load of an advisor is the mean of these points over available time, as in
the figures of fairness. Callbacks and hard contacts would have fallen on other people: they are left out, for
every policy alike.
"""

from __future__ import annotations

import heapq
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from routing.engine import BASE_SKILL, Candidate, Choose, Request, balanced, decide
from routing.enums import AssignmentMode
from routing.fairness import jain
from routing.load import STATES, case_points, tenths
from routing.policy import Policy

LATE, WEEK = timedelta(minutes=15), timedelta(days=7)
_NO_CAP = 10**9
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Opening:
    """A case of the period; `life`: when its state and colour changed, the opening included, in order."""

    case_id: int
    at: datetime
    unit_id: int
    identity: str
    life: tuple[tuple[datetime, str, str], ...]
    skills: tuple[str, ...] = (BASE_SKILL,)


@dataclass(frozen=True, slots=True)
class Person:
    """An advisor over the period: shifts and what interrupts them, as (start, end) in time order."""

    candidate: Candidate
    shifts: tuple[tuple[datetime, datetime], ...]
    busy: tuple[tuple[datetime, datetime], ...] = ()

    def free(self) -> tuple[tuple[datetime, datetime], ...]:
        """Available time: on shift, and not interrupted."""
        spans = list(self.shifts)
        for begins, ends in self.busy:
            left = []
            for start, end in spans:
                left += [(start, min(end, begins)), (max(start, ends), end)]
            spans = [(start, end) for start, end in left if start < end]
        return tuple(spans)

    def hours(self) -> float:
        """Available hours over the period."""
        return sum((end - start).total_seconds() for start, end in self.free()) / 3600

    def at(self, now: datetime) -> tuple[datetime | None, str]:
        """End of the shift under way (None: not on shift), and a presence kind, "" = free."""
        until = _within(self.shifts, now)
        return until, "break" if until is not None and _within(self.busy, now) else ""


def _within(spans: Sequence[tuple[datetime, datetime]], now: datetime) -> datetime | None:
    """The end of the span under way at `now`; spans are in order and apart."""
    rank = bisect_right(spans, now, key=lambda span: span[0]) - 1
    return spans[rank][1] if rank >= 0 and now < spans[rank][1] else None


@dataclass(frozen=True, slots=True)
class Variant:
    """A way of choosing. Without `capped`, the cap excludes nobody; without `continuity`, nobody is preferred."""

    name: str
    choose: Choose
    capped: bool = False
    continuity: bool = False


def _longest_idle(eligible: Sequence[Candidate], _added: int, _policy: Policy) -> Candidate:
    return min(eligible, key=lambda one: (one.last_rd3_at or _LONG_AGO, one.employee_number))


def _fewest_cases(eligible: Sequence[Candidate], _added: int, _policy: Policy) -> Candidate:
    """Fewest working cases (here in the place of the RD3+ of seven days); ties: longest idle."""
    return min(
        eligible, key=lambda one: (one.rd3_in_7_days, one.last_rd3_at or _LONG_AGO, one.employee_number)
    )


OURS = Variant("charge la plus basse après affectation", balanced, capped=True, continuity=True)
LONGEST_IDLE = Variant("le plus longtemps sans dossier", _longest_idle)
FEWEST_CASES = Variant("le moins de dossiers ouverts", _fewest_cases)
VARIANTS = (OURS, LONGEST_IDLE, FEWEST_CASES)


@dataclass(slots=True)
class Outcome:
    """What one variant made of the period. Shares are of the openings (continuity: of those with a past owner)."""

    name: str
    openings: int = 0
    jain: float = 1.0
    late_share: float = 0.0
    unassigned: int = 0
    over_cap: int = 0
    continuity_share: float | None = None
    by_unit: dict[int, float] = field(default_factory=dict)

    @property
    def late_pct(self) -> float:
        return 100 * self.late_share


def replay(
    openings: Sequence[Opening],
    people: Mapping[int, Person],
    policy: Policy,
    variant: Variant,
    end: datetime,
    stages: Callable[[int], tuple[frozenset[int], ...]] = lambda unit: (frozenset({unit}),),
) -> Outcome:
    """Play the period from the first opening to `end`. The answer does not depend on the order given."""
    return _Run(people, policy, variant, end, stages).play(
        sorted(openings, key=lambda one: (one.at, one.case_id))
    )


class _Burden:
    """Points carried by one person over available time: a line that rises with each available hour."""

    def __init__(self, free: Sequence[tuple[datetime, datetime]]) -> None:
        self.starts = [start for start, _end in free]
        self.ends = [end for _start, end in free]
        self.before = [0.0]  # available hours before each span
        for start, end in free:
            self.before.append(self.before[-1] + (end - start).total_seconds() / 3600)
        self.hours, self.totals = [0.0], [0.0]  # the line, by available hours
        self.total = 0.0

    def until(self, at: datetime) -> float:
        """Available hours up to an instant."""
        rank = bisect_right(self.starts, at) - 1
        if rank < 0:
            return 0.0
        inside = (min(at, self.ends[rank]) - self.starts[rank]).total_seconds() / 3600
        return self.before[rank] + inside

    def carry(self, now: datetime, points: int) -> None:
        """`points` were carried since the last call."""
        hours = self.until(now)
        self.total += points * (hours - self.hours[-1])
        if hours > self.hours[-1]:
            self.hours.append(hours)
            self.totals.append(self.total)

    def week(self, now: datetime, points: int) -> int:
        """Mean points of the available hours of the last seven days, to a tenth; needs no write."""
        hours, first = self.until(now), self.until(now - WEEK)
        if hours <= first:
            return 0
        if first >= self.hours[-1]:
            return points
        carried = self.total + points * (hours - self.hours[-1]) - self._at(first)
        return tenths(carried / (hours - first))

    def _at(self, hours: float) -> float:
        rank = bisect_right(self.hours, hours) - 1
        if rank + 1 >= len(self.hours):
            return self.totals[-1]
        width = self.hours[rank + 1] - self.hours[rank]
        rise = self.totals[rank + 1] - self.totals[rank]
        return self.totals[rank] + rise * (hours - self.hours[rank]) / width


#: (when, sequence, kind, opening, step of its life)
Event = tuple[datetime, int, str, Opening, int]


class _Run:
    def __init__(self, people, policy, variant, end, stages) -> None:
        self.people, self.policy, self.variant, self.end, self.stages = people, policy, variant, end, stages
        self.points: dict[int, int] = defaultdict(int)
        self.free = {user: person.free() for user, person in people.items()}
        self.burden = {user: _Burden(spans) for user, spans in self.free.items()}
        self.held: dict[int, int] = {}  # case → points it weighs now
        self.holder: dict[int, int] = {}
        self.working: dict[int, set[int]] = defaultdict(set)
        self.last: dict[int, datetime] = {}
        self.owner_of: dict[str, tuple[int, datetime]] = {}
        self.order = count()
        #: when somebody comes on shift or is free again
        self.wakes = sorted({start for spans in self.free.values() for start, _end in spans})
        self.waiting: dict[int, Opening] = {}
        self.asking: set[tuple[int, datetime]] = set()

    def play(self, openings: Sequence[Opening]) -> Outcome:
        outcome = Outcome(self.variant.name, len(openings))
        late = known = kept = 0
        queue: list[Event] = []
        for opening in openings:
            heapq.heappush(queue, (opening.at, next(self.order), "ask", opening, 0))
        while queue:
            now, _n, kind, opening, step = heapq.heappop(queue)
            if now > self.end:
                break
            if kind == "life":
                if self._weigh(opening, step, now):
                    for one in self.waiting.values():
                        self._ask_again(queue, one, now)
                continue
            self.asking.discard((opening.case_id, now))
            if opening.case_id in self.holder:
                continue
            past = self.owner_of.get(opening.identity)
            recent = past is not None and now - past[1] <= timedelta(days=self.policy.continuity_days)
            chosen, over, mode = self._choose(opening, past[0] if recent else None, now)
            if chosen is None:
                self.waiting[opening.case_id] = opening
                following = bisect_right(self.wakes, now)
                if following < len(self.wakes):
                    self._ask_again(queue, opening, self.wakes[following])
                continue
            self.waiting.pop(opening.case_id, None)
            late += now - opening.at > LATE
            outcome.over_cap += over
            if recent:
                known += 1
                kept += mode == AssignmentMode.CONTINUITY or chosen == past[0]
            self._give(opening, chosen, now)
            for rank, (at, _state, _colour) in enumerate(opening.life):
                if at > now:
                    heapq.heappush(queue, (at, next(self.order), "life", opening, rank))
        self._close(outcome, late, known, kept)
        return outcome

    def _ask_again(self, queue: list[Event], opening: Opening, at: datetime) -> None:
        """Once for each instant."""
        if (opening.case_id, at) not in self.asking:
            self.asking.add((opening.case_id, at))
            heapq.heappush(queue, (at, next(self.order), "ask", opening, 0))

    def _choose(self, opening: Opening, past: int | None, now: datetime) -> tuple[int | None, bool, str]:
        state, colour = self._at(opening, now)
        if state not in STATES:
            state = "opened"
        request = Request(
            colour=colour,
            unit_id=opening.unit_id,
            stages=self.stages(opening.unit_id),
            skills=opening.skills,
            continuity=(past,) if past is not None and self.variant.continuity else (),
            state=state,
        )
        # Who is not on shift is never chosen, by continuity either: not worth a look.
        pool = [
            self._candidate(person, until, busy, now)
            for person in self.people.values()
            for until, busy in (person.at(now),)
            if until is not None
        ]
        decision = decide(request, pool, self.policy, now, choose=self.variant.choose)
        if decision.chosen is None:
            return None, False, ""
        user = decision.chosen.user_id
        over = self.points[user] + case_points(state, colour, self.policy) > self.people[user].candidate.cap
        return user, over, decision.mode

    def _candidate(self, person: Person, until: datetime, busy: str, now: datetime) -> Candidate:
        one = person.candidate
        return Candidate(
            one.user_id,
            one.employee_number,
            one.name,
            one.unit_id,
            self.points[one.user_id],
            one.cap if self.variant.capped else _NO_CAP,
            one.internal,
            one.participates,
            one.consents,
            one.skills,
            until,
            busy,
            False,
            self.last.get(one.user_id),
            len(self.working[one.user_id]) if self.variant is FEWEST_CASES else 0,
            self.burden[one.user_id].week(now, self.points[one.user_id]),
        )

    def _at(self, opening: Opening, now: datetime) -> tuple[str, str]:
        state, colour = opening.life[0][1:]
        for at, later, shade in opening.life:
            if at <= now:
                state, colour = later, shade
        return state, colour

    def _give(self, opening: Opening, user: int, now: datetime) -> None:
        self.holder[opening.case_id] = user
        self.last[user] = now
        self.owner_of[opening.identity] = (user, now)
        self._set(opening, user, *self._at(opening, now), now)

    def _weigh(self, opening: Opening, step: int, now: datetime) -> bool:
        """Whether its holder carries less from now on."""
        user = self.holder[opening.case_id]
        before = self.points[user]
        self.owner_of[opening.identity] = (user, now)
        self._set(opening, user, *opening.life[step][1:], now)
        return self.points[user] < before

    def _set(self, opening: Opening, user: int, state: str, colour: str, now: datetime) -> None:
        self._accrue(user, now)
        weight = 0
        if state in STATES:
            weight = case_points(state, colour, self.policy)
            self.working[user].add(opening.case_id)
        else:
            self.working[user].discard(opening.case_id)
            weight = self.policy.points("resolved") if state == "resolved" else 0
        self.points[user] += weight - self.held.get(opening.case_id, 0)
        self.held[opening.case_id] = weight

    def _accrue(self, user: int, now: datetime) -> None:
        self.burden[user].carry(now, self.points[user])

    def _close(self, outcome: Outcome, late: int, known: int, kept: int) -> None:
        for user in self.people:
            self._accrue(user, self.end)
        outcome.unassigned = outcome.openings - len(self.holder)
        if outcome.openings:
            outcome.late_share = (late + outcome.unassigned) / outcome.openings
        outcome.continuity_share = kept / known if known else None
        by_unit: dict[int, list[float]] = defaultdict(list)
        for user, person in self.people.items():
            one, hours = person.candidate, person.hours()
            if hours and one.internal and one.participates and one.consents and one.unit_id is not None:
                by_unit[one.unit_id].append(self.burden[user].total / hours)
        outcome.by_unit = {unit: jain(values) for unit, values in sorted(by_unit.items()) if sum(values)}
        people = {unit: len(by_unit[unit]) for unit in outcome.by_unit}
        if people:
            total = sum(people.values())
            outcome.jain = sum(outcome.by_unit[unit] * n for unit, n in people.items()) / total
