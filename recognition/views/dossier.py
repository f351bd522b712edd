"""The « dossier ARCQ »: one's own for everybody, anybody's for HR, never another's for a manager (domain.md §6.7)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.journal.models import AccessLog
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.views.access import for_roles
from recognition.durable import competencies, dossier
from recognition.forms.durable import CommentForm
from recognition.forms.mentoring import find
from recognition.mentoring import facts
from recognition.models import CompetencyRecord

OBJECT = "arcq_dossier"
READINGS = 10


@require_safe
@for_roles(*facts.ROLES)
def mine(request: HttpRequest) -> HttpResponse:
    """One's own; who else opened it is said."""
    openers = (
        User.objects.filter(groups__name=Role.HR.value).order_by().values("pk")
    )  # by the log's own index
    readings = AccessLog.objects.filter(user__in=openers, object_type=OBJECT, object_id=str(request.user.pk))
    seen = list(readings.order_by("-at", "-pk").values_list("at", "user")[:READINGS])
    names = {
        one.pk: one.short_name for one in User.objects.filter(pk__in={pk for _at, pk in seen}).order_by("pk")
    }
    return _page(request, request.user, {"readings": [(at, names.get(pk, "RH")) for at, pk in seen]})


@require_safe
@for_roles(Role.HR)
def of_employee(request: HttpRequest, pk: int) -> HttpResponse:
    """Any colleague's, for HR: the opening is logged, and the person reads who opened it."""
    if pk == request.user.pk:
        raise Http404  # HR alone has no dossier here; with another role, « Mon dossier ARCQ » is one's own
    employee = facts.colleagues().select_related("unit", "team").filter(pk=pk).first()
    if employee is None:
        raise Http404
    log_access(request, "view", OBJECT, pk)
    return _page(request, employee, {"readings": []})


@require_safe
@for_roles(Role.HR)
def people(request: HttpRequest) -> HttpResponse:
    """HR finds somebody by name."""
    words = request.GET.get("who", "")[:80].strip()
    found = find(words, request.user)
    return render(request, "recognition/dossier/people.html", {"words": words, "found": found})


@require_POST
@for_roles(*facts.ROLES)
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """The employee's own words on an assessment of theirs."""
    form = CommentForm(request.POST)
    if not CompetencyRecord.objects.filter(pk=pk, employee=request.user.pk).exists():
        raise Http404
    if not form.is_valid():
        context = {"readings": [], "comment_form": form, "commenting": pk}
        return _page(request, request.user, context, status=422)
    held = competencies.comment(pk, form.cleaned_data["comment"], actor=request.actor, now=timezone.now())
    told = "Commentaire enregistré : la personne qui a évalué est prévenue."
    messages.success(request, told if held.comment else "Commentaire retiré.")
    return redirect("recognition:dossier")


def _page(request: HttpRequest, employee: User, context: dict, *, status: int = 200) -> HttpResponse:
    now = timezone.now()
    own = employee.pk == request.user.pk
    shown = {
        "dossier": dossier.build(employee, now, timezone.localdate(now), own=own),
        "employee": employee,
        "own": own,
        "comment_form": None,
        "commenting": 0,
        "comment_length": CommentForm.base_fields["comment"].max_length,
        "now": now,
    }
    return render(request, "recognition/dossier/page.html", shown | context, status=status)
