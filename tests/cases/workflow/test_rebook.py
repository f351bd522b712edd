"""T08: the callback is moved; who asks, and when, decides what becomes of the promise."""

from __future__ import annotations

import pytest

from cases.models import Promise, Timer
from cases.sweep import sweep
from cases.workflow import Refused

from .cast import (
    AFTER,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REASON,
    TOMORROW,
    forget_notices,
    last_sentence,
    reasons_of,
    sound,
    told,
    window,
)

pytestmark = pytest.mark.django_db

START, END = TOMORROW["window_start"], TOMORROW["window_end"]


def rebook(stage, case, at, initiator="client", **data):
    return stage.act(case, "rebook", at=at, initiator=initiator, **({"reason": REASON} | AFTER | data))


@pytest.mark.parametrize(
    ("at", "initiator", "agrees", "status"),
    [
        (NOW + HOUR, "client", False, "renegotiated"),
        (START + MINUTE, "client", False, "renegotiated"),
        (END - MINUTE, "client", False, "renegotiated"),
        (END, "client", False, "broken_rebooked"),
        (END + MINUTE, "client", True, "broken_rebooked"),
        (NOW + HOUR, "us", True, "renegotiated"),
        (START - MINUTE, "us", True, "renegotiated"),
        (NOW + HOUR, "us", False, "broken_rebooked"),
        (START, "us", True, "broken_rebooked"),
        (END + MINUTE, "us", True, "broken_rebooked"),
    ],
)
def test_rebook_by_its_initiator(stage, at, initiator, agrees, status):
    case = stage.at("callback_due")
    old = case.current_promise_id

    case = rebook(stage, case, at, initiator, client_agrees=agrees).case

    assert Promise.objects.get(pk=old).status == status
    assert case.state == "callback_due"
    assert case.current_promise.window_start == AFTER["window_start"]
    assert sound() == []


@pytest.mark.parametrize(
    ("attempt_at", "status"),
    [
        (START - 11 * MINUTE, "broken_rebooked"),  # before the window
        (START - 10 * MINUTE, "kept"),
        (START + 5 * MINUTE, "kept"),
        (END, "kept"),
        (END + MINUTE, "broken_rebooked"),
    ],
)
@pytest.mark.parametrize("outcome", ["no_answer", "voicemail", "busy"])
def test_rebook_when_the_client_did_not_answer(stage, attempt_at, outcome, status):
    case = stage.at("callback_due")
    old = case.current_promise_id
    stage.act(case, "log_attempt", at=attempt_at, outcome=outcome)

    rebook(stage, case, END + 2 * MINUTE, "no_answer", reason="")

    assert Promise.objects.get(pk=old).status == status
    assert case.attempts.count() == 1


def test_rebook_for_want_of_an_answer_needs_a_call_since_the_promise(stage):
    case = stage.at("opened")
    stage.act(case, "log_attempt", at=NOW + 2 * MINUTE, outcome="no_answer")
    stage.act(case, "promise_callback", at=NOW + 3 * MINUTE, **TOMORROW)

    with pytest.raises(Refused) as refusal:
        rebook(stage, case, NOW + HOUR, "no_answer", reason="")

    assert reasons_of(refusal.value) == [("no_attempt", "initiator")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"initiator": "neighbour"}, [("initiator", "initiator")]),
        ({"initiator": ""}, [("initiator", "initiator")]),
        ({"reason": "  "}, [("rebook_reason", "reason")]),
        ({"window_start": None}, [("window_missing", "window_start")]),
        (window(NOW - DAY), [("window_too_soon", "window_start")]),
    ],
)
def test_rebook_without_what_it_needs_names_the_field(stage, data, expected):
    case = stage.at("callback_due")

    with pytest.raises(Refused) as refusal:
        rebook(stage, case, NOW + HOUR, **data)

    assert reasons_of(refusal.value) == expected
    assert Promise.objects.get(case=case).status == "pending"


def test_rebook_voids_the_old_ladder_and_plans_the_new_one(stage):
    case = stage.at("callback_due")
    old = case.current_promise_id
    forget_notices()

    case = rebook(stage, case, NOW + HOUR).case
    sweep(START)
    assert told() == []
    sweep(AFTER["window_start"] - 30 * MINUTE)

    assert told() == [("owner", "promise_before")]
    assert not Timer.objects.filter(promise=old, status="pending").exists()


@pytest.mark.parametrize(
    ("initiator", "words"),
    [("client", "à la demande du client"), ("us", "à notre initiative")],
)
def test_rebook_says_at_whose_request_and_what_the_old_one_became(stage, initiator, words):
    case = stage.at("callback_due")

    done = rebook(stage, case, NOW + HOUR, initiator, client_agrees=True)

    assert last_sentence(case) == (
        f"Rappel déplacé {words} : 16/11 09:00–10:00 (l’ancien : déplacé d’accord avec le client)."
    )
    assert done.event.payload.body["reason"] == REASON


def test_rebook_after_the_miss_leaves_one_promise_owed(stage):
    case = stage.at("callback_due")
    sweep(END)

    case = rebook(stage, case, END + HOUR).case

    assert Promise.objects.filter(case=case, closed_at=None).get().pk == case.current_promise_id
    assert set(Promise.objects.filter(case=case).values_list("status", flat=True)) == {
        "broken_rebooked",
        "pending",
    }
