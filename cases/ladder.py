"""The ladder of a promised callback (domain.md §3.3 TM5, §11). Pure: facts and `now` in, steps out.

Times before the window are plain time (the window is inside opening hours), but for what is asked of the
entities, in business minutes like the delays after it, all of the owner's unit. `call_by` (an entity
answered, domain.md §3.2 T05) makes the ladder earlier; it does not move the window told to the client, so
`missed` waits for that window's end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from atdemain.organisation.calendar import BusinessCalendar, NeverOpen
from cases.enums import AttemptOutcome, TimerKind

ENTITY_BEFORE = 60
REMINDER_BEFORE = timedelta(minutes=30)
EARLY_ATTEMPT = timedelta(minutes=10)
MANAGER_AFTER = 30
HEAD_AFTER = 120
UNASSIGNED_MANAGER_MINUTES = 15
UNASSIGNED_HEAD_MINUTES = 60
FIRST_ACTION_MINUTES = 240
FIRST_ACTION_REOPENED_MINUTES = 120
SILENT_DAYS = 3
#: Openings are looked for that far back: beyond, a unit is shut, and days are plain days.
SILENT_LOOK_BACK = timedelta(days=60)
OBSERVATION = timedelta(hours=168)
LATE_RECORDS = timedelta(hours=48)
SATISFACTION = timedelta(hours=24)

#: Steps of the ladder, in rank: the order between two steps due at the same instant.
STEPS = (
    TimerKind.PROMISE_ENTITY,
    TimerKind.PROMISE_BEFORE,
    TimerKind.PROMISE_START,
    TimerKind.PROMISE_MISSED,
    TimerKind.PROMISE_WINDOW_END,
    TimerKind.PROMISE_PLUS_30,
    TimerKind.PROMISE_RED_LIST,
    TimerKind.PROMISE_PLUS_120,
)
RANK = {kind.value: rank for rank, kind in enumerate(STEPS)}
#: Steps that say « nobody called »: a valid attempt makes them void.
AFTER_WINDOW = frozenset(kind.value for kind in STEPS[3:])


class Step(NamedTuple):
    kind: TimerKind
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Window:
    """What is owed: the window told to the client, `call_by` if an entity answered, when it was made."""

    start: datetime
    end: datetime
    call_by: datetime | None = None

    @property
    def effective_end(self) -> datetime:
        return min(self.end, self.call_by) if self.call_by else self.end

    @property
    def effective_start(self) -> datetime:
        return min(self.start, self.effective_end)


def steps(window: Window, calendar: BusinessCalendar) -> list[Step]:
    """Every step of the ladder in time order; in plain time when the unit never opens again."""
    start, end = window.effective_start, window.effective_end
    planned = [
        Step(TimerKind.PROMISE_ENTITY, _hour_before(calendar, start)),
        Step(TimerKind.PROMISE_BEFORE, start - REMINDER_BEFORE),
        Step(TimerKind.PROMISE_MISSED, end),
        Step(TimerKind.PROMISE_PLUS_30, calendar.due_in_minutes(end, MANAGER_AFTER)),
        Step(TimerKind.PROMISE_PLUS_120, calendar.due_in_minutes(end, HEAD_AFTER)),
        Step(TimerKind.PROMISE_RED_LIST, next_morning(calendar, end)),
    ]
    if window.start < end:
        planned.append(Step(TimerKind.PROMISE_START, window.start))
    if end < window.end:
        planned.append(Step(TimerKind.PROMISE_WINDOW_END, window.end))
    return sorted(planned, key=lambda step: (step.due_at, RANK[step.kind]))


def _hour_before(calendar: BusinessCalendar, start: datetime) -> datetime:
    """The last moment when somebody still has an hour to answer: the evening before, for an early window."""
    try:
        return calendar.subtract_minutes(start, ENTITY_BEFORE)
    except NeverOpen:
        return start - timedelta(minutes=ENTITY_BEFORE)


def to_plan(
    window: Window, calendar: BusinessCalendar, *, now: datetime, escalated: bool, missed: bool = False
) -> list[Step]:
    """The steps worth a row at `now`: those to come, and what a past one would leave undone.

    A reminder already past is for nobody (the promise was made or moved just now), except that an
    escalated case still has to become a callback due (T06). A window already over without its mark
    (`missed` false) is marked by the first step.
    """
    end = window.effective_end
    return [
        step
        for step in steps(window, calendar)
        if step.due_at > now
        or (escalated and step.kind == TimerKind.PROMISE_BEFORE)
        or (not missed and end <= now and step.kind == TimerKind.PROMISE_MISSED)
    ]


def next_morning(calendar: BusinessCalendar, at: datetime) -> datetime:
    """The unit's first opening on a later date than `at`'s (UTC): when the red list of the day is read.

    The same hour of the next day when it never opens again.
    """
    try:
        closing = calendar.add_business_days(at, 1)
    except NeverOpen:
        return at + timedelta(days=1)
    return calendar.hours_on(calendar.local_date(closing - timedelta(microseconds=1)))[0][0]


def is_called(
    window: Window,
    attempts: Iterable[tuple[datetime, str]],
    *,
    made_at: datetime,
    until: datetime,
    answered_at: datetime | None = None,
) -> bool:
    """Whether the client was called in time for a ladder that ends at `until`.

    `attempts` are (at, outcome), corrected ones left out. One in [start − 10 min, until] counts, whatever
    its outcome; so does the client reached earlier, once the promise was made, and, when an entity
    answered, any call since that answer.
    """
    earliest = window.start - EARLY_ATTEMPT
    if answered_at is not None and window.call_by is not None and until <= window.call_by:
        earliest = min(earliest, answered_at)
    return any(
        (earliest <= at <= until) or (outcome == AttemptOutcome.REACHED and made_at <= at <= until)
        for at, outcome in attempts
    )


def first_action_steps(calendar: BusinessCalendar, now: datetime, minutes: int) -> list[Step]:
    """TM2: the owner after `minutes` business minutes, the manager after twice as many."""
    return [
        Step(TimerKind.FIRST_ACTION_OWNER, calendar.due_in_minutes(now, minutes)),
        Step(TimerKind.FIRST_ACTION_MANAGER, calendar.due_in_minutes(now, 2 * minutes)),
    ]


def unassigned_steps(calendar: BusinessCalendar, now: datetime) -> list[Step]:
    """TM1: nobody keeps the case; the unit's managers, then its head and every other unit."""
    return [
        Step(TimerKind.UNASSIGNED_MANAGER, calendar.due_in_minutes(now, UNASSIGNED_MANAGER_MINUTES)),
        Step(TimerKind.UNASSIGNED_HEAD, calendar.due_in_minutes(now, UNASSIGNED_HEAD_MINUTES)),
    ]


