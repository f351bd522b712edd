"""What supports and HR follow: the disputes to settle; for HR, hours by skill and reciprocal pairs (domain.md §6.4)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from recognition.forms.mentoring import SettleForm
from recognition.mentoring import reading, workflow
from recognition.mentoring.enums import SessionState
from recognition.mentoring.workflow import SessionMoved, SessionRefused
from recognition.models import MentoringSession, SessionDispute
from recognition.views.mentoring import MOVED, session_page

REFEREES = (Role.SUPPORT, Role.HR)
PERIODS = (30, 90, 365)
SETTLED = 20


@require_safe
@for_roles(*REFEREES)
def follow_up(request: HttpRequest) -> HttpResponse:
    """Disputes to settle, the oldest first; those settled lately; and what only HR reads."""
    now, user = timezone.now(), request.user
    disputes = SessionDispute.objects.select_related("by", "settled_by").order_by("at")
    found = reading.for_lines(MentoringSession.objects.to_settle_by(user)).prefetch_related(
        Prefetch("disputes", queryset=disputes)
    )
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else PERIODS[1]
    hr = user.has_role(Role.HR)
    since = now - timedelta(days=days)
    context = {
        "open": list(found.filter(state=SessionState.DISPUTED).order_by("disputes__at", "pk").distinct()),
        "settled": list(found.exclude(state=SessionState.DISPUTED).order_by("-starts_at", "-pk")[:SETTLED]),
        "hr": hr,
        "hours": reading.hours_by_skill(since, now) if hr else [],
        "pairs": reading.reciprocal(since) if hr else [],
        "days": days,
        "periods": PERIODS,
        "now": now,
    }
    return render(request, "recognition/mentoring/follow_up.html", context)


@require_POST
@for_roles(*REFEREES)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Both were heard: the session stands or is cancelled."""
    found = reading.for_lines(MentoringSession.objects.visible_to(request.user)).select_related(
        "mentor__unit"
    )
    session = found.filter(pk=pk).first()
    if session is None:
        raise Http404
    if not MentoringSession.objects.to_settle_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    form = SettleForm(request.POST)
    if not form.is_valid():
        return session_page(request, session, settle_form=form, status=422)
    try:
        done = workflow.settle(pk, **form.cleaned_data, actor=request.actor, now=timezone.now())
    except SessionRefused as refused:
        workflow.refused(pk, "settled", refused, actor=request.actor, now=timezone.now())
        if all(reason.field for reason in refused.reasons):
            form.refuse(refused.reasons)
            return session_page(request, session, settle_form=form, status=422)
        messages.error(request, str(refused))
    except SessionMoved:
        messages.error(request, MOVED)
    else:
        if done.already:
            messages.info(request, "C’était déjà fait : rien n’a été enregistré deux fois.")
        else:
            messages.success(request, "Contestation tranchée : les deux personnes sont prévenues.")
    return redirect("recognition:session", pk=pk)
