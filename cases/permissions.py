"""Who may do what on a case (domain.md §2.6).

`role_may(user, action)`: whether a role of this account ever has the action (403 otherwise, decided
before any look-up). `can(user, action, case, now)`: whether it has it on this case.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from atdemain.organisation.enums import Role
from cases.enums import OPEN_ESCALATION

if TYPE_CHECKING:
    from atdemain.organisation.models import User
    from cases.models import Case, Escalation

A, S, M, B = Role.ADVISOR, Role.SUPPORT, Role.MANAGER, Role.BACK_OFFICE

#: The roles that ever have an action. Support acts as delegate; a manager in the own unit, saying why.
ROLES: Mapping[str, frozenset[Role]] = {
    "open": frozenset({A, S, M}),
    "promise_callback": frozenset({A, S, M}),
    "rebook": frozenset({A, S, M}),
    "tell_unresolved": frozenset({A, S, M}),
    "log_attempt": frozenset({A, S, M}),
    "correct_attempt": frozenset({A, S, M}),
    "resolve": frozenset({A, S, M}),
    "escalate": frozenset({A, M}),
    "add_escalation": frozenset({A, M}),
    "withdraw_escalation": frozenset({A, M}),
    "answer_escalation": frozenset({A, M, B}),
    "acknowledge_escalation": frozenset({B}),
    "claim_escalation": frozenset({B}),
    "hand_back_escalation": frozenset({B}),
    "request_info": frozenset({B}),
    "name_contact": frozenset(),
    "give_status": frozenset({B}),
    "give_info": frozenset({A, S, M}),
    "request_status": frozenset({A, S, M}),
    "warm_transfer": frozenset({A, M}),
    "add_note": frozenset({A, S, M}),
    "record_satisfaction": frozenset({A, S, M}),
    "claim": frozenset({A}),
    "assign": frozenset({M}),
    "return_to_queue": frozenset({M}),
    "hand_over": frozenset({M}),
    "take_back": frozenset({A}),
    "delegate": frozenset({A, M}),
    "return_delegation": frozenset({A, S, M}),
    "set_colour": frozenset({M}),
    "reopen": frozenset({A, M}),
    "merge": frozenset({A, M}),
    "cancel": frozenset({M}),
    "request_cancel": frozenset({A}),
    "refuse_cancel": frozenset({M}),
    "restore": frozenset({M}),
    "flag_unrelated": frozenset({A}),
    "decide_unrelated": frozenset({M}),
    "quality_review": frozenset({M}),
    "reply_review": frozenset({A}),
    "read_audit": frozenset({A, M}),
}

#: What the person in charge (owner, or delegate in office) does.
IN_CHARGE = frozenset(
    {
        "promise_callback",
        "rebook",
        "tell_unresolved",
        "log_attempt",
        "correct_attempt",
        "resolve",
        "escalate",
        "add_escalation",
        "withdraw_escalation",
        "give_info",
        "request_status",
        "warm_transfer",
        "request_cancel",
        "record_satisfaction",
        "return_delegation",
    }
)
#: What a specialist does, on an escalation to the own entity.
SPECIALIST = frozenset(
    {
        "acknowledge_escalation",
        "claim_escalation",
        "hand_back_escalation",
        "request_info",
        "give_status",
    }
)
#: What a client of the API does, on an escalation to the entity it speaks for.
PARTNER = frozenset({"acknowledge_escalation", "answer_escalation", "request_info", "name_contact"})
#: What only the owner does, not the delegate.
OWNER = frozenset({"delegate", "reopen", "merge", "flag_unrelated"})
#: What belongs to whoever keeps the case: a colleague who may read it is told so.
OF_THE_CASE = IN_CHARGE | OWNER
#: A manager who does these in somebody's place says why (domain.md §2.6: « T with reason »).
IN_PLACE_OF = frozenset({"promise_callback", "rebook", "tell_unresolved", "log_attempt", "resolve"})


def role_may(user: User, action: str) -> bool:
    return user.has_role(*ROLES.get(action, ()))


def can(user: User, action: str, case: Case, now: datetime) -> bool:
    """Whether this account has the action on this case; the state is the guards' business."""
    if not role_may(user, action):
        return False
    if user.has_role(M) and M in ROLES[action] and case.unit_id == user.unit_id:
        return True
    if action in IN_CHARGE:
        return case.in_charge(user, now) and _may_as(user, action, case)
    if action in OWNER or action == "read_audit":
        return case.owner_id == user.pk
    if action == "reply_review":  # who kept the case when it was read through, whoever keeps it now
        return case.reviews.filter(about=user.pk, replaced_at=None).exists()
    if action in ("claim", "take_back"):
        return case.unit_id == user.unit_id
    if action == "add_note":
        return case.unit_id == user.unit_id or case.in_charge(user, now)
    if action in SPECIALIST:
        return user.entity_id is not None
    if action == "answer_escalation":
        return case.owner_id == user.pk or (user.has_role(B) and user.entity_id is not None)
    return False


def _may_as(user: User, action: str, case: Case) -> bool:
    """The delegate who is only a support has not the advisor's actions."""
    return case.owner_id == user.pk or user.has_role(*(ROLES[action] - {M}))


def can_answer(user: User, escalation: Escalation, case: Case) -> bool:
    """Whether it is open and this account may say what was answered."""
    return escalation.status in OPEN_ESCALATION and answers_for(user, escalation, case)


def answers_for(user: User, escalation: Escalation, case: Case) -> bool:
    """Own entity for the back office; the owner by phone; the unit's manager."""
    if user.has_role(B) and user.entity_id == escalation.target_entity_id:
        return True
    return case.owner_id == user.pk or (user.has_role(M) and user.unit_id == case.unit_id)


def keeps(user: User, case: Case) -> bool:
    """Owner of the case, or manager of its unit: what merging asks of both cases."""
    return case.owner_id == user.pk or (user.has_role(M) and user.unit_id == case.unit_id)


def in_place_of(user: User, action: str, case: Case, now: datetime) -> bool:
    """Whether the manager acts in the place of the person in charge, and so owes a reason."""
    return action in IN_PLACE_OF and not case.in_charge(user, now)
