"""The planning follows the sessions (domain.md §6.4): presence `mentoring`, so no routing and +6 points an hour.

Only what is still to come is written: the planning of the past has nothing to say to routing.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from atdemain.organisation.models import User
from recognition.mentoring import facts
from recognition.mentoring.rules import Objection
from routing import presence
from routing.enums import PresenceKind
from routing.presence import PresenceRefused


def occupy(
    mentor: int, trainees: Collection[int], start: datetime, end: datetime, now: datetime
) -> list[Objection]:
    """Take everybody's time; who is planned elsewhere then, at the field that named them.

    The caller's transaction must be undone when there is any reason.
    """
    pks = sorted({mentor, *trainees})
    if end <= now:
        clashes = facts.elsewhere(pks, start, end)
        names = {user.pk: user.short_name for user in User.objects.filter(pk__in=clashes).order_by("pk")}
        return [_reason(pk, names[pk], clashes[pk], mentor) for pk in sorted(clashes)]
    reasons = []
    for user in User.objects.filter(pk__in=pks).order_by("pk"):
        if presence.covered(user, PresenceKind.MENTORING, start, end):
            continue  # their manager planned this time for it
        try:
            presence.plan(user, PresenceKind.MENTORING, start, end)
        except PresenceRefused as refused:
            words = refused.message[:1].lower() + refused.message[1:]
            reasons.append(_reason(user.pk, user.short_name, words, mentor))
    return reasons


def release(people: Collection[int], start: datetime, end: datetime) -> None:
    """Give the time back."""
    presence.unplan(people, PresenceKind.MENTORING, start, end)


def _reason(pk: int, name: str, words: str, mentor: int) -> Objection:
    return Objection("planned", f"{name}\u00a0: {words}", "day" if pk == mentor else "trainees")
