"""Prevention, staffing, training and recognition side by side: a bonus is never the only answer (domain.md L75).

Aggregates of five people at least; each figure with what it was made of.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from atdemain.organisation.models import Participation, Programme
from atdemain.organisation.participation import RD3PLUS, active_participants
from atdemain.pages.typography import number
from cases.models import Case
from recognition.enums import SchemeState
from recognition.masking import THRESHOLD
from recognition.models import SchemeVersion
from routing.enums import Band
from routing.models import AdvisorSkill, UnitLoad

WEEK = timedelta(days=7)
BASE = "base"
NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Indicator:
    """`value` is shown large; `made_of` says what it was computed from. `url`: a route, "" for none."""

    icon: str
    title: str
    value: str
    made_of: str


def of(programme: Programme, now: datetime) -> list[Indicator]:
    """Four figures, five queries."""
    today = timezone.localdate(now)
    active = active_participants(now).filter(programme=programme)
    people = active.values("employee").distinct().count()
    few = people < THRESHOLD
    return [
        _prevention(today),
        _staffing(people, few),
        _training(active, people, few, today),
        _recognition(programme, today),
    ]


def _prevention(today: date) -> Indicator:
    readings: Counter[str] = Counter()
    for bands in (
        UnitLoad.objects.filter(day__gte=today - WEEK).order_by("pk").values_list("bands", flat=True)
    ):
        readings.update(bands)
    total = sum(readings.values())
    if not total:
        return Indicator("gauge", "Prévention", "–", "Aucune charge relevée depuis sept jours.")
    heavy = readings[Band.RED] + readings[Band.SATURATED]
    return Indicator(
        "gauge", "Prévention", percent(heavy, total),
        f"du temps de travail à 85{NBSP}% de charge ou plus, sur sept jours ({number(heavy)} relevés sur {number(total)}).",
    )  # fmt: skip


def _staffing(people: int, few: bool) -> Indicator:
    if few:
        return Indicator("users", "Moyens", "–", f"Moins de {THRESHOLD} participants : rien n’est montré.")
    cases = Case.objects.working().filter(origin=RD3PLUS).count()
    return Indicator(
        "users", "Moyens", number(cases / people, 1),
        f"dossier RD3+ en cours par participant ({number(cases)} pour {number(people)}).",
    )  # fmt: skip


def _training(active: QuerySet[Participation], people: int, few: bool, today: date) -> Indicator:
    if few:
        return Indicator("book", "Formation", "–", f"Moins de {THRESHOLD} participants : rien n’est montré.")
    trained = (
        AdvisorSkill.objects.filter(
            Q(expires_on__isnull=True) | Q(expires_on__gte=today),
            skill__code=BASE,
            user__in=active.values("employee"),
        )
        .values("user")
        .distinct()
        .count()
    )
    return Indicator(
        "book", "Formation", percent(trained, people),
        f"des participants ont la formation de base valable ({number(trained)} sur {number(people)}).",
    )  # fmt: skip


def _recognition(programme: Programme, today: date) -> Indicator:
    scheme = (
        SchemeVersion.objects.filter(
            programme=programme,
            state__in=[SchemeState.PUBLISHED, SchemeState.IN_FORCE],
            period_start__lte=today,
            period_end__gte=today,
        )
        .order_by("-number")
        .first()
    )
    if scheme is None:
        return Indicator("medal", "Reconnaissance", "–", "Aucun barème en vigueur aujourd’hui.")
    return Indicator(
        "medal", "Reconnaissance", f"v{scheme.number}",
        f"barème en vigueur jusqu’au {scheme.period_end:%d/%m/%Y}.",
    )  # fmt: skip


def percent(part: int, whole: int) -> str:
    return f"{number(100 * part / whole, 1)}{NBSP}%"
