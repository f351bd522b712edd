"""Les délais des propositions, et l’effet de celles qui sont déployées (domain.md L34, M13)."""

from __future__ import annotations

from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from cases.views.access import for_roles
from recognition.models import Suggestion
from recognition.suggestions.board import board as drawn
from recognition.suggestions.effect import DAYS, DEFAULT_DAYS, effect
from recognition.suggestions.querysets import INSIDERS, READERS

#: address → (days, words)
PERIODS = {"90": (90, "90 jours"), "365": (365, "12 mois"), "all": (0, "Depuis le début")}


@require_safe
@for_roles(*INSIDERS)
def board(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("since", "365")
    period = asked if asked in PERIODS else "365"
    now, (days, words) = timezone.now(), PERIODS[period]
    since = now - timedelta(days=days) if days else None
    found = drawn(now, since)
    context = {
        "board": found,
        "pair": (found.digital, found.others),
        "gap": abs(found.gap or 0.0),
        "early": (found.gap or 0.0) < 0,
        "periods": [(key, label) for key, (_days, label) in PERIODS.items()],
        "period": period,
        "words": words,
        "now": now,
    }
    return render(request, "recognition/suggestions/board.html", context)


@require_safe
@for_roles(*READERS)
def effect_page(request: HttpRequest, pk: int) -> HttpResponse:
    suggestion = Suggestion.objects.visible_to(request.user).filter(pk=pk).first()
    if suggestion is None:
        raise Http404
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, DAYS) else DEFAULT_DAYS
    now = timezone.now()
    context = {
        "suggestion": suggestion,
        "effect": effect(suggestion, now, days),
        "days": days,
        "choices": DAYS,
        "now": now,
    }
    return render(request, "recognition/suggestions/effect.html", context)
