"""Suggestions are evidence: five years, then what was written and by whom goes, the counts stay (domain.md §2.9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from atdemain.journal.actors import system
from atdemain.journal.erasure import erase_personal
from atdemain.journal.retention import Blanking, Counts, Deleting, Kind
from cases.retention.fields import GONE, Erased
from recognition.models import Suggestion, SuggestionStep, SuggestionSupport
from recognition.suggestions.enums import OPEN, TO_DO

KEPT = timedelta(days=5 * 365)


def _old(now: datetime) -> QuerySet[Suggestion]:
    """Settled, and posted five years ago; what is still to be done is not old."""
    return Suggestion.objects.filter(submitted_at__lt=now - KEPT).exclude(state__in=(*OPEN, *TO_DO))


@dataclass(frozen=True)
class Forgetting(Blanking):
    """With what the journal's payloads hold of them; the chains still verify."""

    def erase(self, keys: list[Any], now: datetime) -> Counts:
        erase_personal("suggestion", keys, actor=system("purge"), at=now)
        return super().erase(keys, now)


KIND = Kind(
    "suggestions",
    "Propositions : auteur, texte, réponses et soutiens",
    KEPT,
    "prouver la contribution de chacun, et ce qui en a été fait",
    (
        Deleting(
            "suggestion_supports", lambda now: SuggestionSupport.objects.filter(suggestion__in=_old(now))
        ),
        Blanking(
            "suggestion_steps",
            lambda now: SuggestionStep.objects.filter(suggestion__in=_old(now)).exclude(text="", by=None),
            {"text": "", "by": None},
        ),
        Forgetting(
            "suggestions",
            lambda now: _old(now).exclude(author=None),
            {"author": None, "title": GONE, "text": GONE, "answer": GONE, "search_key": "", "case": None},
        ),
    ),
    fate="effacement du texte et de l’auteur ; les délais restent",
)
#: A client's erasure cuts the way from a suggestion to the case; the form refuses what looks like a client's data.
OF_CLIENTS = (Erased(Suggestion, "case__client", {"case": None}),)
_FOR_ALL = "written by an employee for everybody, without a client’s data; the case is cut off"
KEPT_TEXTS = {
    **{("recognition.Suggestion", name): _FOR_ALL for name in ("title", "text", "answer", "search_key")},
    ("recognition.SuggestionStep", "text"): _FOR_ALL,
    **{("recognition.ScriptVersion", name): _FOR_ALL for name in ("code", "title", "text")},
}
