"""Appeals: one's own, filed and withdrawn; HR's list of what is due, and the answer (domain.md §6.6).

An account that is also a manager's never opens HR's side: managers do not see appeals.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.journal.access import log_access
from atdemain.organisation.enums import Role
from recognition.appeals import guards, workflow
from recognition.appeals.reading import dues, standing
from recognition.enums import AppealState
from recognition.forms.appeals import ACCEPT, AppealForm, DecisionForm, SecondLevelForm
from recognition.models import Appeal, Award

PAGE = 50
CONFLICT = "Quelqu’un a agi sur ce recours entre-temps. Rien n’est enregistré et votre saisie est ci-dessous."
View = Callable[..., HttpResponse]


def for_deciders(view: View) -> View:
    """HR, and neither manager nor administrator: 403 before any look-up."""

    @wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if not user.has_role(Role.HR) or user.has_role(Role.MANAGER, Role.ADMIN):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


# -- one's own -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def new(request: HttpRequest, award_pk: int) -> HttpResponse:
    award = _own_award(request, award_pk)
    now = timezone.now()
    form = AppealForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = workflow.file(award.pk, actor=request.actor, now=now, **form.cleaned_data)  # type: ignore[attr-defined]
        except workflow.AppealRefused as refused:
            form.add_error(refused.field or None, str(refused))
        else:
            messages.success(request, "Recours déposé. Les RH répondent en 15 jours ouvrés.")
            return redirect("recognition:appeal", made.pk)
    context = {"award": award, "standing": standing(award, now), "form": form, "now": now}
    status = 422 if request.method == "POST" else 200
    return render(request, "recognition/appeals/new.html", context, status=status)


@require_safe
@login_required
def own(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _own_appeal(request, pk)
    return render(request, "recognition/appeals/own.html", {"appeal": appeal, "now": timezone.now()})


@require_POST
@login_required
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    appeal = _own_appeal(request, pk)
    try:
        workflow.withdraw(pk, seen=_number(request, "version"), actor=request.actor, now=timezone.now())  # type: ignore[attr-defined]
    except workflow.StaleAppeal:
        messages.error(request, "Votre recours a changé entre-temps : relisez-le.")
    except workflow.AppealRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, "Recours retiré. Vous pouvez en déposer un autre tant que le délai court.")
    return redirect("recognition:appeal", appeal.pk)


def _own_award(request: HttpRequest, pk: int) -> Award:
    """One's own, published; anybody else's is unknown."""
    row = Award.objects.select_related("campaign__scheme").filter(
        pk=pk, employee=request.user.pk, campaign__published_at__isnull=False
    )
    found = row.first()
    if found is None:
        raise Http404
    return found


def _own_appeal(request: HttpRequest, pk: int) -> Appeal:
    rows = Appeal.objects.select_related("award__campaign__scheme", "revision", "observer", "decided_by")
    found = rows.filter(pk=pk, award__employee=request.user.pk).first()
    if found is None:
        raise Http404
    return found


# -- HR --------------------------------------------------------------------------------------------------


@require_safe
@for_deciders
def appeal_list(request: HttpRequest) -> HttpResponse:
    """Those that wait, the most pressing first; then the answered ones."""
    now = timezone.now()
    rows = Appeal.objects.select_related("award__campaign", "award__employee__unit", "decided_by")
    waiting = dues(rows.waiting().order_by("due_at", "pk")[:200], now)
    closed = rows.exclude(state=AppealState.FILED).order_by("-decided_at", "-pk")
    page = Paginator(closed, PAGE).get_page(request.GET.get("page"))
    log_access(request, "view", "appeals", "", rows=len(waiting) + len(page.object_list))
    context = {"waiting": waiting, "page": page, "now": now}
    return render(request, "recognition/appeals/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_deciders
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """422 at the field, 409 when somebody answered or withdrew meanwhile."""
    appeal, now = _appeal(pk), timezone.now()
    if request.method != "POST":
        log_access(request, "view", "appeal", pk, rows=1)
        return _page(request, appeal, now)
    form = DecisionForm(request.POST, appeal=appeal, now=now)
    if not form.is_valid():
        return _page(request, appeal, now, form=form, status=422)
    data = form.cleaned_data
    try:
        done = workflow.decide(
            pk, accept=data["answer"] == ACCEPT, text=data["text"], choice=form.choice, seen=data["version"],
            actor=request.actor, now=now,  # type: ignore[attr-defined]
        )  # fmt: skip
    except workflow.StaleAppeal:
        return _page(request, _appeal(pk), now, form=form, conflict=True, status=409)
    except workflow.AppealRefused as refused:
        form.add_error(refused.field or None, str(refused))
        return _page(request, appeal, now, form=form, status=422)
    accepted = done.state == AppealState.ACCEPTED
    messages.success(
        request, "Recours accepté : cette attribution est revue." if accepted else "Recours rejeté."
    )
    return redirect("recognition:appeal_decide", pk)


@require_POST
@for_deciders
def second_level(request: HttpRequest, pk: int) -> HttpResponse:
    appeal, now = _appeal(pk), timezone.now()
    form = SecondLevelForm(request.POST, appeal=appeal, now=now)
    if not form.is_valid():
        return _page(request, appeal, now, second=form, status=422)
    data = form.cleaned_data
    try:
        workflow.record_second_level(
            pk, on=data["on"], outcome=data["outcome"], text=data["second_text"], observer=data.get("observer"),
            seen=data["version"], actor=request.actor, now=now,  # type: ignore[attr-defined]
        )  # fmt: skip
    except workflow.StaleAppeal:
        return _page(request, _appeal(pk), now, second=form, conflict=True, status=409)
    except workflow.AppealRefused as refused:
        field = "second_text" if refused.field == "text" else refused.field
        form.add_error(field if field in form.fields else None, str(refused))
        return _page(request, appeal, now, second=form, status=422)
    messages.success(request, "Avis de la commission enregistré : le salarié est prévenu.")
    return redirect("recognition:appeal_decide", pk)


def _appeal(pk: int) -> Appeal:
    rows = Appeal.objects.select_related(
        "award__campaign__scheme",
        "award__employee__unit",
        "award__unit",
        "decided_by",
        "observer",
        "revision__by",
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(
    request: HttpRequest,
    appeal: Appeal,
    now: datetime,
    *,
    form: DecisionForm | None = None,
    second: SecondLevelForm | None = None,
    conflict: bool = False,
    status: int = 200,
) -> HttpResponse:
    user: Any = request.user
    waiting = appeal.state == AppealState.FILED
    first = {"version": appeal.version}
    if waiting and form is None:
        form = DecisionForm(initial=first, appeal=appeal, now=now)
    may_record = appeal.state == AppealState.REJECTED and not appeal.second_outcome
    if may_record and second is None:
        second = SecondLevelForm(initial=first, appeal=appeal, now=now)
    if conflict:
        for one in (form, second):
            if one is not None and one.is_bound:
                one.data = one.data.copy()
                one.data["version"] = str(appeal.version)
    facts = guards.Facts(appeal.award.campaign.state, appeal.award.campaign.appeal_until, state=appeal.state)
    own = appeal.award.employee_id == user.pk
    context = {
        "appeal": appeal,
        "award": appeal.award,
        "due": dues([appeal], now)[0] if waiting else None,
        "form": form if waiting or conflict else None,
        "second": second if may_record else None,
        "why": guards.decide(facts, "x" * guards.DECISION_MIN, own=own, other_duties=False)
        if waiting
        else [],
        "conflict": CONFLICT if conflict else "",
        "now": now,
    }
    return render(request, "recognition/appeals/page.html", context, status=status)


def _number(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
