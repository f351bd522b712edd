"""Many cases at once: choose, read what will happen, confirm; a job does it (`cases.bulk`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from atdemain.jobs import queue
from atdemain.jobs.enums import Outcome, Status
from atdemain.jobs.models import Job
from atdemain.journal.access import log_access
from atdemain.journal.enums import Purpose
from atdemain.organisation.enums import Role
from atdemain.pages import typography
from cases.bulk import selection
from cases.bulk.acts import ACTS, MOVED, Foreseen, dossiers
from cases.forms.bulk import BULK_FORMS, BulkForm
from cases.models import Case

from .access import for_roles

PAGE = 50
TOO_MANY = (
    f"Ce choix dépasse {typography.number(selection.MOST)} dossiers, le plus qu’un traitement prend. "
    "Resserrez le filtre."
)


class Line(NamedTuple):
    case: Case
    foreseen: Foreseen


@require_POST
@for_roles(Role.MANAGER)
def bulk_new(request: HttpRequest) -> HttpResponse:
    """`action`, and the `case` ticked or, with `all`, every case of the list's `query`: listed now, done later."""
    act, now = request.POST.get("action", ""), timezone.now()
    if act not in ACTS:
        raise Http404
    if "all" in request.POST:
        cases, words = selection.matching(request.user, QueryDict(request.POST.get("query", "")), now)
    else:
        cases, words = selection.ticked(request.user, request.POST.getlist("case"), now)
    try:
        job = selection.prepare(act, cases, words=words, user=request.user, now=now)
    except selection.TooMany:
        messages.error(request, TOO_MANY)
        return redirect(_back(request))
    if job is None:
        messages.info(request, "Choisissez d’abord des dossiers dans la liste.")
        return redirect(_back(request))
    return redirect("cases:bulk", pk=job.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.MANAGER)
def bulk_page(request: HttpRequest, pk: int) -> HttpResponse:
    """GET reads; POST confirms, and twice is once; with `check` it reads again with what was chosen, with
    `refresh` it also takes the cases as they are now."""
    now = timezone.now()
    job = Job.objects.visible_to(request.user).filter(pk=min(pk, 2**63 - 1), kind__in=ACTS).first()
    if job is None or job.undoes_id:
        raise Http404
    if job.status != Status.PREVIEW:
        return redirect("jobs:job", pk=job.pk)
    form = _form(request, job, now)
    refresh = request.method == "POST" and "refresh" in request.POST
    if refresh:
        selection.refresh(job, request.user, now)
    if request.method != "POST" or not form.is_valid():
        return redirect("cases:bulk", pk=job.pk) if refresh else _show(request, job, form, now)
    typed = {name: request.POST.get(name, "") for name in form.fields}
    kept = {"chosen": job.parameters["chosen"], **form.parameters(), "typed": typed}
    if refresh or "check" in request.POST:
        queue.keep(job, kept, now=now)
        return redirect("cases:bulk", pk=job.pk)
    if queue.confirm(job, ACTS[job.kind].title(job.total, kept), kept, actor=request.actor, now=now):
        queue.run_at_once(job)
    return redirect("jobs:job", pk=job.pk)


def _form(request: HttpRequest, job: Job, now: datetime) -> BulkForm:
    """As posted, else as it was typed when one last asked for a check: no reason travels in an address."""
    typed = request.POST if request.method == "POST" else job.parameters.get("typed")
    return BULK_FORMS[job.kind](typed, manager=request.user, now=now)


def _show(request: HttpRequest, job: Job, form: BulkForm, now: datetime) -> HttpResponse:
    data = form.parameters() if form.is_bound and form.is_valid() else {}
    lines = _lines(job, request, data, now)
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    log_access(request, "view", "bulk", job.pk, purpose=Purpose.BULK, rows=len(page.object_list))
    outcomes = Counter(line.foreseen.outcome for line in lines)
    reasons = Counter(line.foreseen.reason for line in lines if line.foreseen.outcome == Outcome.REFUSED)
    context: dict[str, Any] = {
        "job": job,
        "act": ACTS[job.kind],
        "form": form,
        "page": page,
        "count": dossiers(job.total),
        "will": outcomes[Outcome.DONE],
        "already": outcomes[Outcome.ALREADY],
        "refused": outcomes[Outcome.REFUSED],
        "gone": job.total - len(lines),
        "reasons": reasons.most_common(),
        "moved": reasons[MOVED.reason],
        "unknown": sum(not line.foreseen.sure for line in lines),
        "checked": bool(data),
        "now": now,
    }
    wrong = request.method == "POST" and not data
    return render(request, "cases/bulk/page.html", context, status=422 if wrong else 200)


def _lines(job: Job, request: HttpRequest, data: dict[str, Any], now: datetime) -> list[Line]:
    """Every case of the choice that is still in sight, in its order, with what will become of it."""
    seen = dict(job.rows.order_by("position").values_list("object_id", "version"))
    order = {key: position for position, key in enumerate(seen)}
    cases: Sequence[Case] = sorted(
        Case.objects.visible_to(request.user, now=now)
        .filter(pk__in=job.rows.values("object_id"))
        .select_related("client", "owner__user", "delegate"),
        key=lambda case: order[case.pk],
    )
    foreseen = ACTS[job.kind].foresee(cases, seen, data, request.user, now)
    return [Line(*pair) for pair in zip(cases, foreseen, strict=True)]


def _back(request: HttpRequest) -> str:
    """The list the choice came from."""
    address = request.POST.get("back", "")
    known = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if known else reverse("cases:queue")
