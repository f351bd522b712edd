"""Incidents collectifs: declared, seen with what they collect, ended (domain.md §4.3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.enums import Role
from cases import incidents
from cases.forms.incidents import NEW, ChangeForm, DeclareForm, EndForm
from cases.intake.reference import RESUME_AFTER
from cases.models import Case, MassIncident

from .access import CASE_WORKERS, for_roles
from .queue import PAGE

DECLARERS = (Role.SUPPORT, Role.MANAGER)


@require_safe
@for_roles(*CASE_WORKERS)
def incident_list(request: HttpRequest) -> HttpResponse:
    """The unit's: those that are on first, then the latest."""
    now = timezone.now()
    unit = request.user.unit_id or 0
    on = list(_counted(incidents.running(unit, now)))
    past = _counted(MassIncident.objects.filter(unit=unit, ends_at__lte=now)).order_by("-starts_at", "-pk")
    context = {
        "on": on,
        "page": Paginator(past, PAGE).get_page(request.GET.get("page")),
        "now": now,
        "may_declare": request.user.has_role(*DECLARERS),
    }
    return render(request, "cases/incidents/list.html", context)


def _counted(found: Any) -> Any:
    return found.annotate(collected=Count("contacts")).select_related(
        "parent_case", "declared_by", "ended_by"
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*DECLARERS)
def incident_new(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    unit = request.user.unit
    posted = request.method == "POST"
    first = {"ref": incidents.new_ref(now), "starts_at": now, "parent": NEW}
    form = DeclareForm(request.POST if posted else None, unit_id=request.user.unit_id, initial=first)
    if posted and unit is None:
        form.add_error(None, "Votre compte n’est rattaché à aucune unité. Un administrateur le rattache.")
    if posted and unit is not None and form.is_valid():
        data = form.cleaned_data
        try:
            done = incidents.declare(
                ref=data["ref"],
                label=data["label"],
                unit=unit,
                starts_at=data["starts_at"],
                lines=data["line_refs"],
                cause=data["cause"],
                message=data["message"],
                parent=data["case"],
                new_parent=data["parent"] == NEW,
                actor=request.actor,
                now=now,
            )
        except incidents.IncidentRefused as refused:
            _refused(form, refused)
        else:
            _say(
                request,
                done,
                "Incident déclaré : l’unité le voit dès maintenant.",
                "Cet incident est déjà déclaré.",
            )
            return redirect("cases:incident", pk=done.incident.pk)
    return render(
        request, "cases/incidents/new.html", {"form": form, "now": now}, status=422 if form.errors else 200
    )


@require_safe
@for_roles(*CASE_WORKERS)
def incident_page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _incident(request, pk))


@require_POST
@for_roles(*DECLARERS)
def incident_change(request: HttpRequest, pk: int) -> HttpResponse:
    incident = _incident(request, pk)
    form = ChangeForm.of(incident, request.POST)
    if not form.is_valid():
        return _page(request, incident, change=form, status=422)
    data = form.cleaned_data
    try:
        done = incidents.change(incident.pk, actor=request.actor, now=timezone.now(), **data)
    except incidents.IncidentRefused as refused:
        _refused(form, refused)
        return _page(request, incident, change=form, status=422)
    except incidents.IncidentMoved as moved:
        return _page(
            request, _incident(request, pk), change=_again(form, moved.incident), moved=True, status=409
        )
    _say(request, done, "Incident corrigé.", "Rien n’a changé.")
    return redirect("cases:incident", pk=pk)


@require_POST
@for_roles(*DECLARERS)
def incident_end(request: HttpRequest, pk: int) -> HttpResponse:
    incident = _incident(request, pk)
    form = EndForm(request.POST)
    if not form.is_valid():
        return _page(request, incident, end=form, status=422)
    data = form.cleaned_data
    try:
        done = incidents.end(incident.pk, actor=request.actor, now=timezone.now(), **data)
    except incidents.IncidentRefused as refused:
        _refused(form, refused)
        return _page(request, incident, end=form, status=422)
    except incidents.IncidentMoved as moved:
        return _page(
            request, _incident(request, pk), end=_again(form, moved.incident), moved=True, status=409
        )
    by = done.incident.ended_by.short_name if done.incident.ended_by else "l’administration"
    _say(request, done, "Incident terminé.", f"Cet incident était déjà terminé, par {by} : rien n’a changé.")
    return redirect("cases:incident", pk=pk)


# -- what the page shows ---------------------------------------------------------------------------------


def _incident(request: HttpRequest, pk: int) -> MassIncident:
    found = (
        MassIncident.objects.filter(pk=pk, unit=request.user.unit_id or 0)
        .select_related("unit", "parent_case__client", "parent_case__owner__user", "declared_by", "ended_by")
        .first()
    )
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    incident: MassIncident,
    *,
    change: ChangeForm | None = None,
    end: EndForm | None = None,
    moved: bool = False,
    status: int = 200,
) -> HttpResponse:
    now = timezone.now()
    contacts = incident.contacts.select_related("client", "reason", "case", "handled_by").order_by(
        "-arrived_at", "-pk"
    )
    page = Paginator(contacts, PAGE).get_page(request.GET.get("page"))
    figures = incident.contacts.order_by().aggregate(
        clients=Count("client", distinct=True), apart=Count("pk", filter=~Q(case=incident.parent_case_id))
    )
    refs = [contact.case_id for contact in page.object_list if contact.case_id]
    seen = Case.objects.visible_to(request.user, now=now).filter(pk__in={*refs, incident.parent_case_id or 0})
    on = incident.ends_at is None or incident.ends_at > now
    may_change = request.user.has_role(*DECLARERS) and incident.ends_at is None
    log_access(request, "view", "mass_incident", incident.pk, rows=len(page.object_list))
    context = {
        "incident": incident,
        "now": now,
        "on": on,
        "resumes_at": incident.ends_at + RESUME_AFTER if incident.ends_at else None,
        "page": page,
        "figures": figures,
        "openable": set(seen.order_by().values_list("pk", flat=True)),
        "lines": incident.lines.count(),
        "may_change": may_change,
        "change_form": (change or ChangeForm.of(incident)) if may_change else None,
        "change_open": change is not None,
        "end_form": (end or EndForm(initial={"version": incident.version, "ends_at": now}))
        if may_change
        else None,
        "moved": moved,
    }
    return render(request, "cases/incidents/page.html", context, status=status)


def _again(form: Any, incident: MassIncident) -> Any:
    """What was typed stays, to be confirmed against the incident as it is now."""
    form.data = form.data.copy()
    form.data[form.add_prefix("version")] = incident.version
    return form


def _refused(form: forms.Form, refused: incidents.IncidentRefused) -> None:
    field = (
        refused.field
        if refused.field in form.fields and not form.fields[refused.field].widget.is_hidden
        else None
    )
    form.add_error(field, refused.message)


def _say(request: HttpRequest, done: incidents.Settled, words: str, already: str) -> None:
    if done.already:
        messages.info(request, already)
        return
    did = done.contacts
    more = ""
    if did.clients:
        more = (
            f" {did.clients} client{'s' if did.clients > 1 else ''} déjà en contact : {did.changed} verdict"
            f"{'s' if did.changed > 1 else ''} changé{'s' if did.changed > 1 else ''}, "
            f"{did.opened} dossier{'s' if did.opened > 1 else ''} ouvert{'s' if did.opened > 1 else ''}."
        )
    messages.success(request, words + more)
