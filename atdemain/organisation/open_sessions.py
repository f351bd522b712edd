"""The open sessions of one account, ended at once.

A session holds for a password and a set of roles, so that changing either ends it (`User`). What changes
neither, such as a second factor taken away, ends them here.
"""

from __future__ import annotations

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils import timezone

from atdemain.organisation.models import User


def end_sessions(user: User) -> int:
    """How many ended. Reads every living session: a few thousand, for something rare."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).order_by()
    theirs = [
        session.pk
        for session in living.iterator(chunk_size=500)
        if session.get_decoded().get(SESSION_KEY) == str(user.pk)
    ]
    Session.objects.filter(pk__in=theirs).delete()
    return len(theirs)
