"""« Transparence »: every employee reads the envelope and the masked tables of a published campaign (L70)."""

from __future__ import annotations

import csv
import io

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from atdemain.organisation.enums import Role
from atdemain.spreadsheets import harmless
from cases.exporting.csv_file import BOM
from cases.exporting.export import CONTENT_TYPES
from recognition.models import Campaign
from recognition.transparency import AXES, Report, published, report


@require_safe
@login_required
def transparency(request: HttpRequest) -> HttpResponse:
    """`?campaign=` (the last published one), `?axis=` unit, role or level."""
    campaigns = list(_campaigns(request))
    chosen = _chosen(request, campaigns)
    axis = request.GET.get("axis", "")
    shown = report(chosen, axis if axis in AXES else "unit") if chosen else None
    context = {
        "campaigns": campaigns,
        "report": shown,
        "axes": AXES,
        "bars": _bars(shown) if shown else [],
    }
    return render(request, "recognition/transparency.html", context)


@require_safe
@login_required
def transparency_file(request: HttpRequest) -> HttpResponse:
    """The table and the figures of the page, in the same words."""
    chosen = _chosen(request, list(_campaigns(request)))
    if chosen is None:
        raise Http404
    axis = request.GET.get("axis", "")
    shown = report(chosen, axis if axis in AXES else "unit")
    buffer = io.StringIO(newline="")
    buffer.write(BOM)
    writer = csv.writer(buffer, delimiter=";")
    writer.writerow(shown.headings)
    for line in shown.rows():
        writer.writerow(map(harmless, line))
    writer.writerow([])
    for figure in shown.figures:
        writer.writerow(map(harmless, (figure.label, figure.value, figure.note)))
    response = HttpResponse(buffer.getvalue(), content_type=CONTENT_TYPES["csv"])
    response["Content-Disposition"] = f'attachment; filename="transparence-{chosen.pk}-{shown.axis}.csv"'
    response["Cache-Control"] = "no-store"
    return response


def _campaigns(request: HttpRequest) -> list[Campaign]:
    """403 for a partner: the page is the employees'."""
    if request.user.has_role(Role.PARTNER):  # type: ignore[union-attr]
        raise PermissionDenied
    return list(published().order_by("-published_at", "-pk")[:50])


def _chosen(request: HttpRequest, campaigns: list[Campaign]) -> Campaign | None:
    asked = request.GET.get("campaign", "")
    if not asked:
        return campaigns[0] if campaigns else None
    found = next((one for one in campaigns if str(one.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def _bars(shown: Report) -> list[dict[str, object]]:
    """One bar per row that shows its whole; a masked row has its word, and no length that would tell it."""
    values = [line.whole.value or 0 for line in shown.lines]
    most = max(values, default=0) or 1
    return [
        {
            "label": line.label,
            "word": line.whole.word,
            "masked": line.whole.masked,
            "width": 0 if line.whole.value is None else round(100 * line.whole.value / most),
        }
        for line in shown.lines
    ]
