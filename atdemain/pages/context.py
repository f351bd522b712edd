"""What every page's frame reads: the theme, and the age of demonstration data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from atdemain.organisation.models.demo import demo_seeded_at

STALE = timedelta(days=1)


def frame(request: HttpRequest) -> dict[str, Any]:
    """No query for a logged-in account: the date came along with it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": "auto", "demo_stale": None}
    seeded_at = demo_seeded_at(user)
    stale = seeded_at if seeded_at and timezone.now() - seeded_at > STALE else None
    return {"theme": user.theme, "demo_stale": stale}
