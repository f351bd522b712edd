"""`/`: the day of who is logged in (domain.md §8), a way on for everyone else."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from atdemain.organisation.enums import Role

from .day import my_day
from .escalations import escalations
from .team import team


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Advisors and supports: their day; managers: their unit; back office: its escalations."""
    user = request.user
    if user.has_role(Role.ADVISOR, Role.SUPPORT):
        return my_day(request)
    if user.has_role(Role.MANAGER):
        return team(request)
    if user.has_role(Role.BACK_OFFICE):
        return escalations(request)
    return render(request, "cases/welcome.html")
