"""Calls to entities: two gestures, the wait measured between them (domain.md L36, L37, §2.3).

What is measured is how long the entity lets one wait, never how long anybody talks; no figure is by person.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from atdemain.journal.actors import Actor, system
from atdemain.journal.record import record
from atdemain.organisation.models import Entity, EntityContact, PriorityLine, User
from cases.models import Case
from routing.directory.changes import report_unreachable
from routing.enums import CallOutcome, LineUsed
from routing.models import InterEntityCall

#: A call nobody ended is closed after this, and measures nothing.
LONGEST = timedelta(hours=1)
#: How far back the figures of an entity look.
PERIOD = timedelta(days=28)
OUTCOMES = (
    CallOutcome.ANSWERED,
    CallOutcome.NO_ANSWER,
    CallOutcome.UNREACHABLE,
    CallOutcome.WRONG_SERVICE,
)


class CallRunning(Exception):
    """One call at a time: `call` is the one to end first."""

    def __init__(self, call: InterEntityCall) -> None:
        super().__init__("call running")
        self.call = call


def running(user: User, now: datetime) -> InterEntityCall | None:
    """The call this account has not ended; one left for an hour is over."""
    return (
        InterEntityCall.objects.filter(by=user.pk, outcome="", started_at__gt=now - LONGEST)
        .select_related("entity", "contact", "case")
        .first()
    )


def start(
    case: Case,
    user: User,
    entity: Entity,
    *,
    contact: EntityContact | None,
    line: PriorityLine | None,
    on_hold: bool,
    now: datetime,
) -> InterEntityCall:
    """First gesture. The same call asked for twice (two clicks, two tabs) is the one already running.

    Raises CallRunning when another one is.
    """
    close_forgotten(now, user)
    used = LineUsed.PRIORITY if line is not None else LineUsed.STANDARD
    try:
        with transaction.atomic():
            return InterEntityCall.objects.create(
                case=case,
                by=user,
                entity=entity,
                contact=contact,
                line_used=used,
                started_at=now,
                client_on_hold=on_hold,
            )
    except IntegrityError:
        present = running(user, now)
        if present is None:
            raise
        if (present.case_id, present.entity_id, present.line_used) == (case.pk, entity.pk, used):
            return present
        raise CallRunning(present) from None


@transaction.atomic
def finish(call: InterEntityCall, outcome: str, *, on_hold: bool, actor: Actor, now: datetime) -> bool:
    """Second gesture: the wait ends now. False when it was ended already (another tab, the hour)."""
    wait = max(0, int((now - call.started_at).total_seconds()))
    ended = InterEntityCall.objects.filter(pk=call.pk, outcome="").update(
        outcome=outcome,
        ended_at=now,
        answered_at=now if outcome == CallOutcome.ANSWERED else None,
        wait_s=wait,
        client_on_hold=on_hold,
    )
    call.refresh_from_db()
    if not ended:
        return False
    record(
        "case",
        call.case_id,
        "entity_call",
        actor=actor,
        at=now,
        reason_code=outcome,
        changes={
            "entity": [None, call.entity_id],
            "line": [None, call.line_used],
            "wait_s": [None, wait],
            "client_on_hold": [None, on_hold],
        },
        personal={"entity_name": call.entity.name},
    )
    if outcome == CallOutcome.UNREACHABLE and call.contact is not None and actor.user is not None:
        report_unreachable(call.contact, user=actor.user, actor=actor, now=now)
    return True


def close_forgotten(now: datetime, user: User | None = None) -> int:
    """Calls that nobody ended within the hour: kept, journalled, not measured. One query when there are none."""
    forgotten = InterEntityCall.objects.filter(outcome="", started_at__lte=now - LONGEST)
    if user is not None:
        forgotten = forgotten.filter(by=user.pk)
    closed = 0
    for call in forgotten.select_related("entity").order_by("pk"):
        with transaction.atomic():
            if not InterEntityCall.objects.filter(pk=call.pk, outcome="").update(
                outcome=CallOutcome.LEFT, ended_at=call.started_at + LONGEST
            ):
                continue
            record(
                "case",
                call.case_id,
                "entity_call",
                actor=system("calls"),
                at=now,
                reason_code=CallOutcome.LEFT,
                changes={"entity": [None, call.entity_id], "line": [None, call.line_used]},
                personal={"entity_name": call.entity.name},
            )
            closed += 1
    return closed


@dataclass(frozen=True, slots=True)
class Waits:
    """Of one entity and one kind of line: seconds; `answered` and `on_hold` are counts of calls."""

    line: LineUsed
    calls: int
    median_s: int
    p90_s: int
    answered: int
    on_hold: int

    @property
    def answered_pct(self) -> int:
        return round(100 * self.answered / self.calls)

    @property
    def on_hold_pct(self) -> int:
        return round(100 * self.on_hold / self.calls)


def waits(entity: Entity, now: datetime) -> list[Waits]:
    """M12 of one entity over four weeks, priority line first; one query. Calls given up wait as well."""
    rows = list(
        InterEntityCall.objects.filter(entity=entity.pk, started_at__gt=now - PERIOD, wait_s__isnull=False)
        .order_by("wait_s")
        .values_list("line_used", "wait_s", "outcome", "client_on_hold")
    )
    found = []
    for line in (LineUsed.PRIORITY, LineUsed.STANDARD):
        seconds = [wait for used, wait, _outcome, _held in rows if used == line]
        if seconds:
            answered = sum(used == line and outcome == CallOutcome.ANSWERED for used, _w, outcome, _h in rows)
            held = sum(used == line and bool(on_hold) for used, _w, _o, on_hold in rows)
            found.append(
                Waits(line, len(seconds), percentile(seconds, 50), percentile(seconds, 90), answered, held)
            )
    return found


def percentile(ordered: Sequence[int], share: int) -> int:
    """Nearest rank of values in order: the smallest that `share` % of them do not exceed."""
    return ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)]
