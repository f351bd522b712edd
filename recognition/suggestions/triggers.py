"""A version of a script is written once: no UPDATE, no DELETE, no TRUNCATE, no REPLACE (domain.md L29)."""

from __future__ import annotations

from atdemain.triggers import Guard

SCRIPT = "recognition_scriptversion"
MESSAGE = "une version de script ne se modifie plus"

_ABORT = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
GUARD = Guard(
    tables=(SCRIPT,),
    sqlite={
        "recognition_script_no_update": f"BEFORE UPDATE ON {SCRIPT} {_ABORT}",
        "recognition_script_no_delete": f"BEFORE DELETE ON {SCRIPT} {_ABORT}",
        # INSERT OR REPLACE deletes the row it meets without firing the DELETE trigger: guard every key.
        "recognition_script_no_replace": f"""BEFORE INSERT ON {SCRIPT} WHEN EXISTS (
            SELECT 1 FROM {SCRIPT} WHERE id = NEW.id OR (code = NEW.code AND version = NEW.version)
        ) {_ABORT}""",
    },
    postgres={
        "recognition_script_no_update": (SCRIPT, "BEFORE UPDATE OR DELETE FOR EACH ROW"),
        "recognition_script_no_truncate": (SCRIPT, "BEFORE TRUNCATE FOR EACH STATEMENT"),
    },
    function="recognition_script_written",
    body=f"""BEGIN
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
    END""",
)
