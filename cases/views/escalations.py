"""The specialist's desk: red first, then the nearest deadline, and the escalation being worked on beside."""

from __future__ import annotations

from hashlib import blake2s
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from atdemain.pages.sessions import POLL_HEADER
from cases import desk
from cases.forms.fields import number_in

from .access import for_roles
from .day import SIGNATURE
from .queue import PAGE, RANK


@require_safe
@for_roles(Role.BACK_OFFICE)
def escalations(request: HttpRequest) -> HttpResponse:
    """What this account's entity must acknowledge and answer; empty when it has no entity.

    `?only=` one of `desk.FILTERS`; `?e=` the escalation to open beside the list, the first one otherwise.
    A poll gets the board alone, or 204 when nothing on it has changed.
    """
    now, tz, user = timezone.now(), timezone.get_current_timezone(), request.user
    only = request.GET.get("only", "")
    only = only if only in {f.key for f in desk.FILTERS} else ""
    calendar = user.entity.calendar() if user.entity else None
    total, filters = desk.counts(user, now)
    ordered = desk.rows(user, now, only).order_by(RANK, "answer_due", "pk")
    page = Paginator(ordered, PAGE).get_page(request.GET.get("page"))
    lines = desk.read_lines(page.object_list, user, calendar, now, tz)
    asked = number_in(request.GET.get("e"))
    chosen = next((line for line in lines if line.escalation.pk == asked), None)
    gone = None
    if asked and chosen is None:
        found = desk.read_lines(desk.rows(user, now).filter(pk=asked), user, calendar, now, tz)
        chosen = found[0] if found else None
        gone = None if found else desk.gone(user, asked)
    if chosen is None and lines:
        chosen = lines[0]
    panel = desk.read_panel(chosen) if chosen else None
    withdrawn = desk.withdrawn(user, now) if user.entity else []
    parts = [line.mark for line in lines] + [f"{f.count}" for f in filters]
    parts += [panel.mark if panel else "", *(str(e.pk) for e in withdrawn)]
    signature = blake2s("|".join(parts).encode(), digest_size=8).hexdigest()
    if POLL_HEADER in request.headers and request.headers.get(SIGNATURE) == signature:
        return HttpResponse(status=204)
    log_access(request, "view", "escalations", rows=len(lines))
    if panel:
        case = panel.line.escalation.case
        log_access(request, "view", "case", case.pk, client_id=case.client_id, purpose=Purpose.ESCALATION)
    context = {
        "page": page,
        "now": now,
        "lines": lines,
        "live": [line for line in lines if line.live],
        "total": total,
        "filters": filters,
        "only": only,
        "panel": panel,
        "gone": gone,
        "withdrawn": withdrawn,
        "signature": signature,
        "next_action": desk.next_action(lines, total),
        "kept": urlencode({"only": only} if only else {}),
    }
    template = (
        "cases/escalations/_board.html" if POLL_HEADER in request.headers else "cases/escalations/page.html"
    )
    return render(request, template, context)
