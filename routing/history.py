"""What the comparison of policies replays: the openings of the last days, and who was there. Read only.

Past shifts are the planning, kept 28 days; nothing of anybody's past load is read (domain.md §2.9). Skills,
consents and agreements are those of today.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cases.models import Case
from routing.asking import stages_for
from routing.enums import BUSY_KINDS, PresenceKind
from routing.facts import Board
from routing.lives import lives
from routing.models import Presence
from routing.policy import Policy
from routing.replay import Opening, Person

Span = tuple[datetime, datetime]
DAYS = 28


@dataclass(frozen=True, slots=True)
class Past:
    """`stages`: unit → the units looked into, in order."""

    since: datetime
    until: datetime
    openings: list[Opening]
    people: dict[int, Person]
    stages: dict[int, tuple[frozenset[int], ...]]
    policy: Policy

    def stages_of(self, unit_id: int) -> tuple[frozenset[int], ...]:
        return self.stages.get(unit_id, (frozenset({unit_id}),))


def gather(now: datetime, *, days: int = DAYS) -> Past:
    """Nine queries and one per unit, whatever the number of cases up to five hundred."""
    since = now - timedelta(days=days)
    board = Board.at(now)
    shifts, busy = _presences(since, now)
    people = {
        user_id: Person(
            replace(one, points=0, last_rd3_at=None, rd3_in_7_days=0, recovery_needed=False),
            tuple(shifts[user_id]),
            tuple(busy.get(user_id, ())),
        )
        for user_id, one in board.candidates.items()
        if one.internal and one.participates and one.consents and user_id in shifts
    }
    cases = list(
        Case.objects.filter(opened_at__gt=since, opened_at__lte=now)
        .order_by("opened_at", "pk")
        .values_list("pk", "opened_at", "unit", "identity_key", "reason_family")
    )
    told = lives(pk for pk, *_rest in cases)
    openings = []
    for pk, at, unit, identity, family in cases:
        steps = told.get(pk)
        if not steps:
            continue  # opened before the journal was read, or by a restore
        life = [(step.at, step.state, step.colour) for step in steps]
        openings.append(Opening(pk, at, unit, identity, _changes(life), board.skills_for(family)))
    stages = {unit: stages_for(unit, board) for unit in sorted({one.unit_id for one in openings})}
    return Past(since, now, openings, people, stages, board.policy)


def _changes(life: list[tuple[datetime, str, str]]) -> tuple[tuple[datetime, str, str], ...]:
    """Without the steps where only the owner changed."""
    kept = life[:1]
    for step in life[1:]:
        if step[1:] != kept[-1][1:]:
            kept.append(step)
    return tuple(kept)


def _presences(since: datetime, until: datetime) -> tuple[dict[int, list[Span]], dict[int, list[Span]]]:
    """Shifts, and what interrupts them, by person: inside the period, in order, those that touch as one."""
    found: dict[str, dict[int, list[Span]]] = {"shift": defaultdict(list), "busy": defaultdict(list)}
    rows = Presence.objects.filter(starts_at__lt=until, ends_at__gt=since).order_by("user", "starts_at", "pk")
    for user, kind, start, end in rows.values_list("user", "kind", "starts_at", "ends_at"):
        if kind == PresenceKind.SHIFT or kind in BUSY_KINDS:
            layer = found["shift" if kind == PresenceKind.SHIFT else "busy"]
            layer[user].append((max(start, since), min(end, until)))
    return tuple({user: list(_joined(spans)) for user, spans in layer.items()} for layer in found.values())  # type: ignore[return-value]


def _joined(spans: Iterable[Span]) -> Iterable[Span]:
    current: Span | None = None
    for start, end in spans:
        if current is None:
            current = (start, end)
        elif start <= current[1]:
            current = (current[0], max(current[1], end))
        else:
            yield current
            current = (start, end)
    if current is not None:
        yield current
