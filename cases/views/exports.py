"""A list as a file: at once when it is short, as a job when it is long (`cases.exporting`)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from atdemain.jobs import queue
from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from cases.exporting import csv_file, kind, xlsx_file
from cases.exporting.export import AT_ONCE, CONTENT_TYPES, CSV, SHEET, Export, export_of
from cases.listing import ALL_READERS, LISTS

from .access import for_roles


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*ALL_READERS)
def export_list(request: HttpRequest, key: str, extension: str) -> HttpResponse:
    """GET answers the file, or says that it is long; POST has it written by a job."""
    listing = LISTS.get(key)
    if listing is None or extension not in CONTENT_TYPES:
        raise Http404
    if not request.user.has_role(*listing.roles):
        raise PermissionDenied
    now = timezone.now()
    export = export_of(listing, request.user, request.GET, now)
    if not export.selection.valid:
        return redirect(_list_of(request, key))
    if request.method == "POST":
        return _ask(request, export, extension)
    rows = export.count(AT_ONCE + 1)
    if rows > AT_ONCE:
        context: dict[str, Any] = {
            "export": export,
            "extension": extension,
            "limit": AT_ONCE,
            "back": _list_of(request, key),
        }
        return render(request, "cases/exports/long.html", context)
    if request.method == "HEAD":
        return _headed(HttpResponse(), export, extension)
    client_id = export.selection.client_id
    log_access(request, "export", key, extension, client_id=client_id, purpose=Purpose.EXPORT, rows=rows)
    if extension == CSV:
        return _headed(StreamingHttpResponse(csv_file.parts(export)), export, extension)
    return _headed(HttpResponse(xlsx_file.content(export)), export, extension)


def _ask(request: HttpRequest, export: Export, extension: str) -> HttpResponse:
    total = export.selection.rows.order_by().count()
    if extension != CSV and total > SHEET:
        messages.error(request, kind.TOO_LONG)
        return redirect(_list_of(request, export.listing.key))
    job = queue.ask(
        kind.KIND,
        f"Export {export.listing.title} ({extension.upper()})",
        actor=request.actor,
        now=export.now,
        total=total,
        list=export.listing.key,
        query=export.selection.query,
        format=extension,
        name=export.name(extension),
        reader=kind.reader(request.user),
    )
    return redirect("jobs:job", pk=job.pk)


def _headed(response: Any, export: Export, extension: str) -> Any:
    response["Content-Type"] = CONTENT_TYPES[extension]
    response["Content-Disposition"] = f'attachment; filename="{export.name(extension)}"'
    response["Cache-Control"] = "no-store"
    return response


def _list_of(request: HttpRequest, key: str) -> str:
    return f"{reverse('cases:list', args=[key])}?{request.GET.urlencode()}"
