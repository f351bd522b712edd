"""The call that rings for this account: asked by every open page, shown by itself, announced once."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.models import User
from cases import telephony
from cases.models import Case, Client, IncomingCall

from .access import CASE_WORKERS, for_roles

BIGGEST = 2**63 - 1


@require_safe
@for_roles(*CASE_WORKERS)
def ringing(request: HttpRequest) -> HttpResponse:
    """`?seen=`: what the page shows already; 204 while that is still true. Without htmx, a page of its own."""
    now = timezone.now()
    pk = telephony.ringing(request.user.pk, now)
    if request.htmx:  # type: ignore[attr-defined]
        if request.GET.get("seen", "0") == str(pk):
            return HttpResponse(status=204)
        return render(request, "cases/ringing/_call.html", _context(request, pk, now))
    return render(request, "cases/ringing/page.html", _context(request, pk, now))


def _context(request: HttpRequest, pk: int, now: datetime) -> dict[str, Any]:
    if not pk:
        return {"call": None, "first": False, "now": now}
    user: User = request.user  # type: ignore[assignment]
    call = IncomingCall.objects.select_related(
        "client__unit", "case__owner__user", "case__current_promise"
    ).get(pk=pk)
    first = telephony.shown(call, now)
    if first and call.client_id:
        log_access(
            request, "view", "client", call.client_id, client_id=call.client_id, purpose=Purpose.RECORD
        )
    return {
        "call": call,
        "first": first,
        "client_opens": call.client_id is not None
        and Client.objects.visible_to(user, now=now).filter(pk=call.client_id).exists(),
        "case_opens": call.case_id is not None
        and Case.objects.visible_to(user, now=now).filter(pk=call.case_id).exists(),
        "mine": call.case is not None and call.case.in_charge(user, now),
        "now": now,
    }


@require_POST
@for_roles(*CASE_WORKERS)
def take(request: HttpRequest, pk: int) -> HttpResponse:
    """« Noter l’appel »: it is no longer shown, and the form opens with who calls."""
    call = _close(request, pk)
    asked: dict[str, str] = {}
    if call.client is not None:
        asked["client"] = call.client.client_ref
    if call.number:
        asked["who"] = call.number
    return redirect(f"{reverse('cases:record')}{'?' * bool(asked)}{urlencode(asked)}")


@require_POST
@for_roles(*CASE_WORKERS)
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    _close(request, pk)
    if request.htmx:  # type: ignore[attr-defined]
        return render(
            request, "cases/ringing/_call.html", {"call": None, "first": False, "now": timezone.now()}
        )
    return redirect("home")


def _close(request: HttpRequest, pk: int) -> IncomingCall:
    found = telephony.close(pk, request.user.pk, timezone.now()) if pk <= BIGGEST else None
    if found is None:
        raise Http404
    return found
