"""What a client sent over the last thirty days, for whoever helps a partner in trouble: a list, then one body."""

from __future__ import annotations

import json

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import AccessAction, Purpose
from atdemain.organisation.models import ApiCall, ApiClient
from atdemain.organisation.retention import CALLS_KEPT
from atdemain.pages.access import for_administrators

PAGE = 50


@require_safe
@for_administrators
def calls(request: HttpRequest, pk: int) -> HttpResponse:
    """The latest first, without bodies; `?only=wrong`, `?before=<id>` goes on with the older ones."""
    client = _client(pk)
    rows = ApiCall.objects.filter(client=client).defer("body", "answer").order_by("-pk")
    only, before = request.GET.get("only") == "wrong", request.GET.get("before", "")
    if only:
        rows = rows.filter(Q(status__gte=400) | Q(refused__gt=0))
    if before.isascii() and before.isdigit() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: PAGE + 1])
    context = {
        "client": client,
        "rows": found[:PAGE],
        "only": only,
        "first": not before,
        "older": found[PAGE - 1].pk if len(found) > PAGE else None,
        "days": CALLS_KEPT.days,
        "now": timezone.now(),
    }
    return render(request, "partners/calls.html", context)


@require_safe
@for_administrators
def call(request: HttpRequest, pk: int, call: int) -> HttpResponse:
    """A body may name clients: each reading is in the access log."""
    found = get_object_or_404(ApiCall.objects.select_related("client__entity"), pk=call, client=pk)
    log_access(request, AccessAction.VIEW, "api_calls", found.pk, purpose=Purpose.PARTNER_HELP, rows=1)
    context = {
        "call": found,
        "client": found.client,
        "body": _readable(found.body),
        "answer": _readable(found.answer),
    }
    return render(request, "partners/call.html", context)


def _client(pk: int) -> ApiClient:
    return get_object_or_404(ApiClient.objects.select_related("entity"), pk=pk)


def _readable(text: str) -> str:
    """On several lines where it is JSON, as it came otherwise."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text
