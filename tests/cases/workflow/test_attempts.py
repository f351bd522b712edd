"""A5, A6 and corrections: notes and calls are logged, corrected in the open, never erased."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from cases.models import CallbackAttempt, Promise
from cases.sweep import sweep
from cases.workflow import NotAllowed, Refused

from .cast import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    REASON,
    TOLD,
    TOMORROW,
    forget_notices,
    journal,
    last_sentence,
    reasons_of,
    sound,
    told,
)

pytestmark = pytest.mark.django_db

START, END = TOMORROW["window_start"], TOMORROW["window_end"]


@pytest.mark.parametrize("situation", ["opened", "escalated", "callback_due"])
@pytest.mark.parametrize("outcome", ["reached", "no_answer", "voicemail", "busy", "wrong_number", "refused"])
def test_attempt_is_logged_and_moves_nothing(stage, situation, outcome):
    case = stage.at(situation)

    done = stage.act(case, "log_attempt", at=NOW + HOUR, outcome=outcome)

    attempt = CallbackAttempt.objects.get(case=case)
    assert (attempt.outcome, attempt.by_id, attempt.at) == (outcome, stage.owner.pk, NOW + HOUR)
    assert attempt.promise_id == case.current_promise_id
    assert done.case.state == case.state
    assert last_sentence(case).startswith("Appel au client : ")
    assert sound() == []


@pytest.mark.parametrize("situation", ["resolved", "confirmed", "merged", "cancelled"])
def test_attempt_on_a_case_that_is_over_is_refused(stage, situation):
    with pytest.raises(Refused) as refusal:
        stage.act(stage.at(situation), "log_attempt", outcome="no_answer")

    assert reasons_of(refusal.value) == [("wrong_state", "")]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"outcome": ""}, ("outcome", "outcome")),
        ({"outcome": "flown"}, ("outcome", "outcome")),
        ({"outcome": "reached", "direction": "sideways"}, ("direction", "direction")),
    ],
)
def test_attempt_without_what_it_needs_names_the_field(stage, data, expected):
    with pytest.raises(Refused) as refusal:
        stage.act(stage.at("opened"), "log_attempt", **data)

    assert reasons_of(refusal.value) == [expected]


def test_attempt_does_not_take_the_contact_of_another_client(stage):
    case = stage.at("opened")
    foreign = stage.contact(stage.client(), NOW)
    own = stage.contact(case.client, NOW)

    stage.act(case, "log_attempt", outcome="reached", contact_id=foreign.pk)
    stage.act(case, "log_attempt", at=NOW + HOUR, outcome="reached", contact_id=own.pk)

    assert list(CallbackAttempt.objects.order_by("pk").values_list("contact", flat=True)) == [None, own.pk]


def test_attempt_stops_the_first_action_reminder(stage):
    case = stage.at("opened")
    stage.act(case, "log_attempt", at=NOW + HOUR, outcome="no_answer")
    forget_notices()

    sweep(NOW + 5 * HOUR)

    assert told() == []


@pytest.mark.parametrize(
    ("at", "status"),
    [(START - 11 * MINUTE, "missed"), (START - 10 * MINUTE, "pending"), (END, "pending"), (None, "missed")],
)
def test_promise_without_a_call_in_its_window_is_missed_at_its_end(stage, at, status):
    case = stage.at("callback_due")
    if at:
        stage.act(case, "log_attempt", at=at, outcome="no_answer")

    sweep(END)

    assert Promise.objects.get(case=case).status == status
    assert sound() == []
    if status == "missed":
        assert last_sentence(case) == "Engagement de rappel manqué, sans appel dans la fenêtre."


# -- corrections --------------------------------------------------------------------------------------


def test_correction_replaces_the_attempt_and_keeps_the_wrong_one(stage):
    case = stage.at("opened")
    stage.act(case, "log_attempt", at=NOW + HOUR, outcome="reached", told=TOLD)
    wrong = CallbackAttempt.objects.get()

    done = stage.act(
        case, "correct_attempt", at=NOW + 2 * HOUR, attempt_id=wrong.pk, outcome="voicemail", reason=REASON
    )

    wrong.refresh_from_db()
    right = wrong.superseded_by
    assert (right.outcome, right.at, right.by_id) == ("voicemail", NOW + HOUR, stage.owner.pk)
    assert (wrong.outcome, wrong.correction_reason) == ("reached", REASON)
    assert last_sentence(case) == "Tentative corrigée : client joint → message laissé."
    assert done.event.payload.body["reason"] == REASON


@pytest.mark.parametrize(
    ("logged", "corrected", "outcome", "before", "after"),
    [
        (END + MINUTE, END - MINUTE, "reached", "late", "kept"),
        (END - MINUTE, END + MINUTE, "reached", "kept", "late"),
        (START + MINUTE, START + MINUTE, "busy", "kept", "kept"),
        (START - 20 * MINUTE, START - 20 * MINUTE, "no_answer", "kept", "cancelled"),
    ],
)
def test_correction_judges_the_settled_promise_again(stage, logged, corrected, outcome, before, after):
    case = stage.at("callback_due")
    stage.act(case, "tell_unresolved", at=logged, told=TOLD)
    promise = Promise.objects.get(case=case)
    assert promise.status == before
    attempt = CallbackAttempt.objects.get()

    stage.correct(case, attempt, to=corrected, at=END + DAY, outcome=outcome)

    promise.refresh_from_db()
    assert promise.status == after
    assert sound() == []


def test_correction_of_the_hour_gives_a_missed_promise_back(stage):
    case = stage.at("callback_due")
    stage.act(case, "log_attempt", at=START - 11 * MINUTE, outcome="no_answer")
    sweep(END)
    assert Promise.objects.get(case=case).status == "missed"

    stage.correct(case, CallbackAttempt.objects.get(), to=START, at=END + HOUR)

    assert Promise.objects.get(case=case).status == "pending"
    assert sound() == []


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"attempt_id": None}, ("attempt", "attempt")),
        ({"attempt_id": 999_999}, ("attempt", "attempt")),
        ({"outcome": "flown"}, ("outcome", "outcome")),
        ({"reason": "oui"}, ("reason_short", "reason")),
    ],
)
def test_correction_without_what_it_needs_names_the_field(stage, data, expected):
    case = stage.at("opened")
    stage.act(case, "log_attempt", outcome="reached")
    facts = {"attempt_id": CallbackAttempt.objects.get().pk, "outcome": "busy", "reason": REASON}

    with pytest.raises(Refused) as refusal:
        stage.act(case, "correct_attempt", at=NOW + HOUR, **(facts | data))

    assert reasons_of(refusal.value) == [expected]


@pytest.mark.parametrize(
    ("to", "says"),
    [
        (NOW + 3 * HOUR, "Cette heure n’est pas encore passée."),
        (NOW - 20 * HOUR, "Cet appel est trop ancien pour ce dossier. Donnez une heure à partir du "),
        (NOW - 2 * HOUR - MINUTE, "Cet appel est trop ancien pour ce dossier. Donnez une heure à partir du "),
    ],
)
def test_correction_to_an_hour_to_come_or_long_before_the_case_is_refused(stage, to, says):
    case = stage.at("opened")
    stage.act(case, "log_attempt", outcome="reached")

    with pytest.raises(Refused) as refusal:
        stage.correct(case, CallbackAttempt.objects.get(), to=to, at=NOW + 2 * HOUR)

    assert reasons_of(refusal.value) == [("at", "at")]
    text = refusal.value.reasons[0].text
    assert text.startswith(says)
    if to < NOW:
        assert text.endswith(f"{case.opened_at - 2 * HOUR:%d/%m/%Y} à {earliest(case)}.")


def earliest(case) -> str:
    return f"{(case.opened_at - 2 * HOUR).astimezone(ZoneInfo('Europe/Paris')):%H:%M}"


def test_correction_to_the_call_that_led_to_the_opening_is_accepted(stage):
    case = stage.at("opened")
    stage.act(case, "log_attempt", outcome="reached")
    stage.correct(
        case, CallbackAttempt.objects.get(), to=case.opened_at - 2 * HOUR, at=NOW + 2 * HOUR, outcome="busy"
    )
    assert CallbackAttempt.objects.get(superseded_by=None).at == case.opened_at - 2 * HOUR


def test_correction_of_the_outcome_of_an_attempt_older_than_the_case_is_accepted(stage):
    """A merge brings the attempts of a case opened before."""
    case = stage.at("opened")
    stage.act(case, "log_attempt", outcome="reached")
    CallbackAttempt.objects.update(at=NOW - 3 * DAY)
    attempt = CallbackAttempt.objects.get()
    stage.act(case, "correct_attempt", at=NOW + HOUR, attempt_id=attempt.pk, outcome="busy", reason=REASON)
    assert CallbackAttempt.objects.get(superseded_by=None).at == NOW - 3 * DAY


def test_correction_of_a_corrected_attempt_is_refused(stage):
    case = stage.at("opened")
    stage.act(case, "log_attempt", outcome="reached")
    wrong = CallbackAttempt.objects.get()
    stage.act(case, "correct_attempt", at=NOW + HOUR, attempt_id=wrong.pk, outcome="busy", reason=REASON)

    with pytest.raises(Refused) as refusal:
        stage.act(
            case, "correct_attempt", at=NOW + 2 * HOUR, attempt_id=wrong.pk, outcome="busy", reason=REASON
        )

    assert reasons_of(refusal.value) == [("attempt", "attempt")]


# -- notes --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "situation", ["opened", "escalated", "callback_due", "resolved", "confirmed", "merged", "cancelled"]
)
def test_note_may_be_left_in_any_state_and_reaches_the_owner(stage, situation):
    case = stage.at(situation)
    forget_notices()

    done = stage.act(case, "add_note", "support", at=NOW + 20 * DAY, text="Ligne testée.")

    assert case.notes.get().text == "Ligne testée."
    assert done.event.payload.body == {"text": "Ligne testée."}
    assert told() == [("owner", "note_added")]
    assert [row.action for row in journal(case)][-1] == "add_note"


def test_note_without_words_is_refused(stage):
    with pytest.raises(Refused) as refusal:
        stage.act(stage.at("opened"), "add_note", text=" \x00 ")

    assert reasons_of(refusal.value) == [("text", "text")]


@pytest.mark.parametrize("name", ["stranger", "other_manager", "specialist", "hr", "admin", "trainer"])
def test_note_is_for_those_who_work_on_the_case(stage, name):
    with pytest.raises(NotAllowed):
        stage.act(stage.at("opened"), "add_note", name, text="Ligne testée.")
