"""« Participants »: HR's list and a manager's, and the designation (domain.md §6.3, L52)."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.enums import Role
from cases.list_page import page_number, read_page
from cases.views.access import for_roles
from recognition.forms.participation import DesignateForm
from recognition.participation import joining
from recognition.participation.refusal import Refused
from recognition.participation.tables import PARTICIPATIONS

from .forms import refused_at


@require_safe
@for_roles(*PARTICIPATIONS.roles)
def participants(request: HttpRequest) -> HttpResponse:
    """`?sort=`, `?page=`, and the filters of the list."""
    now, user = timezone.now(), request.user
    selection = PARTICIPATIONS.select(user, request.GET, now)
    page = read_page(selection, page_number(request.GET.get("page")), user.list_size)
    hr = user.has_role(Role.HR)
    context = {
        "now": now,
        "today": timezone.localdate(now),
        "listing": PARTICIPATIONS,
        "selection": selection,
        "page": page,
        "told": page.told(PARTICIPATIONS.noun).replace("aucun ", "aucune "),
        "table": PARTICIPATIONS.table([], order_by=selection.sort),
        "sorts": selection.sorts,
        "rows": "recognition/participation/_rows.html",
        "hr": hr,
        "may_designate": user.has_role(Role.MANAGER),
        "bulk_url": "",
    }
    return render(request, "recognition/participation/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.MANAGER)
def designate(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    posted = request.method == "POST"
    form = DesignateForm(
        request.POST if posted else None, manager=request.user, today=today, initial={"starts_on": today}
    )
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            made = joining.designate(
                data["employee"],
                data["programme"],
                role=data["role"],
                starts_on=data["starts_on"],
                ends_on=data["ends_on"],
                actor=request.actor,
                now=now,
            )
        except Refused as refused:
            refused_at(form, refused)
        else:
            messages.success(
                request, f"{made.employee} est désigné et prévenu. Rien ne lui est confié sans son accord."
            )
            return redirect("recognition:participants")
    context = {"form": form}
    return render(
        request, "recognition/participation/designate.html", context, status=422 if form.errors else 200
    )
