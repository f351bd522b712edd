"""The directory of entities: read by all who call them, kept up to date by who may (domain.md §2.6, §5.6)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.organisation.enums import EntityKind, Role
from atdemain.organisation.models import Entity, EntityContact, PriorityLine
from atdemain.organisation.opening_hours import WEEKDAYS, day_as_text
from cases.views.access import for_roles
from routing import calls
from routing.directory import changes, reading
from routing.directory.rights import EDITORS, READERS, may_edit
from routing.forms.directory import ContactForm, EntityHoursForm, LineForm, Styled

PAGE = 30


@require_safe
@for_roles(*READERS)
def directory(request: HttpRequest) -> HttpResponse:
    """`?q=`, `?kind=`, `?show=gaps`."""
    now = timezone.now()
    query = request.GET.get("q", "").replace("\x00", "").strip()[:120]
    asked = request.GET.get("kind", "")
    kind = asked if asked in EntityKind.values else ""
    only_gaps = request.GET.get("show") == "gaps"
    found = reading.directory(now, query=query, kind=kind, only_gaps=only_gaps)
    page = Paginator(found.listed, PAGE).get_page(request.GET.get("page"))
    reading.with_hours(page.object_list, now)
    context = {
        "page": page,
        "found": found,
        "query": query,
        "kind": kind,
        "only_gaps": only_gaps,
        "kinds": [(one.value, one.label, found.counts[one]) for one in reading.KINDS if one in found.counts],
        "now": now,
    }
    return render(request, "routing/directory/list.html", context)


@require_safe
@for_roles(*READERS)
def entity(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    known = get_object_or_404(Entity.objects.select_related("head"), code=code)
    (one,) = reading.with_hours(reading.gathered([known], now), now)
    editable = may_edit(request.user, known)
    shown = {line.line.pk for line in one.lines}
    others = [line for line in known.priority_lines.all() if line.pk not in shown] if editable else []
    left = list(known.contacts.filter(active=False).order_by("name", "pk")) if editable else []
    week = zip(WEEKDAYS, (day_as_text(day).replace("-", "–") for day in known.weekly_hours), strict=False)
    context = {
        "one": one,
        "entity": known,
        "may_edit": editable,
        "is_admin": request.user.has_role(Role.ADMIN),
        "waits": calls.waits(known, now),
        "period": calls.PERIOD.days,
        "other_lines": others,
        "left": left,
        "week": list(week),
        "now": now,
        "today": timezone.localdate(now),
    }
    return render(request, "routing/directory/entity.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*EDITORS)
def hours(request: HttpRequest, code: str) -> HttpResponse:
    known = _editable(request, code)
    form = EntityHoursForm(request.POST if request.method == "POST" else None, instance=known)
    return _saved(request, form, known, "Modifier les horaires", "Les horaires sont enregistrés.")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*EDITORS)
def contact(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    known = _editable(request, code)
    row = _own(EntityContact, known, pk) if pk else EntityContact(entity=known)
    form = ContactForm(request.POST if request.method == "POST" else None, instance=row)
    title = "Modifier un interlocuteur" if pk else "Ajouter un interlocuteur"
    return _saved(request, form, known, title, "L’interlocuteur est enregistré.")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*EDITORS)
def line(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    known = _editable(request, code)
    row = _own(PriorityLine, known, pk) if pk else PriorityLine(entity=known)
    form = LineForm(request.POST if request.method == "POST" else None, instance=row)
    title = "Modifier le fil prioritaire" if pk else "Ajouter un fil prioritaire"
    return _saved(request, form, known, title, "Le fil prioritaire est enregistré.")


@require_POST
@for_roles(*EDITORS)
def verify(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    known = _editable(request, code)
    row = _own(EntityContact, known, pk)
    if changes.verify(row, actor=request.actor, now=timezone.now()):
        messages.success(request, f"{row.name} : vérifié aujourd’hui.")
    else:
        messages.info(request, f"{row.name} : déjà vérifié aujourd’hui.")
    return redirect("routing:entity", code=known.code)


@require_POST
@for_roles(*READERS)
def unreachable(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    known = get_object_or_404(Entity, code=code)
    row = get_object_or_404(EntityContact.objects.select_related("entity"), pk=pk, entity=known, active=True)
    done = changes.report_unreachable(row, user=request.user, actor=request.actor, now=timezone.now())
    words = {
        "noted": f"{row.name} : signalé injoignable.",
        "alerted": f"{row.name} : signalé injoignable pour la deuxième fois, {known.name} est prévenue.",
        "known": f"{row.name} : votre signalement est déjà noté.",
    }
    messages.success(request, words[done])
    return redirect("routing:entity", code=known.code)


def _editable(request: HttpRequest, code: str) -> Entity:
    """404 for an unknown entity; 403 that says who does for one of somebody else's."""
    known = get_object_or_404(Entity, code=code)
    if not may_edit(request.user, known):
        raise NotYours(known)
    return known


class NotYours(PermissionDenied):
    def __init__(self, known: Entity) -> None:
        super().__init__(
            f"Les coordonnées de {known.name} sont tenues par ses équipes, les soutiens et les administrateurs."
        )
        self.told = str(self)


def _own(model: Any, known: Entity, pk: int) -> Any:
    row = model.objects.filter(pk=pk, entity=known.pk).first()
    if row is None:
        raise Http404
    row.entity = known
    return row


def _saved(request: HttpRequest, form: Styled, known: Entity, title: str, done: str) -> HttpResponse:
    """The form, or what it changed; 422 on what is wrong, 409 when somebody was quicker: what was typed stays."""
    conflict, status = False, 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                seen = form.cleaned_data.get("version")
                changes.save(form.instance, seen=seen, actor=request.actor, now=timezone.now())
            except changes.StaleRow:
                conflict, status = True, 409
            else:
                messages.success(request, done)
                return redirect("routing:entity", code=known.code)
    context = {
        "form": form,
        "entity": known,
        "title": title,
        "conflict": conflict,
        "version": type(form.instance)
        .objects.filter(pk=form.instance.pk)
        .values_list("version", flat=True)
        .first(),
        "now": timezone.now(),
    }
    return render(request, "routing/directory/form.html", context, status=status)
