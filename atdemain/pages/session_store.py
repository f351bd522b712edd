"""Sessions in the database, whatever a cookie holds."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from atdemain.statements import Param, Statement

KEY_CHARS = frozenset(VALID_KEY_CHARS)


#: The first query of every page.
_LIVING = Statement(lambda: Session.objects.filter(session_key=Param("key"), expire_date__gt=Param("now")))


class SessionStore(DatabaseStore):
    """A key this site cannot have made is nobody's, and no query is spent on it (PostgreSQL refuses NUL)."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and 8 <= len(key) <= 40 and KEY_CHARS.issuperset(key)

    def _get_session_from_db(self) -> Session | None:
        living = _LIVING.first(key=self.session_key, now=timezone.now())
        if living is None:
            self._session_key = None
        return living
