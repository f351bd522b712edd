"""What the database copies by itself, so that each sort of a list has an index (architecture.md §4, §9).

A case holds its client's `name_key`, a promise and an escalation the unit of their case. Whoever writes, ORM or
SQL, the copy follows its source; nobody sets it. `check_invariants` compares them.
"""

from __future__ import annotations

from atdemain.triggers import Guard

CASE, CLIENT, PROMISE, ESCALATION = "cases_case", "cases_client", "cases_promise", "cases_escalation"


def _unit_of_case(table: str) -> str:
    return (
        f"BEGIN UPDATE {table} SET unit_id = (SELECT unit_id FROM {CASE} WHERE id = NEW.case_id) "
        "WHERE id = NEW.id; END"
    )


_KEY_OF_CLIENT = (
    f"BEGIN UPDATE {CASE} SET client_key = (SELECT name_key FROM {CLIENT} WHERE id = NEW.client_id) "
    "WHERE id = NEW.id; END"
)
#: Every copy that is not its source's value, put right.
FILL = (
    f"UPDATE {CASE} SET client_key = (SELECT name_key FROM {CLIENT} WHERE id = client_id) "
    f"WHERE client_key <> (SELECT name_key FROM {CLIENT} WHERE id = client_id)",
    *(
        f"UPDATE {table} SET unit_id = (SELECT unit_id FROM {CASE} WHERE id = case_id) "
        f"WHERE unit_id IS NULL OR unit_id <> (SELECT unit_id FROM {CASE} WHERE id = case_id)"
        for table in (PROMISE, ESCALATION)
    ),
)
GUARD = Guard(
    tables=(CASE, CLIENT, PROMISE, ESCALATION),
    # SQLite fires no trigger again from its own body: what it writes here stays.
    sqlite={
        "copy_case_insert": f"AFTER INSERT ON {CASE} {_KEY_OF_CLIENT}",
        "copy_case_update": f"AFTER UPDATE OF client_id, client_key ON {CASE} {_KEY_OF_CLIENT}",
        "copy_client_name": f"AFTER UPDATE OF name_key ON {CLIENT} WHEN OLD.name_key <> NEW.name_key "
        f"BEGIN UPDATE {CASE} SET client_key = NEW.name_key WHERE client_id = NEW.id; END",
        "copy_case_unit": f"AFTER UPDATE OF unit_id ON {CASE} WHEN OLD.unit_id <> NEW.unit_id "
        f"BEGIN UPDATE {PROMISE} SET unit_id = NEW.unit_id WHERE case_id = NEW.id; "
        f"UPDATE {ESCALATION} SET unit_id = NEW.unit_id WHERE case_id = NEW.id; END",
        "copy_promise_insert": f"AFTER INSERT ON {PROMISE} {_unit_of_case(PROMISE)}",
        "copy_promise_update": f"AFTER UPDATE OF case_id, unit_id ON {PROMISE} {_unit_of_case(PROMISE)}",
        "copy_escalation_insert": f"AFTER INSERT ON {ESCALATION} {_unit_of_case(ESCALATION)}",
        "copy_escalation_update": f"AFTER UPDATE OF case_id, unit_id ON {ESCALATION} {_unit_of_case(ESCALATION)}",
    },
    postgres={
        "copy_case_key": (CASE, "BEFORE INSERT OR UPDATE OF client_id, client_key FOR EACH ROW"),
        "copy_case_unit": (
            CASE,
            "AFTER UPDATE OF unit_id FOR EACH ROW WHEN (OLD.unit_id <> NEW.unit_id)",
        ),
        "copy_client_name": (
            CLIENT,
            "AFTER UPDATE OF name_key FOR EACH ROW WHEN (OLD.name_key <> NEW.name_key)",
        ),
        "copy_promise_unit": (PROMISE, "BEFORE INSERT OR UPDATE OF case_id, unit_id FOR EACH ROW"),
        "copy_escalation_unit": (ESCALATION, "BEFORE INSERT OR UPDATE OF case_id, unit_id FOR EACH ROW"),
    },
    function="cases_copies",
    body=f"""BEGIN
        IF TG_TABLE_NAME = '{CLIENT}' THEN
            UPDATE {CASE} SET client_key = NEW.name_key WHERE client_id = NEW.id;
        ELSIF TG_TABLE_NAME <> '{CASE}' THEN
            NEW.unit_id := (SELECT unit_id FROM {CASE} WHERE id = NEW.case_id);
        ELSIF TG_WHEN = 'BEFORE' THEN
            NEW.client_key := coalesce((SELECT name_key FROM {CLIENT} WHERE id = NEW.client_id), '');
        ELSE
            UPDATE {PROMISE} SET unit_id = NEW.unit_id WHERE case_id = NEW.id;
            UPDATE {ESCALATION} SET unit_id = NEW.unit_id WHERE case_id = NEW.id;
        END IF;
        RETURN NEW;
    END""",
    columns=((CASE, "client_key"), (PROMISE, "unit_id"), (ESCALATION, "unit_id")),
    crosses=True,
    refresh=FILL,
)
