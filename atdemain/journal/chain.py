"""The hash chain (architecture.md §4): canonical bytes of a row, and what they hash to. Pure.

The same bytes are rebuilt from PostgreSQL and SQLite: sorted keys, no floats, microsecond UTC times.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from datetime import UTC, date, datetime
from typing import Any

#: Every stored column but `id`, `hash` and `prev_hash` (which is hashed beside them).
COLUMNS = (
    "at",
    "object_type",
    "object_id",
    "seq",
    "actor_kind",
    "actor_id",
    "actor_role",
    "action",
    "refused",
    "from_state",
    "to_state",
    "reason_code",
    "changes",
    "object_version",
    "request_id",
    "source",
    "payload_hash",
)


#: What neither JSON column holds: NUL and lone surrogates.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def plain(value: Any) -> Any:
    """JSON-safe copy: times to ISO UTC, dates to ISO, enums to their value; floats are refused.

    A character that PostgreSQL cannot store becomes U+FFFD: no text keeps a change out of the journal.
    """
    if isinstance(value, str):
        return storable(str.__str__(value))
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(item) for item in value]
        return sorted(items) if isinstance(value, set | frozenset) else items
    if isinstance(value, dict):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        raise TypeError("The journal holds no floats: use integers (cents, seconds, tenths).")
    raise TypeError(f"{type(value).__name__} cannot be written in the journal.")


def storable(text: str) -> str:
    """`text` as both databases keep it: without NUL nor lone surrogates."""
    if text.isascii() and "\x00" not in text:
        return text
    return _UNSTORABLE.sub("\ufffd", text)


def moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def canonical(value: Any) -> bytes:
    return json.dumps(
        plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def event_hash(prev_hash: str, columns: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and this row's columns (`COLUMNS`)."""
    return hashlib.sha256(prev_hash.encode() + b"\n" + canonical(columns)).hexdigest()


def payload_hash(salt: str, body: dict[str, Any]) -> str:
    return hashlib.sha256(salt.encode() + b"\n" + canonical(body)).hexdigest()


def new_salt() -> str:
    return secrets.token_hex(16)
