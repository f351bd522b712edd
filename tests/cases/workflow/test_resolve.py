"""T09: resolved means told to the client; the promise is settled and the observation begins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cases import hooks
from cases.models import CallbackAttempt, Promise, Timer
from cases.workflow import Refused

from .cast import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REASON,
    TOMORROW,
    Stage,
    forget_notices,
    last_sentence,
    open_escalation,
    paris,
    reasons_of,
    resolution,
    sound,
    told,
)

pytestmark = pytest.mark.django_db

NOT_NOW = {"reached_now": False, "told": ""}


def test_resolve_with_the_client_on_the_line_logs_the_call_and_observes_seven_days(stage, monkeypatch):
    heard = []
    monkeypatch.setitem(
        hooks.in_transaction, "case_resolved", [lambda **facts: heard.append(facts["case"].pk)]
    )
    case = stage.at("opened")
    forget_notices()

    case = stage.resolve(case, at=NOW + HOUR)

    assert (case.state, case.resolved_at) == ("resolved", NOW + HOUR)
    assert (case.resolution_code, case.root_cause, case.client_confirmation) == (
        "configuration",
        "usage",
        "confirmed",
    )
    assert CallbackAttempt.objects.get(case=case).outcome == "reached"
    assert case.next_due_at == NOW + HOUR + timedelta(hours=168)
    confirm = Timer.objects.get(case=case, kind="confirm")
    assert confirm.due_at == NOW + HOUR + timedelta(hours=216)
    assert set(Timer.objects.filter(case=case, status="pending").values_list("kind", flat=True)) == {
        "satisfaction",
        "confirm",
    }
    assert last_sentence(case) == (
        "Résolu : réglage ou configuration (cause : usage) ; confirmé par le client."
    )
    assert told() == []
    assert heard == [case.pk]
    assert sound() == []


def test_resolve_from_a_callback_due_settles_the_promise_and_its_steps(stage):
    case = stage.at("callback_due")
    promise = case.current_promise_id

    case = stage.resolve(case, at=TOMORROW["window_start"])

    assert Promise.objects.get(pk=promise).status == "kept"
    assert not Timer.objects.filter(promise=promise, status="pending").exists()
    assert case.current_promise_id is None


@pytest.mark.parametrize("situation", ["opened", "callback_due"])
def test_resolve_without_telling_the_client_is_refused(stage, situation):
    case = stage.at(situation)

    with pytest.raises(Refused) as refusal:
        stage.resolve(case, at=NOW + HOUR, **NOT_NOW)

    assert reasons_of(refusal.value) == [("client_not_told", "reached_now")]


def test_resolve_from_escalated_names_the_entity(stage):
    case = stage.at("escalated")

    with pytest.raises(Refused) as refusal:
        stage.resolve(case, at=NOW + HOUR)

    assert reasons_of(refusal.value) == [("escalation_open", "")]
    assert "BO-Cuivre" in refusal.value.reasons[0].text


def test_resolve_while_an_escalation_is_open_on_a_callback_due_is_refused(stage):
    case = stage.at("escalated")
    stage.clock(case, "promise_reached", at=TOMORROW["window_start"])

    with pytest.raises(Refused) as refusal:
        stage.resolve(case, at=TOMORROW["window_start"])

    assert reasons_of(refusal.value) == [("escalation_open", "")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"resolution_code": ""}, [("resolution_code", "resolution_code")]),
        ({"resolution_code": "magic"}, [("resolution_code", "resolution_code")]),
        ({"root_cause": ""}, [("root_cause", "root_cause")]),
        ({"client_confirmation": ""}, [("client_confirmation", "client_confirmation")]),
        ({"told": "Réparé."}, [("told_short", "told")]),
        ({"direction": "up"}, [("direction", "direction")]),
        ({"client_confirmation": "message_left"}, [("reached_or_message", "client_confirmation")]),
    ],
)
def test_resolve_without_what_it_needs_names_the_field(stage, data, expected):
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        stage.resolve(case, at=NOW + HOUR, **data)

    assert reasons_of(refusal.value) == expected
    assert not CallbackAttempt.objects.exists()


# -- the client was told before ------------------------------------------------------------------------


@pytest.mark.parametrize("direction", ["in", "out"])
def test_resolve_after_a_call_that_reached_the_client_is_accepted(stage, direction):
    case = stage.at("opened")
    stage.act(case, "log_attempt", at=NOW + HOUR, outcome="reached", direction=direction)

    assert stage.resolve(case, at=NOW + 2 * HOUR, **NOT_NOW).state == "resolved"


def test_resolve_after_a_call_that_came_before_the_last_answer_is_refused(stage):
    case = stage.at("escalated")
    stage.act(case, "log_attempt", at=NOW + 10 * MINUTE, outcome="reached")
    stage.act(
        case,
        "answer_escalation",
        "specialist",
        at=NOW + HOUR,
        escalation=open_escalation(case).pk,
        answer_code="fixed",
        answer_text="Câble refait hier soir.",
    )

    with pytest.raises(Refused):
        stage.resolve(case, at=NOW + 2 * HOUR, **NOT_NOW)

    stage.act(case, "log_attempt", at=NOW + 3 * HOUR, outcome="reached")
    assert stage.resolve(case, at=NOW + 3 * HOUR, **NOT_NOW).state == "resolved"


@pytest.mark.parametrize(("handler", "told_"), [("owner", True), ("colleague", False), (None, False)])
def test_resolve_counts_the_contact_that_opened_the_case_if_its_owner_took_it(stage, handler, told_):
    client = stage.client()
    first = stage.contact(client, NOW - DAY, handled_by=stage.owner)  # an earlier one says nothing
    third = stage.contact(client, NOW - MINUTE, handled_by=stage.people[handler] if handler else None)
    case = stage.open(client=client, contact_ids=[first.pk, third.pk])

    if told_:
        assert stage.resolve(case, at=NOW + HOUR, **NOT_NOW).state == "resolved"
        return
    with pytest.raises(Refused):
        stage.resolve(case, at=NOW + HOUR, **NOT_NOW)


def test_resolve_counts_a_later_contact_taken_by_the_delegate(stage):
    case = stage.at("opened")
    stage.act(case, "delegate", delegate=stage.support.pk)
    stage.contact(case.client, NOW + HOUR, handled_by=stage.support, case=case)

    assert stage.resolve(case, at=NOW + 2 * HOUR, **NOT_NOW).state == "resolved"


def test_resolve_after_a_reopening_by_hand_forgets_what_was_told_before(stage):
    client = stage.client()
    third = stage.contact(client, NOW - MINUTE, handled_by=stage.owner)
    case = stage.open(client=client, contact_ids=[third.pk])
    stage.resolve(case, at=NOW + HOUR)
    stage.act(case, "reopen", at=NOW + 2 * HOUR, reason=REASON)

    with pytest.raises(Refused) as refusal:
        stage.resolve(case, at=NOW + 3 * HOUR, **NOT_NOW)

    assert reasons_of(refusal.value) == [("client_not_told", "reached_now")]


# -- a message left ------------------------------------------------------------------------------------

MESSAGE = {**NOT_NOW, "client_confirmation": "message_left"}


def called(stage: Stage, case, *calls: tuple[str, str]) -> None:
    for at, outcome in calls:
        stage.act(case, "log_attempt", at=paris(f"{at}"), outcome=outcome)


@pytest.mark.parametrize(
    "calls",
    [
        [("14/11/2018 11:00", "no_answer"), ("14/11/2018 14:00", "busy"), ("15/11/2018 09:00", "voicemail")],
        [("14/11/2018 11:00", "voicemail"), ("14/11/2018 12:59", "busy"), ("14/11/2018 13:00", "no_answer")],
    ],
)
def test_resolve_with_a_message_after_three_calls_on_two_half_days(stage, calls):
    case = stage.at("opened")
    called(stage, case, *calls)

    assert stage.resolve(case, at=NOW + 2 * DAY, **MESSAGE).state == "resolved"
    assert last_sentence(case).endswith("message laissé.")


@pytest.mark.parametrize(
    "calls",
    [
        [("14/11/2018 11:00", "no_answer"), ("14/11/2018 14:00", "voicemail")],  # two calls
        [("14/11/2018 11:00", "no_answer"), ("14/11/2018 11:30", "busy"), ("14/11/2018 12:59", "voicemail")],
        [("14/11/2018 11:00", "no_answer"), ("14/11/2018 14:00", "busy"), ("15/11/2018 09:00", "no_answer")],
    ],
)
def test_resolve_with_a_message_needs_three_calls_two_half_days_and_the_message(stage, calls):
    case = stage.at("opened")
    called(stage, case, *calls)

    with pytest.raises(Refused) as refusal:
        stage.resolve(case, at=NOW + 2 * DAY, **MESSAGE)

    assert reasons_of(refusal.value) == [("client_not_told", "reached_now")]


def test_resolve_as_confirmed_after_a_message_only_is_refused(stage):
    case = stage.at("opened")
    called(
        stage,
        case,
        ("14/11/2018 11:00", "no_answer"),
        ("14/11/2018 14:00", "busy"),
        ("15/11/2018 09:00", "voicemail"),
    )

    with pytest.raises(Refused):
        stage.resolve(case, at=NOW + 2 * DAY, **NOT_NOW)


def test_resolve_with_a_message_left_before_the_last_answer_is_refused(stage):
    case = stage.at("escalated")
    called(
        stage,
        case,
        ("14/11/2018 11:00", "no_answer"),
        ("14/11/2018 14:00", "voicemail"),
        ("14/11/2018 15:00", "busy"),
    )
    stage.act(
        case,
        "answer_escalation",
        "specialist",
        at=paris("14/11/2018 16:00"),
        escalation=open_escalation(case).pk,
        answer_code="fixed",
        answer_text="Câble refait hier soir.",
    )

    with pytest.raises(Refused):
        stage.resolve(case, at=paris("14/11/2018 16:30"), **MESSAGE)
    called(stage, case, ("14/11/2018 16:40", "voicemail"))
    assert stage.resolve(case, at=paris("14/11/2018 16:45"), **MESSAGE).state == "resolved"


def test_resolve_leaves_a_promise_nobody_had_to_keep_cancelled(stage):
    case = stage.at("opened")
    stage.act(case, "log_attempt", at=NOW + 2 * MINUTE, outcome="reached")
    stage.act(case, "promise_callback", at=NOW + 3 * MINUTE, **TOMORROW)

    stage.resolve(case, at=NOW + HOUR, **NOT_NOW)

    assert Promise.objects.get(case=case).status == "cancelled"
    assert resolution()["reached_now"] is True
