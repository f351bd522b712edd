"""« Justes motifs » and the file of one exit: read and answered by the employee, opined on, decided by HR."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit, User
from cases.views.access import for_roles
from recognition.enums import PARTICIPANT_ROLES, ExitReason
from recognition.forms.just_cause import AnswerForm, DecideForm, OpinionForm
from recognition.models import ParticipationExit
from recognition.participation import just_cause
from recognition.participation.leaving import manages
from recognition.participation.refusal import Refused

from .forms import refused_at

READERS = (*PARTICIPANT_ROLES, Role.HR)
PAGE = 50


@require_safe
@for_roles(Role.HR)
def just_causes(request: HttpRequest) -> HttpResponse:
    """What is to decide, the most pressing first, with the business days left; then what was."""
    now = timezone.now()
    settled = (
        ParticipationExit.objects.filter(reason=ExitReason.UNJUSTIFIED, decided_at__isnull=False)
        .select_related("participation__employee__unit", "decided_by")
        .order_by("-decided_at", "-pk")
    )
    calendars: dict[int | None, Any] = {}
    context = {
        "open": [(one, _days_left(one, now, calendars)) for one in just_cause.open_files()[:PAGE]],
        "page": Paginator(settled, PAGE).get_page(request.GET.get("page")),
        "now": now,
    }
    return render(request, "recognition/exits/just_causes.html", context)


@require_safe
@for_roles(*READERS)
def file(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _file(request, pk))


@require_POST
@for_roles(*PARTICIPANT_ROLES)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    held = _file(request, pk)
    if held.participation.employee_id != request.user.pk:
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            just_cause.answer(pk, form.cleaned_data["answer"], actor=request.actor, now=timezone.now())
        except Refused as refused:
            return _refused(request, held, form, refused)
        messages.success(request, "Votre réponse est enregistrée. Les RH la lisent avant de décider.")
        return redirect("recognition:file", pk)
    return _page(request, held, form, status=422)


@require_POST
@for_roles(Role.MANAGER)
def opinion(request: HttpRequest, pk: int) -> HttpResponse:
    held = _file(request, pk)
    if not manages(request.user, held.participation):
        raise Http404
    form = OpinionForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            just_cause.give_opinion(
                pk, data["opinion"], data["opinion_text"], actor=request.actor, now=timezone.now()
            )
        except Refused as refused:
            return _refused(request, held, form, refused)
        messages.success(request, "Votre avis est enregistré. Les RH décident.")
        return redirect("recognition:file", pk)
    return _page(request, held, form, status=422)


@require_POST
@for_roles(Role.HR)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    held = _file(request, pk)
    form = DecideForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        try:
            just_cause.decide(
                pk,
                data["just_cause"],
                heard_on=data["heard_on"],
                hearing_notes=data["hearing_notes"],
                decision_text=data["decision_text"],
                actor=request.actor,
                now=timezone.now(),
            )
        except Refused as refused:
            return _refused(request, held, form, refused)
        messages.success(request, "Décision enregistrée : le salarié, son manager et les RH sont prévenus.")
        return redirect("recognition:just_causes")
    return _page(request, held, form, status=422)


def _file(request: HttpRequest, pk: int) -> ParticipationExit:
    """One's own file; a manager's, of the unit, once somebody said it unjustified; any for HR."""
    held = (
        ParticipationExit.objects.select_related(
            "participation__employee__unit", "participation__programme", "participation__designated_by",
            "announced_by", "opinion_by", "decided_by",
        )
        .filter(pk=pk)
        .first()
    )  # fmt: skip
    if held is None:
        raise Http404
    user = request.user
    own = held.participation.employee_id == user.pk
    unit = held.reason == ExitReason.UNJUSTIFIED and manages(user, held.participation)
    if not (own or unit or user.has_role(Role.HR)):
        raise Http404
    return held


def _page(
    request: HttpRequest, held: ParticipationExit, form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    now, user = timezone.now(), request.user
    own = held.participation.employee_id == user.pk
    still = held.pending and held.due_at is not None and held.due_at >= now
    context: dict[str, Any] = {
        "held": held,
        "own": own,
        "still": still,
        "left": _days_left(held, now, {}) if still else 0,
        "now": now,
        "may_decide": user.has_role(Role.HR) and still and just_cause.may_decide(held, user),
        "hr": user.has_role(Role.HR),
    }
    context["answer_form"] = _own_form(AnswerForm, form, {"answer": held.answer}) if own and still else None
    given = {"opinion": held.opinion, "opinion_text": held.opinion_text}
    manager = still and manages(user, held.participation)
    context["opinion_form"] = _own_form(OpinionForm, form, given) if manager else None
    context["decide_form"] = _own_form(DecideForm, form, {}) if context["may_decide"] else None
    return render(request, "recognition/exits/file.html", context, status=status)


def _own_form(kind: type[forms.Form], sent: forms.Form | None, initial: dict[str, Any]) -> forms.Form:
    return sent if isinstance(sent, kind) else kind(initial=initial)


def _refused(
    request: HttpRequest, held: ParticipationExit, form: forms.Form, refused: Refused
) -> HttpResponse:
    """At the field; what concerns the whole file — settled meanwhile — above it as it is now."""
    if refused.field in form.fields:
        refused_at(form, refused)
        return _page(request, held, form, status=422)
    if not request.user.is_active:
        raise PermissionDenied
    messages.error(request, refused.message)
    return redirect("recognition:file", held.pk)


def _days_left(held: ParticipationExit, now: datetime, calendars: dict[int | None, Any]) -> int:
    """Business days left, the last one included; 0 when the delay is over."""
    employee: User = held.participation.employee
    if employee.unit_id not in calendars:
        calendars[employee.unit_id] = (employee.unit or Unit()).calendar()
    calendar = calendars[employee.unit_id]
    if held.due_at is None or held.due_at < now:
        return 0
    first, last = calendar.local_date(now), calendar.local_date(held.due_at)
    days = range(first.toordinal() + 1, last.toordinal() + 1)
    return sum(1 for day in days if calendar.hours_on(type(first).fromordinal(day)))
