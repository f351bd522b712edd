"""T13: one case joins another of the same client or line; nothing owed is lost on the way."""

from __future__ import annotations

import pytest

from atdemain.organisation.enums import Role
from cases.models import CallbackAttempt, Case, Promise, Timer
from cases.sweep import sweep
from cases.workflow import NotAllowed, Refused

from .cast import (
    AFTER,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REASON,
    TOMORROW,
    Stage,
    forget_notices,
    journal,
    last_sentence,
    open_escalation,
    reasons_of,
    sound,
    told,
    window,
)

pytestmark = pytest.mark.django_db


def pair(stage: Stage, source: str, target: str, owner: str = "owner") -> tuple[Case, Case]:
    """Two cases of one client, each in its state; the source is promised for tomorrow, the target after."""
    client = stage.client()
    other = stage.open(client=client, identity_key="line:1", owner=owner)
    if target == "callback_due":
        stage.act(other, "promise_callback", owner, at=NOW + 2 * MINUTE, **AFTER)
    elif target == "escalated":
        stage.act(other, "escalate", owner, at=NOW + 2 * MINUTE, **stage.escalation(stage.ui, **AFTER))
    return stage.at(source, client=client), stage.again(other)


def merge(stage: Stage, source: Case, into: Case, by: str = "owner", **data):
    facts = {"target": into.pk, "reason": REASON}
    return stage.act(source, "merge", by, at=NOW + 10 * MINUTE, **(facts | data))


@pytest.mark.parametrize(
    ("source", "target", "state"),
    [
        ("opened", "opened", "opened"),
        ("opened", "escalated", "escalated"),
        ("opened", "callback_due", "callback_due"),
        ("escalated", "opened", "escalated"),
        ("escalated", "escalated", "escalated"),
        ("escalated", "callback_due", "callback_due"),
        ("callback_due", "opened", "callback_due"),
        ("callback_due", "escalated", "callback_due"),
        ("callback_due", "callback_due", "callback_due"),
        ("resolved", "opened", "opened"),
        ("resolved", "escalated", "escalated"),
        ("resolved", "callback_due", "callback_due"),
    ],
)
def test_merge_recomputes_the_state_of_the_one_that_stays(stage, source, target, state):
    source_case, target_case = pair(stage, source, target)
    before = target_case.state

    merge(stage, source_case, target_case)

    source_case, target_case = stage.again(source_case), stage.again(target_case)
    assert (source_case.state, source_case.closure_kind) == ("closed", "merged")
    assert source_case.merged_into_id == target_case.pk
    assert target_case.state == state
    effect = journal(target_case)[-1]
    assert (effect.action, effect.from_state, effect.to_state) == ("merge_effect", before, state)
    assert [row.action for row in journal(source_case)].count("merge") == 1
    assert sound() == []


def test_merge_moves_contacts_attempts_escalations_and_promises(stage):
    source, target = pair(stage, "escalated", "callback_due")
    contact = stage.contact(source.client, NOW - HOUR, case=source)
    stage.act(source, "log_attempt", outcome="no_answer")

    merge(stage, source, target)

    contact.refresh_from_db()
    assert contact.case_id == target.pk
    assert CallbackAttempt.objects.get().case_id == target.pk
    assert open_escalation(target).target_entity_id == stage.bo.pk
    assert set(Promise.objects.values_list("case", flat=True)) == {target.pk}


def test_merge_keeps_the_earliest_promise_and_cancels_the_other(stage):
    source, target = pair(stage, "callback_due", "callback_due")
    ours, theirs = source.current_promise, target.current_promise
    assert ours.window_start < theirs.window_start

    merge(stage, source, target)

    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.status, ours.case_id, theirs.status) == ("pending", target.pk, "cancelled")
    assert stage.again(target).current_promise_id == ours.pk
    forget_notices()
    sweep(TOMORROW["window_start"] - 30 * MINUTE)
    assert told() == [("owner", "promise_before")]
    assert not Timer.objects.filter(case=source, status="pending").exists()


def test_merge_keeps_the_targets_promise_when_it_is_the_earliest(stage):
    source, target = pair(stage, "callback_due", "callback_due")
    stage.act(source, "rebook", initiator="client", reason=REASON, **window(AFTER["window_start"] + HOUR))
    kept = target.current_promise_id

    merge(stage, stage.again(source), target)

    assert stage.again(target).current_promise_id == kept


