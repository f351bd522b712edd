"""« Ma reconnaissance »: one's own awards and where one stands today, each figure with its proof (domain.md §6.5, L58).

Nobody else's: managers, staff representatives and administrators read theirs here, like everybody.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.views.access import for_roles
from recognition.appeals import reading as appeals
from recognition.enums import INTERNAL_ROLES
from recognition.models import Award
from recognition.views.verdicts import award_context, representatives, standing


@require_safe
@for_roles(*INTERNAL_ROLES)
def my_recognition(request: HttpRequest) -> HttpResponse:
    """The latest published award, or the one of `?award=`; before any campaign, today's eligibility."""
    awards = list(
        Award.objects.filter(employee=request.user.pk, campaign__published_at__isnull=False)  # type: ignore[misc]
        .select_related("campaign__scheme__programme")
        .order_by("-campaign__published_at", "-pk")
    )
    asked = request.GET.get("award", "")
    shown = next((one for one in awards if str(one.pk) == asked), None) if asked else next(iter(awards), None)
    if asked and shown is None:
        raise Http404
    context: dict[str, Any] = {
        "awards": awards,
        "award": shown,
        "now": timezone.now(),
        "today": timezone.localdate(),
        "own": True,
        "scheme": None,
        "representatives": representatives(request.user),  # type: ignore[arg-type]
    }
    if shown is None:
        context |= standing(request, own=True)
    else:
        context |= award_context(shown, own=True)
        context["standing"] = appeals.standing(shown, context["now"])
    return render(request, "recognition/verdict/mine.html", context)


@require_safe
@for_roles(*INTERNAL_ROLES)
def my_eligibility(request: HttpRequest) -> HttpResponse:
    """The same check as HR's, of oneself, on any day."""
    context = {
        "employee": request.user,
        "own": True,
        "representatives": representatives(request.user),  # type: ignore[arg-type]
        **standing(request, own=True),
    }
    return render(request, "recognition/verdict/check.html", context)
