"""« Compétences »: who holds what, until when; a trainer validates (domain.md L25, L26)."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from atdemain.organisation.enums import Role
from cases.views.access import for_roles
from recognition.forms.others import ValidateForm
from recognition.participation import skills
from recognition.participation.periods import a_year_later
from recognition.participation.refusal import Refused
from routing.models import AdvisorSkill, Skill

from .forms import refused_at

READERS = (Role.TRAINER, Role.SUPPORT, Role.MANAGER, Role.HR)
PAGE = 50
#: ?show= → its words, on the tabs.
SHOWS = {"expired": "Expirées", "soon": "Bientôt expirées", "valid": "Valables", "all": "Toutes"}


@require_safe
@for_roles(*READERS)
def skill_list(request: HttpRequest) -> HttpResponse:
    """Each skill with its holders; then the validations, the expired first unless `?show=` says otherwise."""
    today = timezone.localdate()
    seen = skills.visible_to(request.user)
    expired, soon = _expired(today), _soon(today)
    known = {row["skill"]: row for row in _counted(seen, expired, soon)}
    empty = {"held": 0, "expired": 0, "soon": 0}
    totals = {name: sum(row[name] for row in known.values()) for name in empty}
    show = request.GET.get("show", "")
    if show not in SHOWS:
        show = "expired" if totals["expired"] else "soon" if totals["soon"] else "all"
    rows = seen.select_related("user__unit", "skill", "validated_by").order_by(
        "expires_on", "user__last_name", "pk"
    )
    valid = Q(expires_on__isnull=True) | Q(expires_on__gte=today)
    asked = {"expired": expired, "soon": soon, "valid": valid}.get(show)
    skill = request.GET.get("skill", "")
    chosen = next((one for one in Skill.objects.order_by("label", "pk") if one.code == skill), None)
    if chosen:
        rows = rows.filter(skill=chosen)
    page = Paginator(rows.filter(asked) if asked is not None else rows, PAGE).get_page(
        request.GET.get("page")
    )
    amounts = {**totals, "valid": totals["held"] - totals["expired"], "all": totals["held"]}
    context = {
        "skills": [(one, known.get(one.pk, empty)) for one in Skill.objects.order_by("label", "pk")],
        "tabs": [(key, label, amounts[key]) for key, label in SHOWS.items()],
        "show": show,
        "show_words": SHOWS[show],
        "chosen": chosen,
        "page": page,
        "rows": [(one, skills.standing(one, today)) for one in page.object_list],
        "may_validate": request.user.has_role(Role.TRAINER),
        "whole": request.user.has_role(Role.HR),
        "today": today,
    }
    return render(request, "recognition/skills/list.html", context)


def _expired(today: date) -> Q:
    return Q(expires_on__lt=today)


def _soon(today: date) -> Q:
    return Q(expires_on__gte=today, expires_on__lte=today + skills.SOON)


def _counted(seen: QuerySet[AdvisorSkill], expired: Q, soon: Q) -> QuerySet:
    return (
        seen.order_by()
        .values("skill")
        .annotate(held=Count("pk"), expired=Count("pk", filter=expired), soon=Count("pk", filter=soon))
    )


@require_safe
@for_roles(*READERS, Role.ADVISOR, Role.BACK_OFFICE)
def held(request: HttpRequest, pk: int) -> HttpResponse:
    """One validated skill and its former validations; anybody reads their own."""
    rows = skills.visible_to(request.user) | AdvisorSkill.objects.filter(
        user=request.user.pk, user__is_active=True
    )
    one = rows.filter(pk=pk).select_related("user__unit", "skill", "validated_by").first()
    if one is None:
        raise Http404
    context = {
        "one": one,
        "standing": skills.standing(one, timezone.localdate()),
        "history": skills.former(one),
        "may_validate": request.user.has_role(Role.TRAINER)
        and one.user_id != request.user.pk
        and one.user.unit_id == request.user.unit_id,
        "reads_list": request.user.has_role(*READERS),
    }
    return render(request, "recognition/skills/held.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_roles(Role.TRAINER)
def validate(request: HttpRequest) -> HttpResponse:
    """`?person=` and `?skill=` choose beforehand; the expiry proposed is a year later."""
    today = timezone.localdate()
    posted = request.method == "POST"
    first = {
        "person": request.GET.get("person"),
        "skill": request.GET.get("skill"),
        "level": "1",
        "validated_on": today,
        "expires_on": a_year_later(today),
    }
    form = ValidateForm(request.POST if posted else None, trainer=request.user, initial=first)
    if posted and form.is_valid():
        data = form.cleaned_data
        try:
            made = skills.validate(
                data["person"],
                data["skill"],
                level=data["level"],
                validated_on=data["validated_on"],
                expires_on=data["expires_on"],
                actor=request.actor,
                now=timezone.now(),
            )
        except Refused as refused:
            refused_at(form, refused)
        else:
            messages.success(
                request, f"{made.skill} : compétence validée pour {made.user}, qui en est prévenu."
            )
            return redirect("recognition:skill", made.pk)
    return render(
        request, "recognition/skills/validate.html", {"form": form}, status=422 if form.errors else 200
    )
