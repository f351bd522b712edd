from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from cases.search import search

from .access import CASE_WORKERS, for_roles


@require_safe
@for_roles(*CASE_WORKERS)
def search_page(request: HttpRequest) -> HttpResponse:
    """A single certain hit (a reference typed whole) opens at once; else the list."""
    now = timezone.now()
    results = search(request.user, request.GET.get("q", ""), now=now)
    log_access(
        request, "search", "search", rows=len(results.cases) + len(results.clients) + len(results.faults)
    )
    if results.understood == "référence de dossier" and len(results.cases) == 1:
        return redirect("cases:case", ref=results.cases[0].ref)
    return render(request, "cases/search.html", {"results": results, "now": now})
