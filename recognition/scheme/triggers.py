"""A published version never changes, whatever goes behind the models (domain.md §6.1, L61, INV-16).

Once it is no draft: no DELETE, no TRUNCATE, no REPLACE, no UPDATE but of its state, forward (published, in force,
ended), of the version of its record and of the day its renewal was stopped, once.
"""

from __future__ import annotations

from atdemain.triggers import Guard
from recognition.scheme.draft import CONTENT

SCHEME = "recognition_schemeversion"
MESSAGE = "une version publiée ne se modifie plus"

#: Every column but state, version and renewal_stopped_on.
LOCKED = (
    "id", "programme_id", "number", *CONTENT, "amends_id", "drafted_by_id", "writers", "changed_at", "changed_by_id",
    "renews_id", "renewal_rank", "published_by_id", "published_at", "published_on", "content_hash",
)  # fmt: skip
_BACKWARD = (
    "NEW.state = 'draft' OR (OLD.state = 'in_force' AND NEW.state = 'published') "
    "OR (OLD.state = 'ended' AND NEW.state <> 'ended')"
)


def _changed(differs: str) -> str:
    rewritten = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in LOCKED)
    restarted = (
        f"(OLD.renewal_stopped_on IS NOT NULL AND OLD.renewal_stopped_on {differs} NEW.renewal_stopped_on)"
    )
    return f"{rewritten} OR {restarted} OR {_BACKWARD}"


_ABORT = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
GUARD = Guard(
    tables=(SCHEME,),
    sqlite={
        "scheme_no_update": f"BEFORE UPDATE ON {SCHEME} WHEN OLD.state <> 'draft' AND ({_changed('IS NOT')}) {_ABORT}",
        "scheme_no_delete": f"BEFORE DELETE ON {SCHEME} WHEN OLD.state <> 'draft' {_ABORT}",
        # INSERT OR REPLACE deletes the row it meets without firing the DELETE trigger: guard every key.
        "scheme_no_replace": f"""BEFORE INSERT ON {SCHEME} WHEN EXISTS (
            SELECT 1 FROM {SCHEME} WHERE state <> 'draft' AND (id = NEW.id OR renews_id = NEW.renews_id
            OR (programme_id = NEW.programme_id AND number = NEW.number))
        ) {_ABORT}""",
        # UPDATE OR REPLACE of a draft takes the place of a published one through the same keys.
        "scheme_no_takeover": f"""BEFORE UPDATE ON {SCHEME} WHEN EXISTS (
            SELECT 1 FROM {SCHEME} WHERE state <> 'draft' AND id <> OLD.id AND (id = NEW.id
            OR renews_id = NEW.renews_id OR (programme_id = NEW.programme_id AND number = NEW.number))
        ) {_ABORT}""",
    },
    postgres={
        "scheme_no_update": (SCHEME, "BEFORE UPDATE OR DELETE FOR EACH ROW"),
        "scheme_no_truncate": (SCHEME, "BEFORE TRUNCATE FOR EACH STATEMENT"),
    },
    function="recognition_scheme_published",
    body=f"""BEGIN
        IF TG_OP <> 'TRUNCATE' THEN
            IF OLD.state = 'draft' THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END IF;
            IF TG_OP = 'UPDATE' THEN
                IF NOT ({_changed("IS DISTINCT FROM")}) THEN RETURN NEW; END IF;
            END IF;
        END IF;
        RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
    END""",
    columns=((SCHEME, "published_on"),),
)
