"""What Ma journée reads: two statements, whatever the number of cases.

Written by hand and prepared: it is the page everybody keeps open, and asking the ORM to write them again
each time costs more than running them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from atdemain.database import in_list, list_param, rows
from atdemain.organisation.models import User
from cases.day import Row
from cases.line_words import Waiting

#: Lines on one page; an advisor who keeps more turns the page.
PAGE = 100

#: In the order of `Row`.
_ROWS = """
SELECT c.id, c.ref, c.state, c.origin, c.reason_family, c.colour, c.version, c.opened_at, c.reopened_at,
  c.reopened_count, c.resolution_code, c.last_event_at, c.next_due_at, c.owner_id, u.first_name, u.last_name,
  cl.display_name, cl.client_ref, cl.priority_client, l.technology, p.kind, p.window_start, p.window_end,
  p.call_by, p.note, p.version
FROM cases_case c JOIN cases_client cl ON cl.id = c.client_id LEFT JOIN cases_line l ON l.id = c.line_id
  LEFT JOIN cases_promise p ON p.id = c.current_promise_id LEFT JOIN organisation_user u ON u.id = c.owner_id
WHERE c.state <> 'closed' AND {} ORDER BY c.next_due_at, c.id LIMIT %s OFFSET %s
"""
#: In the order of `Waiting`, the case first.
_WAITING = (
    "SELECT e.case_id, t.name, e.status, e.ack_at, e.ack_due, e.answer_due, e.answered_at, e.answer_code, "
    "e.info_asked_at "
    "FROM cases_escalation e JOIN organisation_entity t ON t.id = e.target_entity_id "
    "WHERE e.case_id {} AND e.status <> 'withdrawn' ORDER BY e.id"
)


class Condition(NamedTuple):
    """Which cases: SQL on `c` (the case) and `p` (its promise), with its parameters."""

    sql: str
    params: Sequence[Any]


def mine(user: User, now: datetime) -> Condition:
    """The reader's own cases, and those they are delegate of at this moment."""
    return Condition(
        "(c.owner_id = %s OR (c.delegate_id = %s AND (c.delegate_from IS NULL OR c.delegate_from <= %s) "
        "AND (c.delegate_to IS NULL OR c.delegate_to > %s)))",
        (user.pk, user.pk, now, now),
    )


def overdue(unit_id: int | None, now: datetime) -> Condition:
    """The unit's callbacks that are late, and the cases somebody keeps whose first action is."""
    return Condition(
        "c.unit_id = %s AND c.next_due_at < %s AND (p.window_end < %s OR p.call_by < %s "
        "OR (c.state = 'opened' AND c.owner_id IS NOT NULL))",
        (unit_id, now, now, now),
    )


def read_rows(condition: Condition, *, first: int = 0, limit: int = PAGE) -> tuple[list[Row], bool]:
    """Open cases by next due time, and whether there are more after them. One statement."""
    found = rows(_ROWS.format(condition.sql), (*condition.params, limit + 1, first))
    return [Row(*values) for values in found[:limit]], len(found) > limit


def read_waiting(cases: Collection[int]) -> dict[int, list[Waiting]]:
    """The escalations of these cases, withdrawn ones left out. One statement."""
    by_case: dict[int, list[Waiting]] = defaultdict(list)
    if not cases:
        return by_case
    for case, *values in rows(_WAITING.format(in_list("bigint")), (list_param(cases),)):
        by_case[case].append(Waiting(*values))
    return by_case
