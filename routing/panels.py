"""What routing draws on the case's page: « Pourquoi ce conseiller ? », « Pourquoi personne ? »."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.pages import times
from cases.hooks import Panel
from cases.models import Case
from cases.views.access import CASE_WORKERS
from routing import mutual_help, returning
from routing.advice import histogram_words
from routing.enums import AssignmentMode
from routing.models import Assignment, RoutingRequest

SEPARATOR = "\u202f; "


def why_advisor(case: Case, user: User, now: datetime) -> Panel | None:
    """For the advisor who keeps it and the unit's manager (domain.md §5.2). Read when it is opened: no query."""
    if case.owner_id is None:
        return _why_nobody(case) if reads_choice(case, user) and case.is_working else None
    return Panel("routing/_why_advisor.html", {"case": case}, "why") if reads_choice(case, user) else None


def entities(case: Case, user: User, now: datetime) -> Panel | None:
    """Whom to call for this case: asked for once the page is drawn, so that it costs the page no query."""
    if not case.is_working or not user.has_role(*CASE_WORKERS):
        return None
    return Panel("routing/directory/_panel.html", {"case": case}, "rail")


def offered_back(case: Case, user: User, now: datetime) -> Panel | None:
    """« Ce dossier était le vôtre »: for the advisor whom an absence had made leave it. One query for the others."""
    if not case.is_working or case.owner_id in (None, user.pk) or not user.has_role(Role.ADVISOR):
        return None
    return (
        Panel("routing/_offered_back.html", {"case": case}, "top")
        if returning.offered_back(case, user.pk)
        else None
    )


def reads_choice(case: Case, user: User) -> bool:
    return user.pk == case.owner_id or (user.has_role(Role.MANAGER) and user.unit_id == case.unit_id)


def help_of(case: Case, user: User, now: datetime) -> Panel | None:
    """Entraide: asked from here; what became of it is read once the page is drawn. No query."""
    if case.unit_id != user.unit_id and not case.in_charge(user, now):
        return None
    if not user.has_role(*mutual_help.HELPERS, Role.MANAGER):
        return None
    context = {"case": case, "may_ask": mutual_help.may_ask(case, user, now), "asked": None, "loads": True}
    return Panel("routing/_help_case.html", context)


def choice(case: Case) -> dict[str, Any] | None:
    """The last assignment of whoever keeps the case, and its explanation in parts; one query."""
    kept = Assignment.objects.filter(case=case, to_user=case.owner_id)
    given = kept.exclude(mode=AssignmentMode.DELEGATION).select_related("by", "policy").first()
    if given is None:
        return None
    sentence = given.explanation.get("sentence", "")
    return {"given": given, "parts": sentence.split(SEPARATOR) if sentence else []}


#: Why somebody was given a case, for who sees that it was and not why in figures (domain.md §5.2).
GIVEN = {
    AssignmentMode.CONTINUITY: "à qui connaît déjà ce client",
    AssignmentMode.BALANCED: "à qui est en service, peut le prendre et n’en sera pas surchargé",
    AssignmentMode.OVERFLOW: "dans une autre unité, personne ne pouvant le prendre dans celle-ci",
}


def given_words(case: Case) -> str:
    """« Confié à 15:30 par le routage à qui … »; "" when a person gave it or took it. One query."""
    found = choice(case)
    if found is None or case.owner is None or found["given"].mode not in GIVEN:
        return ""
    at = times.clock(found["given"].at, timezone.get_current_timezone())
    return f"Confié à {at} par le routage {GIVEN[found['given'].mode]}."


def _why_nobody(case: Case) -> Panel | None:
    asked = RoutingRequest.objects.filter(case=case).first()
    if asked is None or asked.tried_at is None:
        return None
    sentence = asked.explanation.get("sentence", "")
    context = {
        "asked": asked,
        "words": histogram_words(asked.histogram),
        "parts": sentence.split(SEPARATOR)[1:] if sentence else [],
    }
    return Panel("routing/_why_nobody.html", context, "why")


def assignment_policies(case_id: int) -> dict[datetime, int]:
    """When somebody was weighed for this case, the version of the policy that weighed them (one query)."""
    weighed = Assignment.objects.filter(case=case_id, policy__isnull=False).order_by("at")
    return dict(weighed.values_list("at", "policy__version"))
