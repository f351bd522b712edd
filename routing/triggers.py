"""What decided yesterday stays readable: a version of the policy that has begun is never rewritten (domain.md §5.3).

By the database's own clock: no UPDATE, no DELETE, no TRUNCATE, no REPLACE of a version begun. One still to
come may be taken back.
"""

from __future__ import annotations

from atdemain.triggers import Guard

POLICY = "routing_routingpolicy"
MESSAGE = "une politique en vigueur ou passée ne se modifie plus"

_NOW = "strftime('%Y-%m-%d %H:%M:%f', 'now')"  # how SQLite's rows hold a time, in UTC
_ABORT = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
GUARD = Guard(
    tables=(POLICY,),
    sqlite={
        "routing_policy_no_update": f"BEFORE UPDATE ON {POLICY} WHEN OLD.valid_from <= {_NOW} {_ABORT}",
        "routing_policy_no_delete": f"BEFORE DELETE ON {POLICY} WHEN OLD.valid_from <= {_NOW} {_ABORT}",
        # INSERT OR REPLACE deletes the row it meets without firing the DELETE trigger: guard every key.
        "routing_policy_no_replace": f"""BEFORE INSERT ON {POLICY} WHEN EXISTS (
            SELECT 1 FROM {POLICY} WHERE (id = NEW.id OR version = NEW.version) AND valid_from <= {_NOW}
        ) {_ABORT}""",
    },
    postgres={
        "routing_policy_no_update": (POLICY, "BEFORE UPDATE OR DELETE FOR EACH ROW"),
        "routing_policy_no_truncate": (POLICY, "BEFORE TRUNCATE FOR EACH STATEMENT"),
    },
    function="routing_policy_begun",
    body=f"""BEGIN
        IF TG_OP <> 'TRUNCATE' THEN
            IF OLD.valid_from > clock_timestamp() THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END IF;
        END IF;
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
    END""",
)
