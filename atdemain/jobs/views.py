"""Traitements: what one asked for, where it is, what became of each row, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.jobs import files, queue
from atdemain.jobs.endings import ending
from atdemain.jobs.enums import Outcome, Status
from atdemain.jobs.forms import UndoForm
from atdemain.jobs.kinds import KINDS
from atdemain.jobs.models import Job
from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose

PAGE = 50
ACTIONS = {
    "stop": (queue.stop, "Le traitement s’arrête. Ce qui est fait reste fait."),
    "resume": (queue.resume, "Le traitement reprend où il s’était arrêté."),
}
TABS = (
    (Outcome.REFUSED, "Refusés", "refused"),
    (Outcome.DONE, "Faits", "done"),
    (Outcome.ALREADY, "Déjà faits", "already"),
    (Outcome.PENDING, "À faire", "remaining"),
)


@require_safe
@login_required
def job_list(request: HttpRequest) -> HttpResponse:
    mine = Job.objects.visible_to(request.user).confirmed().order_by("-asked_at", "-pk")
    page = Paginator(mine, PAGE).get_page(request.GET.get("page"))
    return render(request, "jobs/list.html", {"page": page, "now": timezone.now()})


@require_safe
@login_required
def job_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole page, or its moving part when the page itself asks for news."""
    job = _own(request, pk)
    if request.htmx:
        return _news(request, job)
    kind = KINDS.get(job.kind)
    asked = request.GET.get("outcome", "")
    shown = asked if asked in Outcome.values else ""
    rows = job.rows.order_by("position")
    page = Paginator(rows.filter(outcome=shown) if shown else rows, PAGE).get_page(request.GET.get("page"))
    for row in page.object_list:
        row.address = kind.address(row) if kind and kind.address else ""
    context = {
        "job": job,
        "page": page,
        "shown": shown,
        "tabs": [(code, label, getattr(job, figure)) for code, label, figure in TABS],
        "now": timezone.now(),
        "ending": ending(job),
        "can_undo": queue.can_undo(job),
        "can_redo": queue.can_redo(job),
        "undo_words": kind.undo_words if kind else "",
        "undone_by": Job.objects.filter(undoes=job.pk).first(),
        "resumable": job.status in (Status.STOPPED, Status.FAILED),
        "file": files.path_of(job) is not None,
    }
    return render(request, "jobs/job.html", context)


@require_POST
@login_required
def job_act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    if action not in (*ACTIONS, "redo"):
        raise Http404
    job = _own(request, pk)
    if action == "redo":
        return _redo(request, job)
    act, said = ACTIONS[action]
    if act(job, now=timezone.now()):
        messages.success(request, said)
    else:
        job.refresh_from_db()
        state = job.get_status_display().lower()
        messages.error(request, f"Rien n’a changé : ce traitement est {state}, ou annulé par un autre.")
    return redirect("jobs:job", pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def job_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What undoing would do, and why one wants it; then a job of its own."""
    job, now = _own(request, pk), timezone.now()
    if not queue.can_undo(job):
        messages.error(request, "Ce traitement ne s’annule pas, ou l’est déjà.")
        return redirect("jobs:job", pk=pk)
    form = UndoForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["reason"]
        undoing = queue.undo(job, f"Annulation : {job.title}", actor=request.actor, now=now, reason=why)
        if undoing is None:
            messages.error(request, "Ce traitement est déjà annulé.")
            return redirect("jobs:job", pk=pk)
        queue.run_at_once(undoing)
        return redirect("jobs:job", pk=undoing.pk)
    context = {"job": job, "form": form, "words": KINDS[job.kind].undo_words}
    return render(request, "jobs/undo.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@login_required
def job_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file that the job wrote; 410 once its day is over."""
    job = _own(request, pk)
    kind = KINDS.get(job.kind)
    if job.expires_at is None or kind is None or kind.download is None:
        raise Http404
    path = files.path_of(job)
    if path is None or job.expires_at <= timezone.now():
        return render(request, "jobs/expired.html", {"job": job}, status=410)
    refusal = kind.may(job)
    if refusal:
        messages.error(request, refusal)
        return redirect("jobs:job", pk=pk)
    log_access(request, "view", "job_file", job.pk, purpose=Purpose.EXPORT, rows=job.total)
    name, content_type = kind.download(job)
    response = FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type=content_type)
    response["Cache-Control"] = "no-store"
    return response


def _redo(request: HttpRequest, job: Job) -> HttpResponse:
    """To the preview of the same on what was refused: nothing is done before it is confirmed."""
    kind = KINDS.get(job.kind)
    if kind is None or not queue.can_redo(job):
        messages.error(request, "Rien à refaire : ce traitement n’a rien refusé, ou n’est pas fini.")
        return redirect("jobs:job", pk=job.pk)
    refusal = kind.may(job)
    address = "" if refusal else kind.redo(job, timezone.now())
    if not address:
        messages.error(request, refusal or "Aucun des dossiers refusés n’est encore visible pour vous.")
        return redirect("jobs:job", pk=job.pk)
    return redirect(address)


def _own(request: HttpRequest, pk: int) -> Job:
    """One's own job, else the 404 of an unknown one."""
    job = (
        Job.objects.visible_to(request.user)
        .confirmed()
        .select_related("asked_by", "undoes")
        .filter(pk=min(pk, 2**63 - 1))
        .first()
    )
    if job is None:
        raise Http404
    return job


def _news(request: HttpRequest, job: Job) -> HttpResponse:
    """The progress, told aloud at each quarter; the page loads anew once, when the job has changed state."""
    seen = request.GET.get("seen", "")
    before = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 4 else 0
    told = f"{job.percent} % faits." if job.percent // 25 > before // 25 else ""
    context: dict[str, Any] = {"job": job, "told": told}
    response = render(request, "jobs/_progress.html", context)
    if request.GET.get("state") != job.status:
        response["HX-Refresh"] = "true"
    return response
