"""« Modalités ARCQ »: one dated page per unit, for everybody to read (domain.md L73)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit
from cases.views.access import for_roles
from recognition.durable import documents
from recognition.durable.documents import PublicationRefused
from recognition.durable.enums import DocumentKind
from recognition.forms.durable import DocumentForm
from recognition.models import UnitDocument

READERS = (
    Role.ADVISOR,
    Role.SUPPORT,
    Role.TRAINER,
    Role.BACK_OFFICE,
    Role.MANAGER,
    Role.HR,
    Role.STAFF_REP,
    Role.ADMIN,
)


@require_safe
@for_roles(*READERS)
def units(request: HttpRequest) -> HttpResponse:
    """Each unit's page; those without one are named first to HR."""
    found = documents.of_units()
    context = {
        "units": found,
        "missing": [one.unit for one in found if one.current is None],
        "hr": request.user.has_role(Role.HR),
    }
    return render(request, "recognition/arcq/units.html", context)


@require_safe
@for_roles(*READERS)
def page(request: HttpRequest, code: str) -> HttpResponse:
    """The page that holds, or one before (`?on=2026-10-01`)."""
    unit = _unit(code)
    rows = UnitDocument.objects.filter(unit=unit, kind=DocumentKind.ARCQ).select_related("published_by")
    pages = list(rows.order_by("-dated_on", "-pk"))
    if not pages:
        raise Http404
    try:
        asked = parse_date(request.GET.get("on", ""))
    except ValueError:
        asked = None
    shown = next((one for one in pages if one.dated_on == asked), pages[0])
    context = {
        "unit": unit,
        "page": shown,
        "others": [one for one in pages if one.pk != shown.pk],
        "current": shown.pk == pages[0].pk,
        "hr": request.user.has_role(Role.HR),
    }
    return render(request, "recognition/arcq/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def publish(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    unit = _unit(code)
    posted = request.method == "POST"
    last = UnitDocument.objects.filter(unit=unit, kind=DocumentKind.ARCQ).order_by("-dated_on", "-pk").first()
    first = {"dated_on": timezone.localdate(now), "title": f"Modalités ARCQ, {unit}"}
    if last is not None:
        first |= {"title": last.title, "text": last.text}
    form = DocumentForm(request.POST if posted else None, initial=first)
    if posted and form.is_valid():
        try:
            documents.publish(unit, **form.cleaned_data, actor=request.actor, now=now)
        except PublicationRefused as refused:
            form.add_error(refused.reason.field, refused.reason.message)
        else:
            messages.success(request, f"{unit} : page publiée, lisible par tous.")
            return redirect("recognition:arcq_page", code=code)
    context = {"unit": unit, "form": form, "last": last}
    return render(request, "recognition/arcq/publish.html", context, status=422 if form.errors else 200)


def _unit(code: str) -> Unit:
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        raise Http404
    return unit
