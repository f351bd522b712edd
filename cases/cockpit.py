"""The manager's figures: what needs a decision in the unit now, in order, each beside the list it opens.

A figure and the filter of its list are the same condition (`cases.attention`); all are counted in one statement.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from atdemain.organisation.models import Unit, User
from cases import attention
from cases.enums import Scope
from cases.hooks import Figure
from cases.list_page import CountOf
from cases.models import Case, Escalation, Promise


def figures(user: User, now: datetime, limits: attention.Limits) -> list[Figure]:
    """The cases' own, in order; one query. What the apps above count follows, with their panels."""
    counted = [(*shown, rows) for *shown, rows in _behind(user, now, limits)]
    counts: tuple[int, ...] = (0,) * len(counted)
    if user.unit_id:
        columns = {key: CountOf(rows.order_by().values("pk")) for key, *_rest, rows in counted}
        (counts,) = Unit.objects.filter(pk=user.unit_id).order_by().values_list(*columns.values())
    return [
        Figure(key, count, words[count > 1], url, pressing)
        for (key, words, url, pressing, _rows), count in zip(counted, counts, strict=True)
    ]


def _behind(
    user: User, now: datetime, limits: attention.Limits
) -> list[tuple[str, tuple[str, str], str, bool, QuerySet]]:
    cases = Case.objects.within(user, Scope.UNIT)
    promises = Promise.objects.within(user, Scope.UNIT)
    escalations = Escalation.objects.within(user, Scope.UNIT)
    to_cases, to_promises, to_escalations = (
        reverse("cases:list", args=[key]) for key in ("cases", "promises", "escalations")
    )
    return [
        (
            "late",
            ("rappel en retard de plus de 30 min", "rappels en retard de plus de 30 min"),
            f"{to_promises}?late=30",
            True,
            promises.filter(attention.OWED, attention.late_callback(limits)),
        ),
        (
            "unassigned",
            ("dossier sans conseiller", "dossiers sans conseiller"),
            reverse("cases:queue"),
            True,
            cases.filter(attention.unassigned()),
        ),
        (
            "silent",
            ("dossier silencieux depuis 3 jours ouvrés", "dossiers silencieux depuis 3 jours ouvrés"),
            f"{to_cases}?signal=silent",
            False,
            cases.filter(attention.silent(limits)),
        ),
        (
            "reopened",
            ("dossier rouvert, en cours", "dossiers rouverts, en cours"),
            f"{to_cases}?signal=reopened",
            False,
            cases.filter(attention.reopened()),
        ),
        (
            "late_answer",
            ("réponse d’entité hors délai", "réponses d’entités hors délai"),
            f"{to_escalations}?late=answer",
            False,
            escalations.filter(attention.late_answer(now)),
        ),
    ]
