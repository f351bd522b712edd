"""One door for every transition: wrong states, wrong roles, stale pages, double clicks, refusals told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from atdemain.journal.actors import Actor
from atdemain.journal.enums import ActorKind
from cases import workflow
from cases.enums import CaseState
from cases.models import Case
from cases.workflow import ACTIONS, Conflict, NotAllowed, Refused

from .cast import (
    AFTER,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REASON,
    SITUATIONS,
    TOLD,
    Stage,
    journal,
    resolution,
    sound,
    told,
)

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Act:
    """A transition as its table tells it: from where, by whom, with what."""

    name: str
    sources: frozenset[str]
    data: Callable[[Stage, Case], dict[str, Any]]
    by: str = "owner"
    at: Any = NOW + 5 * MINUTE
    roles: frozenset[str] = field(default_factory=frozenset)  # who else may
    refusal: dict[str, str] = field(default_factory=dict)  # its code where it is not wrong_state


def of(*names: str) -> frozenset[str]:
    return frozenset(names)


def target_of(stage: Stage, case: Case) -> dict[str, Any]:
    target = stage.open(client=case.client, identity_key=f"line:{case.pk}:2")
    return {"target": target.pk, "reason": REASON}


IN_PLACE = {"on_behalf": "Le conseiller est absent ce matin."}
ACTS = [
    Act(
        "promise_callback",
        of("opened"),
        lambda s, c: dict(AFTER),
        roles=of("manager", "support", "colleague"),
    ),
    Act(
        "escalate",
        of("opened", "escalated", "callback_due"),
        lambda s, c: s.escalation(s.ui, **AFTER),
        roles=of("manager", "colleague"),
    ),
    Act(
        "tell_unresolved",
        of("callback_due"),
        lambda s, c: {"told": TOLD},
        roles=of("manager", "support", "colleague"),
    ),
    Act(
        "rebook",
        of("callback_due"),
        lambda s, c: {"initiator": "client", "reason": REASON, **AFTER},
        roles=of("manager", "support", "colleague"),
    ),
    Act(
        "resolve",
        of("opened", "callback_due"),
        lambda s, c: resolution(),
        roles=of("manager", "support", "colleague"),
        refusal={"escalated": "escalation_open"},
    ),
    Act("reopen", of("resolved"), lambda s, c: {"reason": REASON}, roles=of("manager")),
    Act(
        "merge",
        of("opened", "escalated", "callback_due", "resolved"),
        target_of,
        roles=of("manager"),
    ),
    Act(
        "cancel",
        of("opened", "escalated", "callback_due"),
        lambda s, c: {"cancel_reason": "opened_in_error"},
        by="manager",
    ),
    Act(
        "request_cancel",
        of("opened", "escalated", "callback_due"),
        lambda s, c: {"cancel_reason": "opened_in_error", "text": REASON},
        roles=of("colleague"),
    ),
    Act(
        "restore",
        of("cancelled"),
        lambda s, c: {"reason": REASON},
        by="manager",
        refusal=dict.fromkeys(SITUATIONS, "not_cancelled"),
    ),
]
CLOCK_ACTS = [
    Act("promise_reached", of("escalated"), lambda s, c: {}, at=NOW + DAY),
    Act(
        "reopen_by_contact",
        of("resolved"),
        lambda s, c: {"contact": s.contact(c.client, NOW + HOUR)},
        at=NOW + HOUR,
    ),
    Act("confirm", of("resolved"), lambda s, c: {}, at=NOW + 10 * DAY),
]
TARGETS = {
    "promise_callback": {"opened": "callback_due"},
    "escalate": dict.fromkeys(("opened", "escalated", "callback_due"), "escalated"),
    "tell_unresolved": {"callback_due": "opened"},
    "rebook": {"callback_due": "callback_due"},
    "resolve": dict.fromkeys(("opened", "callback_due"), "resolved"),
    "reopen": {"resolved": "opened"},
    "merge": dict.fromkeys(("opened", "escalated", "callback_due", "resolved"), "closed"),
    "cancel": dict.fromkeys(("opened", "escalated", "callback_due"), "closed"),
    "request_cancel": {state: state for state in ("opened", "escalated", "callback_due")},
    "restore": {"cancelled": "opened"},
    "promise_reached": {"escalated": "callback_due"},
    "reopen_by_contact": {"resolved": "opened"},
    "confirm": {"resolved": "closed"},
}
EVERYBODY = (
    *("owner", "colleague", "third", "stranger", "support", "trainer", "specialist"),
    *("manager", "other_manager", "admin", "hr"),
)
#: The colleague of these tests is named delegate of the case, the support too, in turn.
DELEGATES = ("colleague", "support")


def right(act: Act) -> list:
    return [pytest.param(act, source, id=f"{act.name}-{source}") for source in sorted(act.sources)]


def wrong(act: Act) -> list:
    return [
        pytest.param(act, source, id=f"{act.name}-{source}")
        for source in SITUATIONS
        if source not in act.sources
    ]


@pytest.mark.parametrize(("act", "source"), [p for a in ACTS for p in right(a)])
def test_transition_from_each_of_its_states_moves_the_case_and_writes_one_journal_row(stage, act, source):
    case = stage.at(source)
    data = act.data(stage, case)
    before, rows = stage.again(case), len(journal(case))

    done = stage.act(case, act.name, act.by, at=act.at, **data)

    after = Case.objects.get(pk=case.pk)
    assert after.state == TARGETS[act.name][source]
    assert after.version == before.version + 1
    new = journal(case)[rows:]
    assert len(new) == 1
    assert (new[0].from_state, new[0].to_state) == (before.state, after.state)
    assert new[0].object_version == after.version
    assert (done.event.pk, done.already) == (new[0].pk, False)
    assert sound(act.at) == []


@pytest.mark.parametrize(("act", "source"), [p for a in CLOCK_ACTS for p in right(a)])
def test_transition_of_the_clock_moves_the_case_and_writes_one_journal_row(stage, act, source):
    case = stage.at(source)
    data, rows = act.data(stage, case), len(journal(case))

    stage.clock(case, act.name, at=act.at, **data)

    after = Case.objects.get(pk=case.pk)
    assert after.state == TARGETS[act.name][source]
    new = journal(case)[rows:]
    assert [(row.action, row.from_state, row.to_state) for row in new] == [
        (act.name, CaseState(stage_state(source)).value, after.state)
    ]
    assert new[0].actor_kind == ActorKind.SYSTEM
    assert sound(act.at) == []


def stage_state(situation: str) -> str:
    return situation if situation in CaseState.values else "closed"


@pytest.mark.parametrize(("act", "source"), [p for a in ACTS for p in wrong(a)])
def test_transition_from_a_wrong_state_is_refused_in_french_and_the_refusal_journalled(stage, act, source):
    case = stage.at(source)
    data = act.data(stage, case)
    before, rows, notices = stage.again(case), len(journal(case)), told()

    with pytest.raises(Refused) as refusal:
        stage.act(case, act.name, act.by, at=act.at, **data)

    code = act.refusal.get(source, "wrong_state")
    assert refusal.value.reasons[0].code == code
    assert refusal.value.reasons[0].text[0].isupper()
    assert refusal.value.reasons[0].text.endswith(".")
    after = Case.objects.get(pk=case.pk)
    assert (after.state, after.version) == (before.state, before.version)
    assert told() == notices
    assert len(journal(case)) == rows
    trace = journal(case, refused=True)
    assert [(row.action, row.reason_code) for row in trace] == [(act.name, code)]


@pytest.mark.parametrize(("act", "source"), [p for a in CLOCK_ACTS for p in wrong(a)])
def test_transition_of_the_clock_from_a_wrong_state_is_refused(stage, act, source):
    case = stage.at(source)
    data, before = act.data(stage, case), stage.again(case)

    with pytest.raises(Refused) as refusal:
        stage.clock(case, act.name, at=act.at, **data)

    assert refusal.value.reasons[0].code == "wrong_state"
    assert stage.again(case).version == before.version


def everybody(act: Act) -> list:
    return [pytest.param(act, name, id=f"{act.name}-{name}") for name in EVERYBODY]


@pytest.mark.parametrize(("act", "name"), [p for a in ACTS for p in everybody(a)])
def test_transition_is_open_to_its_roles_only(stage, act, name):
    case = stage.at(sorted(act.sources)[0])
    data = act.data(stage, case)
    if name in DELEGATES and case.state != "closed" and case.state != "resolved":
        stage.act(case, "delegate", "owner", delegate=stage.people[name].pk)
    may = name == act.by or name in act.roles
    if name == "manager":
        data |= IN_PLACE
    before = stage.again(case)

    if may:
        assert stage.act(case, act.name, name, at=act.at, **data).case.version == before.version + 1
        return
    with pytest.raises(NotAllowed):
        stage.act(case, act.name, name, at=act.at, **data)
    assert stage.again(case).version == before.version
    assert [(row.action, row.reason_code) for row in journal(case, refused=True)] == [
        (act.name, "not_allowed")
    ]


@pytest.mark.parametrize("act", CLOCK_ACTS, ids=lambda act: act.name)
@pytest.mark.parametrize("name", ["owner", "manager", "admin"])
def test_transition_of_the_clock_is_nobodys(stage, act, name):
    case = stage.at(sorted(act.sources)[0])

    with pytest.raises(NotAllowed):
        stage.act(case, act.name, name, at=act.at, **act.data(stage, case))


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
@pytest.mark.parametrize("kind", [ActorKind.SYSTEM, ActorKind.IMPORT, ActorKind.API_CLIENT])
def test_transition_of_people_is_not_the_machines(stage, act, kind):
    case = stage.at(sorted(act.sources)[0])
    data = act.data(stage, case)

    with pytest.raises(NotAllowed):
        workflow.perform(
            case.pk, act.name, actor=Actor(kind, source="test"), expected_version=None, now=act.at, **data
        )


@pytest.mark.parametrize("act", [a for a in ACTS if a.name != "restore"], ids=lambda act: act.name)
def test_stale_page_is_told_the_state_the_version_who_and_when(stage, act):
    case = stage.at(sorted(act.sources)[0])
    data = act.data(stage, case)
    shown = stage.again(case).version
    stage.act(case, "add_note", "colleague", at=NOW + 4 * MINUTE, text="Ligne testée, essai à refaire.")

    with pytest.raises(Conflict) as conflict:
        stage.act(case, act.name, act.by, at=act.at, version=shown, **data)

    told_, now = conflict.value, stage.again(case)
    assert (told_.state, told_.version) == (now.state, shown + 1)
    assert (told_.by, told_.at, told_.action) == ("C. Test", NOW + 4 * MINUTE, "add_note")
    trace = journal(case, refused=True)
    assert [(row.action, row.reason_code, row.object_version) for row in trace] == [
        (act.name, "conflict", shown + 1)
    ]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.name)
def test_second_click_of_the_same_account_is_already_done_and_writes_nothing(stage, act):
    case = stage.at(sorted(act.sources)[-1])
    data = act.data(stage, case)
    shown = stage.again(case).version
    first = stage.act(case, act.name, act.by, at=act.at, version=shown, **data)
    rows, notices, after = len(journal(case, refused=None)), told(), stage.again(case)

    second = stage.act(case, act.name, act.by, at=act.at + MINUTE, version=shown, **data)

    assert (second.already, second.event.pk) == (True, first.event.pk)
    assert len(journal(case, refused=None)) == rows
    assert told() == notices
    assert stage.again(case).version == after.version


def test_same_click_by_another_account_is_a_conflict_not_already_done(stage):
    case = stage.at("opened")
    shown = case.version
    stage.act(case, "promise_callback", "owner", version=shown, **AFTER)

    with pytest.raises(Conflict) as conflict:
        stage.act(case, "promise_callback", "manager", version=shown, **AFTER, **IN_PLACE)

    assert (conflict.value.state, conflict.value.by) == ("callback_due", "O. Test")


@pytest.mark.parametrize("name", ["promise_callback", "tell_unresolved", "rebook", "resolve", "log_attempt"])
def test_manager_in_the_place_of_the_owner_says_why(stage, name):
    case = stage.at("callback_due" if name in ("tell_unresolved", "rebook") else "opened")
    data = {
        "promise_callback": dict(AFTER),
        "tell_unresolved": {"told": TOLD},
        "rebook": {"initiator": "client", "reason": REASON, **AFTER},
        "resolve": resolution(),
        "log_attempt": {"outcome": "no_answer"},
    }[name]

    with pytest.raises(Refused) as refusal:
        stage.act(case, name, "manager", **data)
    assert [(r.code, r.field) for r in refusal.value.reasons] == [("on_behalf", "on_behalf")]

    done = stage.act(case, name, "manager", **data, **IN_PLACE)
    assert done.event.payload.body["on_behalf"] == IN_PLACE["on_behalf"]


@pytest.mark.parametrize("name", ["delegate_from", "delegate_to"])
def test_delegate_outside_the_window_may_not_act(stage, name):
    case = stage.at("opened")
    dates = (
        {"delegate_from": NOW + HOUR, "delegate_to": NOW + 2 * HOUR}
        if name == "delegate_from"
        else {"delegate_from": NOW, "delegate_to": NOW + HOUR}
    )
    stage.act(case, "delegate", "owner", at=NOW + 2 * MINUTE, delegate=stage.colleague.pk, **dates)
    outside = NOW + 30 * MINUTE if name == "delegate_from" else NOW + HOUR

    with pytest.raises(NotAllowed):
        stage.act(case, "promise_callback", "colleague", at=outside, **AFTER)
    inside = NOW + 90 * MINUTE if name == "delegate_from" else NOW + 59 * MINUTE
    assert stage.act(case, "promise_callback", "colleague", at=inside, **AFTER).case.state == "callback_due"


def test_every_action_of_the_door_has_a_right_and_a_sentence():
    from cases.permissions import ROLES
    from cases.sentences import ACTION_WORDS, SENTENCES

    human = {name for name, spec in ACTIONS.items() if not spec.system}
    assert human <= ROLES.keys()
    assert ACTIONS.keys() <= SENTENCES.keys()
    assert ACTIONS.keys() <= ACTION_WORDS.keys()
