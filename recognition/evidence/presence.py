"""What the dates of a participation prove: days, presence at the end, just exit, pilot, role (domain.md §6.2, §6.3)."""

from __future__ import annotations

from collections.abc import Iterator

from atdemain.organisation.enums import PhaseKind, Role
from atdemain.organisation.models import Phase
from recognition.enums import Unit
from recognition.evidence.scope import Scope, Stay
from recognition.findings import JUST, PENDING, Fact

YES_NO = Unit.YES_NO.value


def active_days(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """Days in any role the version pays: changing role loses nothing. The rules add the neutralised ones."""
    for employee, stay in scope.stays.items():
        days = sum(one.days for one in stay.intervals if one.role in scope.terms.eligible_roles)
        yield (
            employee,
            Fact(days, Unit.DAYS.value, sources=(*_participations(scope, stay), *stay.neutralised_sources)),
        )


def in_project_at_end(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """Taking part on the last day of the period; as things stand at the cutoff while it runs."""
    for employee, stay in scope.stays.items():
        last = stay.intervals[-1].last
        there = last == scope.last
        yield employee, Fact(int(there), YES_NO, sources=_participations(scope, stay)[-1:], on=last)


def just_cause_exit(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """One exit for a just cause; one that HR has not decided yet may still become it."""
    for employee, stay in scope.stays.items():
        just = [one for one in stay.departures if one.cause == JUST]
        waiting = [one for one in stay.departures if one.cause == PENDING]
        seen = just or waiting or list(stay.departures)
        yield (
            employee,
            Fact(
                int(bool(just)),
                YES_NO,
                sources=tuple(one.source for one in seen),
                on=seen[-1].on if seen else None,
                pending=int(bool(waiting) and not just),
            ),
        )


def pilot_participation(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """A day of participation in a pilot phase, whenever it was. A programme without one cannot say."""
    programmes = {one.programme_id for stay in scope.stays.values() for one in stay.held}
    pilots = list(
        Phase.objects.filter(kind=PhaseKind.PILOT, programme__in=programmes)
        .order_by("starts_on", "pk")
        .values_list("pk", "programme", "starts_on", "ends_on")
    )
    for employee, stay in scope.stays.items():
        known = [one for one in pilots if one[1] in {held.programme_id for held in stay.held}]
        if not known:
            yield employee, Fact(None, YES_NO)
            continue
        shared = [
            (held.pk, phase)
            for phase, programme, start, end in known
            for held in stay.held
            if held.programme_id == programme
            and (end is None or held.starts_on <= end)
            and (held.ends_on is None or held.ends_on >= start)
            and start <= scope.last
        ]
        proofs = tuple(
            dict.fromkeys(
                f"{kind}:{pk}"
                for held, phase in shared
                for kind, pk in (("participation", held), ("phase", phase))
            )
        )
        yield employee, Fact(int(bool(shared)), YES_NO, sources=proofs)


def front_role(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """A stretch of the period as a front advisor."""
    for employee, stay in scope.stays.items():
        front = any(one.role == Role.ADVISOR for one in stay.intervals)
        yield employee, Fact(int(front), YES_NO, sources=_participations(scope, stay))


def _participations(scope: Scope, stay: Stay) -> tuple[str, ...]:
    return tuple(
        f"participation:{one.pk}"
        for one in stay.held
        if one.starts_on <= scope.last and (one.ends_on is None or one.ends_on >= scope.first)
    )
