"""When something is due (domain.md §3.2, §3.3, §11). Pure: a calendar, facts and `now` in; UTC out."""

from __future__ import annotations

from datetime import datetime, timedelta

from atdemain.organisation.calendar import BusinessCalendar
from cases import ladder
from cases.enums import CaseState, Colour, TimerKind

#: Business minutes of the entity for its acknowledgement and its answer (TM3, TM4).
ACKNOWLEDGE_MINUTES = {Colour.RED: 120, Colour.ORANGE: 240, Colour.GREEN: 480}
ANSWER_MINUTES = {Colour.RED: 480, Colour.ORANGE: 960, Colour.GREEN: 2400}
#: Business days within which a client must have news once another entity is asked (T03).
NEWS_DAYS = {Colour.RED: 2, Colour.ORANGE: 2, Colour.GREEN: 4}
#: An answer is told to the client within these business minutes (T05).
CALL_BY_MINUTES = 240
REMINDER_BEFORE = ladder.REMINDER_BEFORE


def escalation_due(calendar: BusinessCalendar, sent_at: datetime, colour: str) -> tuple[datetime, datetime]:
    """(acknowledgement, answer) expected, in business minutes of the entity."""
    return (
        calendar.add_minutes(sent_at, ACKNOWLEDGE_MINUTES[Colour(colour)]),
        calendar.add_minutes(sent_at, ANSWER_MINUTES[Colour(colour)]),
    )


def entity_steps(calendar: BusinessCalendar, sent_at: datetime, colour: str) -> list[ladder.Step]:
    """TM3 and TM4 of an escalation: the entity when it is late, then its head and the manager after as long
    again. Business minutes of the entity. Raises `NeverOpen` for an entity without hours to come."""
    acknowledge, answer = ACKNOWLEDGE_MINUTES[Colour(colour)], ANSWER_MINUTES[Colour(colour)]
    return [
        ladder.Step(TimerKind.ENTITY_ACK, calendar.add_minutes(sent_at, acknowledge)),
        ladder.Step(TimerKind.ENTITY_ACK_HEAD, calendar.add_minutes(sent_at, 2 * acknowledge)),
        ladder.Step(TimerKind.ENTITY_ANSWER, calendar.add_minutes(sent_at, answer)),
        ladder.Step(TimerKind.ENTITY_ANSWER_HEAD, calendar.add_minutes(sent_at, 2 * answer)),
    ]


def news_limit(calendar: BusinessCalendar, now: datetime, colour: str) -> datetime:
    """The latest start of the window promised with an escalation."""
    return calendar.due_in_days(now, NEWS_DAYS[Colour(colour)])


def call_by(calendar: BusinessCalendar, window_end: datetime, answered_at: datetime) -> datetime:
    """Earlier than the window told to the client, never later (T05)."""
    return min(window_end, calendar.due_in_minutes(answered_at, CALL_BY_MINUTES))


def first_action_due(calendar: BusinessCalendar, since: datetime, *, reopened: bool) -> datetime:
    """TM2: 4 business hours from the assignment, 2 after a reopening."""
    minutes = ladder.FIRST_ACTION_REOPENED_MINUTES if reopened else ladder.FIRST_ACTION_MINUTES
    return calendar.due_in_minutes(since, minutes)


def observed_until(resolved_at: datetime) -> datetime:
    """The end of the seven days in which a new contact reopens the case."""
    return resolved_at + ladder.OBSERVATION


def next_due(
    state: str,
    *,
    calendar: BusinessCalendar | None,
    window_start: datetime | None = None,
    call_by: datetime | None = None,
    owned: bool = True,
    acted: bool = False,
    since: datetime | None = None,
    reopened: bool = False,
    last_event_at: datetime,
    resolved_at: datetime | None = None,
) -> datetime | None:
    """What `Case.next_due_at` holds: when the person in charge must next do something.

    `since` is the assignment or the reopening, `acted` whether a first action followed it. Only a case in
    `opened` needs a calendar.
    """
    if state == CaseState.CALLBACK_DUE and window_start:
        return min(window_start, call_by) if call_by else window_start
    if state == CaseState.ESCALATED and window_start:
        return window_start - REMINDER_BEFORE
    if state == CaseState.OPENED:
        if not owned or since is None or calendar is None:
            return None
        if not acted:
            return first_action_due(calendar, since, reopened=reopened)
        return ladder.silent_due(calendar, last_event_at)
    if state == CaseState.RESOLVED and resolved_at:
        return observed_until(resolved_at)
    return None


def half_day(at: datetime, calendar: BusinessCalendar) -> tuple[object, bool]:
    """A local half-day: its date, and whether it is the afternoon."""
    local = at.astimezone(calendar.tz)
    return local.date(), local.hour >= 13


WINDOW_NOTICE = timedelta(minutes=15)
WINDOW_MIN = timedelta(minutes=30)
WINDOW_MAX = timedelta(minutes=240)
WINDOW_DAYS_AHEAD = 10