def test_merge_of_two_cases_that_asked_the_same_entity_keeps_one_question(stage):
    client = stage.client()
    target = stage.escalate(stage.open(client=client, identity_key="line:1"), **AFTER)
    source = stage.at("escalated", client=client)
    forget_notices()

    merge(stage, source, target)

    assert sorted(stage.again(target).escalations.values_list("status", flat=True)) == ["sent", "withdrawn"]
    assert ("specialist", "escalation_withdrawn") in told()
    assert sound() == []


def test_merge_is_told_in_both_journals_and_to_the_other_owner(stage):
    source, target = pair(stage, "opened", "opened", owner="colleague")
    forget_notices()

    merge(stage, source, target, "manager")

    assert last_sentence(source) == f"Fusionné dans {target.ref}."
    assert last_sentence(target) == f"{source.ref} fusionné dans celui-ci."
    assert sorted(told()) == [("colleague", "case_merged"), ("owner", "case_merged")]


def test_merge_brings_its_owner_to_a_case_that_nobody_keeps(stage):
    client = stage.client()
    target = stage.open(client=client, identity_key="line:1", owner=None)
    source = stage.at("callback_due", client=client)

    merge(stage, source, target, "manager")

    target = stage.again(target)
    assert (target.state, target.owner_id) == ("callback_due", stage.owner.pk)
    assert sound() == []


def test_merge_does_not_bring_an_owner_who_may_not_keep_the_other_case(stage):
    client = stage.client()
    target = stage.open(client=client, identity_key="line:1", owner=None)
    source = stage.open(client=client, origin="manual", owner=None)
    stage.hire(stage.unit, outsider=Role.ADVISOR)
    stage.act(source, "claim", "outsider")

    merge(stage, source, target, "manager")

    assert stage.again(target).owner_id is None
    assert sound() == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"target": None}, ("target", "target")),
        ({"target": 999_999}, ("target", "target")),
        ({"reason": "oui"}, ("reason_short", "reason")),
    ],
)
def test_merge_without_what_it_needs_names_the_field(stage, data, expected):
    source, target = pair(stage, "opened", "opened")

    with pytest.raises(Refused) as refusal:
        merge(stage, source, target, **data)

    assert reasons_of(refusal.value) == [expected]


def test_merge_into_itself_is_refused(stage):
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        merge(stage, case, case)

    assert reasons_of(refusal.value) == [("target", "target")]


def test_merge_with_the_case_of_another_client_is_refused(stage):
    source, target = stage.at("opened"), stage.at("opened")

    with pytest.raises(Refused) as refusal:
        merge(stage, source, target)

    assert reasons_of(refusal.value) == [("other_client", "target")]


def test_merge_of_two_clients_cases_on_one_line_is_accepted(stage):
    line = stage.line(stage.client())
    source = stage.open(line_id=line.pk)
    target = stage.open(line_id=line.pk)

    merge(stage, source, target)

    assert stage.again(source).closure_kind == "merged"


@pytest.mark.parametrize("state", ["resolved", "confirmed", "merged", "cancelled"])
def test_merge_into_a_case_that_is_not_working_is_refused(stage, state):
    target = stage.at(state)
    source = stage.open(client=target.client, identity_key="line:7", at=NOW + HOUR)

    with pytest.raises(Refused) as refusal:
        stage.act(source, "merge", at=NOW + DAY, target=target.pk, reason=REASON)

    assert reasons_of(refusal.value) == [("target_state", "target")]


def test_merge_by_the_owner_of_one_only_is_refused(stage):
    source, target = pair(stage, "opened", "opened", owner="colleague")

    with pytest.raises(NotAllowed):
        merge(stage, source, target, "owner")
    assert stage.again(source).state == "opened"


def test_merge_by_a_manager_into_the_case_of_another_unit_is_refused(stage):
    client = stage.client()
    target = stage.open(client=client, identity_key="line:1", unit_id=stage.other_unit.pk, owner=None)
    source = stage.at("opened", client=client)

    with pytest.raises(NotAllowed):
        merge(stage, source, target, "manager")
