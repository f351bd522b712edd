from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from cases.search import search

from .access import CASE_WORKERS, for_roles
from .hits import PARAMETER, mark


@require_safe
@for_roles(*CASE_WORKERS)
def search_page(request: HttpRequest) -> HttpResponse:
    """A single certain hit (a reference typed whole) opens at once; else the list.

    The access log keeps as what the words were read and how many lines were shown, never the words.
    """
    now = timezone.now()
    results = search(request.user, request.GET.get("q", ""), now=now)
    log_access(request, "search", "search", ",".join(results.kinds), rows=results.rows)
    if case := results.only_case:
        query = urlencode({PARAMETER: mark(request.user, case)})
        return redirect(f"{reverse('cases:case', args=[case.ref])}?{query}")
    return render(request, "cases/search.html", {"results": results, "now": now})
