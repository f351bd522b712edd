"""What becomes of a due row (domain.md §3.3): sent and to whom, void, skipped, or armed again. No query."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cases import ladder, reminders
from cases.due import Due, Surroundings
from cases.enums import (
    OPEN_ESCALATION,
    WORKING_STATES,
    CaseState,
    EscalationStatus,
    PromiseKind,
    PromiseStatus,
    TimerKind,
    TimerStatus,
)

FIRST_ACTION = frozenset({TimerKind.FIRST_ACTION_OWNER.value, TimerKind.FIRST_ACTION_MANAGER.value})
UNASSIGNED = frozenset({TimerKind.UNASSIGNED_MANAGER.value, TimerKind.UNASSIGNED_HEAD.value})
ACKNOWLEDGING = frozenset({TimerKind.ENTITY_ACK.value, TimerKind.ENTITY_ACK_HEAD.value})
BREACH = frozenset({TimerKind.ENTITY_ACK.value, TimerKind.ENTITY_ANSWER.value})
OWED_STATES = frozenset({CaseState.ESCALATED.value, CaseState.CALLBACK_DUE.value})
WORKING = frozenset(state.value for state in WORKING_STATES)


class NobodyToTell(Exception):
    """Neither advisor, delegate, manager nor head: the row must be seen by an administrator."""


@dataclass(slots=True)
class Verdict:
    row: Due
    status: TimerStatus
    notices: list[dict[str, Any]] = field(default_factory=list)
    missed: bool = False  # the promise becomes `missed` with this row
    asks: bool = False  # the entities are asked where they are
    breach: bool = False  # the entity is late from now on
    again_at: datetime | None = None  # a silent case, armed again


def decide(row: Due, around: Surroundings, now: datetime) -> Verdict:
    """The fate of `row` at `now`. Raises whatever a poison row raises: the caller retries it alone."""
    if row.promise_id is not None:
        return _step(row, around, now)
    if row.escalation_id is not None:
        return _entity_clock(row, around, now)
    if row.kind in FIRST_ACTION:
        return _first_action(row, around, now)
    if row.kind in UNASSIGNED:
        return _unassigned(row, around, now)
    if row.kind == TimerKind.SILENT_CASE:
        return _silent(row, around, now)
    if row.kind == TimerKind.SATISFACTION:
        return _satisfaction(row, around, now)
    raise ValueError(f"Échéance de type {row.kind} sans engagement.")


def _step(row: Due, around: Surroundings, now: datetime) -> Verdict:
    if row.closed_at is not None or row.version != row.epoch or row.state not in OWED_STATES:
        return Verdict(row, TimerStatus.VOID)
    if row.kind == TimerKind.PROMISE_ENTITY:
        return _entity_request(row, around, now)
    window = row.window
    watched = window.end if row.kind == TimerKind.PROMISE_WINDOW_END else window.effective_end
    if row.kind != TimerKind.PROMISE_BEFORE and _called(row, window, around, watched):
        return Verdict(row, TimerStatus.VOID)
    missed = (
        row.kind in ladder.AFTER_WINDOW
        and row.status == PromiseStatus.PENDING
        and row.state == CaseState.CALLBACK_DUE
        and window.end <= now
        and not _called(row, window, around, window.end)
    )
    if around.latest.get(row.promise_id, row.pk) != row.pk:
        return Verdict(row, TimerStatus.SKIPPED_CATCHUP, missed=missed)
    return Verdict(row, TimerStatus.DONE, _notices(row, around, now), missed=missed)


def _called(row: Due, window: ladder.Window, around: Surroundings, until: datetime) -> bool:
    attempts = around.attempts.get(row.case_id)
    if not attempts or row.promise_id is None:
        return False
    return ladder.is_called(
        window,
        attempts,
        made_at=around.made_at[row.promise_id],
        until=until,
        answered_at=around.answered.get(row.case_id),
    )


def _entity_request(row: Due, around: Surroundings, now: datetime) -> Verdict:
    """One hour before the callback, the entities that still owe an answer are asked where they are."""
    asked = around.entity_people.get(row.case_id)
    if row.state != CaseState.ESCALATED or not asked:
        return Verdict(row, TimerStatus.VOID)
    if around.latest.get(row.promise_id, row.pk) != row.pk:
        return Verdict(row, TimerStatus.SKIPPED_CATCHUP)
    return Verdict(row, TimerStatus.DONE, _notices(row, around, now, asked), asks=True)


def _entity_clock(row: Due, around: Surroundings, now: datetime) -> Verdict:
    """TM3, TM4: the entity is late; after as long again its head and the manager know it.

    The person in charge is told of a late answer too: the client is hers to call.
    """
    acknowledged = row.escalation_status == EscalationStatus.ACKNOWLEDGED
    if row.escalation_status not in OPEN_ESCALATION or row.state not in WORKING:
        return Verdict(row, TimerStatus.VOID)
    if row.kind in ACKNOWLEDGING and acknowledged:
        return Verdict(row, TimerStatus.VOID)
    breach = row.kind in BREACH
    if around.latest_clock.get(row.escalation_id or 0, row.pk) != row.pk:
        return Verdict(row, TimerStatus.SKIPPED_CATCHUP, breach=breach)
    people = around.organisation.people(row, now)
    specialists = around.specialists.get(row.entity_id or 0, [])
    if row.handled_by_id in specialists:
        specialists = [pk for pk in specialists if pk == row.handled_by_id]
    told = reminders.entity_audience(row.kind, people, specialists, row.entity_head_id)
    if not told:
        raise NobodyToTell("Personne à prévenir : ni spécialiste, ni direction de l’entité, ni manager.")
    acknowledging = row.kind in ACKNOWLEDGING
    due = row.ack_due if acknowledging else row.answer_due
    title = reminders.entity_title(row.kind, row.entity_name, due, around.organisation.tz(row))
    notices = [
        _item(row, person, now, f"{row.kind}:e{row.escalation_id}:{row.epoch}", title)
        | ({"url": f"/escalations/?e={row.escalation_id}"} if person in specialists else {})
        for person in told
    ]
    return Verdict(row, TimerStatus.DONE, notices, breach=breach)


def _first_action(row: Due, around: Surroundings, now: datetime) -> Verdict:
    """TM2: still opened, still in somebody's hands, and nothing done since it was opened or reopened."""
    acted = row.first_action_at is not None and (
        row.reopened_at is None or row.first_action_at >= row.reopened_at
    )
    if row.state != CaseState.OPENED or row.owner_id is None or acted:
        return Verdict(row, TimerStatus.VOID)
    return Verdict(row, TimerStatus.DONE, _notices(row, around, now))


