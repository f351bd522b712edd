"""How often a caller may ask: a count per minute kept in the database, so that every process counts alike.

One statement per request, which also tells when a client was last seen; nothing here needs Redis. On PostgreSQL
its commit does not wait for the disk: the requests of one client, which wait for each other on its row, would
all wait for it. A crash forgets the counts of its last instants.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from atdemain.database import on_postgresql, rows
from atdemain.organisation.models import RequestCount
from atdemain.rest.problems import Problem

MINUTE = 60  # seconds

_TABLE = RequestCount._meta.db_table
_COUNT = (
    "INSERT INTO {table} AS c (key, minute, used, last_at) "
    "SELECT {row} WHERE {condition} ON CONFLICT (key) DO UPDATE SET "
    "used = CASE WHEN c.minute >= excluded.minute THEN c.used + 1 ELSE 1 END, "
    "minute = CASE WHEN c.minute >= excluded.minute THEN c.minute ELSE excluded.minute END, "
    "last_at = excluded.last_at RETURNING used"
)
_ON_POSTGRESQL = _COUNT.format(
    table=_TABLE,
    row="%s::text, %s::bigint, 1, %s::timestamptz",
    condition="set_config('synchronous_commit', 'off', true) = 'off'",
)
_ON_SQLITE = _COUNT.format(table=_TABLE, row="%s, %s, 1, %s", condition="true")


@dataclass(frozen=True, slots=True)
class Window:
    """What is left of the present minute: `used` includes this request, `reset` is in seconds."""

    limit: int
    used: int
    reset: int

    @property
    def headers(self) -> dict[str, str]:
        """draft-ietf-httpapi-ratelimit-headers: the policy, then what is left of it."""
        left = max(self.limit - self.used, 0)
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={MINUTE}',
            "RateLimit": f'"minute";r={left};t={self.reset}',
        }

    def check(self) -> None:
        """Raises Problem: 429, with when to come back."""
        if self.used > self.limit:
            raise Problem("too_many_requests", headers={"Retry-After": str(self.reset)})


def count(key: str, limit: int, now: datetime) -> Window:
    """Counts this request of `key`. In no transaction of the caller's, which would not wait for the disk either."""
    seconds = int(now.timestamp())
    with connection.wrap_database_errors:
        ((used,),) = rows(_ON_POSTGRESQL if on_postgresql() else _ON_SQLITE, (key, seconds // MINUTE, now))
    return Window(limit, used, MINUTE - seconds % MINUTE)
