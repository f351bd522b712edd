"""A validated campaign gives what was validated, whatever goes behind the models (domain.md §6.6, INV-18, INV-20).

From validation on: the campaign only goes forward, its run, hashes and sum stay, and a date of its life is written
once; no award comes, goes or changes, but for what appeals add and for what retention empties; no evidence comes nor
changes. Evidence may only go: retention deletes it after five years.
"""

from __future__ import annotations

from atdemain.triggers import Guard
from recognition.enums import OPEN_STATES, CampaignState

CAMPAIGN, AWARD, EVIDENCE = "recognition_campaign", "recognition_award", "recognition_evidence"
MESSAGE = "une campagne validée ne se modifie plus"

#: In the order of a campaign's life.
SETTLED = (CampaignState.VALIDATED, CampaignState.PUBLISHED, CampaignState.CLOSED, CampaignState.EXPORTED)

#: Table → the columns that no longer change.
LOCKED = {
    CAMPAIGN: (
        "id", "scheme_id", "unit_id", "name", "reference_date", "created_by_id", "created_at", "cutoff", "frozen_at",
        "computed_at", "run", "run_by_id", "run_asked_at", "run_reason", "people", "already_awarded", "input_hash",
        "output_hash", "total_cents", "validated_at",
    ),
    AWARD: (
        "id", "campaign_id", "scheme_id", "employee_id", "unit_id", "role", "level", "computed_cents", "amount_cents",
        "blocked", "pending",
    ),
}  # fmt: skip
#: Written once, at the step that they date.
ONCE = ("published_at", "appeal_until", "closed_at", "exported_at")
#: What an award was judged on, and what retention leaves of it.
EMPTIED = {"person": "'{}'", "result": "'{}'", "explanation": "''"}


def _words(values: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"'{value}'" for value in values)


_SETTLED = _words([state.value for state in SETTLED])


def _of_settled(*campaigns: str) -> str:
    return f"EXISTS (SELECT 1 FROM {CAMPAIGN} c WHERE c.id IN ({', '.join(campaigns)}) AND c.state IN ({_SETTLED}))"


def _campaign_changed(differs: str) -> str:
    rewritten = [f"OLD.{name} {differs} NEW.{name}" for name in LOCKED[CAMPAIGN]]
    rewritten += [f"(OLD.{name} IS NOT NULL AND OLD.{name} {differs} NEW.{name})" for name in ONCE]
    backward = [
        f"(OLD.state = '{state}' AND NEW.state NOT IN ({_words([one.value for one in SETTLED[rank:]])}))"
        for rank, state in enumerate(SETTLED)
    ]
    return " OR ".join([*rewritten, "NEW.revised_cents < OLD.revised_cents", *backward])


def _award_changed(differs: str) -> str:
    rewritten = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in LOCKED[AWARD])
    told = " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in EMPTIED)
    emptied = " AND ".join(f"NEW.{name} = {empty}" for name, empty in EMPTIED.items())
    return f"{rewritten} OR NEW.revised_cents < OLD.revised_cents OR (({told}) AND NOT ({emptied}))"


def _taken(table: str, keys: str, *, but: str = "") -> str:
    """REPLACE deletes the row it meets without firing the DELETE trigger: guard every key."""
    return f"""EXISTS (SELECT 1 FROM {table} t JOIN {CAMPAIGN} c ON c.id = t.campaign_id
        WHERE c.state IN ({_SETTLED}) {but} AND ({keys}))"""


_AWARD_KEYS = "t.id = NEW.id OR (t.scheme_id = NEW.scheme_id AND t.employee_id = NEW.employee_id)"
_EVIDENCE_KEYS = "t.id = NEW.id"
_CAMPAIGN_KEYS = f"""id = NEW.id OR (scheme_id = NEW.scheme_id AND unit_id IS NEW.unit_id
    AND state IN ({_words(OPEN_STATES)}) AND NEW.state IN ({_words(OPEN_STATES)}))"""
_ABORT = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"

