"""Who is judged, over which days, as known at the cutoff (domain.md §6.3, §6.5, §11). Three statements per thousand people.

Nothing is read of a mode, a contract or a working time: the queries do not name those columns (INV-19).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone

from atdemain.database import among
from atdemain.organisation.enums import ConsentAnswer
from atdemain.organisation.models import ConsentEvent, Participation
from recognition.enums import ExitReason, JustCause
from recognition.findings import JUST, PENDING, UNJUSTIFIED, Interval
from recognition.mentoring.evidence import Mentoring, counted_sessions
from recognition.models import NeutralisedDays
from recognition.terms import Terms

ONE_DAY = timedelta(days=1)


class Held(NamedTuple):
    """One participation as it is written, with its exit if there is one; `ends_on` None: it runs."""

    pk: int
    programme_id: int
    role: str
    starts_on: date
    ends_on: date | None
    exit_pk: int | None
    reason: str | None
    just_cause: str | None
    announced_at: datetime | None
    decided_at: datetime | None


class Departure(NamedTuple):
    """An end of participation inside the period. `cause`: just, unjustified or pending; `source`: its proof."""

    on: date
    cause: str
    source: str


@dataclass(frozen=True, slots=True)
class Stay:
    """One employee's time in the period. `neutralised`: days, capped where participations leave room."""

    number: str
    held: tuple[Held, ...]  # everything begun by the last day, before the period too
    intervals: tuple[Interval, ...]
    departures: tuple[Departure, ...]
    neutralised: int = 0
    neutralised_sources: tuple[str, ...] = ()

    @property
    def leaving(self) -> str:
        """An unjustified exit outweighs a pending one, which outweighs the just ones."""
        causes = {one.cause for one in self.departures}
        return next((cause for cause in (UNJUSTIFIED, PENDING, JUST) if cause in causes), "")


@dataclass(frozen=True)
class Scope:
    """What every collector reads: the terms, the cutoff, the people. `last`: the last day that counts."""

    terms: Terms
    cutoff: datetime
    stays: Mapping[int, Stay]

    @property
    def first(self) -> date:
        return self.terms.period_start

    @cached_property
    def last(self) -> date:
        return last_day(self.terms, self.cutoff)

    @property
    def since(self) -> datetime:
        return midnight(self.first)

    @property
    def until(self) -> datetime:
        """The first instant after the last day."""
        return midnight(self.last + ONE_DAY)

    @cached_property
    def people(self) -> list[int]:
        return sorted(self.stays)

    @cached_property
    def mentoring(self) -> dict[int, Mentoring]:
        """Read once for the four sources that speak of it."""
        return counted_sessions(self.people, self.first, self.last, self.cutoff)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_default_timezone())


def last_day(terms: Terms, cutoff: datetime) -> date:
    """The period's last day, or the day of the cutoff (Paris) while the period still runs."""
    return min(terms.period_end, timezone.localdate(cutoff))


def employees_of(terms: Terms, cutoff: datetime, programme_id: int | None) -> list[int]:
    """Whoever has a day of participation in the period, in a role the version pays or not."""
    last = last_day(terms, cutoff)
    rows = Participation.objects.filter(starts_on__lte=last).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=terms.period_start)
    )
    if programme_id is not None:
        rows = rows.filter(programme=programme_id)
    return sorted(set(rows.order_by().values_list("employee", flat=True)))


def read_stays(
    terms: Terms, cutoff: datetime, employees: Sequence[int], programme_id: int | None
) -> dict[int, Stay]:
    """Employee → stay; whoever has no counted day is left out. Three statements."""
    last = last_day(terms, cutoff)
    rows = Participation.objects.filter(employee__in=among(employees), starts_on__lte=last)
    if programme_id is not None:
        rows = rows.filter(programme=programme_id)
    held: dict[int, list[Held]] = defaultdict(list)
    numbers: dict[int, str] = {}
    named = (
        "employee", "employee__employee_number", "pk", "programme", "role", "starts_on", "ends_on",
        "exit__pk", "exit__reason", "exit__just_cause", "exit__announced_at", "exit__decided_at",
    )  # fmt: skip
    for employee, number, *fields in rows.order_by("starts_on", "pk").values_list(*named):
        held[employee].append(Held(*fields))
        numbers[employee] = number or f"#{employee}"
    answers = _answers(employees, cutoff)
    neutralised = _neutralised(employees, terms.period_start, last, cutoff)
    stays = {}
    for employee, mine in held.items():
        stretches = [
            one for each in mine for one in _stretches(each, answers[each.pk], terms.period_start, last)
        ]
        intervals = joined(stretches)
        if not intervals:
            continue
        days, sources = _room(neutralised.get(employee, ()), intervals, terms.period_start, last)
        departures = _departures(mine, intervals, terms.period_start, last, cutoff)
        stays[employee] = Stay(numbers[employee], tuple(mine), intervals, departures, days, sources)
    return stays


