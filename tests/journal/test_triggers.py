"""The database refuses to rewrite the journal, through every door SQL has, after every migration."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction

from atdemain.journal import triggers
from atdemain.journal.actors import system
from atdemain.journal.models import AuditEvent, AuditPayload
from atdemain.journal.record import record
from atdemain.journal.verify import verify

NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
REFUSED = "ne se réécrit pas"

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> AuditEvent:
    with transaction.atomic():
        record("case", 1, "open", actor=system("test"), at=NOW, personal={"name": "Mme Inventée"})
        return record("case", 1, "note", actor=system("test"), at=NOW, personal={"text": "Vu."})


def sql(statement: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)


def refused(statement: str, *params: object) -> bool:
    try:
        with transaction.atomic():
            sql(statement, *params)
    except DatabaseError as error:
        return REFUSED in str(error)
    return False


def copied(**columns: str) -> str:
    """Every column of the event, some of them as another expression, in the table's own order."""
    return ", ".join(
        columns.get(field.column, f'"{field.column}"') for field in AuditEvent._meta.concrete_fields
    )


NAMES = ", ".join(f'"{field.column}"' for field in AuditEvent._meta.concrete_fields)
#: Each leaves exactly one unique key equal to the row's: id; hash; object and rank.
ONE_KEY = {
    "id": {"hash": "'x' || substr(hash, 2)", "seq": "seq + 100"},
    "hash": {"id": "id + 100", "seq": "seq + 100"},
    "rank": {"id": "id + 100", "hash": "'x' || substr(hash, 2)"},
}


def test_every_unique_key_of_the_event_is_among_those_tried() -> None:
    unique = {field.column for field in AuditEvent._meta.concrete_fields if field.unique}
    together = [c.fields for c in AuditEvent._meta.constraints if isinstance(c, models.UniqueConstraint)]
    assert unique == {"id", "hash"}
    assert together == [("object_type", "object_id", "seq")]


@pytest.mark.parametrize("key", ONE_KEY)
def test_a_row_is_not_replaced_through_any_of_its_unique_keys(row: AuditEvent, key: str, engine: str) -> None:
    source = f"SELECT {copied(**ONE_KEY[key])} FROM journal_auditevent WHERE id = {row.pk}"
    if engine == "sqlite":
        assert refused(f"INSERT OR REPLACE INTO journal_auditevent ({NAMES}) {source}")
        assert refused(f"REPLACE INTO journal_auditevent ({NAMES}) {source}")
    target = {"id": "id", "hash": "hash", "rank": "object_type, object_id, seq"}[key]
    assert refused(
        f"INSERT INTO journal_auditevent ({NAMES}) {source.replace(' WHERE', ' WHERE true AND')}"
        f" ON CONFLICT ({target}) DO UPDATE SET action = 'autre'"
    )
    assert AuditEvent.objects.get(pk=row.pk).action == "note"
    assert list(verify()) == []


def test_a_payload_is_neither_rewritten_nor_replaced(row: AuditEvent, engine: str) -> None:
    source = f"SELECT event_id, salt, 'x' || body FROM journal_auditpayload WHERE event_id = {row.pk}"
    if engine == "sqlite":
        assert refused(f"INSERT OR REPLACE INTO journal_auditpayload (event_id, salt, body) {source}")
    assert refused("UPDATE journal_auditpayload SET salt = '' WHERE event_id = %s", row.pk)
    assert refused(
        "INSERT INTO journal_auditpayload (event_id, salt, body)"
        f" SELECT event_id, 'autre', body FROM journal_auditpayload WHERE event_id = {row.pk}"
        " ON CONFLICT (event_id) DO UPDATE SET salt = 'autre'"
    )
    assert AuditPayload.objects.get(event=row).body == {"text": "Vu."}


@pytest.mark.parametrize("statement", ["UPDATE {t} SET {set}", "UPDATE {t} SET {set} WHERE 1 = 0"])
def test_an_update_of_no_row_changes_nothing_and_one_of_a_row_is_refused(
    row: AuditEvent, statement: str
) -> None:
    told = statement.format(t="journal_auditevent", set="refused = true")
    assert refused(told) is ("1 = 0" not in told)


def test_the_orm_is_refused_like_anybody_else(row: AuditEvent) -> None:
    for attempt in (
        lambda: AuditEvent.objects.filter(pk=row.pk).update(action="autre"),
        lambda: AuditEvent.objects.filter(pk=row.pk)._raw_delete("default"),
        lambda: AuditEvent(pk=row.pk, action="autre", at=NOW, seq=9, hash="z").save(),
        lambda: AuditPayload.objects.filter(pk=row.pk).update(salt="autre"),
    ):
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            attempt()
    assert AuditEvent.objects.get(pk=row.pk).action == "note"


def test_dropped_triggers_are_back_after_migrate(row: AuditEvent) -> None:
    triggers.remove(connection)
    assert not refused("UPDATE journal_auditevent SET action = action")
    call_command("migrate", verbosity=0)
    assert refused("UPDATE journal_auditevent SET action = 'autre'")
    assert refused("DELETE FROM journal_auditevent")


def test_a_trigger_weakened_under_its_own_name_is_put_right_after_migrate(
    row: AuditEvent, engine: str
) -> None:
    if engine == "sqlite":
        sql("DROP TRIGGER journal_no_update")
        sql("CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal_auditevent BEGIN SELECT 1; END")
    else:
        sql(
            "CREATE OR REPLACE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS 'BEGIN RETURN NEW; END'"
        )
    assert not refused("UPDATE journal_auditevent SET action = action")
    call_command("migrate", verbosity=0)
    assert refused("UPDATE journal_auditevent SET action = 'autre'")


def test_sqlite_rebuilding_the_table_loses_the_triggers_and_migrate_brings_them_back(engine: str) -> None:
    if engine != "sqlite":
        call_command("migrate", verbosity=0)
        assert set(installed()) >= {"journal_no_update", "journal_no_truncate"}
        return
    sql("ALTER TABLE journal_auditevent RENAME TO old_events")
    sql("CREATE TABLE journal_auditevent AS SELECT * FROM old_events")
    sql("DROP TABLE old_events")
    assert "journal_no_update" not in installed()
    call_command("migrate", verbosity=0)
    assert {"journal_no_update", "journal_no_delete", "journal_no_replace"} <= set(installed())


def installed() -> list[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [name for (name,) in cursor.fetchall()]
