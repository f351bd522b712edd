"""What routing does when a case moves: its whole contact with `cases`, through the hook table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from atdemain.journal.actors import Actor
from cases import hooks
from cases.enums import Origin
from cases.models import Case
from routing import (
    advice,
    assign,
    call_words,
    calls,
    demo,
    demo_day,
    limits,
    mutual_help,
    panels,
    presence,
    returning,
    team,
    upkeep,
)
from routing.advice import Weighed
from routing.enums import AssignmentMode, RequestCause
from routing.models import Assignment, RoutingRequest


def register() -> None:
    """Called once, when the apps are ready; a second call changes nothing."""
    hooks.listen("cases_opened", on_opened)
    hooks.listen("case_reopened", on_reopened)
    hooks.listen("case_released", on_released)
    hooks.listen("case_assigned", on_assigned)
    hooks.listen("demo_seeded", demo.on_seeded)
    hooks.listen("demo_lived", demo_day.on_lived)
    hooks.listen("case_delegated", on_delegated)
    for event in ("cases_opened", "case_reopened", "case_released"):
        after = hooks.after_commit.setdefault(event, [])
        if assign.route_now not in after:
            after.append(assign.route_now)
    hooks.providers["owner_available"] = presence.owner_available
    hooks.providers["assignment_advice"] = advice.advise
    hooks.providers["weigh"] = advice.weigh
    hooks.providers["weigh_own"] = advice.weigh_own
    hooks.providers["load_words"] = advice.load_words
    hooks.providers["weighing"] = advice.weighing
    hooks.providers["beyond_cap"] = advice.beyond_cap
    hooks.providers["engine_foresees"] = advice.foresees
    hooks.providers["waiting_reasons"] = advice.waiting_reasons
    hooks.providers["owners_away"] = presence.owners_away
    hooks.providers["given_words"] = panels.given_words
    hooks.providers["assignment_policies"] = panels.assignment_policies
    hooks.providers["offered_back"] = returning.offered_back
    hooks.panels["offered_back"] = panels.offered_back
    hooks.panels["why_advisor"] = panels.why_advisor
    hooks.panels["help"] = panels.help_of
    hooks.panels["entities"] = panels.entities
    hooks.stories["entity_call"] = hooks.Story("phone", "", call_words.told)
    for panel in (limits.limits_panel, team.team_panel):
        if panel not in hooks.team_panels:
            hooks.team_panels.append(panel)
    for work in (
        returning.everybody_due,
        assign.route_all,
        upkeep.look_after,
        calls.close_forgotten,
        mutual_help.expire,
    ):
        if work not in hooks.rounds:
            hooks.rounds.append(work)


def on_opened(*, cases: Sequence[Case], now: datetime, quiet: bool, **_: Any) -> None:
    if not quiet:
        assign.ask(cases, RequestCause.OPENED, now)


def on_reopened(*, case: Case, now: datetime, quiet: bool, **_: Any) -> None:
    """The owner keeps it; whoever may no longer was released by the reopening itself."""
    if not quiet and case.owner_id is None:
        assign.ask([case], RequestCause.REOPENED, now)


def on_released(*, case: Case, now: datetime, quiet: bool, former_owner_id: int, **_: Any) -> None:
    advice.given(case, former_owner_id)
    if not quiet:
        assign.ask([case], RequestCause.RELEASED, now)


#: How a person gave or took a case → the mode kept; what the engine gives, it writes itself.
CHOSEN = {
    "assign": AssignmentMode.MANUAL,
    "claim": AssignmentMode.SELF_CLAIM,
    "hand_over": AssignmentMode.REBALANCE,
    "take_back": AssignmentMode.CONTINUITY,
}
#: Those given with a reason.
WITH_REASON = ("assign", "hand_over")


def on_assigned(
    *,
    case: Case,
    how: str,
    actor: Actor,
    now: datetime,
    former_owner_id: int | None,
    reason_code: str,
    reason_text: str,
    weighed: Weighed | None,
    **_: Any,
) -> None:
    """Taken, given by a manager or routed: the case asks for nobody any more, and how it was given is kept."""
    RoutingRequest.objects.filter(case=case).delete()
    returning.on_assigned(case, how)
    advice.given(case, former_owner_id)
    if how not in CHOSEN:
        return
    Assignment.objects.create(
        case=case,
        from_user_id=former_owner_id,
        to_user_id=case.owner_id,
        mode=CHOSEN[how],
        by_id=actor.user.pk if actor.user else None,
        reason_code=reason_code if how in WITH_REASON else "",
        reason_text=reason_text[:400],
        policy_id=weighed.policy_id if weighed else None,
        explanation=weighed.explanation if weighed else {},
        over_cap=weighed is not None and weighed.over_cap,
        rd3plus=case.origin == Origin.RD3PLUS,
        at=now,
    )


def on_delegated(
    *, case: Case, delegate_id: int, reason_text: str, actor: Actor, now: datetime, quiet: bool, **_: Any
) -> None:
    """Who calls in the owner's place, kept beside who owns: no RD3+ is counted twice by it."""
    Assignment.objects.create(
        case=case,
        from_user_id=case.owner_id,
        to_user_id=delegate_id,
        mode=AssignmentMode.DELEGATION,
        by_id=actor.user.pk if actor.user else None,
        reason_text=reason_text[:400],
        at=now,
    )
