"""What co-signed mentoring proves (domain.md §6.4, §11): minutes, sessions, distinct colleagues.

A session whose 14 days to sign still run at the cutoff may still count: its minutes are pending, and the verdict is
unknown where they would decide. Once the delay is over it does not count, and is listed with its reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

from django.utils import timezone

from atdemain.pages.typography import duration
from recognition.enums import Unit
from recognition.evidence.scope import Scope
from recognition.findings import Fact
from recognition.mentoring.evidence import Mentoring, NotCounted
from recognition.mentoring.rules import GROUP, SIGN_WITHIN

#: Not signed, or signed too late for this cutoff: what a running delay may still mend.
UNSIGNED = ("no_mentor", "no_trainee", "late", "expired")


def mentoring_minutes(scope: Scope) -> Iterator[tuple[int, Fact]]:
    return _facts(scope, Unit.MINUTES, lambda one: one.minutes, lambda one: one.minutes)


def sessions_given(scope: Scope) -> Iterator[tuple[int, Fact]]:
    return _facts(scope, Unit.COUNT, lambda one: one.sessions, lambda one: 1)


def distinct_trainees(scope: Scope) -> Iterator[tuple[int, Fact]]:
    """Only those who signed; a session still to be signed may bring up to four."""
    return _facts(scope, Unit.COUNT, lambda one: len(one.trainees), lambda one: GROUP)


def trains_colleagues(scope: Scope) -> Iterator[tuple[int, Fact]]:
    return _facts(scope, Unit.YES_NO, lambda one: int(one.sessions > 0), lambda one: 1)


def _facts(
    scope: Scope,
    unit: Unit,
    value: Callable[[Mentoring], int],
    awaited: Callable[[NotCounted], int],
) -> Iterator[tuple[int, Fact]]:
    for employee in scope.stays:
        found = scope.mentoring[employee]
        yield (
            employee,
            Fact(
                value(found),
                unit.value,
                sources=tuple(f"session:{pk}" for pk in found.session_ids),
                left_out=tuple(_left_out(one) for one in found.not_counted),
                pending=sum(awaited(one) for one in found.not_counted if _runs(one, scope)),
            ),
        )


def _runs(one: NotCounted, scope: Scope) -> bool:
    """Whether the delay to sign was still running at the cutoff."""
    ended = one.starts_at + timedelta(minutes=one.minutes)
    return one.code in UNSIGNED and ended <= scope.cutoff < ended + SIGN_WITHIN


def _left_out(one: NotCounted) -> str:
    day = timezone.localtime(one.starts_at)
    return f"Séance d’accompagnement du {day:%d/%m/%Y} ({duration(one.minutes)}) : {one.reason}."
