"""Boîte de réception: what the product told this account, unread first to see, nothing ever erased."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.notifications.models import Notification
from atdemain.pages import typography
from atdemain.statements import Param, Statement

PAGE = 50

#: Asked by every open page, every eight seconds: no row where all is read.
_UNREAD = Statement(
    lambda: (
        Notification.objects.filter(recipient=Param("reader"), read_at__isnull=True)
        .order_by()
        .values("recipient")
        .annotate(number=Count("pk"), last=Max("pk"))
        .values_list("number", "last")
    )
)


@require_safe
@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """`?show=all` adds what was read. Newest first, urgent or not: the order of arrival is the story."""
    everything = request.GET.get("show") == "all"
    items = Notification.objects.filter(recipient=request.user.pk).order_by("-created_at", "-pk")
    if not everything:
        items = items.filter(read_at__isnull=True)
    page = Paginator(items, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    if shown:  # a title may name a client
        log_access(request, "view", "inbox", rows=len(shown))
    context = {
        "page": page,
        "everything": everything,
        "now": timezone.now(),
        "last": max((item.pk for item in shown), default=0),
    }
    return render(request, "cases/inbox.html", context)


@require_safe
@login_required
def unread(request: HttpRequest) -> HttpResponse:
    """What every page asks by itself, every eight seconds: how many, and the last one's title.

    204 when it is as the asker saw it (`X-AT-Unread`): nothing to draw.
    """
    number, last = _UNREAD.first(reader=request.user.pk) or (0, 0)
    seen = f"{number}.{last}"
    if request.headers.get("X-AT-Unread") == seen:
        return HttpResponse(status=204)
    title = Notification.objects.filter(pk=last).values_list("title", flat=True).first() or ""
    if title:
        log_access(request, "view", "inbox", rows=1)
    return JsonResponse({"unread": number, "seen": seen, "title": typography.french(title)})


@require_POST
@login_required
def read_item(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one item read and, with `open`, go to what it is about. Twice equals once."""
    item = Notification.objects.filter(pk=pk, recipient=request.user.pk).first()
    if item is None:
        raise Http404
    if item.read_at is None:
        Notification.objects.filter(pk=pk, read_at__isnull=True).update(read_at=timezone.now())
    if "open" in request.POST and item.url and url_has_allowed_host_and_scheme(item.url, allowed_hosts=None):
        return redirect(item.url)
    return redirect("cases:inbox")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Everything that had arrived when the page was drawn; what came since stays unread."""
    items = Notification.objects.filter(recipient=request.user.pk, read_at__isnull=True)
    last = request.POST.get("last", "")
    if last.isascii() and last.isdigit():
        items = items.filter(pk__lte=int(last[:18]))
    number = items.update(read_at=timezone.now())
    if number:
        messages.success(
            request,
            "1 message marqué comme lu." if number == 1 else f"{number} messages marqués comme lus.",
        )
    return redirect("cases:inbox")
