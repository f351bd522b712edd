"""« Programme »: who leads it, its phases, the register of decisions, and four things side by side (domain.md L12, L13, L75)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Phase, Programme
from recognition.forms.others import ChangePhaseForm, LeadForm, PhaseForm
from recognition.participation import phases, side_by_side
from recognition.participation.refusal import Refused

from .forms import refused_at


@require_safe
@login_required
def programmes(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    today = timezone.localdate(now)
    known = Programme.objects.select_related("lead").order_by("name", "pk")
    context = {
        "programmes": [
            {
                "programme": one,
                "phases": list(one.phases.select_related("lead").order_by("starts_on", "pk")),
                "register": phases.register_of(one),
                "figures": side_by_side.of(one, now),
            }
            for one in known[:10]
        ],
        "today": today,
        "may_decide": request.user.has_role(Role.ADMIN),  # type: ignore[union-attr]
    }
    return render(request, "recognition/programme/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def lead(request: HttpRequest, code: str) -> HttpResponse:
    programme = _decided(request, code)
    form = LeadForm(request.POST if request.method == "POST" else None, initial={"lead": programme.lead_id})
    return _form(
        request, form, programme, "Pilote du programme",
        lambda data: phases.name_lead(
            programme, data["lead"], reason=data["reason"], actor=request.actor, now=timezone.now()  # type: ignore[attr-defined]
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def phase_new(request: HttpRequest, code: str) -> HttpResponse:
    programme = _decided(request, code)
    first = {"starts_on": timezone.localdate(), "lead": programme.lead_id}
    form = PhaseForm(request.POST if request.method == "POST" else None, initial=first)
    return _form(
        request, form, programme, "Ouvrir une phase",
        lambda data: phases.start_phase(
            programme, kind=data["kind"], lead=data["lead"], starts_on=data["starts_on"], ends_on=data["ends_on"],
            reason=data["reason"], actor=request.actor, now=timezone.now(),  # type: ignore[attr-defined]
        ),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def phase(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    programme = _decided(request, code)
    held = Phase.objects.filter(pk=pk, programme=programme).first()
    if held is None:
        raise Http404
    first = {"lead": held.lead_id, "ends_on": held.ends_on}
    form = ChangePhaseForm(request.POST if request.method == "POST" else None, initial=first)
    title = f"Phase {held.get_kind_display().lower()}, depuis le {held.starts_on:%d/%m/%Y}"
    return _form(
        request, form, programme, title,
        lambda data: phases.change_phase(
            held.pk, lead=data["lead"], ends_on=data["ends_on"], reason=data["reason"],
            actor=request.actor, now=timezone.now(),  # type: ignore[attr-defined]
        ),
    )  # fmt: skip


def _decided(request: HttpRequest, code: str) -> Programme:
    if not request.user.has_role(Role.ADMIN):  # type: ignore[union-attr]
        raise PermissionDenied
    return get_object_or_404(Programme, code=code)


def _form(request: HttpRequest, form: Any, programme: Programme, title: str, decide: Any) -> HttpResponse:
    if form.is_bound and form.is_valid():
        try:
            decide(form.cleaned_data)
        except Refused as refused:
            refused_at(form, refused)
        else:
            messages.success(request, "Décision enregistrée : elle est dans le registre, que chacun lit.")
            return redirect("recognition:programme")
    context = {"form": form, "programme": programme, "title": title}
    return render(request, "recognition/programme/decide.html", context, status=422 if form.errors else 200)
