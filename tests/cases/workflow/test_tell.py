"""T07: the client is told it is not solved, and where the case goes from there."""

from __future__ import annotations

import pytest

from cases.models import CallbackAttempt, Promise, Timer
from cases.sweep import sweep
from cases.workflow import Refused

from .cast import (
    AFTER,
    DAY,
    HOUR,
    MINUTE,
    NOW,
    TOLD,
    TOMORROW,
    Stage,
    forget_notices,
    last_sentence,
    reasons_of,
    sound,
    told,
    window,
)

pytestmark = pytest.mark.django_db

IN_WINDOW = TOMORROW["window_start"] + 5 * MINUTE


def reached(stage: Stage):
    """An escalated case whose hour has come: callback due, escalation still open."""
    case = stage.at("escalated")
    sweep(TOMORROW["window_start"] - 30 * MINUTE)
    return stage.again(case)


def test_told_without_a_new_promise_and_nothing_open_goes_back_to_opened(stage):
    case = stage.at("callback_due")
    old = case.current_promise_id
    forget_notices()

    case = stage.act(case, "tell_unresolved", at=IN_WINDOW, told=TOLD).case

    assert (case.state, case.current_promise_id) == ("opened", None)
    promise = Promise.objects.get(pk=old)
    attempt = CallbackAttempt.objects.get(case=case)
    assert (promise.status, promise.done_attempt_id) == ("kept", attempt.pk)
    assert (attempt.outcome, attempt.direction, attempt.told) == ("reached", "out", TOLD)
    assert not Timer.objects.filter(promise=old, status="pending").exists()
    assert last_sentence(case) == "Client informé (sans solution)."
    assert told() == []
    assert sound() == []


def test_told_with_a_new_promise_and_nothing_open_stays_to_call(stage):
    case = stage.at("callback_due")

    case = stage.act(case, "tell_unresolved", at=IN_WINDOW, told=TOLD, **AFTER).case

    assert case.state == "callback_due"
    assert case.current_promise.window_start == AFTER["window_start"]
    assert last_sentence(case) == "Client informé (sans solution) ; prochain rappel 16/11 09:00–10:00."
    assert sound() == []


def test_told_while_an_entity_is_asked_goes_back_to_escalated_with_a_new_promise(stage):
    case = reached(stage)

    case = stage.act(case, "tell_unresolved", at=IN_WINDOW, told=TOLD, **AFTER).case

    assert case.state == "escalated"
    assert (case.current_promise.kind, case.current_promise.status) == ("progress", "pending")
    assert Timer.objects.filter(promise=case.current_promise, kind="promise_entity").exists()
    assert sound() == []


def test_told_while_an_entity_is_asked_without_a_new_promise_is_refused(stage):
    case = reached(stage)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "tell_unresolved", at=IN_WINDOW, told=TOLD)

    assert reasons_of(refusal.value) == [("news_date", "window_start")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"told": "Pas fini."}, [("told_short", "told")]),
        ({"told": ""}, [("told_short", "told")]),
        ({"told": TOLD, "direction": "up"}, [("direction", "direction")]),
        ({"told": TOLD, **window(NOW - DAY)}, [("window_too_soon", "window_start")]),
    ],
)
def test_told_without_what_it_needs_names_the_field(stage, data, expected):
    case = stage.at("callback_due")

    with pytest.raises(Refused) as refusal:
        stage.act(case, "tell_unresolved", at=IN_WINDOW, **data)

    assert reasons_of(refusal.value) == expected
    assert not CallbackAttempt.objects.exists()


@pytest.mark.parametrize(
    ("at", "direction", "status"),
    [
        (TOMORROW["window_start"] - 11 * MINUTE, "out", "kept"),  # reached before it
        (TOMORROW["window_start"] - 10 * MINUTE, "out", "kept"),
        (TOMORROW["window_end"], "out", "kept"),
        (TOMORROW["window_end"] + MINUTE, "out", "late"),
        (NOW + HOUR, "in", "superseded_by_client"),  # the client called first
        (TOMORROW["window_start"] + MINUTE, "in", "superseded_by_client"),
        (TOMORROW["window_end"] + HOUR, "in", "missed"),  # nobody had called
    ],
)
def test_told_settles_the_old_promise_by_who_called_and_when(stage, at, direction, status):
    case = stage.at("callback_due")
    promise = case.current_promise_id

    stage.act(case, "tell_unresolved", at=at, told=TOLD, direction=direction)

    assert Promise.objects.get(pk=promise).status == status


def test_told_of_the_clients_own_call_says_so(stage):
    case = stage.at("callback_due")

    stage.act(case, "tell_unresolved", told=TOLD, direction="in")

    assert last_sentence(case) == "Client informé (sans solution, de son propre appel)."


def test_told_just_after_the_call_was_noted_completes_it(stage):
    case = stage.at("callback_due")
    stage.act(case, "log_attempt", at=IN_WINDOW, outcome="reached")

    stage.act(case, "tell_unresolved", at=IN_WINDOW + 3 * MINUTE, told=TOLD)

    attempt = CallbackAttempt.objects.get(case=case)
    assert (attempt.told, attempt.at) == (TOLD, IN_WINDOW)


def test_told_after_the_promise_was_missed_is_late(stage):
    case = stage.at("callback_due")
    sweep(TOMORROW["window_end"])
    promise = Promise.objects.get(case=case)
    assert promise.status == "missed"

    stage.act(case, "tell_unresolved", at=TOMORROW["window_end"] + HOUR, told=TOLD)

    promise.refresh_from_db()
    assert promise.status == "late"
