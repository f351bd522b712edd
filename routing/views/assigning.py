"""Several cases given at once, the weekly list above the cap, and the hand-over before somebody leaves."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.models import Case
from cases.views.access import NUL, for_roles, visible_case
from routing import advice, panels, several
from routing.forms.assigning import ENGINE, ManyForm
from routing.models import Assignment

PAGE = 200
WEEK = timedelta(days=7)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.MANAGER)
def assign_many(request: HttpRequest) -> HttpResponse:
    """GET `?case=<ref>&case=<ref>`: the cases chosen, with the engine's choice beside each."""
    now = timezone.now()
    posted = request.method == "POST"
    refs = (request.POST if posted else request.GET).getlist("case")
    cases = _chosen(request.user, refs, now)
    log_access(request, "view", "assign_many", rows=len(cases))
    if not cases:
        if refs:
            raise Http404
        messages.info(request, "Choisissez d’abord des dossiers dans la liste.")
        return redirect("cases:queue")
    form = ManyForm(request.POST if posted else None, manager=request.user, now=now, initial={"to": ENGINE})
    if posted and form.is_valid():
        results = several.give_several(
            cases,
            _advisor(form),
            actor=request.actor,
            now=now,
            versions=_versions(request, cases),
            reason=_reason(form),
        )
        return render(request, "routing/assigned_many.html", {"results": results, "now": now})
    advised = [(case, advice.advise(case, now)) for case in cases[:SHOWN]]
    context = {"form": form, "cases": cases, "advised": advised, "rest": cases[SHOWN:], "now": now}
    return render(request, "routing/assign_many.html", context, status=422 if posted else 200)


#: Cases whose suggestion is worked out for the page: each reads everybody's load.
SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.MANAGER)
def leaving(request: HttpRequest, pk: int) -> HttpResponse:
    """Every open case of an advisor who leaves is given in one action, or none is (domain.md §2.5)."""
    now = timezone.now()
    who = get_object_or_404(User, pk=pk, unit=request.user.unit_id or 0, advisor_profile__isnull=False)
    cases = list(
        Case.objects.visible_to(request.user, now=now)
        .working()
        .filter(owner=who.pk)
        .select_related("client", "line", "owner__user")
        .order_by("pk")
    )
    elsewhere = Case.objects.working().filter(owner=who.pk).exclude(pk__in=[case.pk for case in cases])
    log_access(request, "view", "leaving", rows=len(cases))
    posted = request.method == "POST"
    form = ManyForm(
        request.POST if posted else None,
        manager=request.user,
        now=now,
        leaving=who.pk,
        initial={"to": ENGINE, "reason_code": "absence"},
    )
    refused: list[several.Result] = []
    if posted and form.is_valid():
        try:
            several.hand_over(cases, _advisor(form), actor=request.actor, now=now, reason=_reason(form))
        except several.HandOverRefused as error:
            refused = error.results
        else:
            messages.success(request, f"Les dossiers de {who.short_name} sont confiés.")
            return redirect("cases:team")
    context = {"form": form, "who": who, "cases": cases, "refused": refused, "now": now}
    context["elsewhere"] = elsewhere.count()
    return render(request, "routing/leaving.html", context, status=422 if posted else 200)


@require_safe
@for_roles(Role.MANAGER)
def over_cap(request: HttpRequest) -> HttpResponse:
    """« Affectations au-delà du plafond » of the own unit, one week of its own clock at a time."""
    now = timezone.now()
    unit = request.user.unit
    tz = unit.calendar().tz if unit else timezone.get_current_timezone()
    this = _monday(now.astimezone(tz).date())
    monday = min(_asked(request.GET.get("week", ""), this), this)
    start, end = _midnight(monday, tz), _midnight(monday + WEEK, tz)
    rows = list(
        Assignment.objects.filter(over_cap=True, case__unit=request.user.unit_id, at__gte=start, at__lt=end)
        .select_related("case__client", "to_user", "by")
        .order_by("-at", "-pk")[: PAGE + 1]
    )
    log_access(request, "view", "over_cap", rows=len(rows))
    context = {
        "rows": rows[:PAGE],
        "more": len(rows) > PAGE,
        "limit": PAGE,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - WEEK,
        "after": monday + WEEK if monday < this else None,
        "now": now,
    }
    return render(request, "routing/over_cap.html", context)


def _chosen(user: User, refs: list[str], now: datetime) -> list[Case]:
    """The working cases of the manager's unit among these, in the order of the queue."""
    refs = [ref[:40] for ref in refs if NUL not in ref][: several.MOST]
    return list(
        Case.objects.visible_to(user, now=now)
        .working()
        .filter(ref__in=refs, unit=user.unit_id)
        .select_related("client", "line", "unit", "owner__user")
        .order_by("opened_at", "pk")
    )


def _versions(request: HttpRequest, cases: list[Case]) -> dict[str, int]:
    """The version of each case as the page showed it; a missing or wrong one is never the present one."""
    sent = {case.ref: request.POST.get(f"version-{case.ref}", "") for case in cases}
    return {
        ref: int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
        for ref, text in sent.items()
    }


def _advisor(form: ManyForm) -> int | None:
    to = form.cleaned_data["to"]
    return None if to == ENGINE else int(to)


def _reason(form: ManyForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("reason_code", "reason_text")}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _asked(text: str, default: date) -> date:
    """The Monday of the week asked for; a date that means nothing is this week."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return default
    return _monday(day) if date(2000, 1, 3) <= day else default


def _midnight(day: date, tz: Any) -> datetime:
    return datetime.combine(day, time.min, tz)


@require_safe
@for_roles(Role.ADVISOR, Role.MANAGER)
def why(request: HttpRequest, ref: str) -> HttpResponse:
    """« Pourquoi ce conseiller ? »: a part of the case's page, a page of its own without script."""
    case = visible_case(request, ref)
    if not panels.reads_choice(case, request.user):
        raise Http404
    log_access(request, "view", "case", case.pk, client_id=case.client_id, purpose="why_advisor")
    context = {"case": case, "now": timezone.now(), **(panels.choice(case) or {"given": None})}
    return render(request, "routing/_choice.html" if request.htmx else "routing/why.html", context)
