"""What a case's page says of suggestions: those it gave birth to, and the way to post one."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from atdemain.organisation.models import User
from cases.hooks import Panel
from cases.models import Case
from recognition.models import Suggestion
from recognition.suggestions.enums import UNCOUNTED
from recognition.suggestions.querysets import AUTHORS


def of_case(case: Case, user: User, now: datetime) -> Panel | None:
    """Asked for once the page is drawn: no query."""
    if not user.has_role(*AUTHORS):
        return None
    return Panel("recognition/suggestions/_panel.html", {"case": case, "found": None})


def born(case: Case, user: User) -> list[Suggestion]:
    """An anonymous one is there for its author alone: the case tells who follows it. One query."""
    seen = Suggestion.objects.filter(case=case.pk).exclude(state__in=UNCOUNTED)
    return list(seen.filter(Q(anonymous=False) | Q(author=user.pk)).order_by("-pk")[:20])
