"""« Jours neutralisés »: a number that HR enters, outside any participation (domain.md §6.5, §11)."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Participation
from cases.views.access import for_roles
from recognition.forms.others import NeutralisedForm
from recognition.models import NeutralisedDays
from recognition.participation import neutralised as days
from recognition.participation.refusal import Refused

from .forms import refused_at

PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def neutralised(request: HttpRequest) -> HttpResponse:
    posted = request.method == "POST"
    form = NeutralisedForm(request.POST if posted else None)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            made = days.enter(
                data["employee"],
                from_on=data["from_on"],
                to_on=data["to_on"],
                days=data["days"],
                actor=request.actor,
                now=timezone.now(),
            )
        except Refused as refused:
            refused_at(form, refused)
        else:
            messages.success(request, f"{made.days} jour{'s' * (made.days > 1)} pour {made.employee}.")
            return redirect("recognition:neutralised")
    covered = Participation.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=OuterRef("from_on")),
        employee=OuterRef("employee"),
        starts_on__lte=OuterRef("to_on"),
    )
    rows = (
        NeutralisedDays.objects.select_related("employee__unit", "entered_by")
        .annotate(covered=Exists(covered))
        .order_by(F("from_on").desc(), "-pk")
    )
    context = {"form": form, "page": Paginator(rows, PAGE).get_page(request.GET.get("page"))}
    return render(
        request, "recognition/participation/neutralised.html", context, status=422 if form.errors else 200
    )


@require_POST
@for_roles(Role.HR)
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    days.remove(pk, actor=request.actor, now=timezone.now())
    messages.success(request, "Ces jours ne comptent plus ; le journal garde la trace de leur saisie.")
    return redirect("recognition:neutralised")
