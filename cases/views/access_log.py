"""The access log as the data-protection officer reads it: a question with its reason, its answer, its file."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.journal.access import begins_at, log_access
from atdemain.journal.enums import Purpose
from atdemain.journal.models import AccessQuestion
from cases import access_log
from cases.forms.access_log import ClientQuestion, PersonQuestion
from cases.importing.rejects import harmless
from cases.models import Client

from .access import View

PAGE = 50
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
FORMS = {form.kind: form for form in (ClientQuestion, PersonQuestion)}


def for_dpo(view: View) -> View:
    """403 for whoever is no data-protection officer, decided before any look-up."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_dpo:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@for_dpo
def questions(request: HttpRequest) -> HttpResponse:
    """Both forms, and what was asked before, by whom and why."""
    today, status = timezone.localdate(), 200
    forms = {kind: form(today=today) for kind, form in FORMS.items()}
    kind = request.POST.get("ask", "") if request.method == "POST" else ""
    if request.method == "POST":
        if kind not in FORMS:
            raise Http404
        form = forms[kind] = FORMS[kind](request.POST, today=today)
        if form.is_valid():
            return redirect("cases:access_answer", pk=_ask(request, form).pk)
        status = 422
        if kind == "client" and form.found:
            rows = len(form.found)
            log_access(request, "search", "client", purpose=Purpose.DATA_PROTECTION, rows=rows)
    asked = AccessQuestion.objects.select_related("asked_by", "person")
    page = Paginator(asked, PAGE).get_page(request.GET.get("page"))
    if _name_clients(page.object_list):
        rows = len(page.object_list)
        log_access(request, "view", "access_questions", purpose=Purpose.DATA_PROTECTION, rows=rows)
    context = {"forms": forms.values(), "asked": kind, "page": page, "begins_at": begins_at()}
    return render(request, "cases/access/questions.html", context, status=status)


def _ask(request: HttpRequest, form: Any) -> AccessQuestion:
    data = form.cleaned_data
    return access_log.ask(
        actor=request.actor,
        now=timezone.now(),
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        reason=data["reason"],
        **{form.kind: form.subject},
    )


def _name_clients(asked: Any) -> bool:
    """Write each question's client on it (one query); whether any has one."""
    known = Client.objects.in_bulk({question.client_id for question in asked if question.client_id})
    for question in asked:
        question.client = known.get(question.client_id)
    return bool(known)


@require_safe
@for_dpo
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    question = _question(pk)
    rows = access_log.rows_of(question, timezone.get_current_timezone())
    number = _page_number(request)  # no total: how often somebody looked at clients measures nothing
    found = list(rows[(number - 1) * PAGE : number * PAGE + 1])
    shown = found[:PAGE]
    context = {
        "question": question,
        "lines": access_log.lines(shown),
        "number": number,
        "more": len(found) > PAGE,
        "begins_at": begins_at(),
    }
    _log(request, "view", question, len(shown))
    return render(request, "cases/access/answer.html", context)


@require_safe
@for_dpo
def answer_file(request: HttpRequest, pk: int) -> HttpResponse | StreamingHttpResponse:
    """The whole answer, as a French spreadsheet opens it (`;`, byte-order mark), no cell a formula."""
    question, tz = _question(pk), timezone.get_current_timezone()
    rows = access_log.rows_of(question, tz)
    _log(request, "export", question, rows.count())
    response = StreamingHttpResponse(
        _file(access_log.table(rows, tz)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="consultations-{question.pk}.csv"'
    return response


def _file(table: Iterator[Any]) -> Iterator[str]:
    writer = csv.writer(_Echo(), delimiter=";")
    yield "\ufeff"
    for cells in table:
        yield writer.writerow([harmless(str(cell)) for cell in cells])


class _Echo:
    """What `csv` writes to: each row comes back as its text."""

    def write(self, text: str) -> str:
        return text


def _question(pk: int) -> AccessQuestion:
    question = AccessQuestion.objects.select_related("asked_by", "person__unit").filter(pk=pk).first()
    if question is None:
        raise Http404
    _name_clients([question])
    return question


def _log(request: HttpRequest, action: str, question: AccessQuestion, rows: int) -> None:
    log_access(
        request,
        action,
        "access_answer",
        question.pk,
        client_id=question.client_id,
        purpose=Purpose.DATA_PROTECTION,
        rows=rows,
    )


def _page_number(request: HttpRequest) -> int:
    text = request.GET.get("page", "")
    return int(text) if PAGE_NUMBER.fullmatch(text) else 1
