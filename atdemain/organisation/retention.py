"""What the API keeps for a while: expired tokens, the counts of attempts, the answers to be given again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from oauth2_provider.models import AccessToken

from atdemain.journal.retention import Deleting, Kind
from atdemain.organisation.models import ApiCall, IdempotentAnswer, RequestCount

DAY = timedelta(days=1)
#: domain.md §2.9.
CALLS_KEPT = timedelta(days=30)


def tokens(now: datetime) -> QuerySet[Any]:
    """Those that open nothing any more."""
    return AccessToken.objects.filter(expires__lte=now)


def attempts(now: datetime) -> QuerySet[RequestCount]:
    """Counts of who asked for a token; those of the clients stay, they tell the last use."""
    return RequestCount.objects.filter(key__startswith="token:", last_at__lte=now - DAY)


def answers(now: datetime) -> QuerySet[IdempotentAnswer]:
    return IdempotentAnswer.objects.filter(claimed_at__lte=now - DAY)


def calls(now: datetime) -> QuerySet[ApiCall]:
    return ApiCall.objects.filter(at__lte=now - CALLS_KEPT)


KINDS = (
    Kind(
        "api_tokens",
        "Jetons de l’API, une fois expirés",
        timedelta(0),
        "un jeton vaut 15 minutes",
        (Deleting("tokens", tokens), Deleting("attempts", attempts, start="")),
        every=timedelta(hours=1),
    ),
    Kind(
        "api_answers",
        "Réponses gardées pour une requête renvoyée",
        DAY,
        "répondre de même à la même clé d’idempotence",
        (Deleting("answers", answers),),
        every=timedelta(hours=1),
    ),
    Kind(
        "api_calls",
        "Requêtes d’écriture des partenaires",
        CALLS_KEPT,
        "aider un partenaire en difficulté, ou retrouver ce qu’il a transmis",
        (Deleting("calls", calls),),
    ),
)
