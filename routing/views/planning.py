"""The planning: of the own team for its manager, one's own for an advisor (domain.md §2.3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.enums import Role
from atdemain.pages.times import SHORT_DAYS
from cases.views.access import for_roles
from routing import planning, returning, team
from routing.enums import PresenceKind, PresenceSource
from routing.forms.planning import AddForm, EditForm
from routing.models import Presence
from routing.presence import PresenceRefused

WEEK = timedelta(days=7)
EARLIEST, LATEST = date(2018, 1, 1), date(2099, 12, 28)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.MANAGER)
def team_planning(request: HttpRequest) -> HttpResponse:
    """A week of the own team; POST adds one presence, or the same on several days."""
    now = timezone.now()
    people = team.advisors_of(request.user)
    monday = _monday(request.GET.get("week", ""), now)
    form = AddForm(request.POST, people=people) if request.method == "POST" else _empty(people, monday, now)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        until = data["until"] or data["day"]
        try:
            made = planning.add(
                data["person"], data["kind"], data["day"], until,
                (data["start"], data["end"]), next_day=data["next_day"],
            )  # fmt: skip
        except PresenceRefused as refused:
            form.refuse(refused)
        else:
            who = data["person"].short_name
            said = f"{made} ligne{'s' if made > 1 else ''} ajoutée{'s' if made > 1 else ''} au planning de {who}."
            messages.success(request, said if made else f"Le planning de {who} le prévoyait déjà.")
            return redirect(_address(data["day"]))
    shown = planning.week(people, monday)
    around = _around(monday, now)
    words = [label for label, _day in around["labels"]]
    rows = [(one, list(zip(words, one.days, strict=True))) for one in shown]
    context = {"form": form, "people": rows, "editable": True, **around}
    return render(request, "routing/team_planning.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.MANAGER)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """One presence of the own team: changed, or taken out."""
    now = timezone.now()
    people = team.advisors_of(request.user)
    row = Presence.objects.select_related("user__unit").filter(pk=pk, source=PresenceSource.PLANNING).first()
    posted = request.method == "POST"
    if row is None or not people.filter(pk=row.user_id).exists():
        if posted and row is None and request.POST.get("seen"):
            messages.info(request, "Cette ligne du planning a déjà été retirée ou remplacée.")
            return redirect("routing:team_planning")
        raise Http404
    entry = planning.entry_of(row, planning.zone_of(row.user))
    form = EditForm(request.POST) if posted else EditForm(initial=_shown(entry))
    status = 200
    if posted:
        try:
            if request.POST.get("remove"):
                planning.remove(pk, request.POST.get("seen", ""))
                messages.success(request, f"Ligne retirée du planning de {row.user.short_name}.")
                return redirect(_address(entry.day))
            if form.is_valid():
                changed = planning.change(
                    pk, form.cleaned_data["seen"], form.cleaned_data["kind"], *form.bounds(row.user)
                )
                messages.success(request, f"Planning de {row.user.short_name} modifié.")
                return redirect(_address(planning.entry_of(changed, planning.zone_of(row.user)).day))
        except PresenceRefused as refused:
            form.is_valid()
            form.refuse(refused)
        except planning.RowMoved as moved:
            if moved.row is None:
                messages.info(request, "Cette ligne du planning a déjà été retirée.")
                return redirect(_address(entry.day))
            entry, status = planning.entry_of(moved.row, planning.zone_of(row.user)), 409
            form.data = form.data.copy()
            form.data["seen"] = entry.seen
        status = 422 if status == 200 else status
    context = {
        "form": form, "row": row, "entry": entry, "moved": status == 409, "now": now,
        "declared": planning.declared(row), "back": _address(entry.day),
    }  # fmt: skip
    return render(request, "routing/planning_edit.html", context, status=status)


@require_safe
@for_roles(Role.ADVISOR)
def my_planning(request: HttpRequest) -> HttpResponse:
    """« Mon planning », and what is offered back after an absence."""
    now = timezone.now()
    monday = _monday(request.GET.get("week", ""), now)
    (mine,) = planning.week([request.user], monday)
    offers = returning.offers_to(request.user.pk)
    if offers:
        log_access(request, "view", "offered_back", rows=len(offers))
    around = _around(monday, now)
    days = list(zip(around["days"], mine.days, strict=True))
    context = {"mine": mine, "rows": days, "offers": offers, **around}
    return render(request, "routing/my_planning.html", context)


def _empty(people: Any, monday: date, now: datetime) -> AddForm:
    today = timezone.localdate(now)
    day = today if monday <= today < monday + WEEK else monday
    return AddForm(people=people, initial={"day": day, "kind": PresenceKind.SHIFT})


def _shown(entry: planning.Entry) -> dict[str, Any]:
    return {
        "kind": entry.row.kind, "day": entry.day, "start": entry.start, "end": entry.end,
        "next_day": entry.next_day, "seen": entry.seen,
    }  # fmt: skip


def _monday(text: str, now: datetime) -> date:
    """The Monday of the week of the day asked for; a date that means nothing is this week."""
    today = timezone.localdate(now)
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    if not EARLIEST <= day <= LATEST:
        day = today
    return day - timedelta(days=day.weekday())


def _address(day: date) -> str:
    return f"{reverse('routing:team_planning')}?week={day.isoformat()}"


def _around(monday: date, now: datetime) -> dict[str, Any]:
    days = [monday + timedelta(days=rank) for rank in range(7)]
    return {
        "monday": monday,
        "days": days,
        "labels": [(f"{SHORT_DAYS[day.weekday()]}\u00a0{day:%d/%m}", day) for day in days],
        "today": timezone.localdate(now),
        "before": monday - WEEK,
        "after": monday + WEEK,
        "now": now,
    }
