"""« Mon équipe »: the part of the manager's page that is asked for once the page is drawn."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from routing import team


@require_safe
@for_roles(Role.MANAGER)
def team_members(request: HttpRequest) -> HttpResponse:
    """A part of the page of the unit; a page of its own without script."""
    now = timezone.now()
    context = {"now": now, "members": team.members(request.user, now)}
    return render(request, "routing/_team.html" if request.htmx else "routing/team.html", context)
