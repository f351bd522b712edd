"""« Ma participation »: one's own answer, texts, skills, and ways in and out (domain.md §6.3)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.consent import TEXT_VERSION, TEXTS, ConsentRefused, consent
from atdemain.organisation.enums import ConsentAnswer
from atdemain.organisation.models import Participation
from atdemain.organisation.views import answer
from cases.views.access import for_roles
from recognition.enums import PARTICIPANT_ROLES
from recognition.forms.participation import LeaveForm, VolunteerForm
from recognition.participation import joining, skills
from recognition.participation.leaving import BY_EMPLOYEE, leave
from recognition.participation.refusal import Refused
from routing.models import AdvisorSkill

from .forms import refused_at

SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def my_participation(request: HttpRequest) -> HttpResponse:
    """What runs or is to come, with what it asks; then what was."""
    if request.method == "POST":
        answer(request)
        return redirect("account_participation")
    today = timezone.localdate()
    mine = list(
        Participation.objects.filter(employee=request.user.pk)
        .select_related("programme", "designated_by", "exit")
        .prefetch_related("consent_events")
        .order_by("-starts_on", "-pk")[:SHOWN]
    )
    held = AdvisorSkill.objects.filter(user=request.user.pk).select_related("skill", "validated_by")
    context = {
        "participations": [one for one in mine if one.ends_on is None or one.ends_on >= today],
        "past": [one for one in mine if one.ends_on is not None and one.ends_on < today],
        "skills": [(one, skills.standing(one, today)) for one in held.order_by("skill__label", "pk")[:SHOWN]],
        "may_volunteer": bool(joining.roles_open_to(request.user)),
        "today": today,
        "text_version": TEXT_VERSION,
        "text_since": TEXTS[TEXT_VERSION],
        "consent_text": f"account/consent/{TEXT_VERSION}.html",
    }
    return render(request, "account/participation.html", context)


@require_safe
@login_required
def consent_text(request: HttpRequest, version: str) -> HttpResponse:
    """A version of the text, as it was read by whoever answered to it."""
    if version not in TEXTS:
        raise Http404
    context = {
        "version": version,
        "since": TEXTS[version],
        "current": TEXT_VERSION,
        "consent_text": f"account/consent/{version}.html",
        "versions": sorted(TEXTS.items(), reverse=True),
    }
    return render(request, "recognition/participation/text.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*PARTICIPANT_ROLES)
def volunteer(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    posted = request.method == "POST"
    first = {"starts_on": timezone.localdate(now), "text_version": TEXT_VERSION}
    form = VolunteerForm(request.POST if posted else None, user=request.user, initial=first)
    if posted and form.is_valid():
        data = form.cleaned_data
        if data["agrees"] and data["text_version"] != TEXT_VERSION:
            form.add_error(
                "agrees", "Le texte a changé depuis l’affichage de la page : relisez-le, puis cochez."
            )
        else:
            try:
                _joined(request, data, now)
            except Refused as refused:
                refused_at(form, refused)
            else:
                return redirect("account_participation")
    context = {
        "form": form,
        "text_version": TEXT_VERSION,
        "text_since": TEXTS[TEXT_VERSION],
        "consent_text": f"account/consent/{TEXT_VERSION}.html",
    }
    return render(
        request, "recognition/participation/volunteer.html", context, status=422 if form.errors else 200
    )


def _joined(request: HttpRequest, data: dict, now: object) -> None:
    made = joining.volunteer(
        request.user,
        data["programme"],
        role=data["role"],
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        actor=request.actor,  # type: ignore[attr-defined]
        now=now,
    )
    if data["agrees"]:
        try:
            consent(made, request.user, ConsentAnswer.ACCEPTED, TEXT_VERSION, now, actor=request.actor)  # type: ignore[attr-defined]
        except ConsentRefused as refused:
            messages.error(request, str(refused))
            return
        messages.success(request, "Vous êtes volontaire et votre accord est enregistré.")
    else:
        messages.success(request, "Vous êtes volontaire. Il reste à répondre au texte ci-dessous.")


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*PARTICIPANT_ROLES)
def leave_mine(request: HttpRequest, pk: int) -> HttpResponse:
    """One's own exit: any reason but « unjustified », no text, no question asked."""
    now = timezone.now()
    today = timezone.localdate(now)
    held = (
        Participation.objects.filter(pk=pk, employee=request.user.pk, exit__isnull=True)
        .select_related("programme")
        .first()
    )
    if held is None or (held.ends_on is not None and held.ends_on < today):
        raise Http404
    posted = request.method == "POST"
    first = {"last_day": max(today, held.starts_on)}
    form = LeaveForm(request.POST if posted else None, reasons=BY_EMPLOYEE, initial=first)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            made = leave(pk, reason=data["reason"], last_day=data["last_day"], actor=request.actor, now=now)
        except Refused as refused:
            refused_at(form, refused)
        else:
            messages.success(
                request,
                f"Votre participation se termine le {made.last_day:%d/%m/%Y}. Ce qui est acquis le reste.",
            )
            return redirect("account_participation")
    context = {"form": form, "participation": held}
    return render(
        request, "recognition/participation/leave.html", context, status=422 if form.errors else 200
    )
