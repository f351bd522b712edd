"""The database itself refuses to rewrite the journal (architecture.md §4, ecosystem traps 5 and 10).

`journal_auditevent`: no UPDATE, no DELETE, no TRUNCATE, no REPLACE through any of its unique keys.
`journal_auditpayload`: no UPDATE; DELETE is what erasure is, and TRUNCATE is not. SQLite drops a table's
triggers when it rebuilds the table, so they are put back after every migration.
"""

from __future__ import annotations

from atdemain.triggers import Guard

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
    "journal_no_update": (EVENT, "BEFORE UPDATE OR DELETE FOR EACH ROW"),
    "journal_no_truncate": (EVENT, "BEFORE TRUNCATE FOR EACH STATEMENT"),
    "journal_payload_no_update": (PAYLOAD, "BEFORE UPDATE FOR EACH ROW"),
    "journal_payload_no_truncate": (PAYLOAD, "BEFORE TRUNCATE FOR EACH STATEMENT"),
}
GUARD = Guard(
    tables=(EVENT, PAYLOAD),
    sqlite=_SQLITE,
    postgres=_POSTGRES,
    function="journal_refuse",
    body=f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END",
)

install, remove, without_triggers = GUARD.install, GUARD.remove, GUARD.lifted
