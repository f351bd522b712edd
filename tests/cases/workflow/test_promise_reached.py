"""T06: thirty minutes before the news promised, whoever keeps the case must call."""

from __future__ import annotations

import pytest

from cases.sentences import sentence
from cases.sweep import sweep
from cases.workflow import Refused

from .cast import (
    AFTER,
    HOUR,
    MINUTE,
    NOW,
    PARIS,
    TOLD,
    TOMORROW,
    forget_notices,
    journal,
    open_escalation,
    reasons_of,
    sound,
    told,
)

pytestmark = pytest.mark.django_db

NEAR = TOMORROW["window_start"] - 30 * MINUTE


def story(case) -> list[str]:
    """The journal's sentences: by then the entity is late too, and the story says so."""
    return [sentence(row, tz=PARIS).replace("\u00a0", " ") for row in journal(case)]


def test_promise_reached_one_second_before_the_half_hour_is_too_early(stage):
    case = stage.at("escalated")

    with pytest.raises(Refused) as refusal:
        stage.clock(case, "promise_reached", at=NEAR - MINUTE / 60)

    assert reasons_of(refusal.value) == [("not_yet", "")]


def test_promise_reached_at_the_half_hour_is_bad_news_without_an_answer(stage):
    case = stage.at("escalated")
    forget_notices()

    sweep(NEAR)

    case = stage.again(case)
    assert (case.state, case.current_promise.kind) == ("callback_due", "bad_news")
    assert "Échéance de nouvelles atteinte sans réponse de BO-Cuivre." in story(case)
    assert ("owner", "promise_before") in told()
    assert [kind for who, kind in told() if who == "owner" and "promise" in kind] == ["promise_before"]
    assert sound(NEAR) == []


def test_promise_reached_is_progress_once_an_entity_has_answered_since_the_promise(stage):
    case = stage.at("escalated")
    stage.escalate(case, stage.ui, window_start=None, window_end=None)
    stage.act(
        case,
        "answer_escalation",
        "specialist",
        escalation=open_escalation(case).pk,
        answer_code="not_fixed",
        answer_text="Le défaut est plus loin.",
    )

    sweep(NEAR)

    case = stage.again(case)
    assert (case.state, case.current_promise.kind) == ("callback_due", "progress")
    assert "Échéance de nouvelles atteinte sans réponse de UI-Provence." in story(case)


def test_promise_reached_after_an_answer_already_told_is_bad_news(stage):
    case = stage.at("escalated")
    stage.escalate(case, stage.ui, window_start=None, window_end=None)
    stage.act(
        case,
        "answer_escalation",
        "specialist",
        escalation=open_escalation(case).pk,
        answer_code="not_fixed",
        answer_text="Le défaut est plus loin.",
        tell_client_now=True,
    )
    stage.act(case, "tell_unresolved", at=NOW + HOUR, told=TOLD, **AFTER)

    sweep(AFTER["window_start"] - 30 * MINUTE)

    assert stage.again(case).current_promise.kind == "bad_news"


def test_promise_reached_twice_is_once(stage):
    case = stage.at("escalated")

    sweep(NEAR)
    sweep(NEAR)

    assert [row.action for row in journal(case)].count("promise_reached") == 1


def test_entity_is_asked_for_news_one_hour_before(stage):
    stage.at("escalated")
    forget_notices()

    sweep(TOMORROW["window_start"] - 60 * MINUTE)
    sweep(TOMORROW["window_start"] - 60 * MINUTE)

    assert [one for one in told() if one[1] == "promise_entity"] == [("specialist", "promise_entity")]
