"""Nobody is in two mentoring sessions at once, whoever writes them (domain.md INV-21): the database's last word.

Beside it: a mentor is no trainee of the session, and four trainees are the most. On PostgreSQL the people are
locked first, as `recognition.mentoring.facts.hold` does: two transactions do not cross.
"""

from __future__ import annotations

from atdemain.triggers import Guard
from recognition.mentoring.enums import LIVE

SESSION, SEAT, PEOPLE = "recognition_mentoringsession", "recognition_sessiontrainee", "organisation_user"
OVERLAP = "une personne est déjà en accompagnement à cette heure"
GROUP = "un tuteur et une à quatre autres personnes font une séance"

_LIVE = ", ".join(f"'{state.value}'" for state in LIVE)


def _meets(people: str, session: str, start: str, end: str) -> str:
    """Another live session holds somebody of `people` (an SQL list) then."""
    return f"""EXISTS (SELECT 1 FROM {SESSION} o WHERE o.id <> {session} AND o.state IN ({_LIVE})
        AND o.starts_at < {end} AND o.ends_at > {start}
        AND (o.mentor_id IN ({people}) OR EXISTS (
            SELECT 1 FROM {SEAT} t WHERE t.session_id = o.id AND t.trainee_id IN ({people}))))"""


_OF_SESSION = f"SELECT NEW.mentor_id UNION SELECT trainee_id FROM {SEAT} WHERE session_id = NEW.id"
_SESSION_MEETS = f"NEW.state IN ({_LIVE}) AND {_meets(_OF_SESSION, 'NEW.id', 'NEW.starts_at', 'NEW.ends_at')}"
_SEAT_MEETS = f"""EXISTS (SELECT 1 FROM {SESSION} s WHERE s.id = NEW.session_id AND s.state IN ({_LIVE})
    AND {_meets("NEW.trainee_id", "s.id", "s.starts_at", "s.ends_at")})"""
_SEAT_WRONG = f"""(EXISTS (SELECT 1 FROM {SESSION} s WHERE s.id = NEW.session_id AND s.mentor_id = NEW.trainee_id)
    OR (SELECT count(*) FROM {SEAT} t WHERE t.session_id = NEW.session_id AND t.trainee_id <> NEW.trainee_id) >= 4)"""


def _abort(message: str) -> str:
    return f"BEGIN SELECT RAISE(ABORT, '{message}'); END"


MENTORING = Guard(
    tables=(SESSION, SEAT, PEOPLE),
    sqlite={
        f"mentoring_{name}_{when.lower()}": f"BEFORE {when} ON {table} WHEN {wrong} {_abort(message)}"
        for when in ("INSERT", "UPDATE")
        for name, table, wrong, message in (
            ("overlap", SESSION, _SESSION_MEETS, OVERLAP),
            ("seat_overlap", SEAT, _SEAT_MEETS, OVERLAP),
            ("seat_group", SEAT, _SEAT_WRONG, GROUP),
        )
    },
    postgres={
        "mentoring_overlap": (SESSION, "BEFORE INSERT OR UPDATE FOR EACH ROW"),
        "mentoring_seat": (SEAT, "BEFORE INSERT OR UPDATE FOR EACH ROW"),
    },
    function="recognition_mentoring_apart",
    body=f"""BEGIN
        IF TG_TABLE_NAME = '{SESSION}' THEN
            IF NEW.state IN ({_LIVE}) THEN
                PERFORM 1 FROM {PEOPLE} WHERE id IN ({_OF_SESSION}) ORDER BY id FOR NO KEY UPDATE;
                IF {_SESSION_MEETS} THEN
                    RAISE EXCEPTION '{OVERLAP}' USING ERRCODE = 'integrity_constraint_violation';
                END IF;
            END IF;
        ELSE
            PERFORM 1 FROM {PEOPLE} WHERE id = NEW.trainee_id FOR NO KEY UPDATE;
            IF {_SEAT_WRONG} THEN
                RAISE EXCEPTION '{GROUP}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            IF {_SEAT_MEETS} THEN
                RAISE EXCEPTION '{OVERLAP}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END IF;
        RETURN NEW;
    END""",
    crosses=True,
)
