"""Five years: what an award was judged on, and what was said in an appeal (domain.md §2.9, §6.6).

Wage claims are open for three years, discrimination for five. Amounts, dates and hashes stay: they name nothing
that somebody said or did.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from atdemain.journal.retention import Blanking, Deleting, Kind
from recognition.enums import AppealState
from recognition.models import Appeal, Award, AwardRevision, Campaign, Evidence

KEPT = timedelta(days=5 * 365 + 1)
GONE = "(effacé)"
EMPTY: dict[str, Any] = {"person": {}, "result": {}, "explanation": ""}


def _old(now: datetime) -> QuerySet[Campaign]:
    """Published that long ago; one that never was, since the day it looked back from."""
    limit = now - KEPT
    never = Q(published_at__isnull=True, reference_date__lt=timezone.localdate(limit))
    return Campaign.objects.filter(Q(published_at__lt=limit) | never)


def _awards(now: datetime) -> QuerySet[Award]:
    return Award.objects.filter(campaign__in=_old(now)).exclude(person={}, result={}, explanation="")


def _revisions(now: datetime) -> QuerySet[AwardRevision]:
    return AwardRevision.objects.filter(award__campaign__in=_old(now)).exclude(facts={}, person={}, result={})


def _reasons(now: datetime) -> QuerySet[AwardRevision]:
    return AwardRevision.objects.filter(award__campaign__in=_old(now)).exclude(reason__in=["", GONE])


def _appeals(now: datetime) -> QuerySet[Appeal]:
    return Appeal.objects.filter(award__campaign__in=_old(now)).exclude(text=GONE)


def _decisions(now: datetime) -> QuerySet[Appeal]:
    decided = (AppealState.ACCEPTED, AppealState.REJECTED)
    return Appeal.objects.filter(award__campaign__in=_old(now), state__in=decided).exclude(decision_text=GONE)


def _seconds(now: datetime) -> QuerySet[Appeal]:
    return Appeal.objects.filter(award__campaign__in=_old(now)).exclude(second_text__in=["", GONE])


KIND = Kind(
    "recognition",
    "Preuves, calculs et recours de la reconnaissance",
    KEPT,
    "répondre d’une prime : trois ans pour un salaire, cinq pour une discrimination",
    (
        Deleting("evidence", lambda now: Evidence.objects.filter(campaign__in=_old(now))),
        Blanking("awards", _awards, EMPTY),
        Blanking("revisions", _revisions, EMPTY | {"facts": {}}),
        Blanking("revision_reasons", _reasons, {"reason": GONE}),
        Blanking("appeals", _appeals, {"text": GONE}),
        Blanking("appeal_decisions", _decisions, {"decision_text": GONE}),
        Blanking("appeal_second_levels", _seconds, {"second_text": GONE}),
    ),
)
