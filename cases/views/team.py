"""The manager's day: what needs a decision, in order, then the first of each without a click."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.enums import Role
from cases import attention, hooks
from cases.cockpit import figures
from cases.day import LATE, WORK, board
from cases.day_query import PAGE, overdue, read_rows, read_waiting
from cases.enums import RequestStatus
from cases.models import CancelRequest

from .access import for_roles
from .queue import bulk_address, say_why, unit_queue

#: Lines of the queue on the page of the unit; the others are one click away.
WAITING = 10
#: Requests to cancel shown there, the oldest first.
REQUESTS = 20


@require_safe
@for_roles(Role.MANAGER)
def team(request: HttpRequest) -> HttpResponse:
    """Oldest lateness first; at most `PAGE` lines, the rest is said."""
    now = timezone.now()
    rows, more = read_rows(overdue(request.user.unit_id, now))
    waiting = read_waiting([row.pk for row in rows])
    limits = attention.Limits(request.user.unit, now)
    sections = board(
        rows,
        waiting,
        reader_id=0,
        now=now,
        tz=timezone.get_current_timezone(),
        calendar=limits.calendar,
        owners=True,
    )
    log_access(request, "view", "team", rows=len(rows))
    queue = list(unit_queue(request.user, now)[:WAITING])
    say_why(queue)
    asked = CancelRequest.objects.filter(case__unit=request.user.unit_id, status=RequestStatus.OPEN)
    panels = [panel for make in hooks.team_panels if (panel := make(request.user, now)) is not None]
    context = {
        "now": now,
        "figures": [*figures(request.user, now, limits), *(one for panel in panels for one in panel.figures)],
        "late": sections[LATE],
        "work": sections[WORK],
        "more": more,
        "limit": PAGE,
        "queue": queue,
        "cancel_requests": list(asked.select_related("case__client", "by").order_by("at", "pk")[:REQUESTS]),
        "panels": panels,
        "can_claim": False,
        "can_assign": True,
        "bulk_url": bulk_address(request.user),
    }
    return render(request, "cases/day/team.html", context)
