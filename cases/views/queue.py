"""File du service: the unit's cases that nobody keeps yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Case as SqlCase
from django.db.models import IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.models import User
from cases import hooks
from cases.enums import Colour
from cases.models import Case
from cases.permissions import role_may

from .access import CASE_WORKERS, for_roles

PAGE = 50
RANK = SqlCase(
    When(colour=Colour.RED, then=Value(0)),
    When(colour=Colour.ORANGE, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


@require_safe
@for_roles(*CASE_WORKERS)
def queue(request: HttpRequest) -> HttpResponse:
    """Red first, then the oldest: what waits longest comes first."""
    now = timezone.now()
    page = Paginator(unit_queue(request.user, now), PAGE).get_page(request.GET.get("page"))
    say_why(page.object_list)
    log_access(request, "view", "queue", rows=len(page.object_list))
    context = {
        "page": page,
        "now": now,
        "can_claim": hasattr(request.user, "advisor_profile"),
        "can_assign": role_may(request.user, "assign"),
        "bulk_url": bulk_address(request.user),
    }
    return render(request, "cases/queue.html", context)


def unit_queue(user: User, now: datetime) -> QuerySet[Case]:
    """The working cases of the account's unit that nobody keeps: red first, then the oldest."""
    return (
        Case.objects.visible_to(user, now=now)
        .working()
        .filter(owner__isnull=True, unit=user.unit_id)
        .select_related("client", "line")
        .order_by(RANK, "opened_at", "pk")
    )


def say_why(cases: Sequence[Any]) -> None:
    """Write on each case why nobody was eligible, as the app that routes says it; one query."""
    ask = hooks.providers.get("waiting_reasons")
    reasons = ask([case.pk for case in cases]) if ask and cases else {}
    for case in cases:
        case.waits_for = reasons.get(case.pk, "")


def bulk_address(user: User) -> str:
    """Where a manager acts on several cases at once."""
    return reverse("cases:bulk_new") if role_may(user, "assign") else ""