GUARD = Guard(
    tables=(CAMPAIGN, AWARD, EVIDENCE),
    sqlite={
        "campaign_settled_update": f"""BEFORE UPDATE ON {CAMPAIGN}
            WHEN OLD.state IN ({_SETTLED}) AND ({_campaign_changed("IS NOT")}) {_ABORT}""",
        "campaign_settled_delete": f"BEFORE DELETE ON {CAMPAIGN} WHEN OLD.state IN ({_SETTLED}) {_ABORT}",
        **{
            f"campaign_settled_{name}": f"""BEFORE {when} ON {CAMPAIGN} WHEN EXISTS (SELECT 1 FROM {CAMPAIGN}
                WHERE state IN ({_SETTLED}) {but} AND ({_CAMPAIGN_KEYS})) {_ABORT}"""
            for name, when, but in (("replace", "INSERT", ""), ("takeover", "UPDATE", "AND id <> OLD.id"))
        },
        "award_settled_insert": f"""BEFORE INSERT ON {AWARD}
            WHEN {_of_settled("NEW.campaign_id")} OR {_taken(AWARD, _AWARD_KEYS)} {_ABORT}""",
        "award_settled_update": f"""BEFORE UPDATE ON {AWARD}
            WHEN {_of_settled("OLD.campaign_id", "NEW.campaign_id")} AND ({_award_changed("IS NOT")}) {_ABORT}""",
        "award_settled_takeover": f"""BEFORE UPDATE ON {AWARD}
            WHEN {_taken(AWARD, _AWARD_KEYS, but="AND t.id <> OLD.id")} {_ABORT}""",
        "award_settled_delete": f"BEFORE DELETE ON {AWARD} WHEN {_of_settled('OLD.campaign_id')} {_ABORT}",
        "evidence_settled_insert": f"""BEFORE INSERT ON {EVIDENCE}
            WHEN {_of_settled("NEW.campaign_id")} OR {_taken(EVIDENCE, _EVIDENCE_KEYS)} {_ABORT}""",
        "evidence_settled_update": f"""BEFORE UPDATE ON {EVIDENCE}
            WHEN {_of_settled("OLD.campaign_id", "NEW.campaign_id")} OR {_taken(EVIDENCE, _EVIDENCE_KEYS)} {_ABORT}""",
    },
    postgres={
        "campaign_settled": (CAMPAIGN, "BEFORE UPDATE OR DELETE FOR EACH ROW"),
        "campaign_settled_truncate": (CAMPAIGN, "BEFORE TRUNCATE FOR EACH STATEMENT"),
        "award_settled": (AWARD, "BEFORE INSERT OR UPDATE OR DELETE FOR EACH ROW"),
        "award_settled_truncate": (AWARD, "BEFORE TRUNCATE FOR EACH STATEMENT"),
        # One look for a whole COPY.
        "evidence_settled_insert": (
            EVIDENCE,
            "AFTER INSERT REFERENCING NEW TABLE AS added FOR EACH STATEMENT",
        ),
        "evidence_settled_update": (EVIDENCE, "BEFORE UPDATE FOR EACH ROW"),
    },
    function="recognition_campaign_settled",
    body=f"""DECLARE wrong boolean;
    BEGIN
        IF TG_OP = 'TRUNCATE' THEN
            wrong := EXISTS (SELECT 1 FROM {CAMPAIGN} WHERE state IN ({_SETTLED}));
        ELSIF TG_TABLE_NAME = '{CAMPAIGN}' THEN
            wrong := OLD.state IN ({_SETTLED});
            IF wrong AND TG_OP = 'UPDATE' THEN wrong := {_campaign_changed("IS DISTINCT FROM")}; END IF;
        ELSIF TG_TABLE_NAME = '{EVIDENCE}' AND TG_OP = 'INSERT' THEN
            wrong := EXISTS (SELECT 1 FROM {CAMPAIGN} c WHERE c.state IN ({_SETTLED})
                AND c.id IN (SELECT campaign_id FROM added));
        ELSIF TG_OP = 'INSERT' THEN
            wrong := {_of_settled("NEW.campaign_id")};
        ELSIF TG_OP = 'DELETE' THEN
            wrong := {_of_settled("OLD.campaign_id")};
        ELSE
            wrong := {_of_settled("OLD.campaign_id", "NEW.campaign_id")};
            IF wrong AND TG_TABLE_NAME = '{AWARD}' THEN wrong := {_award_changed("IS DISTINCT FROM")}; END IF;
        END IF;
        IF wrong THEN
            RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_LEVEL = 'STATEMENT' THEN RETURN NULL; END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END""",
    crosses=True,
)
