"""Imports, for an administrator: upload, what is understood, counts, then progress (issue: by file)."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from cases.enums import ExclusionCode
from cases.forms.imports import MODES, ImportForm
from cases.importing import queue
from cases.importing.errors import ProfileRefused
from cases.importing.preview import Preview, first_rows
from cases.importing.toml import parse
from cases.importing.upload import Bounded
from cases.models import ImportRun

from .access import for_roles

PAGE = 20
Status = ImportRun.Status
ACTIONS = {
    "confirm": (queue.confirm, "L’import commence dans quelques secondes."),
    "stop": (queue.stop, "L’import s’arrête après le lot en cours. Ce qui est importé reste."),
    "resume": (queue.resume, "L’import reprend où il s’était arrêté."),
    "discard": (queue.discard, "Le fichier est retiré. Rien n’a été importé."),
}


class Reason(NamedTuple):
    """A kind of refusal: the column, an example, how many rows, the first of them."""

    column: str
    example: str
    rows: int
    line: int


@csrf_exempt  # checked by `_listed`: the bound on the upload must stand before the body is read
@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.ADMIN)
def imports(request: HttpRequest) -> HttpResponse:
    request.upload_handlers.insert(0, Bounded(request))
    return _listed(request)


@csrf_protect
def _listed(request: HttpRequest) -> HttpResponse:
    form = ImportForm()
    status = 200
    if request.method == "POST":
        posted = (request.POST, request.FILES)  # read first: the bound tells how it went
        form = ImportForm(*posted, too_big=request.upload_too_big)
        run = _submitted(request, form) if form.is_valid() else None
        if run is not None:
            return redirect("cases:import", pk=run.pk)
        status = 422
    runs = ImportRun.objects.select_related("started_by").order_by("-started_at", "-pk")
    page = Paginator(runs, PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "now": timezone.now(), "modes": dict(MODES)}
    return render(request, "cases/imports/list.html", context, status=status)


def _submitted(request: HttpRequest, form: ImportForm) -> ImportRun | None:
    file = form.cleaned_data["file"]
    try:
        return queue.submit(
            file.chunks(), file.name, form.chosen, form.cleaned_data["mode"],
            user=request.user, now=timezone.now(),
        )  # fmt: skip
    except ProfileRefused as refusal:
        form.refuse_file(refusal)
        return None


@require_safe
@for_roles(Role.ADMIN)
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page, or its moving part when the page itself asks for news."""
    run = get_object_or_404(ImportRun.objects.select_related("started_by"), pk=pk)
    if request.htmx:
        return _news(request, run)
    context = _context(run)
    if run.status == Status.PREVIEW:
        context["preview"], context["unreadable"] = _preview(run)
        rows = len(context["preview"].rows) if context["preview"] else 0
        log_access(request, "view", "import_run", run.pk, rows=rows)
    return render(request, "cases/imports/run.html", context)


def _news(request: HttpRequest, run: ImportRun) -> HttpResponse:
    """The progress; the page loads anew once, when the run has changed state."""
    context = _context(run)
    response = render(request, "cases/imports/_progress.html", context)
    if request.GET.get("state") != context["state"]:
        response["HX-Refresh"] = "true"
    return response


@require_POST
@for_roles(Role.ADMIN)
def import_act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    if action not in ACTIONS:
        raise Http404
    run = get_object_or_404(ImportRun, pk=pk)
    act, said = ACTIONS[action]
    if act(run):
        messages.success(request, said)
    else:
        run.refresh_from_db()
        messages.error(request, f"L’import est déjà « {run.get_status_display()} » : rien n’a changé.")
    return redirect("cases:imports") if action == "discard" else redirect("cases:import", pk=pk)


@require_safe
@for_roles(Role.ADMIN)
def import_rejects(request: HttpRequest, pk: int) -> HttpResponse:
    run = get_object_or_404(ImportRun, pk=pk)
    path = queue.rejects_path(run)
    if not path.is_file():
        raise Http404
    log_access(request, "export", "import_run", run.pk, purpose=Purpose.REJECTS)
    name = f"{run.file_name}.rejets.csv"
    return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="text/csv")


def _context(run: ImportRun) -> dict[str, Any]:
    counts = run.counts
    counting = run.status == Status.PREVIEW and "dry" not in counts
    tally = counts.get("dry") or counts
    reading = run.rows_total is None or run.status == Status.QUEUED
    share = counts.get("read_share", 0) if reading else run.rows_done / max(run.rows_total, 1)
    from_browser = bool(run.stored_path)
    return {
        "run": run,
        "now": timezone.now(),
        "state": "counting" if counting else run.status,
        "counting": counting,
        "moving": counting or run.status in (Status.QUEUED, Status.RUNNING),
        "reading": reading,
        "percent": int(100 * share),
        "tally": tally if "created" in tally else None,
        "excluded": _excluded(tally),
        "reasons": [Reason(*row) for row in counts.get("reasons", [])],
        "notes": counts.get("notes", []),
        "mode": dict(MODES).get(run.mode, run.mode),
        "from_browser": from_browser,
        "file_gone": not from_browser and run.started_by_id is not None,
        "has_rejects": queue.rejects_path(run).is_file(),
        "resumable": from_browser and run.status in (Status.INTERRUPTED, Status.FAILED),
    }


def _preview(run: ImportRun) -> tuple[Preview | None, str]:
    try:
        profile = parse(run.profile_text, name=run.profile_name)
        return first_rows(queue.stored_file(run), profile, now=timezone.now()), ""
    except ProfileRefused as refusal:
        return None, str(refusal)


def _excluded(tally: dict[str, Any]) -> list[tuple[str, int]]:
    """(why, how many contacts), the commonest first."""
    found = tally.get("excluded", {}).items()
    return [(ExclusionCode(code).label, n) for code, n in sorted(found, key=lambda pair: -pair[1])]
