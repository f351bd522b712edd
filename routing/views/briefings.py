"""Briefings: announced by a manager or a support, confirmed by each, closed with their real duration (L27)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from routing import briefings, evidence
from routing.enums import BriefingState
from routing.forms.briefings import AnnounceForm, HoldForm
from routing.models import Briefing, BriefingInvite

READERS = (Role.ADVISOR, Role.SUPPORT, Role.TRAINER, Role.MANAGER)
PAGE = 50
QUARTER = 15 * 60
SINCE = timedelta(days=28)
#: Closed so soon after its planned end, it has just ended; later, it ended as planned unless one says otherwise.
RECENT = timedelta(minutes=30)


@require_safe
@for_roles(*READERS)
def briefing_list(request: HttpRequest) -> HttpResponse:
    """Those to come first; then what was held. Who leads sees the unit's, the others what they are invited to."""
    now = timezone.now()
    found = _visible(request).annotate(
        invited=Count("invites", distinct=True),
        confirmed=Count("invites", filter=Q(invites__confirmed_at__isnull=False), distinct=True),
        came=Count("attendees", distinct=True),
        is_mine=Exists(BriefingInvite.objects.filter(briefing=OuterRef("pk"), user=request.user.pk)),
        i_come=Exists(
            BriefingInvite.objects.filter(
                briefing=OuterRef("pk"), user=request.user.pk, confirmed_at__isnull=False
            )
        ),
    )
    past = found.exclude(state=BriefingState.PLANNED).order_by("-starts_at", "-pk")
    leads = request.user.has_role(*briefings.LEADERS)
    scope = {"unit_id": request.user.unit_id or 0} if leads else {"user_id": request.user.pk}
    context = {
        "planned": list(found.filter(state=BriefingState.PLANNED).order_by("starts_at", "pk")[:PAGE]),
        "page": Paginator(past, PAGE).get_page(request.GET.get("page")),
        "leads": leads,
        "time": evidence.briefing_time(now - SINCE, now, **scope),
        "now": now,
    }
    return render(request, "routing/briefings/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(*briefings.LEADERS)
def new(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    posted = request.method == "POST"
    first = {"starts_at": _next_quarter(now)}
    form = AnnounceForm(request.POST if posted else None, user=request.user, initial=first)
    if posted and request.user.unit is None:
        form.add_error(None, "Votre compte n’est rattaché à aucune unité. Un administrateur le rattache.")
    if posted and form.is_valid():
        try:
            done = briefings.create(
                unit=request.user.unit, actor=request.actor, now=now, **form.data_for_domain()
            )
        except briefings.BriefingRefused as refused:
            _refused(form, refused)
        else:
            _say(request, done, "Briefing annoncé : chaque personne invitée est prévenue.")
            return redirect("routing:briefing", pk=done.briefing.pk)
    return render(
        request, "routing/briefings/new.html", {"form": form, "now": now}, status=422 if form.errors else 200
    )


@require_safe
@for_roles(*READERS)
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _briefing(request, pk))


@require_POST
@for_roles(*READERS)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    _briefing(request, pk)
    try:
        done = briefings.confirm(pk, actor=request.actor, now=timezone.now())
    except Briefing.DoesNotExist:
        raise Http404 from None
    except briefings.BriefingRefused as refused:
        messages.error(request, refused.message)
    else:
        _say(request, done, "C’est noté : vous y serez. Aucun dossier ne vous sera confié pendant ce temps.")
    return redirect("routing:briefing", pk=pk)


@require_POST
@for_roles(*briefings.LEADERS)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    _led(request, pk)
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
    try:
        done = briefings.cancel(pk, version=version, actor=request.actor, now=timezone.now())
    except briefings.BriefingRefused as refused:
        messages.error(request, refused.message)
    except briefings.BriefingMoved:
        messages.error(request, MOVED)
    else:
        _say(request, done, "Briefing annulé : les personnes invitées sont prévenues.")
    return redirect("routing:briefing", pk=pk)


@require_POST
@for_roles(*briefings.LEADERS)
def hold(request: HttpRequest, pk: int) -> HttpResponse:
    briefing = _led(request, pk)
    form = HoldForm(request.POST, briefing=briefing)
    if not form.is_valid():
        return _page(request, briefing, form=form, status=422)
    data = form.cleaned_data
    try:
        done = briefings.hold(
            pk,
            version=data["version"],
            ended_at=data["ended_at"],
            present=[one.pk for one in data["present"]],
            actor=request.actor,
            now=timezone.now(),
        )
    except briefings.BriefingRefused as refused:
        if refused.field:
            _refused(form, refused)
            return _page(request, briefing, form=form, status=422)
        messages.error(request, refused.message)
    except briefings.BriefingMoved:
        form.data = form.data.copy()
        form.data["version"] = Briefing.objects.get(pk=pk).version
        form.add_error(None, MOVED)
        return _page(request, _briefing(request, pk), form=form, status=409)
    else:
        minutes = done.briefing.minutes
        _say(request, done, f"Briefing terminé : {minutes} min pour {len(data['present'])} personne(s).")
    return redirect("routing:briefing", pk=pk)


MOVED = "Ce briefing a changé entre-temps : il est affiché tel qu’il est. Relisez, puis recommencez."


def _visible(request: HttpRequest) -> Any:
    user = request.user
    seen = Q(pk__in=BriefingInvite.objects.filter(user=user.pk).values("briefing")) | Q(led_by=user.pk)
    if user.has_role(*briefings.LEADERS):
        seen |= Q(unit=user.unit_id or 0)
    return Briefing.objects.filter(seen).select_related("led_by", "unit")


def _briefing(request: HttpRequest, pk: int) -> Briefing:
    found = _visible(request).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _led(request: HttpRequest, pk: int) -> Briefing:
    """Whoever leads it, or the unit's manager in their place."""
    briefing = _briefing(request, pk)
    user = request.user
    if briefing.led_by_id != user.pk and not (
        user.has_role(Role.MANAGER) and user.unit_id == briefing.unit_id
    ):
        raise PermissionDenied
    return briefing


def _page(
    request: HttpRequest, briefing: Briefing, *, form: HoldForm | None = None, status: int = 200
) -> HttpResponse:
    now, user = timezone.now(), request.user
    invites = list(
        briefing.invites.select_related("user").order_by("user__last_name", "user__first_name", "user")
    )
    came = set(briefing.attendees.order_by().values_list("pk", flat=True))
    own = next((one for one in invites if one.user_id == user.pk), None)
    planned = briefing.state == BriefingState.PLANNED
    leads = (
        planned
        and user.has_role(*briefings.LEADERS)
        and (briefing.led_by_id == user.pk or user.has_role(Role.MANAGER))
    )
    begun = now >= briefing.starts_at
    if leads and begun and form is None:
        first = {
            "version": briefing.version,
            "ended_at": now if now - briefing.ends_at < RECENT else briefing.ends_at,
            "present": [one.user_id for one in invites],
        }
        form = HoldForm(briefing=briefing, initial=first)
    context = {
        "briefing": briefing,
        "invites": [(one, one.user_id in came) for one in invites],
        "came": len(came),
        "people_minutes": briefing.minutes * len(came),
        "own": own,
        "planned": planned,
        "leads": leads,
        "begun": begun,
        "form": form if leads else None,
        "now": now,
    }
    return render(request, "routing/briefings/page.html", context, status=status)


def _next_quarter(now: datetime) -> datetime:
    seconds = now.timestamp()
    return datetime.fromtimestamp((seconds // QUARTER + 1) * QUARTER, tz=now.tzinfo)


def _refused(form: forms.Form, refused: briefings.BriefingRefused) -> None:
    form.add_error(refused.field if refused.field in form.fields else None, refused.message)


def _say(request: HttpRequest, done: briefings.Done, words: str) -> None:
    if done.already:
        messages.info(request, "C’était déjà fait : rien n’a été enregistré deux fois.")
    else:
        messages.success(request, words)