def _unassigned(row: Due, around: Surroundings, now: datetime) -> Verdict:
    """TM1: still worked on, and still in nobody's hands."""
    if row.state not in WORKING or row.owner_id is not None:
        return Verdict(row, TimerStatus.VOID)
    told = around.organisation.managers(row) if row.kind == TimerKind.UNASSIGNED_MANAGER else None
    return Verdict(row, TimerStatus.DONE, _notices(row, around, now, told))


def _satisfaction(row: Due, around: Surroundings, now: datetime) -> Verdict:
    """T09: once per resolution, while it holds; a reopening, a merge or a closure made the row void already."""
    if row.state != CaseState.RESOLVED or row.resolved_at is None:
        return Verdict(row, TimerStatus.VOID)
    if row.resolved_at + ladder.SATISFACTION > now:  # resolved again since
        return Verdict(row, TimerStatus.VOID)
    return Verdict(row, TimerStatus.DONE, _notices(row, around, now))


def _silent(row: Due, around: Surroundings, now: datetime) -> Verdict:
    """TM6: once per silence. The row lives as long as the case is worked on, and is armed again."""
    if row.state not in WORKING or row.last_event_at is None:
        return Verdict(row, TimerStatus.VOID)
    calendar = around.organisation.calendar(row)
    due_at = ladder.silent_due(calendar, row.last_event_at)
    if due_at > now:
        return Verdict(row, TimerStatus.PENDING, again_at=due_at)
    notices = _notices(row, around, now, mark=str(int(row.last_event_at.timestamp())))
    return Verdict(row, TimerStatus.PENDING, notices, again_at=ladder.silent_due(calendar, now))


def _notices(
    row: Due, around: Surroundings, now: datetime, told: list[int] | None = None, mark: str = ""
) -> list[dict[str, Any]]:
    """One inbox item per person to tell; its key is that of the step at this version (INV-12)."""
    told = told or reminders.audience(row.kind, around.organisation.people(row, now))
    if not told:
        raise NobodyToTell("Personne à prévenir : ni conseiller, ni suppléant, ni manager, ni direction.")
    title, body = reminders.wording(
        row.kind,
        around.organisation.tz(row),
        row.start,
        row.end,
        row.call_by,
        row.promise_kind == PromiseKind.BAD_NEWS,
    )
    watched = f"p{row.promise_id}" if row.promise_id else f"c{row.case_id}"
    key = f"{row.kind}:{watched}:{mark or row.epoch}"
    return [_item(row, person, now, key, title, body) for person in told]


def _item(row: Due, person: int, now: datetime, key: str, title: str, body: str = "") -> dict[str, Any]:
    return {
        "recipient_id": person,
        "kind": row.kind,
        "title": f"{title} : {row.ref}",
        "body": body,
        "url": f"/cases/{row.ref}/",
        "object_type": "case",
        "object_id": str(row.case_id),
        "urgent": row.kind in reminders.URGENT,
        "dedupe_key": f"{key}:{person}",
        "at": now,
    }
