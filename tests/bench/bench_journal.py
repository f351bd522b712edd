"""The journal: is a long one verified in time? The floor reads the same rows and hashes their bytes once."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.db import connection, transaction

from atdemain.journal.actors import system
from atdemain.journal.record import Entry, record_many
from atdemain.journal.verify import verify

from .contacts import writing_history
from .measuring import here
from .report import Line

NOW = datetime(2026, 11, 10, 14, 30, tzinfo=UTC)
CHAIN = 10  # rows per case, one in five of them with personal values
PARCEL = 1_000
TARGET_S = 60.0


def run(options: Any) -> list[Line]:
    with connection.cursor() as cursor, writing_history(cursor):
        for table in ("auditpayload", "auditevent", "journalhead"):
            cursor.execute(f"DELETE FROM journal_{table}")
    written = here(lambda: _write(options.rows), options.rows)
    floor = here(_hash, options.rows)
    found: list[Any] = []
    ours = here(lambda: found.extend(verify()), options.rows)
    assert not found, found[:3]
    return [
        Line(
            "journal",
            f"verify {options.rows:,} rows",
            "s",
            floor.seconds,
            ours.seconds,
            floor.seconds / ours.seconds,
            f"< {TARGET_S:.0f} s",
            ours.seconds < TARGET_S,
            {"floor": floor.parts, "ours": ours.parts, "written": written.parts},
        )
    ]


def _write(rows: int) -> None:
    for start in range(0, rows, PARCEL):
        with transaction.atomic():
            record_many(_entry(n) for n in range(start, min(start + PARCEL, rows)))


def _entry(n: int) -> Entry:
    return Entry(
        "case",
        1 + n // CHAIN,
        "add_note" if n % 5 else "open",
        system("bench"),
        NOW,
        to_state="opened",
        changes={"contacts": [None, [n, n + 1]], "colour": ["green", "orange"]},
        personal=None if n % 5 else {"text": f"Le client {n} n’a plus de synchronisation depuis mardi."},
        object_version=n % CHAIN + 1,
    )


def _hash() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e::text, p.body::text FROM journal_auditevent e LEFT JOIN journal_auditpayload p "
            "ON p.event_id = e.id ORDER BY e.object_type, e.object_id, e.seq"
        )
        for event, body in cursor:
            sha256(event.encode()).hexdigest()
            if body:
                sha256(body.encode()).hexdigest()
