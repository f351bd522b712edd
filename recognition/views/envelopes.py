"""« Enveloppe » of a version: what it is, each movement with its reason, and HR's two ways to change it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from recognition.campaigns import envelope as money
from recognition.forms.campaigns import ReserveForm, TopUpForm
from recognition.models import BudgetEnvelope

PAGE = 50
CONFLICT = "L’enveloppe a changé entre-temps : relisez-la, votre saisie est ci-dessous."


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def envelope(request: HttpRequest, scheme_pk: int) -> HttpResponse:
    """POST carries `change`, « top_up » or « reserve »: 422 at the field, 409 when it changed meanwhile."""
    held = _envelope(scheme_pk)
    change = request.POST.get("change", "")
    forms: dict[str, Any] = {
        "top_up": TopUpForm(
            request.POST if change == "top_up" else None, initial={"seen": held.version}, prefix="top_up"
        ),
        "reserve": ReserveForm.of(held, request.POST if change == "reserve" else None),
    }
    status = 200
    if request.method == "POST":
        form = forms.get(change)
        if form is None:
            raise Http404
        status = 422
        if form.is_valid():
            try:
                _change(change, held, form.cleaned_data, request)
            except money.StaleEnvelope:
                form.add_error(None, CONFLICT)
                form.data = form.data.copy()
                form.data[form.add_prefix("seen")] = str(_envelope(scheme_pk).version)
                status = 409
            except money.EnvelopeRefused as refused:
                form.add_error("amount" if change == "top_up" else "share", str(refused))
            else:
                messages.success(
                    request, "Enveloppe modifiée. Un calcul déjà fait se juge sur le nouveau plafond."
                )
                return redirect("recognition:envelope", scheme_pk)
    held = _envelope(scheme_pk)
    rows = held.movements.select_related("by", "campaign").order_by("-at", "-pk")
    context = {
        "envelope": held,
        "scheme": held.scheme,
        "top_up": forms["top_up"],
        "reserve": forms["reserve"],
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "campaigns": list(held.scheme.campaigns.order_by("-reference_date", "-pk")[:10]),
    }
    return render(request, "recognition/campaigns/envelope.html", context, status=status)


def _change(change: str, held: BudgetEnvelope, data: dict[str, Any], request: HttpRequest) -> None:
    common = {"seen": data["seen"], "actor": request.actor, "now": timezone.now()}  # type: ignore[attr-defined]
    if change == "top_up":
        money.top_up(held.scheme_id, data["amount"], data["reason"], **common)
    else:
        money.set_reserve(held.scheme_id, data["share"], data["reason"], **common)


def _envelope(scheme_pk: int) -> BudgetEnvelope:
    row = BudgetEnvelope.objects.select_related("scheme").filter(scheme=scheme_pk).first()
    if row is None:
        raise Http404
    return row
