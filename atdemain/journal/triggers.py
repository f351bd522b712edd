"""The database itself refuses to rewrite the journal (architecture.md §4, ecosystem traps 5 and 10).

`journal_auditevent`: no UPDATE, no DELETE, no TRUNCATE, no REPLACE through any of its unique keys.
`journal_auditpayload`: no UPDATE; DELETE is what erasure is, and TRUNCATE is not. SQLite drops a table's
triggers when it rebuilds the table, so they are put back after every migration.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

EVENT, PAYLOAD = "journal_auditevent", "journal_auditpayload"
MESSAGE = "le journal ne se réécrit pas"

_SQLITE = {
    "journal_no_update": f"BEFORE UPDATE ON {EVENT} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    "journal_no_delete": f"BEFORE DELETE ON {EVENT} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    # INSERT OR REPLACE deletes the row it meets without firing the DELETE trigger: guard every key.
    "journal_no_replace": f"""BEFORE INSERT ON {EVENT} WHEN EXISTS (
        SELECT 1 FROM {EVENT} WHERE id = NEW.id OR hash = NEW.hash
        OR (object_type = NEW.object_type AND object_id = NEW.object_id AND seq = NEW.seq)
    ) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",
    "journal_payload_no_update": f"BEFORE UPDATE ON {PAYLOAD} BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END",
    "journal_payload_no_replace": f"""BEFORE INSERT ON {PAYLOAD} WHEN EXISTS (
        SELECT 1 FROM {PAYLOAD} WHERE event_id = NEW.event_id
    ) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""",
}
_POSTGRES = {
    "journal_no_update": f"BEFORE UPDATE OR DELETE ON {EVENT} FOR EACH ROW",
    "journal_no_truncate": f"BEFORE TRUNCATE ON {EVENT} FOR EACH STATEMENT",
    "journal_payload_no_update": f"BEFORE UPDATE ON {PAYLOAD} FOR EACH ROW",
    "journal_payload_no_truncate": f"BEFORE TRUNCATE ON {PAYLOAD} FOR EACH STATEMENT",
}
_FUNCTION = f"""CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place, as written here; running it again changes nothing."""
    tables = connection.introspection.table_names()
    if EVENT not in tables or PAYLOAD not in tables:
        return
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, body in _SQLITE.items():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                cursor.execute(f"CREATE TRIGGER {name} {body}")
            return
        cursor.execute(_FUNCTION)
        for name, body in _POSTGRES.items():
            cursor.execute(f"CREATE OR REPLACE TRIGGER {name} {body} EXECUTE FUNCTION journal_refuse()")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away (a reversed migration, or a test's flush)."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name in _SQLITE:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            return
        for name, body in _POSTGRES.items():
            table = PAYLOAD if PAYLOAD in body else EVENT
            if table in tables:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")


@contextmanager
def without_triggers(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """For a test's flush, and nothing else."""
    remove(connection)
    try:
        yield
    finally:
        install(connection)
