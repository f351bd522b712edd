"""A client's data at the client's request: the register, what is held, its erasure; and how long all is kept."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.journal.purging import latest
from atdemain.journal.retention import KINDS
from atdemain.organisation.enums import Role
from cases import subject
from cases.forms.subject import EraseForm, RequestForm
from cases.models import SubjectRequest
from cases.retention import objections
from cases.subject.held import as_json

from .access_log import for_dpo

LATEST = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_dpo
def subject_requests(request: HttpRequest) -> HttpResponse:
    """The register. POST: a request is written down, then what is held is shown."""
    now = timezone.now()
    form = RequestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        client = data["client"].merged_into or data["client"]
        asked = subject.register(
            client, channel=data["channel"], reason=data["reason"], actor=request.actor, now=now
        )
        return redirect("cases:subject", pk=asked.pk)
    rows = list(SubjectRequest.objects.select_related("client", "by")[:LATEST])
    log_access(request, "view", "subject_requests", rows=len(rows))
    context = {
        "form": form,
        "rows": [(row, row.readable(now)) for row in rows],
        "now": now,
        "cut": len(rows) == LATEST,
    }
    return render(request, "cases/subject/list.html", context, status=422 if form.errors else 200)


@require_safe
@for_dpo
def subject_page(request: HttpRequest, pk: int) -> HttpResponse:
    """All that is held, made to be read and printed; nothing but the request once its month is over."""
    asked, now = _asked(pk), timezone.now()
    sections = []
    if asked.readable(now):
        sections = subject.held(asked.client)
        _log(request, asked, sections)
    context = {
        "asked": asked,
        "sections": [one for one in sections if one.rows],
        "empty": [one.title for one in sections if not one.rows],
        "objections": objections(asked.client) if asked.erased_at is None else [],
        "readable": asked.readable(now),
        "now": now,
    }
    return render(request, "cases/subject/page.html", context)


@require_safe
@for_dpo
def subject_data(request: HttpRequest, pk: int) -> HttpResponse:
    """The same as a file that another machine reads."""
    asked, now = _asked(pk), timezone.now()
    if not asked.readable(now):
        return redirect("cases:subject", pk=asked.pk)
    sections = subject.held(asked.client)
    _log(request, asked, sections)
    options = {"ensure_ascii": False, "indent": 2}
    response = JsonResponse(as_json(sections, now), json_dumps_params=options)
    response["Content-Disposition"] = f'attachment; filename="demande-{asked.pk}.json"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@for_dpo
def subject_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """What will go and what stays, why not yet; then the erasure, once confirmed."""
    asked, now = _asked(pk), timezone.now()
    if not asked.readable(now):
        return redirect("cases:subject", pk=asked.pk)
    form, refused = EraseForm(request.POST if request.method == "POST" else None), []
    if request.method == "POST" and form.is_valid():
        try:
            told = subject.erase(asked, actor=request.actor, now=now)
        except subject.NotNow as refusal:
            refused = refusal.sentences
        else:
            messages.success(request, _done(told))
            return redirect("cases:subject", pk=asked.pk)
    client = asked.client_id
    log_access(request, "view", "client", client, client_id=client, purpose=Purpose.CLIENT_REQUEST)
    context = {"asked": asked, "form": form, "objections": refused or objections(asked.client)}
    return render(request, "cases/subject/erase.html", context, status=422 if form.errors or refused else 200)


@require_safe
@login_required
def retention_page(request: HttpRequest) -> HttpResponse:
    """Every term in force, and what was erased lately: for who runs the site, and who answers for its data."""
    if not (request.user.is_dpo or request.user.has_role(Role.ADMIN)):
        raise PermissionDenied
    known = latest()
    context = {"kinds": [(kind, known.get(code)) for code, kind in KINDS.items()]}
    return render(request, "cases/subject/retention.html", context)


def _asked(pk: int) -> SubjectRequest:
    return get_object_or_404(SubjectRequest.objects.select_related("client__unit", "by"), pk=pk)


def _log(request: HttpRequest, asked: SubjectRequest, sections: list[subject.Section]) -> None:
    rows = sum(len(one.rows) for one in sections)
    log_access(
        request,
        "export",
        "client",
        asked.client_id,
        client_id=asked.client_id,
        purpose=Purpose.CLIENT_REQUEST,
        rows=rows,
    )


def _done(told: dict[str, int]) -> str:
    """« Données effacées : 1 fiche, 3 contacts, 1 dossier. »"""
    words = (("clients", "fiche"), ("contacts", "contact"), ("cases", "dossier"))
    parts = [f"{told[name]} {word}{'s' * (told[name] > 1)}" for name, word in words if told[name]]
    return f"Données effacées : {', '.join(parts)}."
