"""T14 and T15: a case that should not have been, and the annulment annulled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import hooks
from cases.enums import CancelReason
from cases.models import Escalation, Promise, Timer
from cases.workflow import Refused

from .cast import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REASON,
    forget_notices,
    last_sentence,
    reasons_of,
    sound,
    told,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("situation", ["opened", "escalated", "callback_due"])
def test_cancel_withdraws_what_was_asked_and_what_was_promised(stage, situation):
    case = stage.at(situation)
    forget_notices()

    done = stage.act(case, "cancel", "manager", at=NOW + HOUR, cancel_reason="opened_in_error", reason=REASON)

    case = done.case
    assert (case.state, case.closure_kind, case.cancel_reason) == ("closed", "cancelled", "opened_in_error")
    assert case.closed_at == NOW + HOUR
    assert not Escalation.objects.filter(status__in=["sent", "acknowledged"]).exists()
    assert set(Promise.objects.values_list("status", flat=True)) <= {"cancelled"}
    assert not Timer.objects.filter(case=case, status="pending").exists()
    expected = [("owner", "case_cancelled")]
    if situation == "escalated":
        expected.insert(0, ("specialist", "escalation_withdrawn"))
    assert told() == expected
    assert last_sentence(case) == "Annulé : ouvert par erreur."
    assert done.event.payload.body["reason"] == REASON
    assert sound() == []


@pytest.mark.parametrize("reason", ["", "because"])
def test_cancel_without_one_of_its_reasons_is_refused(stage, reason):
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        stage.act(case, "cancel", "manager", cancel_reason=reason)

    assert reasons_of(refusal.value) == [("cancel_reason", "cancel_reason")]


@pytest.mark.parametrize("reason", CancelReason.values)
def test_cancel_has_the_contacts_counted_again_for_a_test_or_a_stranger_only(stage, monkeypatch, reason):
    heard = []
    monkeypatch.setitem(hooks.in_transaction, "contacts_recounted", [lambda **facts: heard.append(facts)])
    case = stage.at("opened")

    stage.act(case, "cancel", "manager", cancel_reason=reason)

    expected = [[case.client_id]] if reason in ("test", "not_our_client") else []
    assert [facts["client_ids"] for facts in heard] == expected


def test_restore_brings_the_case_back_with_its_owner_and_a_first_action_to_take(stage):
    case = stage.at("cancelled")
    forget_notices()
    at = NOW + 2 * DAY

    case = stage.act(case, "restore", "manager", at=at, reason=REASON).case

    assert (case.state, case.closure_kind, case.cancel_reason, case.closed_at) == ("opened", "", "", None)
    assert (case.owner_id, case.reopened_count, case.reopened_at) == (stage.owner.pk, 0, None)
    due = dict(Timer.objects.filter(case=case, status="pending").values_list("kind", "due_at"))
    assert due["first_action_owner"] == at + 4 * HOUR
    assert case.next_due_at == at + 4 * HOUR
    assert "silent_case" in due
    assert told() == [("owner", "case_restored")]
    assert last_sentence(case) == "Annulation annulée."
    assert sound(at) == []


def test_restore_of_a_test_has_its_contacts_counted_again(stage, monkeypatch):
    heard = []
    case = stage.at("opened")
    stage.act(case, "cancel", "manager", cancel_reason="test")
    monkeypatch.setitem(
        hooks.in_transaction, "contacts_recounted", [lambda **facts: heard.append(facts["client_ids"])]
    )

    stage.act(case, "restore", "manager", reason=REASON)

    assert heard == [[case.client_id]]


@pytest.mark.parametrize(
    ("after", "allowed"), [(timedelta(days=7), True), (timedelta(days=7, seconds=1), False)]
)
def test_restore_is_possible_for_seven_days(stage, after, allowed):
    case = stage.at("cancelled")
    at = case.closed_at + after

    if allowed:
        assert stage.act(case, "restore", "manager", at=at, reason=REASON).case.state == "opened"
        return
    with pytest.raises(Refused) as refusal:
        stage.act(case, "restore", "manager", at=at, reason=REASON)
    assert reasons_of(refusal.value) == [("too_late", "")]


@pytest.mark.parametrize("situation", ["confirmed", "merged"])
def test_restore_of_a_case_closed_otherwise_is_refused(stage, situation):
    case = stage.at(situation)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "restore", "manager", at=case.closed_at + MINUTE, reason=REASON)

    assert reasons_of(refusal.value)[0] == ("not_cancelled", "")


def test_restore_while_another_case_works_for_the_client_names_it(stage):
    case = stage.at("cancelled")
    other = stage.open(client=case.client, at=NOW + HOUR)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "restore", "manager", at=NOW + DAY, reason=REASON)

    assert reasons_of(refusal.value) == [("other_working", "")]
    assert other.ref in refusal.value.reasons[0].text


def test_restore_without_a_reason_is_refused(stage):
    with pytest.raises(Refused) as refusal:
        stage.act(stage.at("cancelled"), "restore", "manager", reason="")

    assert reasons_of(refusal.value) == [("reason_short", "reason")]
