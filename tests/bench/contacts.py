"""A base of contacts of any size, built in SQL, and the stream of contacts that comes after it.

Ten contacts per client over two years, so that a client's history does not grow with the base;
2,000 clients have two recent contacts, so that their next one reaches the threshold.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from atdemain.organisation.models import Entity, Programme, Unit, UnitParticipation
from cases.enums import Mode
from cases.models import Reason, RepeatRule
from cases.reference import ensure_reference

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
HOT = 2_000  # clients whose next contact is their third in seven days
EVERY = 25  # one contact in EVERY comes from one of them
REASON = "pas-de-synchro"


def prepare_reference() -> Unit:
    """The rules, reasons, units and entities of a site: five units, one of them the bench's."""
    programme, _ = ensure_reference(mode=Mode.LIVE)
    for code in ("bench", "b2", "b3", "b4", "b5"):
        unit, _ = Unit.objects.get_or_create(code=code, defaults={"name": code})
        UnitParticipation.objects.get_or_create(
            programme=programme, unit=unit, defaults={"participates": True}
        )
    for n in range(30):
        Entity.objects.get_or_create(code=f"e{n}", defaults={"name": f"Entité {n}"})
    return Unit.objects.get(code="bench")


def reference_ids() -> dict[str, int]:
    return {
        "unit": Unit.objects.get(code="bench").pk,
        "reason": Reason.objects.get(code=REASON).pk,
        "rule": RepeatRule.objects.get(code="R1").pk,
        "programme": Programme.objects.order_by("pk")[0].pk,
    }


def build_base(size: int) -> None:
    """Bring the base to `size` contacts and size/10 clients; keeps what is there when it is enough."""
    prepare_reference()
    names = reference_ids() | {"size": size, "clients": size // 10, "now": NOW, "hot": hot(size // 10)}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_contact WHERE source_system = 'base'")
        have = cursor.fetchone()[0]
        with writing_history(cursor):
            if have != size:
                cursor.execute("TRUNCATE cases_contact, cases_client, cases_case RESTART IDENTITY CASCADE")
                with without_indexes(cursor, "cases_contact"):
                    cursor.execute(_CLIENTS, names)
                    cursor.execute(_CONTACTS, names)
                cursor.execute(
                    "SELECT setval(pg_get_serial_sequence('cases_client', 'id'), %(clients)s)", names
                )
        clear_stream(cursor)
        cursor.execute("VACUUM (ANALYZE) cases_contact")
        cursor.execute("VACUUM (ANALYZE) cases_client")
        cursor.execute("CHECKPOINT")


_CLIENTS = """
INSERT INTO cases_client (id, client_ref, display_name, name_key, segment, unit_id, preferred_call_slots,
  priority_client, priority_reason, created_at)
SELECT i, 'B' || i, 'Client ' || i, 'client ' || i, 'consumer', %(unit)s, '', false, '', %(now)s
FROM generate_series(1, %(clients)s) i
"""

#: A hot client's own history stops ten days ago, so that its two recent contacts are its first two.
_CONTACTS = """
INSERT INTO cases_contact (source_system, source_id, nature, client_id, unit_id, identification,
  caller_number, interaction_id, leg_no, channel, direction, arrived_at, answered_at, ended_at,
  has_answer_times, wait_s, talk_s, hold_s, outcome, reason_id, handler_ref, conflictual, summary,
  exclusion_code, n_in_window, content_hash, received_at)
SELECT system, key, 'client', client, %(unit)s, 'certain', '', '', 1, 'voice', 'in', at, at + interval '20 s',
  at + interval '5 min', true, 20, 280, 0, 'handled', %(reason)s, 'agent' || (i %% 700), false, '', '', n,
  md5(key), at
FROM (
  SELECT i, 'base' AS system, 'b' || i AS key, client, 1 AS n,
    CASE WHEN client <= %(hot)s THEN at - interval '10 days' ELSE at END AS at
  FROM (SELECT i, 1 + (i::bigint * 7919) %% %(clients)s AS client,
          %(now)s::timestamptz - interval '730 days' * (1 - i::float / %(size)s) - interval '1 hour' AS at
        FROM generate_series(1, %(size)s) i) spread
  UNION ALL
  SELECT i, 'hot', 'h' || i, 1 + (i - 1) %% %(hot)s, 1 + (i > %(hot)s)::int,
    %(now)s::timestamptz - interval '3 days' + interval '1 s' * i
  FROM generate_series(1, 2 * %(hot)s) i
) s
"""


@contextmanager
def writing_history(cursor: Any) -> Iterator[None]:
    """Triggers and foreign keys wait: what is written is coherent by construction."""
    cursor.execute("SET session_replication_role = replica")
    try:
        yield
    finally:
        cursor.execute("SET session_replication_role = origin")


@contextmanager
def without_indexes(cursor: Any, *tables: str) -> Iterator[None]:
    """An index is made faster at once than row by row: they come back after the rows."""
    cursor.execute(
        "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, c.conname, "
        "coalesce(pg_get_constraintdef(c.oid), pg_get_indexdef(i.indexrelid)) FROM pg_index i "
        "LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.contype = 'u' "
        "WHERE i.indrelid = ANY(%s::regclass[]) AND NOT i.indisprimary",
        [list(tables)],
    )
    found = cursor.fetchall()
    for table, index, constraint, _definition in found:
        cursor.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {constraint}" if constraint else f"DROP INDEX {index}"
        )
    yield
    for table, _index, constraint, definition in found:
        cursor.execute(
            f"ALTER TABLE {table} ADD CONSTRAINT {constraint} {definition}" if constraint else definition
        )


def clear_stream(cursor: Any) -> None:
    """Take away what an earlier run wrote. No TRUNCATE … CASCADE: contacts refer to cases."""
    with writing_history(cursor):
        cursor.execute(
            "DELETE FROM cases_contact WHERE source_system = 'stream';"
            "UPDATE cases_contact SET case_id = NULL WHERE case_id IS NOT NULL;"
            "DELETE FROM cases_timer; DELETE FROM cases_repeatverdict; DELETE FROM cases_case;"
            "DELETE FROM journal_auditpayload; DELETE FROM journal_auditevent; DELETE FROM journal_journalhead"
        )


def hot(clients: int) -> int:
    """How many of the clients, the first ones, are hot."""
    return min(HOT, clients // 5)


def client_of(index: int, clients: int) -> int:
    """The client of the stream's contact: every 25th is a hot one, the others are spread over the rest."""
    if index % EVERY == 0:
        return 1 + (index // EVERY) % hot(clients)
    return 1 + hot(clients) + index * 104_729 % (clients - hot(clients))


def at_of(index: int) -> datetime:
    return NOW + timedelta(milliseconds=index)
