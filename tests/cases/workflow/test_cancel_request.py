"""The person in charge asks for a cancellation; the manager decides; the case does not move meanwhile."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from atdemain.notifications.models import Notification
from cases.models import CancelRequest
from cases.workflow import NotAllowed, Refused

from .cast import (
    HOUR,
    NOW,
    REASON,
    Stage,
    forget_notices,
    journal,
    last_sentence,
    reasons_of,
    sound,
    told,
)

pytestmark = pytest.mark.django_db

ASKED = {"cancel_reason": "not_our_client", "text": "La ligne est chez un autre opérateur."}


def ask(stage: Stage, case, by: str = "owner", **data):
    return stage.act(case, "request_cancel", by, at=NOW + HOUR, **(ASKED | data))


@pytest.mark.parametrize("situation", ["opened", "escalated", "callback_due"])
def test_request_moves_nothing_and_tells_the_managers_of_the_unit(stage, situation):
    case = stage.at(situation)
    forget_notices()
    before = stage.again(case)

    done = ask(stage, case)

    after = stage.again(case)
    assert (after.state, after.owner_id) == (before.state, before.owner_id)
    assert after.current_promise_id == before.current_promise_id
    assert sorted(told()) == [("head", "cancel_requested"), ("manager", "cancel_requested")]
    item = Notification.objects.get(recipient=stage.manager)
    assert (item.url, item.body) == (f"/cases/{case.ref}/", ASKED["text"])
    assert last_sentence(case) == "Annulation demandée : n’est pas notre client."
    assert done.event.payload.body["text"] == ASKED["text"]
    assert (done.event.from_state, done.event.to_state) == (before.state, before.state)
    assert sound() == []


@pytest.mark.parametrize("situation", ["resolved", "confirmed", "merged", "cancelled"])
def test_request_on_a_case_that_cannot_be_cancelled_is_refused(stage, situation):
    case = stage.at(situation)

    with pytest.raises(Refused) as refusal:
        ask(stage, case)

    assert reasons_of(refusal.value)[0][0] == "wrong_state"
    assert not CancelRequest.objects.exists()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"cancel_reason": ""}, "cancel_reason"),
        ({"cancel_reason": "x"}, "cancel_reason"),
        ({"text": "court"}, "text"),
    ],
)
def test_request_without_its_reason_or_ten_characters_is_refused(stage, data, field):
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        ask(stage, case, **data)

    assert [name for _, name in reasons_of(refusal.value)] == [field]


@pytest.mark.parametrize("by", ["colleague", "support", "manager", "stranger", "specialist"])
def test_request_by_whoever_is_not_in_charge_is_refused(stage, by):
    case = stage.at("opened")

    with pytest.raises(NotAllowed):
        ask(stage, case, by)


def test_request_by_the_delegate_in_office_is_taken(stage):
    case = stage.at("opened")
    stage.act(case, "delegate", delegate=stage.colleague.pk)

    ask(stage, case, "colleague")

    assert CancelRequest.objects.get().by == stage.colleague


def test_a_second_request_waits_for_the_first_to_be_decided(stage):
    case = stage.at("opened")
    ask(stage, case)

    with pytest.raises(Refused) as refusal:
        ask(stage, case)

    assert reasons_of(refusal.value)[0][0] == "already_asked"
    with pytest.raises(IntegrityError), transaction.atomic():
        CancelRequest.objects.create(case=case, reason="test", text=REASON, by=stage.owner, at=NOW)


def test_accepting_is_the_cancellation_itself_and_tells_whoever_asked_once(stage):
    case = stage.at("opened")
    ask(stage, case)
    forget_notices()

    done = stage.act(case, "cancel", "manager", at=NOW + 2 * HOUR, cancel_reason="not_our_client")

    request = CancelRequest.objects.get()
    assert (request.status, request.decided_by, request.decided_at) == (
        "accepted",
        stage.manager,
        NOW + 2 * HOUR,
    )
    assert done.case.closure_kind == "cancelled"
    assert told() == [("owner", "case_cancelled")]
    assert last_sentence(case) == "Annulé, comme demandé : n’est pas notre client."


def test_accepting_tells_whoever_asked_even_when_the_case_has_changed_hands(stage):
    case = stage.at("opened")
    ask(stage, case)
    stage.act(case, "assign", "manager", at=NOW + HOUR, advisor=stage.colleague.pk, reason_code="load")
    forget_notices()

    stage.act(case, "cancel", "manager", at=NOW + 2 * HOUR, cancel_reason="not_our_client")

    assert sorted(told()) == [("colleague", "case_cancelled"), ("owner", "case_cancelled")]


def test_refusing_says_why_to_whoever_asked_and_leaves_the_case_as_it_is(stage):
    case = stage.at("callback_due")
    ask(stage, case)
    forget_notices()

    done = stage.act(case, "refuse_cancel", "manager", at=NOW + 2 * HOUR, reason="La ligne est bien à nous.")

    assert done.case.state == "callback_due"
    assert CancelRequest.objects.get().refusal == "La ligne est bien à nous."
    assert told() == [("owner", "cancel_refused")]
    assert Notification.objects.get().body == "La ligne est bien à nous."
    assert last_sentence(case) == "Demande d’annulation refusée."
    ask(stage, case)
    assert sound() == []


def test_refusing_needs_a_request_a_reason_and_a_manager_of_the_unit(stage):
    case = stage.at("opened")
    with pytest.raises(Refused) as refusal:
        stage.act(case, "refuse_cancel", "manager", reason=REASON)
    assert reasons_of(refusal.value) == [("nothing_asked", "")]
    ask(stage, case)
    with pytest.raises(Refused) as refusal:
        stage.act(case, "refuse_cancel", "manager", reason="non")
    assert reasons_of(refusal.value) == [("reason_short", "reason")]
    for by in ("owner", "other_manager"):
        with pytest.raises(NotAllowed):
            stage.act(case, "refuse_cancel", by, reason=REASON)


@pytest.mark.parametrize("end", ["resolve", "merge"])
def test_request_lapses_once_the_case_is_worked_on_no_more(stage, end):
    case = stage.at("opened")
    ask(stage, case)

    if end == "resolve":
        stage.resolve(case, at=NOW + 2 * HOUR)
    else:
        target = stage.open(client=case.client, identity_key=f"line:{case.pk}")
        stage.act(case, "merge", at=NOW + 2 * HOUR, target=target.pk, reason=REASON)

    request = CancelRequest.objects.get()
    assert (request.status, request.decided_by) == ("lapsed", None)
    ending = next(row for row in reversed(journal(case)) if row.action == end)
    assert ending.changes["cancel_request"] == [request.pk, "lapsed"]
