"""The end of somebody's participation, said by a manager of the unit or HR; and exits by reason (domain.md L22)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation
from cases.forms.bulk import AssignManyForm
from cases.models import Case
from cases.views.access import for_roles
from recognition.forms.participation import LeaveForm
from recognition.masking import THRESHOLD
from recognition.participation.exit_figures import exits_by_reason
from recognition.participation.filters import visible_to
from recognition.participation.leaving import DECIDED_IN, Giving, leave, reasons_for
from recognition.participation.refusal import Refused
from routing import departure

from .forms import refused_at


@require_safe
@for_roles(Role.STAFF_REP, Role.HR)
def exit_figures(request: HttpRequest) -> HttpResponse:
    """The same masked table for whoever opens it: nobody's exit is on this page."""
    now = timezone.now()
    context = {"figures": exits_by_reason(now), "today": timezone.localdate(now), "smallest": THRESHOLD}
    return render(request, "recognition/exits/figures.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.MANAGER, Role.HR)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Every open case changes hands in the same action, or nothing ends (INV-01)."""
    now = timezone.now()
    today = timezone.localdate(now)
    held = _to_end(request, pk, today)
    over = held.ends_on is not None and held.ends_on < today
    reasons = reasons_for(request.user, held)
    cases = [] if over else _open_cases(request, held, now)
    posted = request.method == "POST"
    data = request.POST if posted else None
    first = {"last_day": held.ends_on if over else max(today, held.starts_on)}
    form = LeaveForm(data, reasons=reasons, initial=first)
    giving = None
    if cases:
        giving = AssignManyForm(
            data, manager=request.user, now=now, without=held.employee_id, prefix="give",
            initial={"to": "engine", "reason_code": "absence"},
        )  # fmt: skip
    refused: list[departure.Result] = []
    if posted and form.is_valid() and (giving is None or giving.is_valid()):
        try:
            made = leave(
                pk,
                reason=form.cleaned_data["reason"],
                last_day=form.cleaned_data["last_day"],
                facts=form.cleaned_data.get("facts", ""),
                actor=request.actor,
                now=now,
                giving=Giving(cases, giving.chosen, giving.reason) if giving is not None else None,
            )
        except departure.HandOverRefused as error:
            refused = error.results
        except Refused as error:
            refused_at(form, error)
        else:
            messages.success(request, _done(made))
            return (
                redirect("recognition:file", made.pk)
                if made.pending
                else redirect("recognition:participants")
            )
    context = {
        "form": form,
        "giving": giving,
        "cases": cases,
        "refused": refused,
        "participation": held,
        "over": over,
        "days": DECIDED_IN,
        "hr": request.user.has_role(Role.HR),
    }
    failed = form.errors or refused or (giving is not None and giving.errors)
    return render(request, "recognition/exits/new.html", context, status=422 if failed else 200)


def _done(made: Any) -> str:
    who, day = made.participation.employee, f"{made.last_day:%d/%m/%Y}"
    if made.pending:
        return f"{who}, sortie au {day} : les RH décident du juste motif, le salarié est prévenu."
    return f"{who}, sortie au {day} : juste motif, rien de ce qui est acquis n’est repris."


def _to_end(request: HttpRequest, pk: int, today: date) -> Participation:
    """A participation that may still be ended; for HR, one that ended without a reason too. One's own: elsewhere."""
    rows = visible_to(request.user).filter(pk=pk, exit__isnull=True).exclude(employee=request.user.pk)
    if not request.user.has_role(Role.HR):
        rows = rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
    held = rows.select_related("employee__unit", "programme", "designated_by").first()
    if held is None:
        raise Http404
    return held


def _open_cases(request: HttpRequest, held: Participation, now: datetime) -> list[Case]:
    """Those a manager may give; HR sees no case, and is told who must give them."""
    if not request.user.has_role(Role.MANAGER):
        return []
    return list(
        Case.objects.visible_to(request.user, now=now)
        .working()
        .filter(owner=held.employee_id)
        .select_related("client", "line", "owner__user")
        .order_by("pk")
    )
