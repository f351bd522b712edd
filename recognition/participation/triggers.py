"""What the database itself refuses about neutralised days: more days than the period has (domain.md §11)."""

from __future__ import annotations

from atdemain.triggers import Guard

DAYS = "recognition_neutraliseddays"
MESSAGE = "plus de jours neutralisés que la période n’en compte"

_TOO_MANY = "NEW.days > julianday(NEW.to_on) - julianday(NEW.from_on) + 1"
_ABORT = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
NEUTRALISED = Guard(
    tables=(DAYS,),
    sqlite={
        "neutralised_days_insert": f"BEFORE INSERT ON {DAYS} WHEN {_TOO_MANY} {_ABORT}",
        "neutralised_days_update": f"BEFORE UPDATE ON {DAYS} WHEN {_TOO_MANY} {_ABORT}",
    },
    postgres={"neutralised_days": (DAYS, "BEFORE INSERT OR UPDATE FOR EACH ROW")},
    function="recognition_neutralised_days",
    body=f"""BEGIN
        IF NEW.days > NEW.to_on - NEW.from_on + 1 THEN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END""",
)
