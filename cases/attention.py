"""What needs somebody now: each condition written once, for a list's filter and for the figure that opens it.

Queries on `now` and on the calendar of the reader's unit (domain.md §3.3 TM4, TM5, TM6; §8, manager 1 and 4).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Exists, OuterRef, Q

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.models import Unit
from cases import ladder
from cases.enums import OPEN_ESCALATION, WORKING_STATES, EscalationStatus
from cases.models import Escalation

WORKING = Q(state__in=[state.value for state in WORKING_STATES])
#: Promised to the client and not settled yet.
OWED = Q(closed_at__isnull=True)
#: An entity must still answer.
ASKED = Q(status__in=[status.value for status in OPEN_ESCALATION])


class Limits:
    """The moments that part late from not late for a unit at `now`; its calendar costs one query, when asked."""

    def __init__(self, unit: Unit | None, now: datetime) -> None:
        self.unit, self.now = unit, now

    @cached_property
    def calendar(self) -> BusinessCalendar | None:
        return self.unit.calendar() if self.unit else None

    @cached_property
    def late_before(self) -> datetime:
        if self.calendar is None:
            return self.now - timedelta(minutes=ladder.MANAGER_AFTER)
        return ladder.late_before(self.calendar, self.now)

    @cached_property
    def silent_before(self) -> datetime:
        if self.calendar is None:
            return self.now - timedelta(days=ladder.SILENT_DAYS)
        return ladder.silent_before(self.calendar, self.now)


def late_callback(limits: Limits, promise: str = "") -> Q:
    """The window, or the time an entity's answer sets, ended 30 business minutes ago or more (TM5)."""
    before = limits.late_before
    return Q(**{f"{promise}window_end__lte": before}) | Q(**{f"{promise}call_by__lte": before})


def unassigned() -> Q:
    return WORKING & Q(owner__isnull=True)


def silent(limits: Limits) -> Q:
    """No event for three business days (TM6)."""
    return WORKING & Q(last_event_at__lt=limits.silent_before)


def reopened() -> Q:
    """The client called again after a resolution, and the case is worked on."""
    return WORKING & Q(reopened_count__gt=0)


def late_answer(now: datetime) -> Q:
    """An escalation past the time of its answer (TM4)."""
    return ASKED & Q(answer_due__lt=now)


def late_acknowledgement(now: datetime) -> Q:
    """An escalation nobody has acknowledged, past the time to (TM3)."""
    return Q(status=EscalationStatus.SENT, ack_due__lt=now)


def waits_for_late_answer(now: datetime) -> Q:
    """A case one of whose entities is past its answer time."""
    late = Escalation.objects.filter(late_answer(now), case=OuterRef("pk"))
    return WORKING & Q(Exists(late))
