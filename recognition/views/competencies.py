"""Assessing competencies: a trainer those of the unit and those accompanied, HR anybody (domain.md §6.7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from cases.views.access import for_roles
from recognition.durable import competencies
from recognition.durable.competencies import ASSESSORS, AssessmentRefused
from recognition.forms.durable import AssessForm
from recognition.forms.mentoring import find
from recognition.models import CompetencyRecord

LATEST = 25


@require_safe
@for_roles(*ASSESSORS)
def people(request: HttpRequest) -> HttpResponse:
    """Whom this account may assess, found by name; and its own latest assessments."""
    words = request.GET.get("who", "")[:80].strip()
    allowed = competencies.assessable(request.user)
    named = {one.pk for one in find(words, request.user)} if words else set()
    context = {
        "words": words,
        "found": list(allowed.select_related("unit").filter(pk__in=named)) if words else [],
        "latest": list(
            CompetencyRecord.objects.filter(assessed_by=request.user.pk)
            .select_related("employee", "competency")
            .order_by("-recorded_at", "-pk")[:LATEST]
        ),
    }
    return render(request, "recognition/competencies/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*ASSESSORS)
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """What is assessed of somebody, and a new assessment. 404 for who is out of reach."""
    now = timezone.now()
    employee = competencies.assessable(request.user).select_related("unit").filter(pk=pk).first()
    if employee is None:
        raise Http404
    posted = request.method == "POST"
    first = {"assessed_on": timezone.localdate(now)}
    proofs = competencies.proofs_of(employee, now)
    form = AssessForm(request.POST if posted else None, proofs=proofs, initial=first)
    if posted and form.is_valid():
        try:
            competencies.assess(employee, **form.cleaned_data, actor=request.actor, now=now)
        except AssessmentRefused as refused:
            form.refuse(refused.reasons)
        else:
            messages.success(
                request, f"Compétence évaluée : {employee.short_name} est prévenu et peut commenter."
            )
            return redirect("recognition:competency_person", pk=pk)
    context = {
        "employee": employee,
        "form": form,
        "standings": competencies.standings(employee),
        "proofs": proofs,
    }
    return render(
        request, "recognition/competencies/person.html", context, status=422 if form.errors else 200
    )
