"""A partner never has an advisor's profile, so never a case (domain.md L04): kept from both sides.

The owner of a case is a foreign key to the profile; here the database also refuses the profile to a partner's
account, and the partner's role to an account that has a profile, switched off or not.
"""

from __future__ import annotations

from atdemain.organisation.enums import Role
from atdemain.triggers import Guard

PROFILE, MEMBERSHIP = "organisation_internaladvisor", "organisation_user_groups"
MESSAGE = "un client partenaire n’a pas de profil de conseiller interne"

_IS_PARTNER = f"""EXISTS (SELECT 1 FROM {MEMBERSHIP} m JOIN auth_group g ON g.id = m.group_id
    WHERE m.user_id = NEW.user_id AND g.name = '{Role.PARTNER.value}')"""
_BECOMES_PARTNER = f"""EXISTS (SELECT 1 FROM auth_group g WHERE g.id = NEW.group_id AND g.name = '{Role.PARTNER.value}')
    AND EXISTS (SELECT 1 FROM {PROFILE} p WHERE p.user_id = NEW.user_id)"""
_ABORT = f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
GUARD = Guard(
    tables=(PROFILE, MEMBERSHIP, "auth_group"),
    sqlite={
        "partner_profile_insert": f"BEFORE INSERT ON {PROFILE} WHEN {_IS_PARTNER} {_ABORT}",
        "partner_profile_update": f"BEFORE UPDATE ON {PROFILE} WHEN {_IS_PARTNER} {_ABORT}",
        "partner_role_insert": f"BEFORE INSERT ON {MEMBERSHIP} WHEN {_BECOMES_PARTNER} {_ABORT}",
        "partner_role_update": f"BEFORE UPDATE ON {MEMBERSHIP} WHEN {_BECOMES_PARTNER} {_ABORT}",
    },
    postgres={
        "partner_profile": (PROFILE, "BEFORE INSERT OR UPDATE FOR EACH ROW"),
        "partner_role": (MEMBERSHIP, "BEFORE INSERT OR UPDATE FOR EACH ROW"),
    },
    function="organisation_partner_apart",
    # The account is locked first: two transactions, one giving the role and one the profile, do not cross.
    body=f"""BEGIN
        IF TG_TABLE_NAME = '{PROFILE}' THEN
            PERFORM 1 FROM organisation_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
            IF {_IS_PARTNER} THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        ELSIF EXISTS (SELECT 1 FROM auth_group g WHERE g.id = NEW.group_id AND g.name = '{Role.PARTNER.value}') THEN
            PERFORM 1 FROM organisation_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
            IF EXISTS (SELECT 1 FROM {PROFILE} p WHERE p.user_id = NEW.user_id) THEN
                RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
        END IF;
        RETURN NEW;
    END""",
)
