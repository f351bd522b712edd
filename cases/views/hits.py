"""A hit opened from the search page says so in the access log: its link is signed for that reader and that object."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.db.models import Model
from django.http import HttpRequest

from atdemain.journal.enums import AccessAction
from atdemain.organisation.models import User

#: How long a page of results opens hits: then it is an ordinary view.
LASTS = timedelta(hours=1)
PARAMETER = "hit"
_SIGNER = signing.TimestampSigner(salt="cases.search.hit")


def mark(user: User, found: Model) -> str:
    """« time:signature », to go with the link."""
    subject = _subject(user, found)
    return _SIGNER.sign(subject).removeprefix(f"{subject}:")


def action_on(request: HttpRequest, opened: Model) -> AccessAction:
    """For the access log: `hit` where this reader comes from their search, else `view`."""
    given = request.GET.get(PARAMETER, "")
    try:
        _SIGNER.unsign(f"{_subject(request.user, opened)}:{given}", max_age=LASTS)
    except signing.BadSignature:
        return AccessAction.VIEW
    return AccessAction.HIT


def _subject(user: User, found: Model) -> str:
    return f"{user.pk}.{found._meta.model_name}.{found.pk}"
