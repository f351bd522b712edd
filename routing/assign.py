"""Cases get their owner (domain.md §5.2, §5.5): the request is a row, the decision is one transaction.

`ask()` is called inside the transaction of the event (opened, reopened, released); `route_waiting()` right
after it commits where a person did it, and by every sweep: a crash between the two delays, and loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import DatabaseError, transaction

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from cases import workflow
from cases.enums import Origin, TimerKind, TimerStatus
from cases.models import Case, Timer
from routing.asking import Known, request_for, stages_for
from routing.engine import Decision, decide
from routing.enums import RequestCause
from routing.facts import Board
from routing.load import case_points
from routing.models import Assignment, RoutingRequest

log = structlog.get_logger(__name__)

BATCH = 50  # cases decided under one lock of the policy
RETRY = timedelta(seconds=60)  # nobody was eligible: look again
SYSTEM = Actor(ActorKind.SYSTEM, source="routing")


@dataclass(slots=True)
class Routed:
    """`more`: the batch was full, call again."""

    assigned: int = 0
    waiting: int = 0
    dropped: int = 0
    more: bool = False


def ask(
    cases: Iterable[Case], cause: RequestCause, now: datetime, *, former_owner_id: int | None = None
) -> None:
    """These cases want an owner; one row per case, the latest cause wins. One statement."""
    wanted = {
        "cause": cause,
        "requested_at": now,
        "next_try_at": now,
        "former_owner_id": former_owner_id,
    }
    RoutingRequest.objects.bulk_create(
        [RoutingRequest(case=case, **wanted) for case in cases],
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=list(wanted),
    )


def route_waiting(now: datetime, limit: int = BATCH) -> Routed:
    """Decide for the cases whose turn has come, oldest first, in one transaction.

    The policy's row is locked before the loads are read, so the loads decided on are those committed: no
    two deciders fill the same advisor. Cases somebody holds are left to the next call.
    """
    routed = Routed()
    due = list(
        RoutingRequest.objects.filter(next_try_at__lte=now)
        .order_by("requested_at", "pk")
        .values_list("case_id", flat=True)[:limit]
    )
    if not due:
        return routed
    with transaction.atomic():
        board = Board.at(now, lock=True)
        cases = {
            case.pk: case
            for case in Case.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=due)
        }
        asked = {
            row.case_id: row
            for row in RoutingRequest.objects.select_for_update(skip_locked=True).filter(case__in=cases)
        }
        stages: dict[tuple[int, bool], tuple[frozenset[int], ...]] = {}
        known = Known.of(cases.values(), board)
        anywhere = _waited_an_hour(asked.values())
        for case_id in due:
            case, row = cases.get(case_id), asked.get(case_id)
            if case is None or row is None or row.next_try_at > now:
                continue
            if not case.is_working or case.owner_id is not None:
                row.delete()
                routed.dropped += 1
                continue
            where = (case.unit_id, case.pk in anywhere)
            if where not in stages:
                stages[where] = stages_for(case.unit_id, board, anywhere=where[1])
            request = request_for(
                case, board, stages[where], known=known, former_owner_id=row.former_owner_id
            )
            decision = decide(request, board.candidates.values(), board.policy, now)
            if _apply(case, row, decision, board):
                routed.assigned += 1
            else:
                routed.waiting += 1
    routed.more = len(due) == limit
    return routed


def _waited_an_hour(rows: Iterable[RoutingRequest]) -> set[int]:
    """Cases whose unit's head was told that nobody keeps them (TM1, 60 minutes) since they last asked."""
    asked = {row.case_id: row.requested_at for row in rows}
    told = Timer.objects.filter(case__in=asked, kind=TimerKind.UNASSIGNED_HEAD, status=TimerStatus.DONE)
    return {
        case for case, at in told.order_by("pk").values_list("case_id", "done_at") if at and at >= asked[case]
    }


def _apply(case: Case, row: RoutingRequest, decision: Decision, board: Board) -> bool:
    """Write the decision; False when nobody takes the case, which waits in its unit's queue."""
    if decision.chosen is not None:
        try:
            with transaction.atomic():
                give(case, decision, board)
        except workflow.WorkflowError as error:
            log.warning("routing_refused", case=case.pk, error=str(error))
        else:
            return True
    row.tried_at, row.next_try_at = board.now, board.now + RETRY
    row.histogram, row.explanation = dict(decision.histogram), decision.to_json()
    row.save(update_fields=["tried_at", "next_try_at", "histogram", "explanation"])
    return False


def give(case: Case, decision: Decision, board: Board) -> Assignment:
    """Through the door, with its explanation beside it."""
    chosen = decision.chosen
    assert chosen is not None
    former = case.owner_id
    workflow.apply(case.pk, "route", actor=SYSTEM, now=board.now, advisor=chosen.user_id, mode=decision.mode)
    rd3plus = case.origin == Origin.RD3PLUS
    board.take(chosen.user_id, case_points(str(case.state), case.colour, board.policy), rd3plus=rd3plus)
    return Assignment.objects.create(
        case=case,
        from_user_id=former,
        to_user_id=chosen.user_id,
        mode=decision.mode,
        policy_id=board.policy_id,
        explanation=decision.to_json(),
        over_cap=decision.over_cap,
        rd3plus=rd3plus,
        at=board.now,
    )


def route_all(now: datetime) -> None:
    """Every case whose turn has come, batch after batch: the clock's round."""
    while route_waiting(now).more:
        pass


def route_now(**event: Any) -> None:
    """After the commit of what a person did. A failure here is the next sweep's work, never the page's error.

    What a stream of contacts opened (partner, import) is decided together by the clock's round, 20 seconds
    later at most: one by one, reading everybody's load would cost ten times the contact itself.
    """
    if event["actor"].kind != ActorKind.USER:
        return
    try:
        route_waiting(event["now"])
    except DatabaseError:
        log.exception("routing_postponed")
