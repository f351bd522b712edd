"""« Participation des UAT »: who takes part and why not, for everybody to read (domain.md L47)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation import unit_participation as decisions
from atdemain.organisation.enums import Role
from atdemain.organisation.forms import DecisionForm
from atdemain.organisation.models import Programme, Unit

GONE = "Cette unité n’existe plus : rien n’a été enregistré. Choisissez-en une dans la liste."


@require_safe
@login_required
def units_participation(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    programmes = [
        (programme, decisions.standings(programme, today)) for programme in Programme.objects.order_by("pk")
    ]
    context = {
        "programmes": programmes,
        "may_decide": request.user.has_role(Role.ADMIN),  # type: ignore[union-attr]
        "today": today,
    }
    return render(request, "participation/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def unit_participation(request: HttpRequest, programme: str, code: str) -> HttpResponse:
    """The administrator's decision on one unit: 422 on what is wrong, 409 when another came first."""
    if not request.user.has_role(Role.ADMIN):  # type: ignore[union-attr]
        raise PermissionDenied
    known = get_object_or_404(Programme, code=programme)
    unit = Unit.objects.filter(code=code).first()
    if unit is None:
        return _gone(request)
    today = timezone.localdate()
    posted = request.method == "POST"
    (present,) = decisions.standings(known, today, [unit])
    form = DecisionForm(
        request.POST if posted else None,
        initial={
            "version": present.version,
            "participates": "1" if present.participates else "0",
            "reason": present.current.reason_public if present.current else "",
            "since": today,
        },
    )
    conflict, status = False, 422 if posted else 200
    if posted and form.is_valid():
        try:
            decisions.decide(
                known,
                unit,
                participates=form.cleaned_data["participates"],
                reason=form.cleaned_data["reason"],
                since=form.cleaned_data["since"],
                seen=form.cleaned_data["version"],
                actor=request.actor,  # type: ignore[attr-defined]
                now=timezone.now(),
            )
        except Unit.DoesNotExist:
            return _gone(request)
        except decisions.StaleDecision:
            conflict, status = True, 409
        except decisions.DecisionRefused as refused:
            form.add_error(refused.field or None, refused.message)
        else:
            messages.success(request, f"{unit.name} : décision enregistrée, elle est publique.")
            return redirect("participation")
    (present,) = decisions.standings(known, today, [unit])
    context = {"form": form, "unit": unit, "programme": known, "present": present, "conflict": conflict}
    return render(request, "participation/decide.html", context, status=status)


def _gone(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        raise Http404
    messages.error(request, GONE)
    return redirect("participation")
