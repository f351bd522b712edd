"""« Qui peut quoi »: the permission table for administrators, as it is tested."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from atdemain.pages.access import for_administrators
from atdemain.pages.permissions.reading import COLUMNS, NOBODY, Filter, shown
from atdemain.pages.permissions.table import SECTIONS
from atdemain.pages.see_as import NAMES, allowed

VERBS = {"lire": "Lire", "agir": "Agir"}


@require_safe
@for_administrators
def permissions(request: HttpRequest) -> HttpResponse:
    asked = _asked(request)
    sections = shown(SECTIONS, asked)
    context = {
        "sections": sections,
        "count": sum(len(page.lines) for _, pages in sections for page in pages),
        "columns": [(role, COLUMNS[role]) for role in asked.columns],
        "choices": [(role or NOBODY, label) for role, label in COLUMNS.items()],
        "verbs": VERBS.items(),
        "asked": asked,
        "seen_as": [(name, COLUMNS[name]) for name in NAMES] if allowed(request.user) else [],
        "role": asked.role or (NOBODY if asked.role == "" else ""),
    }
    return render(request, "permissions/page.html", context)


def _asked(request: HttpRequest) -> Filter:
    """What means nothing is not asked."""
    name, verb = request.GET.get("role", ""), request.GET.get("verb", "")
    role = "" if name == NOBODY else name if name and name in COLUMNS else None
    text = request.GET.get("text", "").strip()[:80]
    return Filter(role, text, verb if verb in VERBS else "")
