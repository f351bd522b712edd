"""« Versions du dispositif », for HR: the list, a new one, one version, its publication (domain.md §6.1)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Programme, User
from cases.views.access import for_roles
from recognition.enums import Renewal, SchemeState
from recognition.forms.publish import PublishForm, StartForm
from recognition.models import BudgetEnvelope, SchemeVersion
from recognition.scheme import clock, drafting, publication
from recognition.scheme.differences import differences
from recognition.scheme.drafting import SchemeRefused, SchemeStale
from recognition.scheme.facts import draft_of
from recognition.scheme.life_words import renewal_words
from recognition.scheme.places import placed
from recognition.scheme.validator import validate
from recognition.scheme.words import ROLES, raw_criterion, raw_outline

LIVING = (SchemeState.PUBLISHED, SchemeState.IN_FORCE)
RELATED = ("programme", "amends", "renews", "drafted_by", "published_by", "changed_by")
SHOWN = 50


@require_safe
@for_roles(Role.HR)
def schemes(request: HttpRequest) -> HttpResponse:
    found = list(
        SchemeVersion.objects.select_related(*RELATED, "envelope").order_by("programme__name", "-number")[
            : SHOWN + 1
        ]
    )
    context = {
        "rows": found[:SHOWN],
        "more": len(found) > SHOWN,
        "limit": SHOWN,
        "today": timezone.localdate(),
        "programmes": Programme.objects.exists(),
    }
    return render(request, "recognition/scheme/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def new(request: HttpRequest) -> HttpResponse:
    """From nothing, from a version, to better one, or to go on after one."""
    form = StartForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        how, source = form.chosen
        now = timezone.now()
        by, actor = who_acts(request)
        try:
            if isinstance(source, Programme):
                row = drafting.new(source, by=by, actor=actor, now=now)
            else:
                make = {"copy": drafting.copied, "amend": drafting.amending, "renew": drafting.renewing}[how]
                row = make(source, by=by, actor=actor, now=now)
        except SchemeRefused as refused:
            form.add_error("start", refused.message)
        else:
            messages.success(request, f"Le brouillon de la version {row.number} est ouvert.")
            return redirect("recognition:scheme", row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "recognition/scheme/new.html", {"form": form}, status=status)


@require_safe
@for_roles(Role.HR)
def scheme(request: HttpRequest, pk: int) -> HttpResponse:
    row = version_of(pk)
    return render(request, "recognition/scheme/page.html", page_context(row, request.user))


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.HR)
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirmed by typing the version's number: 422 on what is missing, 409 when it changed meanwhile."""
    row = version_of(pk)
    if row.state != SchemeState.DRAFT:
        if request.method != "POST":
            return redirect("recognition:scheme", pk)
        return conflict(request, row)
    posted = request.method == "POST"
    form = PublishForm(request.POST if posted else None, initial={"version": row.version}, number=row.number)
    context: dict[str, Any] = {"form": form}
    if posted and form.is_valid():
        by, actor = who_acts(request)
        try:
            row = publication.publish(
                pk, version=form.cleaned_data["version"], by=by, actor=actor, now=timezone.now()
            )
        except SchemeStale as stale:
            return conflict(request, stale.current)
        except publication.NotPublished as refused:
            context["refused"] = [placed(one, pk) for one in refused.issues]
            context["losses"] = _named(refused.losses)
        else:
            messages.success(
                request, f"La version {row.number} est publiée : chaque salarié la lit dès maintenant."
            )
            return redirect("recognition:scheme", pk)
    context |= page_context(row, request.user)
    return render(request, "recognition/scheme/publish.html", context, status=422 if posted else 200)


@require_POST
@for_roles(Role.HR)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    row = version_of(pk)
    try:
        drafting.drop(pk, version=posted_version(request), actor=who_acts(request)[1], now=timezone.now())
    except SchemeStale as stale:
        return conflict(request, stale.current)
    messages.success(request, f"Le brouillon de la version {row.number} est supprimé.")
    return redirect("recognition:schemes")


