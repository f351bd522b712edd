"""« Simulations »: the same evidence under two versions, for HR; its aggregates for the staff representatives (L68)."""

from __future__ import annotations

import csv
import io
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.jobs import queue
from atdemain.organisation.enums import Role
from atdemain.spreadsheets import harmless
from cases.views.access import for_roles
from recognition.forms.simulation import SimulationForm
from recognition.models import SimulatedPerson, Simulation
from recognition.simulation import work
from recognition.simulation.figures import Figures, figures
from recognition.terms import TermsRefused
from recognition.views.schemes import who_acts

READERS = (Role.HR, Role.STAFF_REP)
SHOWN, PAGE = 50, 50
BOM = "\ufeff"
#: what is asked of the list of people → (label, filter)
VIEWS: dict[str, tuple[str, Q]] = {
    "gains": ("Gagnent à la seconde", Q(after_cents__gt=F("before_cents"))),
    "losses": ("Y perdent", Q(after_cents__lt=F("before_cents"))),
    "blocked": ("Donnée insuffisante", Q(before_blocked=True) | Q(after_blocked=True)),
    "left": ("Sortis du projet", Q(left=True)),
    "work_study": ("Alternants", Q(work_study=True)),
    "designated": ("Désignés", Q(designated=True)),
}


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*READERS)
def simulations(request: HttpRequest) -> HttpResponse:
    """The list; HR asks for one."""
    is_hr = request.user.has_role(Role.HR)  # type: ignore[union-attr]
    if request.method == "POST" and not is_hr:
        raise PermissionDenied
    form = SimulationForm(request.POST if request.method == "POST" else None) if is_hr else None
    if request.method == "POST" and form is not None and form.is_valid():
        before, after = form.chosen
        asked = work.ask(before, after, actor=who_acts(request)[1], now=timezone.now())
        if asked.job is not None:
            queue.run_at_once(asked.job)
        return redirect("recognition:simulation", asked.pk)
    rows = Simulation.objects.select_related("before", "after", "asked_by", "job").order_by(
        "-asked_at", "-pk"
    )
    found = list(rows[: SHOWN + 1])
    context = {
        "form": form,
        "rows": [
            {"row": row, "finished": work.is_finished(row)}
            for row in found[:SHOWN]
            if is_hr or work.is_finished(row)
        ],
        "more": len(found) > SHOWN,
        "limit": SHOWN,
        "is_hr": is_hr,
        "now": timezone.now(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "recognition/scheme/simulations.html", context, status=status)


@require_safe
@for_roles(*READERS)
def simulation(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures for both; who, for HR alone."""
    row = _visible(request, pk)
    is_hr = request.user.has_role(Role.HR)  # type: ignore[union-attr]
    finished = work.is_finished(row)
    context: dict[str, Any] = {"row": row, "is_hr": is_hr, "finished": finished, "now": timezone.now()}
    if finished:
        context["figures"] = _figures(request, row)
        if is_hr:
            asked = request.GET.get("who", "")
            context |= {
                "views": [(key, label) for key, (label, _) in VIEWS.items()],
                "who": asked if asked in VIEWS else "",
                "page": Paginator(_people(row, asked), PAGE).get_page(request.GET.get("page")),
                "labels": _level_labels(row),
            }
    return render(request, "recognition/scheme/simulation.html", context)


@require_safe
@for_roles(*READERS)
def simulation_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The figures as they are on the page, masked alike."""
    row = _visible(request, pk)
    if not work.is_finished(row):
        raise Http404
    buffer = io.StringIO(newline="")
    buffer.write(BOM)
    writer = csv.writer(buffer, delimiter=";")
    first, second = (f"version {one.number}" for one in (row.before, row.after))
    for table in _figures(request, row).tables:
        writer.writerow(
            map(
                harmless,
                [
                    table.head,
                    f"Bénéficiaires, {first}",
                    f"Somme, {first}",
                    f"Bénéficiaires, {second}",
                    f"Somme, {second}",
                    "Écart",
                ],
            )
        )
        for line in [*table.lines, *([table.total] if table.total else [])]:
            writer.writerow(
                map(
                    harmless,
                    [line.label, line.before, line.before_money, line.after, line.after_money, line.gap],
                )
            )
        writer.writerow([])
    response = HttpResponse(buffer.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="simulation-{row.pk}.csv"'
    return response


def _visible(request: HttpRequest, pk: int) -> Simulation:
    """One at work is HR's alone: the others know of it once it can be read."""
    row = (
        Simulation.objects.select_related("before__programme", "after__programme", "asked_by", "job")
        .filter(pk=pk)
        .first()
        if pk < 2**63
        else None
    )
    if row is None or not (request.user.has_role(Role.HR) or work.is_finished(row)):  # type: ignore[union-attr]
        raise Http404
    return row


def _figures(request: HttpRequest, row: Simulation) -> Figures:
    """HR sees every figure; whoever else reads aggregates."""
    return figures(row, masked=not request.user.has_role(Role.HR))  # type: ignore[union-attr]


def _people(row: Simulation, asked: str) -> QuerySet[SimulatedPerson]:
    rows = row.people.select_related("employee", "unit")
    if asked in VIEWS:
        rows = rows.filter(VIEWS[asked][1])
    return rows.order_by("employee__last_name", "employee__first_name", "employee")


def _level_labels(row: Simulation) -> dict[str, str]:
    labels: dict[str, str] = {}
    for version in (row.before, row.after):
        try:
            labels |= {level.code: level.label for level in version.terms().levels}
        except TermsRefused:
            continue
    return labels
