"""The inbox: an item is written exactly once by its dedupe key, in the transaction of what it tells.

Everything is told here; what also leaves by e-mail is its caller's choice, by kind, never a setting of
the reader's: an alert that somebody could switch off would be an alert that nobody receives.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from atdemain.journal.chain import storable
from atdemain.notifications.models import Notification


@dataclass(frozen=True, slots=True)
class Item:
    """One inbox item. `title` is the French sentence shown; `url` a path of this site."""

    recipient_id: int
    kind: str
    title: str
    dedupe_key: str
    at: datetime
    body: str = ""
    url: str = ""
    object_type: str = ""
    object_id: str = ""
    urgent: bool = False


def notify(
    recipient_id: int, kind: str, title: str, *, dedupe_key: str, at: datetime, **fields: object
) -> Notification | None:
    """Write one item; None when its key is already there."""
    written = notify_many([Item(recipient_id, kind, title, dedupe_key, at, **fields)])  # type: ignore[arg-type]
    return Notification.objects.get(dedupe_key=dedupe_key) if written else None


def notify_many(items: Iterable[Item | dict[str, Any]]) -> int:
    """Write items in one statement; how many were new. An item whose key exists is left as it is."""
    rows = [_row(item if isinstance(item, Item) else Item(**item)) for item in items]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_FROM_JSON, [json.dumps(rows, default=datetime.isoformat)])
        else:
            adapt = connection.ops.adapt_datetimefield_value
            cursor.executemany(_ONE, [(*row[:-1], adapt(row[-1])) for row in rows])
        return cursor.rowcount


_TYPES = {
    "recipient_id": "bigint",
    "kind": "text",
    "title": "text",
    "body": "text",
    "url": "text",
    "object_type": "text",
    "object_id": "text",
    "urgent": "boolean",
    "dedupe_key": "text",
    "created_at": "timestamptz",
}
_INTO = f"INSERT INTO {Notification._meta.db_table} ({', '.join(_TYPES)})"
_ONCE = "ON CONFLICT DO NOTHING"
_ONE = f"{_INTO} VALUES ({', '.join(['%s'] * len(_TYPES))}) {_ONCE}"
#: One parameter whatever the number of items: an insert of models costs three times the rest of a reminder.
_FROM_JSON = (
    f"{_INTO} SELECT {', '.join(f'(item->>{n})::{kind}' for n, kind in enumerate(_TYPES.values()))} "
    f"FROM json_array_elements(%s::json) AS item {_ONCE}"
)


def _row(item: Item) -> tuple[Any, ...]:
    """In the order of `_TYPES`."""
    return (
        item.recipient_id,
        item.kind,
        cut(item.title, 240),
        cut(item.body, 400),
        item.url,
        item.object_type,
        str(item.object_id),
        item.urgent,
        item.dedupe_key,
        item.at,
    )


def cut(text: str, length: int) -> str:
    """At most `length` characters, « … » at the end of what was longer: no notice undoes what it tells."""
    clean = storable(text)
    return clean if len(clean) <= length else clean[: length - 1] + "…"
