"""HR's check of the eligibility: anybody, any day, which condition is met by which proof, and what is missing.

Managers never open it: what is told here decides of money (domain.md §6.5, L71).
"""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.views.access import NUL, for_roles
from recognition.eligibility import participants
from recognition.models import Award
from recognition.views.verdicts import standing

PER_PAGE = 50


@require_safe
@for_roles(Role.HR)
def eligibility(request: HttpRequest) -> HttpResponse:
    """Participants by name, to open their check; `?q=`: beginnings of names or an employee number."""
    words = request.GET.get("q", "").replace(NUL, "")[:80]
    found = participants(words)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    log_access(request, "view", "eligibility", rows=len(page.object_list))
    context = {"page": page, "words": words, "total": len(found), "today": timezone.localdate()}
    return render(request, "recognition/verdict/people.html", context)


@require_safe
@for_roles(Role.HR)
def eligibility_of(request: HttpRequest, pk: int) -> HttpResponse:
    """One employee; 404 for who is not one of the house."""
    house = User.objects.select_related("unit").filter(Q(entity__isnull=True) | Q(entity__internal=True))
    employee = get_object_or_404(house, pk=pk)
    context = {
        "employee": employee,
        "own": False,
        "awards": list(
            Award.objects.filter(employee=pk)
            .select_related("campaign")
            .order_by("-campaign__reference_date", "-pk")[:5]
        ),
        **standing(request, own=False, employee_id=pk),
    }
    log_access(request, "view", "eligibility", pk, rows=1)
    return render(request, "recognition/verdict/check.html", context)