def _answers(employees: Sequence[int], cutoff: datetime) -> dict[int, list[tuple[date, bool]]]:
    """Participation → (day, whether the employee then takes part), in order."""
    found: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    rows = ConsentEvent.objects.filter(participation__employee__in=among(employees), at__lte=cutoff)
    for participation, at, answer in rows.order_by("at", "pk").values_list("participation", "at", "answer"):
        found[participation].append((timezone.localdate(at), answer == ConsentAnswer.ACCEPTED))
    return found


def _stretches(
    one: Held, answers: Sequence[tuple[date, bool]], first: date, last: date
) -> Iterable[Interval]:
    """The days that count of one participation: all of them but those after a refusal or a withdrawal.

    The day of the refusal counts, that of a new acceptance too; an answer not given yet takes nothing away.
    """
    start, end = max(one.starts_on, first), min(one.ends_on or last, last)
    opened: date | None = start
    for day, taking_part in answers:
        if not taking_part and opened is not None:
            if day >= opened:
                yield from _interval(one.role, opened, min(day, end))
            opened = None
        elif taking_part and opened is None:
            opened = max(day, start)
    if opened is not None:
        yield from _interval(one.role, opened, end)


def _interval(role: str, first: date, last: date) -> Iterable[Interval]:
    if first <= last:
        yield Interval(role, first, last)


def joined(stretches: Iterable[Interval]) -> tuple[Interval, ...]:
    """No day twice, and days that follow each other in one role are one interval."""
    found: list[Interval] = []
    for one in sorted(stretches, key=lambda each: (each.first, each.last, each.role)):
        first = max(one.first, found[-1].last + ONE_DAY) if found else one.first
        if first > one.last:
            continue
        if found and found[-1].role == one.role and found[-1].last + ONE_DAY == first:
            found[-1] = Interval(one.role, found[-1].first, one.last)
        else:
            found.append(Interval(one.role, first, one.last))
    return tuple(found)


def _cause(one: Held, cutoff: datetime) -> str:
    """What the exit was at the cutoff: a decision taken later was still pending; "" when nobody had told it yet."""
    if one.just_cause is None or one.announced_at is None or one.announced_at > cutoff:
        return ""
    cause = one.just_cause
    if one.decided_at is not None and one.decided_at > cutoff:
        cause = JustCause.PENDING if one.reason == ExitReason.UNJUSTIFIED else JustCause.YES
    return {JustCause.YES: JUST, JustCause.NO: UNJUSTIFIED, JustCause.PENDING: PENDING}[JustCause(cause)]


def _departures(
    held: Sequence[Held], intervals: Sequence[Interval], first: date, last: date, cutoff: datetime
) -> tuple[Departure, ...]:
    """Ends inside the period. Without a recorded exit, an end nothing follows is a just one (domain.md §6.3)."""
    found = []
    for one in held:
        cause = _cause(one, cutoff)
        if one.ends_on is not None and first <= one.ends_on <= last and cause:
            found.append(Departure(one.ends_on, cause, f"exit:{one.exit_pk}"))
    counted = intervals[-1].last
    if counted < last and not any(one.on >= counted for one in found):
        found.append(Departure(counted, JUST, f"participation:{held[-1].pk}"))
    return tuple(found)


def _neutralised(
    employees: Sequence[int], first: date, last: date, cutoff: datetime
) -> dict[int, list[tuple[int, date, date, int]]]:
    found: dict[int, list[tuple[int, date, date, int]]] = defaultdict(list)
    rows = NeutralisedDays.objects.filter(
        employee__in=among(employees), from_on__lte=last, to_on__gte=first, entered_at__lte=cutoff
    )
    named = ("employee", "pk", "from_on", "to_on", "days")
    for employee, *fields in rows.order_by("from_on", "pk").values_list(*named):
        found[employee].append((fields[0], fields[1], fields[2], fields[3]))
    return found


def _room(
    rows: Iterable[tuple[int, date, date, int]], intervals: Sequence[Interval], first: date, last: date
) -> tuple[int, tuple[str, ...]]:
    """Neutralised days never exceed the days of their own stretch that no participation covers (§11)."""
    total, sources = 0, []
    for pk, start, end, days in rows:
        start, end = max(start, first), min(end, last)
        covered = sum(max(0, (min(one.last, end) - max(one.first, start)).days + 1) for one in intervals)
        counted = min(days, max(0, (end - start).days + 1 - covered))
        if counted:
            total += counted
            sources.append(f"neutralised:{pk}")
    return total, tuple(sources)
