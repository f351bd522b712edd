"""The suggestions that say what somebody is writing (domain.md, improvement loops). Two queries."""

from __future__ import annotations

from atdemain.organisation.models import User
from recognition.models import Suggestion
from recognition.suggestions.enums import SuggestionState
from recognition.suggestions.similarity import closest

#: The latest are compared; a site that posts twenty a day has five months of them.
COMPARED = 3_000
SHOWN = 5


def find(title: str, text: str, user: User) -> list[Suggestion]:
    """The closest first, whatever their state but withdrawn; a duplicate is told by its original."""
    seen = Suggestion.objects.visible_to(user).exclude(
        state__in=(SuggestionState.WITHDRAWN, SuggestionState.DUPLICATE)
    )
    known = seen.order_by("-submitted_at", "-pk").values_list("pk", "search_key")[:COMPARED]
    keys = [one.pk for one in closest(title, text, known, SHOWN)]
    if not keys:
        return []
    rows = {one.pk: one for one in seen.filter(pk__in=keys).select_related("owner_entity")}
    return [rows[pk] for pk in keys if pk in rows]
