"""Ma journée: what to do next, in order, with what arrived unread beside it."""

from __future__ import annotations

import re
from hashlib import blake2s

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from atdemain.journal.access import log_access
from atdemain.notifications.models import Notification
from atdemain.pages.sessions import POLL_HEADER
from atdemain.statements import Param, Statement
from cases.day import LATE, LATER, NEXT_DAYS, NOW, WATCH, Section, board
from cases.day_query import PAGE, mine, read_rows, read_waiting

RAIL = 5
BEFORE_NOW = (LATE, NOW)
SIGNATURE = "X-AT-Signature"
_UNREAD = Statement(
    lambda: Notification.objects.filter(recipient=Param("reader"), read_at=None).order_by(
        "-created_at", "-pk"
    )[:RAIL]
)
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,2}")


def my_day(request: HttpRequest) -> HttpResponse:
    """At most eight queries, session and account included.

    A poll (the page asking by itself) gets the list alone, or 204 when nothing on it has changed.
    """
    now = timezone.now()
    first = _page_number(request)
    tz = timezone.get_current_timezone()
    rows, more = read_rows(mine(request.user, now), first=first * PAGE)
    waiting = read_waiting([row.pk for row in rows if row.window_start is not None])
    calendar = request.user.unit.calendar() if request.user.unit else None
    sections = board(rows, waiting, reader_id=request.user.pk, now=now, tz=tz, calendar=calendar)
    unread = _UNREAD(reader=request.user.pk)
    signature = _signature(sections, unread)
    if POLL_HEADER in request.headers and request.headers.get(SIGNATURE) == signature:
        return HttpResponse(status=204)
    log_access(request, "view", "day", rows=len(rows))
    context = {
        "now": now,
        "sections": sections,
        "before": [sections[key] for key in BEFORE_NOW if sections[key].lines],
        "after": [s for key, s in sections.items() if key not in (*BEFORE_NOW, WATCH) and s.lines],
        "watch": sections[WATCH],
        "next_action": _next_action(sections),
        "unread": unread,
        "signature": signature,
        "empty": not rows,
        "page": first + 1,
        "next_page": first + 2 if more else None,
    }
    template = "cases/day/_board.html" if POLL_HEADER in request.headers else "cases/day/page.html"
    return render(request, template, context)


def _page_number(request: HttpRequest) -> int:
    """Pages read 1, 2…; zero-based here. Raises BadRequest for what is no page."""
    text = request.GET.get("page", "1")
    if not PAGE_NUMBER.fullmatch(text):
        raise BadRequest("page")
    return int(text) - 1


def _next_action(sections: dict[str, Section]) -> str:
    """The sentence under the title: the one thing to do next."""
    for key in (LATE, NOW, LATER):
        if sections[key].lines:
            line = sections[key].lines[0]
            return f"Votre prochaine action : rappeler {line.client}, {line.distance}."
    if sections["work"].lines:
        line = sections["work"].lines[0]
        return f"Votre prochaine action : le dossier de {line.client}, {line.distance}."
    if sections[NEXT_DAYS].lines:
        return f"Aucun rappel avant {sections[NEXT_DAYS].lines[0].when}."
    return "Rien ne vous attend."


def _signature(sections: dict[str, Section], unread: list[Notification]) -> str:
    """Changes when the list must be drawn again: its lines, their order, lateness, unread items."""
    parts = [
        f"{line.mark}:{line.left if line.tone in ('late', 'overdue') else ''}"
        for s in sections.values()
        for line in s.lines
    ]
    parts += [str(item.pk) for item in unread]
    return blake2s("|".join(parts).encode(), digest_size=8).hexdigest()
