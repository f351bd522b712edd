"""Sessions in the database, whatever a cookie holds."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import VALID_KEY_CHARS
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

KEY_CHARS = frozenset(VALID_KEY_CHARS)


class SessionStore(DatabaseStore):
    """A key this site cannot have made is nobody's, and no query is spent on it (PostgreSQL refuses NUL)."""

    def _validate_session_key(self, key: Any) -> bool:
        return isinstance(key, str) and 8 <= len(key) <= 40 and KEY_CHARS.issuperset(key)
