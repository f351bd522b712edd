"""`Idempotency-Key`: a POST sent again gets the answer of the first, kept 24 hours.

1. The key is claimed by inserting its row: two at once, one waits outside with 409. 2. The work is done.
3. The answer is written under the claim. What changed nothing (an error) is not kept: the key is free again.
A claim left by a process that died is taken over after `LEASE`; the work behind is repeatable by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hashlib import blake2b
from secrets import token_hex
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone

from atdemain.organisation.models import IdempotentAnswer
from atdemain.rest.problems import Fault, Problem, invalid

HEADER, REPLAYED = "Idempotency-Key", "Idempotency-Replayed"
LEASE = timedelta(seconds=90)
_KEY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,253}[\x21-\x7e])?")
#: What of an answer its copy says again.
_KEPT = ("Content-Type", "ETag", "Location")

Handler = Callable[..., HttpResponse]


def idempotent(handler: Handler) -> Handler:
    """A POST of an `ApiView` that may be sent again."""

    @wraps(handler)
    def once(view: Any, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        key = request.META.get("HTTP_IDEMPOTENCY_KEY")
        if key is None:
            return handler(view, request, *args, **kwargs)
        if not _KEY.fullmatch(key):
            told = "De 1 à 255 caractères ASCII imprimables."
            raise invalid([Fault("idempotency_key", told, parameter=HEADER)])
        claim = _claim(request.user.client, key, _fingerprint(request))
        if isinstance(claim, HttpResponse):
            return claim
        return _answered(claim, lambda: handler(view, request, *args, **kwargs))

    once.idempotent = True  # type: ignore[attr-defined]
    return once


def _fingerprint(request: Any) -> str:
    body = json.dumps(request.data, sort_keys=True, separators=(",", ":"))
    return blake2b(f"{request.path}\n{body}".encode(), digest_size=32).hexdigest()


def _claim(client: int, key: str, fingerprint: str) -> str | HttpResponse:
    """The token of one's claim, or the answer already given. Raises Problem: 409 in flight, 422 another body."""
    now, token = timezone.now(), token_hex(16)
    rows = IdempotentAnswer.objects.filter(client=client, key=key)
    made = IdempotentAnswer.objects.bulk_create(
        [IdempotentAnswer(client_id=client, key=key, fingerprint=fingerprint, token=token, claimed_at=now)],
        ignore_conflicts=True,
    )
    found = rows.first()
    if found is not None and found.token == token and made:
        return token
    if found is None:  # its first answer was an error, given between the two statements
        raise Problem("idempotency_in_flight", headers={"Retry-After": "1"})
    if found.fingerprint != fingerprint:
        raise Problem("idempotency_key_reused")
    if found.status is not None:
        return _replayed(found)
    left = rows.filter(token=found.token, status=None, claimed_at__lt=now - LEASE)
    if left.update(token=token, claimed_at=now):
        return token
    raise Problem("idempotency_in_flight", headers={"Retry-After": "1"})


def _answered(token: str, work: Callable[[], HttpResponse]) -> HttpResponse:
    mine = IdempotentAnswer.objects.filter(token=token)
    try:
        response = work()
    except BaseException:
        mine.delete()
        raise
    if response.status_code >= 300:
        mine.delete()
        return response
    with transaction.atomic():
        mine.update(
            status=response.status_code,
            headers={name: response[name] for name in _KEPT if name in response},
            body=getattr(response, "kept", response.content).decode(),  # without a key that is shown once
        )
    return response


def _replayed(found: IdempotentAnswer) -> HttpResponse:
    response = HttpResponse(found.body, status=found.status)
    for name, value in found.headers.items():
        response[name] = value
    response[REPLAYED] = "true"
    return response