def silent_due(calendar: BusinessCalendar, last_event_at: datetime) -> datetime:
    """TM6: end of the third business day without an event."""
    return calendar.due_in_days(last_event_at, SILENT_DAYS)


def silent_before(calendar: BusinessCalendar, now: datetime) -> datetime:
    """The mirror of `silent_due`: a case whose last event is earlier is silent at `now`."""
    if not calendar.ever_opens(now - SILENT_LOOK_BACK):
        return now - timedelta(days=SILENT_DAYS)
    day = calendar.local_date(now)
    while calendar.due_in_days(datetime.combine(day, time(12), calendar.tz), SILENT_DAYS) > now:
        day -= timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), time(0), calendar.tz)


def late_before(calendar: BusinessCalendar, now: datetime) -> datetime:
    """A window that ended then or earlier is at least `MANAGER_AFTER` business minutes late at `now`."""
    try:
        return calendar.subtract_minutes(now, MANAGER_AFTER)
    except NeverOpen:
        return now - timedelta(minutes=MANAGER_AFTER)


def satisfaction_due(calendar: BusinessCalendar, resolved_at: datetime) -> datetime:
    """T09: a day later in plain time; when the unit is closed then, its next opening (plain time if none)."""
    due = resolved_at + SATISFACTION
    try:
        return calendar.next_opening(due)
    except NeverOpen:
        return due


def confirm_due(resolved_at: datetime) -> datetime:
    """T12: seven days of observation, then two for records that come late."""
    return resolved_at + OBSERVATION + LATE_RECORDS
