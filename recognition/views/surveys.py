"""Enquêtes: drafted, opened, answered without a name, read from five answers up (domain.md L53, L54, M16)."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.organisation.enums import Role
from atdemain.spreadsheets import harmless
from cases.exporting.csv_file import BOM
from cases.views.access import for_roles
from recognition.forms.surveys import AnswerForm, Questions, SurveyForm
from recognition.models import Survey, SurveyTicket
from recognition.surveys import ballot, launching
from recognition.surveys.crowd import FEWEST
from recognition.surveys.enums import AUDIENCE, LAUNCHERS, SurveyState
from recognition.surveys.questions import from_data
from recognition.surveys.results import AXES, Results, lines, results

#: HR reads the aggregates, never an answer (L54).
EVERYWHERE = (*LAUNCHERS, Role.HR)
READERS = tuple(dict.fromkeys((*AUDIENCE, *EVERYWHERE)))
PAGE = 50
MOVED = "Cette enquête a changé entre-temps : la voici telle qu’elle est. Relisez, puis recommencez."
NOBODY_READS = "Personne ne lit les réponses une à une, quel que soit son rôle : seuls les résultats d’ensemble se lisent."  # fmt: skip


@require_safe
@for_roles(*READERS)
def survey_list(request: HttpRequest) -> HttpResponse:
    """Those to answer first; then those whose results one may read, and one's own drafts."""
    now, user = timezone.now(), request.user
    asked = ballot.waiting(user, now)
    to_answer = [pk for pk, used in asked.items() if not used]
    found = _visible(request).exclude(pk__in=to_answer).select_related("launched_by")
    context = {
        "to_answer": list(Survey.objects.filter(pk__in=to_answer).order_by("closes_at", "pk")),
        "answered": {pk for pk, used in asked.items() if used},
        "page": Paginator(found.order_by("-created_at", "-pk"), PAGE).get_page(request.GET.get("page")),
        "may_launch": user.has_role(*LAUNCHERS),
        "asked_at_all": user.has_role(*AUDIENCE),
        "now": now,
    }
    return render(request, "recognition/surveys/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*LAUNCHERS)
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*LAUNCHERS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    survey = _own(request, pk)
    if survey.state != SurveyState.DRAFT:
        messages.info(request, "Une enquête ouverte ne se modifie plus.")
        return redirect("recognition:survey", pk=pk)
    return _edit(request, survey)


@require_safe
@for_roles(*READERS)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft as it will be, an open survey's progress, a closed one's results (`?by=role|unit`)."""
    survey = _visible(request).select_related("launched_by").filter(pk=pk).first()
    if survey is None:
        raise Http404
    mine = survey.launched_by_id == request.user.pk
    answered, invited = ballot.counted(survey)
    context: dict[str, Any] = {
        "survey": survey,
        "mine": mine,
        "questions": from_data(survey.questions),
        "roles": ", ".join(role.label for role in AUDIENCE if role in survey.roles),
        "units": ", ".join(unit.name for unit in survey.units.order_by("name")) or "toutes les unités",
        "answered": answered,
        "invited": invited,
        "people": len(ballot.audience(survey)) if survey.state == SurveyState.DRAFT else invited,
        "fewest": FEWEST,
        "asked": survey.state == SurveyState.OPEN and ballot.has_answered(survey, request.user) is False,
        "now": timezone.now(),
    }
    if survey.state == SurveyState.CLOSED:
        context |= {"found": _results(request, survey), "axes": list(AXES.items())}
        return render(request, "recognition/surveys/results.html", context)
    return render(request, "recognition/surveys/page.html", context)


@require_safe
@for_roles(*READERS)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """The tables of the page, masked as they are."""
    survey = _visible(request).filter(pk=pk, state=SurveyState.CLOSED).first()
    if survey is None:
        raise Http404
    response = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    writer = csv.writer(response, delimiter=";")
    for line in lines(_results(request, survey)):
        writer.writerow([harmless(cell) for cell in line])
    response["Content-Disposition"] = f'attachment; filename="enquete-{survey.pk}.csv"'
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@for_roles(*LAUNCHERS)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    survey = _own(request, pk)
    try:
        launching.publish(survey, expected_version=_version(request), actor=request.actor, now=timezone.now())
    except launching.SurveyRefused as refused:
        messages.error(request, refused.message)
    except launching.SurveyMoved:
        messages.error(request, MOVED)
    else:
        messages.success(request, "Enquête ouverte : les personnes interrogées sont prévenues.")
    return redirect("recognition:survey", pk=pk)


@require_POST
@for_roles(*LAUNCHERS)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    survey = _own(request, pk)
    try:
        launching.close(survey, expected_version=_version(request), actor=request.actor, now=timezone.now())
    except launching.SurveyMoved:
        messages.error(request, MOVED)
    else:
        messages.success(request, "Enquête close : les résultats sont à lire.")
    return redirect("recognition:survey", pk=pk)


@require_POST
@for_roles(*LAUNCHERS)
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    survey = _own(request, pk)
    try:
        launching.discard(survey, expected_version=_version(request), actor=request.actor, now=timezone.now())
    except launching.SurveyMoved:
        messages.error(request, MOVED)
        return redirect("recognition:survey", pk=pk)
    messages.success(request, "Brouillon supprimé.")
    return redirect("recognition:surveys")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*AUDIENCE)
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """404 for who is not asked. Nothing is logged of it (`atdemain.pages.request_log`)."""
    survey = _visible(request).exclude(state=SurveyState.DRAFT).filter(pk=pk).first()
    if survey is not None and survey.state == SurveyState.CLOSED:
        messages.info(request, "Cette enquête est close : on n’y répond plus.")
        return redirect("recognition:survey", pk=pk)
    used = ballot.has_answered(survey, request.user) if survey else None
    if survey is None or used is None:
        raise Http404
    now, posted = timezone.now(), request.method == "POST"
    asked = from_data(survey.questions)
    form = AnswerForm(request.POST if posted else None, asked=asked)
    if posted and not used and form.is_valid():
        try:
            ballot.answer(pk, request.user, form.cleaned_data, now)
        except ballot.AlreadyAnswered:
            messages.info(request, "Vous aviez déjà répondu : rien n’a été enregistré deux fois.")
        except (ballot.SurveyOver, SurveyTicket.DoesNotExist):
            messages.error(request, "Cette enquête est close : votre réponse n’a pas été enregistrée.")
        else:
            messages.success(request, "Merci. Votre réponse est enregistrée, sans votre nom.")
        return redirect("recognition:surveys")
    context = {"survey": survey, "form": form, "used": used, "over": survey.closes_at <= now, "now": now}
    return render(request, "recognition/surveys/answer.html", context, status=422 if form.errors else 200)


@require_safe
@login_required
def answers(request: HttpRequest, pk: int) -> HttpResponse:
    """403 for everybody: no page, no file and no role reads an answer (domain.md L54)."""
    refused = PermissionDenied(NOBODY_READS)
    refused.told = NOBODY_READS  # type: ignore[attr-defined]
    raise refused


# -- common ----------------------------------------------------------------------------------------------


def _visible(request: HttpRequest) -> Any:
    """Drafts to who wrote them; the others to who launches, to HR, and to those whom they asked."""
    user = request.user
    seen = Q(state=SurveyState.DRAFT, launched_by=user.pk)
    others = ~Q(state=SurveyState.DRAFT)
    if user.has_role(*EVERYWHERE):
        return Survey.objects.filter(seen | others)
    asked = [
        pk
        for pk, roles in Survey.objects.filter(others).order_by().values_list("pk", "roles")
        if any(role in roles for role in user.roles)
    ]
    here = Q(units__isnull=True) | Q(units=user.unit_id or 0)
    return Survey.objects.filter(seen | (others & here & Q(pk__in=asked))).distinct()


def _own(request: HttpRequest, pk: int) -> Survey:
    found = Survey.objects.filter(pk=pk, launched_by=request.user.pk).first()
    if found is None:
        raise Http404
    return found


def _version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _results(request: HttpRequest, survey: Survey) -> Results:
    by = request.GET.get("by", "")
    return results(survey, by if by in AXES else "")


def _edit(request: HttpRequest, survey: Survey | None) -> HttpResponse:
    posted, status = request.method == "POST", 200
    first: dict[str, Any] = {"version": 0}
    if survey is not None:
        names = ("title", "intro", "roles", "closes_at", "version")
        first = {name: getattr(survey, name) for name in names} | {"units": survey.units.all()}
    form = SurveyForm(request.POST if posted else None, initial=first)
    known = from_data(survey.questions) if survey else []
    asked = Questions(request.POST if posted else None, known)
    if posted and request.POST.get("step") == "add":
        return _edit_page(
            request, survey, SurveyForm(initial=_typed(request)), Questions.typed(request.POST), 200
        )
    if posted and form.is_valid() & asked.valid():
        data = dict(form.cleaned_data)
        try:
            made = launching.save(
                survey,
                questions=asked.read(),
                expected_version=data.pop("version"),
                units=list(data.pop("units")),
                actor=request.actor,
                now=timezone.now(),
                **data,
            )
        except launching.SurveyRefused as refused:
            form.add_error(refused.field or None, refused.message)
        except launching.SurveyMoved:
            form.add_error(None, MOVED)
            status = 409
        else:
            messages.success(request, "Brouillon enregistré : relisez-le, puis ouvrez l’enquête.")
            return redirect("recognition:survey", pk=made.pk)
    if posted and status == 200:
        status = 422
    return _edit_page(request, survey, form, asked, status)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed so far, for a form that is not judged yet."""
    posted = request.POST
    names = ("title", "intro", "closes_at", "version")
    return {name: posted.get(name, "") for name in names} | {
        "roles": posted.getlist("roles"),
        "units": [pk for pk in posted.getlist("units") if pk.isascii() and pk.isdigit() and len(pk) < 18],
    }


def _edit_page(
    request: HttpRequest, survey: Survey | None, form: SurveyForm, asked: Questions, status: int
) -> HttpResponse:
    context = {"survey": survey, "form": form, "asked": asked}
    return render(request, "recognition/surveys/edit.html", context, status=status)