@require_POST
@for_roles(Role.HR)
def stop_renewal(request: HttpRequest, pk: int) -> HttpResponse:
    row = version_of(pk)
    try:
        clock.stop_renewal(
            pk, version=posted_version(request), actor=who_acts(request)[1], now=timezone.now()
        )
    except SchemeStale as stale:
        return conflict(request, stale.current)
    except SchemeRefused as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, f"La version {row.number} ne sera pas reconduite.")
    return redirect("recognition:scheme", pk)


# -- shared with the editor ------------------------------------------------------------------------------


def version_of(pk: int) -> SchemeVersion:
    row = SchemeVersion.objects.select_related(*RELATED).filter(pk=pk).first() if pk < 2**63 else None
    if row is None:
        raise Http404
    return row


def posted_version(request: HttpRequest) -> int:
    """What the page was drawn with; a value that is none is a version nobody has."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def conflict(request: HttpRequest, current: SchemeVersion | None) -> HttpResponse:
    """409: who changed it, when, and that nothing was overwritten."""
    if current is not None:
        current = version_of(current.pk)
    return render(request, "recognition/scheme/conflict.html", {"row": current}, status=409)


def page_context(row: SchemeVersion, user: Any) -> dict[str, Any]:
    """One version, all its sections, and what it lacks."""
    draft = row.state == SchemeState.DRAFT
    today = timezone.localdate()
    envelope = BudgetEnvelope.objects.filter(scheme=row).first()
    issues = [placed(one, row.pk) for one in validate(draft_of(row), today=today)] if draft else []
    before = previous(row)
    return {
        "row": row,
        "is_draft": draft,
        "today": today,
        "envelope": envelope,
        "missing": [one for one in issues if not one.issue.warning],
        "warnings": [one for one in issues if one.issue.warning],
        "criteria": [
            {
                "code": code,
                "label": one.get("label") or code,
                "words": raw_criterion(code, one),
                "roles": [ROLES.get(role, role) for role in one.get("roles") or ()],
            }
            for code, one in row.criteria.items()
        ],
        "levels": [
            {
                "code": one.get("code"),
                "label": one.get("label") or one.get("code"),
                "rank": one.get("rank"),
                "amounts": [
                    (ROLES.get(role, role), one["amounts"].get(role))
                    for role in ROLES
                    if role in row.eligible_roles
                ],
                "lines": raw_outline(row.levels, row.criteria, one.get("condition")),
            }
            for one in sorted(row.levels, key=lambda one: (one.get("rank") or 0, str(one.get("code"))))
        ],
        "roles": [label for role, label in ROLES.items() if role in row.eligible_roles],
        "before": before,
        "differences": differences(before, row) if before is not None else [],
        "may_not_publish": publication.who_may_not(row, user) if draft else "",
        "writers": User.objects.filter(pk__in=row.writers).order_by("last_name", "first_name", "pk")
        if draft
        else [],
        "drop_url": reverse("recognition:scheme_drop", args=[row.pk]),
        "stop_url": reverse("recognition:scheme_stop", args=[row.pk]),
        "renewal_words": renewal_words(row),
        "stoppable": row.renewal == Renewal.TACIT
        and row.state in LIVING
        and not drafting.cannot_renew(row)
        and today < clock.acquired_on(row),
        "acquired_on": clock.acquired_on(row) if row.renewal == Renewal.TACIT and row.period_end else None,
    }


def previous(row: SchemeVersion) -> SchemeVersion | None:
    """What this one is compared with: what it betters or goes on after, else the last public one before it."""
    if row.amends is not None or row.renews is not None:
        return row.amends or row.renews
    others = SchemeVersion.objects.public().filter(programme_id=row.programme_id, number__lt=row.number)
    return others.order_by("-number").first()


def _named(losses: list[Any]) -> list[dict[str, Any]]:
    """Who would lose, for HR alone; twenty names show what is wrong."""
    people = User.objects.in_bulk([one.employee_id for one in losses[:20]])
    return [
        {"who": people.get(one.employee_id), "before": one.before, "after": one.after} for one in losses[:20]
    ]


def who_acts(request: HttpRequest) -> tuple[User, Any]:
    """Who acts, and under which role."""
    return request.user, request.actor  # type: ignore[return-value, attr-defined]
