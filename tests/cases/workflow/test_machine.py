"""Anything anybody may do, in any order: after each step no invariant is broken (domain.md §2.5).

Hypothesis plays the people, the clients, the entities and the clock on a few cases, through the door
only. A refusal is an answer like another, as long as it says why; an exception of another kind, a row out
of order or a broken invariant is a failure, and the shortest way to it is printed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from atdemain.journal.actors import Actor
from atdemain.organisation.consent import consent
from atdemain.organisation.enums import ConsentAnswer
from atdemain.organisation.models import Participation
from cases import workflow
from cases.enums import (
    AnswerCode,
    AttemptOutcome,
    CancelReason,
    CaseState,
    ClientConfirmation,
    Colour,
    Direction,
    PromiseKind,
    RebookInitiator,
)
from cases.invariants import CHECKS, columns, constraints
from cases.models import Case, Client
from cases.sweep import sweep
from cases.workflow import Conflict, NotAllowed, Refused

from .cast import CLOCK, NOW, REASON, SUMMARY, TOLD, Stage, resolution

#: A few sequences in every run; many more by hand: `WORKFLOW_SEQUENCES=500 pytest …`.
EXAMPLES = int(os.environ.get("WORKFLOW_SEQUENCES", "15"))
STEPS = 40
#: What is mostly done in each state; now and then, anything.
LIKELY = {
    CaseState.OPENED: "promise_callback escalate escalate resolve claim delegate log_attempt merge cancel "
    "request_cancel refuse_cancel",
    CaseState.ESCALATED: "answer_escalation answer_escalation withdraw_escalation acknowledge_escalation "
    "escalate log_attempt assign merge cancel",
    CaseState.CALLBACK_DUE: "tell_unresolved tell_unresolved rebook resolve resolve escalate log_attempt "
    "correct_attempt merge assign cancel",
    CaseState.RESOLVED: "reopen record_satisfaction add_note merge flag_unrelated decide_unrelated",
    CaseState.CLOSED: "restore record_satisfaction add_note",
}
ACTS = sorted(
    {name for names in LIKELY.values() for name in names.split()} | {"return_delegation", "set_colour"}
)
ENTITY_ACTS = ("answer_escalation", "acknowledge_escalation")
MANAGER_ACTS = ("assign", "cancel", "restore", "set_colour", "decide_unrelated", "refuse_cancel")
MINUTES = st.sampled_from([1, 5, 20, 45, 120, 600, 1440, 13_000])
AHEAD = st.sampled_from([90, 20, 45, 1440, 2880, 10, 20_000])
WIDTH = st.sampled_from([60, 30, 240, 15])
SELDOM = st.sampled_from([False] * 7 + [True])

#: The schema does not change from one step to the next.
ROWS = [check for check in CHECKS if check not in (constraints, columns)]


BEGIN = ("opened", "escalated", "callback_due", "resolved")


class CaseMachine(RuleBasedStateMachine):
    """Two clients, a handful of cases, one clock that only goes forward."""

    @initialize(first=st.sampled_from(BEGIN), second=st.sampled_from(BEGIN))
    def gather(self, first: str, second: str) -> None:
        """Two cases of one client, each already somewhere, in a transaction that will be rolled back."""
        self.atom = transaction.atomic()
        self.atom._from_testcase = True  # what lets the door's durable transactions in, as in any test
        self.atom.__enter__()
        self.stage = Stage.set()
        self.now = NOW + timedelta(minutes=5)
        self.clients = [self.stage.client(), self.stage.client(priority_client=True, priority_reason="other")]
        self.cases = [
            self.stage.at(first, client=self.clients[0]).pk,
            self.stage.at(second, client=self.clients[0], identity_key="line:1").pk,
        ]

    def teardown(self) -> None:
        if hasattr(self, "atom"):
            transaction.set_rollback(True)
            self.atom.__exit__(None, None, None)

    # -- the clock and the clients ------------------------------------------------------------------

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        report = sweep(self.now)
        assert (report.failed, report.dead) == (0, 0)

    @rule(data=st.data())
    def news_time_comes(self, data: st.DataObject) -> None:
        """Straight to around the next hour promised: where most rules have their edge."""
        promised = Case.objects.filter(current_promise__isnull=False).order_by("pk").first()
        if promised is None:
            return
        promise = promised.current_promise
        edges = [promise.window_start - timedelta(minutes=30), promise.window_start, promise.window_end]
        at = data.draw(st.sampled_from(edges)) + timedelta(minutes=data.draw(st.sampled_from([0, 1, 31])))
        if at > self.now:
            self.now = at
            assert sweep(self.now).failed == 0

    @rule(client=st.sampled_from([0, 0, 1]), counts=st.booleans(), handler=st.sampled_from(["owner", None]))
    def client_calls(self, client: int, counts: bool, handler: str | None) -> None:
        """What intake does of a contact (domain.md §4.5): attach, reopen, or open."""
        caller = self.clients[client]
        contact = self.stage.contact(
            caller,
            self.now,
            exclusion_code="" if counts else "short",
            handled_by=self.stage.people[handler] if handler else None,
        )
        if not counts:
            return
        mine = Case.objects.filter(client=caller).order_by("pk")
        working = mine.working().first()
        resolved = mine.filter(state=CaseState.RESOLVED).order_by("-resolved_at").first()
        with transaction.atomic():
            if working:
                workflow.attach_contact(working.pk, contact.pk, actor=CLOCK, now=self.now)
            elif resolved and timedelta(0) < self.now - resolved.resolved_at < timedelta(hours=168):
                workflow.reopen_by_contact(resolved.pk, contact.pk, actor=CLOCK, now=self.now)
            elif len(self.cases) < 6:
                self.open_case(caller, f"client:{caller.pk}", contact_ids=[contact.pk])

    @rule(client=st.sampled_from([0, 1]))
    def second_case_of_a_client(self, client: int) -> None:
        """Another identity of the same client (a line): what merging is for."""
        if len(self.cases) < 6:
            self.open_case(self.clients[client], f"line:{len(self.cases)}", origin="manual")

    def open_case(self, client: Client, key: str, **facts: Any) -> None:
        case = self.stage.open(client=client, at=self.now, owner=None, identity_key=key, **facts)
        self.cases.append(case.pk)

    # -- the people ---------------------------------------------------------------------------------

    @rule(data=st.data(), rank=st.sampled_from([0, 0, 0, 1, 2]), odd=SELDOM, stale=SELDOM)
    def somebody_acts(self, data: st.DataObject, rank: int, odd: bool, stale: bool) -> None:
        case = Case.objects.get(pk=self.cases[rank % len(self.cases)])
        name = data.draw(st.sampled_from(ACTS if odd else LIKELY[CaseState(case.state)].split()))
        by = data.draw(st.sampled_from(["owner", "colleague", "support", "manager", "technician"]))
        if not odd:
            by = self.usual(case, name)
        self.act(case, name, by, self.asked(case, name, data.draw), stale=stale)

    @rule(name=st.sampled_from(["owner", "colleague"]), leaves=SELDOM)
    def consent_changes(self, name: str, leaves: bool) -> None:
        person = self.stage.person(name)
        participation = Participation.objects.get(employee=person)
        answer = ConsentAnswer.WITHDRAWN if leaves else ConsentAnswer.ACCEPTED
        if participation.consent != answer:
            consent(participation, person, answer, "v1", self.now)

    def usual(self, case: Case, name: str) -> str:
        """Who does it on an ordinary day."""
        if name in ENTITY_ACTS:
            escalation = case.escalations.order_by("-pk").first()
            return (
                "technician"
                if escalation and escalation.target_entity_id == self.stage.ui.pk
                else "specialist"
            )
        if name in MANAGER_ACTS:
            return "manager"
        return case.owner.user.username if case.owner_id else "owner"

    def asked(self, case: Case, name: str, draw: Callable[..., Any]) -> dict[str, Any]:
        """What the form of `name` asks for, filled in one way or another."""
        escalation = case.escalations.order_by("-pk").values_list("pk", flat=True).first()
        attempt = (
            case.attempts.filter(superseded_by=None).order_by("-pk").values_list("pk", flat=True).first()
        )
        others = [pk for pk in self.cases if pk != case.pk] or [None]
        asked: dict[str, Callable[[], dict[str, Any]]] = {
            "promise_callback": lambda: {
                "kind": draw(st.sampled_from(PromiseKind.values)),
                **self.window(draw),
            },
            "escalate": lambda: {
                "target_entity": draw(st.sampled_from([self.stage.bo.pk, self.stage.ui.pk])),
                "reason": "expertise",
                "summary": SUMMARY,
                "colour": draw(st.sampled_from(Colour.values)),
                "client_agrees": draw(st.booleans()),
                **({} if draw(SELDOM) else self.window(draw)),
            },
            "answer_escalation": lambda: {
                "escalation": escalation,
                "answer_code": draw(st.sampled_from(AnswerCode.values)),
                "answer_text": "Câble refait au point de concentration.",
                "tell_client_now": draw(st.booleans()),
                "named_contact": self.stage.named.pk,
            },
            "acknowledge_escalation": lambda: {"escalation": escalation},
            "withdraw_escalation": lambda: {"escalation": escalation, "reason": REASON},
            "tell_unresolved": lambda: {
                "told": TOLD,
                "direction": draw(st.sampled_from(Direction.values)),
                **(self.window(draw) if draw(st.booleans()) else {}),
            },
            "rebook": lambda: {
                "initiator": draw(st.sampled_from(RebookInitiator.values)),
                "reason": REASON,
                "client_agrees": draw(st.booleans()),
                **self.window(draw),
            },
            "resolve": lambda: resolution(
                reached_now=not draw(SELDOM),
                client_confirmation=draw(st.sampled_from(ClientConfirmation.values)),
            ),
            "log_attempt": lambda: {"outcome": draw(st.sampled_from(AttemptOutcome.values))},
            "correct_attempt": lambda: {
                "attempt_id": attempt,
                "outcome": draw(st.sampled_from(AttemptOutcome.values)),
                "reason": REASON,
                "at": self.now - timedelta(minutes=draw(st.integers(0, 300))),
            },
            "reopen": lambda: {"reason": REASON, "closed_by_mistake": draw(st.booleans())},
            "merge": lambda: {"target": draw(st.sampled_from(others)), "reason": REASON},
            "cancel": lambda: {"cancel_reason": draw(st.sampled_from(CancelReason.values))},
            "request_cancel": lambda: {"cancel_reason": "test", "text": REASON},
            "refuse_cancel": lambda: {"reason": REASON},
            "record_satisfaction": lambda: {
                "score": draw(st.integers(-1, 11)),
                "cause": draw(st.sampled_from(["", "delay", "x"])),
            },
            "restore": lambda: {"reason": REASON},
            "flag_unrelated": lambda: {"reason": REASON},
            "decide_unrelated": lambda: {"agreed": draw(st.booleans())},
            "assign": lambda: {
                "advisor": self.stage.people[draw(st.sampled_from(["owner", "colleague", "third"]))].pk,
                "reason_code": "load",
            },
            "delegate": lambda: {
                "delegate": self.stage.people[draw(st.sampled_from(["colleague", "support"]))].pk,
                "delegate_to": self.now + timedelta(hours=draw(st.integers(0, 48))),
            },
            "set_colour": lambda: {"colour": draw(st.sampled_from(Colour.values)), "reason": REASON},
            "add_note": lambda: {"text": "Ligne testée."},
        }
        return asked[name]() if name in asked else {}

    def window(self, draw: Callable[..., Any]) -> dict[str, Any]:
        start = self.stage.unit.calendar().next_opening(self.now + timedelta(minutes=draw(AHEAD)))
        return {"window_start": start, "window_end": start + timedelta(minutes=draw(WIDTH))}

    def act(self, case: Case, name: str, by: str, data: dict[str, Any], *, stale: bool = False) -> None:
        """One click; a refusal says why in French and leaves the case where it was."""
        try:
            with transaction.atomic():
                workflow.apply(
                    case.pk,
                    name,
                    actor=Actor.of_user(self.stage.person(by)),
                    expected_version=case.version - stale,
                    now=self.now,
                    on_behalf="Le conseiller est absent ce matin.",
                    **data,
                )
        except (Refused, NotAllowed, Conflict) as refusal:
            self.refused(case, refusal)
        else:
            # Restoring may bring back a contact that counts again: it is attached by a passage of its own.
            assert Case.objects.get(pk=case.pk).version > case.version

    def refused(self, case: Case, refusal: Exception) -> None:
        said = refusal.reasons if isinstance(refusal, Refused) else []
        assert all(reason.text.endswith(".") for reason in said)
        unmoved = Case.objects.get(pk=case.pk)
        assert (unmoved.state, unmoved.version) == (case.state, case.version)

    @invariant()
    def no_rule_of_the_domain_is_broken(self) -> None:
        if hasattr(self, "stage"):
            assert [str(found) for check in ROWS for found in check(self.now)] == []


@pytest.mark.once
@pytest.mark.django_db
def test_no_sequence_of_acts_breaks_an_invariant():
    run_state_machine_as_test(
        CaseMachine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=True,
        ),
    )
