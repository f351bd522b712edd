"""The weekly list above the cap, the hand-over before somebody leaves, and why an advisor was chosen."""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.forms.bulk import ENGINE, AssignManyForm
from cases.models import Case
from cases.views.access import for_roles, visible_case
from routing import departure, limits, panels

PAGE = 200


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
    form = AssignManyForm(
        request.POST if posted else None,
        manager=request.user,
        now=now,
        without=who.pk,
        initial={"to": ENGINE, "reason_code": "absence"},
    )
    refused: list[departure.Result] = []
    if posted and form.is_valid():
        try:
            departure.hand_over(cases, form.chosen, actor=request.actor, now=now, reason=form.reason)
        except departure.HandOverRefused as error:
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
    this = limits.monday(now.astimezone(tz).date())
    monday = min(_asked(request.GET.get("week", ""), this), this)
    found = limits.above_cap(request.user.unit_id, monday, tz).select_related("case__client", "to_user", "by")
    page = Paginator(found.order_by("-at", "-pk"), PAGE).get_page(request.GET.get("page"))
    log_access(request, "view", "over_cap", rows=len(page.object_list))
    context = {
        "page": page,
        "monday": monday,
        "sunday": monday + timedelta(days=6),
        "before": monday - limits.WEEK,
        "after": monday + limits.WEEK if monday < this else None,
        "now": now,
    }
    return render(request, "routing/over_cap.html", context)


def _asked(text: str, default: date) -> date:
    """The Monday of the week asked for; a date that means nothing is this week."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return default
    return limits.monday(day) if date(2000, 1, 3) <= day else default


@require_safe
@for_roles(Role.ADVISOR, Role.MANAGER)
def why(request: HttpRequest, ref: str) -> HttpResponse:
    """« Pourquoi ce conseiller ? »: a part of the case's page, a page of its own without script."""
    case = visible_case(request, ref)
    if not panels.reads_choice(case, request.user):
        raise Http404
    log_access(request, "view", "case", case.pk, client_id=case.client_id, purpose=Purpose.WHY_ADVISOR)
    context = {"case": case, "now": timezone.now(), **(panels.choice(case) or {"given": None})}
    return render(request, "routing/_choice.html" if request.htmx else "routing/why.html", context)
