"""« Conditions du dispositif »: the rules in plain French, for every employee (domain.md L56–L63, L69).

Dated, printable, with the hash of what binds and what differs from the version before. A draft is previewed by HR
through the same page.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases.views.access import for_roles
from recognition.amounts import prorated
from recognition.enums import INTERNAL_ROLES, ExitReason, SchemeState
from recognition.models import SchemeVersion
from recognition.scheme.differences import differences
from recognition.scheme.facts import draft_of
from recognition.scheme.life_words import renewal_words
from recognition.scheme.validator import signed_weight
from recognition.scheme.words import NEVER, ROLES, level_lines
from recognition.sources import SOURCES
from recognition.terms import Terms, TermsRefused
from recognition.views.schemes import previous, version_of

#: Everybody but the partners.
RELATED = ("programme", "amends", "renews")


@require_safe
@for_roles(*INTERNAL_ROLES)
def current(request: HttpRequest) -> HttpResponse:
    """The version in force today, else the next one, else the last one."""
    today = timezone.localdate()
    public = SchemeVersion.objects.public().select_related("programme")
    row = (
        SchemeVersion.objects.holding(today)
        .select_related("programme")
        .order_by("programme", "-number")
        .first()
        or public.filter(period_start__gt=today).order_by("period_start", "-number").first()
        or public.order_by("-period_end", "-number").first()
    )
    if row is None:
        return render(request, "recognition/scheme/no_conditions.html")
    return redirect("recognition:conditions_version", row.programme.code, row.number)


@require_safe
@for_roles(*INTERNAL_ROLES)
def conditions(request: HttpRequest, programme: str, number: int) -> HttpResponse:
    row = (
        SchemeVersion.objects.public()
        .select_related(*RELATED)
        .filter(programme__code=programme, number=number)
        .first()
        if number < 2**15
        else None
    )
    if row is None:
        raise Http404
    return render(request, "recognition/scheme/conditions.html", _context(request, row))


@require_safe
@for_roles(Role.HR)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """A draft as the employees will read it."""
    row = version_of(pk)
    if row.state != SchemeState.DRAFT:
        return redirect("recognition:conditions_version", row.programme.code, row.number)
    return render(request, "recognition/scheme/conditions.html", {**_context(request, row), "preview": True})


def _context(request: HttpRequest, row: SchemeVersion) -> dict[str, Any]:
    try:
        terms = row.terms()
    except TermsRefused:
        terms = None
    before = previous(row)
    amendment = SchemeVersion.objects.public().filter(amends=row).first()
    return {
        "row": row,
        "terms": terms,
        "by_role": _by_role(terms) if terms else [],
        "proofs": _proofs(terms) if terms else [],
        "example": _example(terms) if terms else None,
        "never": NEVER,
        "just_causes": [str(one.label) for one in ExitReason if one.value in row.just_causes],
        "signed_weight": signed_weight(draft_of(row)) if row.signatories else 0,
        "before": before,
        "differences": differences(before, row) if before is not None else [],
        "amendment": amendment,
        "renewal_words": renewal_words(row),
        "others": SchemeVersion.objects.public()
        .filter(programme=row.programme_id)
        .exclude(pk=row.pk)
        .select_related("programme")
        .order_by("-number")[:20],
        "representatives": _representatives(request.user),
        "may_edit": request.user.has_role(Role.HR),  # type: ignore[union-attr]
        "now": timezone.now(),
    }


def _by_role(terms: Terms) -> list[dict[str, Any]]:
    return [
        {
            "role": label,
            "levels": [
                {"level": level, "cents": level.amounts.get(role), "lines": level_lines(terms, level, role)}
                for level in terms.levels
                if role in level.amounts
            ],
        }
        for role, label in ROLES.items()
        if role in terms.eligible_roles
    ]


def _proofs(terms: Terms) -> list[tuple[str, str]]:
    """Each source that a criterion reads, and where it comes from."""
    read = {one.source for one in terms.criteria.values()}
    return [(source.label, source.proof) for code, source in SOURCES.items() if code in read]


def _example(terms: Terms) -> dict[str, int] | None:
    """Half of the period at the first level, worked by hand."""
    if not terms.levels or not terms.levels[0].amounts:
        return None
    base = next(iter(terms.levels[0].amounts.values()))
    days = terms.period_days // 2
    if not days:
        return None
    return {
        "base": base,
        "days": days,
        "period": terms.period_days,
        "cents": prorated(base, days, terms.period_days),
    }


def _representatives(user: Any) -> list[User]:
    """Those of one's unit, else all of them; ten names are enough to find one."""
    found = User.objects.filter(is_active=True, groups__name=Role.STAFF_REP.value).select_related("unit")
    near = found.filter(unit=user.unit_id) if user.unit_id else found.none()
    return list(near.order_by("last_name", "first_name", "pk")[:10]) or list(
        found.order_by("last_name", "first_name", "pk")[:10]
    )
