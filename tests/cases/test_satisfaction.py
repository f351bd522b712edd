"""T09's question, a day later: told once to the owner, answered once, never after the resolution fell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from atdemain.notifications.models import Notification
from atdemain.organisation.calendar import BusinessCalendar
from cases.enums import TimerKind, TimerStatus
from cases.ladder import satisfaction_due
from cases.models import SatisfactionAnswer, Timer
from cases.sweep import sweep
from cases.workflow import NotAllowed, Refused
from tests.cases.clock_cast import HOUR, MINUTE, paris
from tests.cases.workflow.cast import (
    DAY,
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

RESOLVED = NOW + 2 * MINUTE


def question(case) -> Timer:
    return Timer.objects.filter(case=case, kind=TimerKind.SATISFACTION).latest("pk")


def answer(stage: Stage, case, score: object, cause: str = "", by: str = "owner", at=RESOLVED + DAY):
    return stage.act(case, "record_satisfaction", by, at=at, score=score, cause=cause)


# -- the clock ------------------------------------------------------------------------------------------


def test_question_is_told_once_to_the_owner_a_day_after_with_the_words_to_say(stage):
    case = stage.at("resolved")
    forget_notices()

    sweep(RESOLVED + DAY - MINUTE)
    assert told() == []
    for later in (timedelta(0), MINUTE, DAY):
        sweep(RESOLVED + DAY + later)

    assert told() == [("owner", "satisfaction")]
    item = Notification.objects.get()
    assert item.title == f"Question de satisfaction à poser au client : {case.ref}"
    assert "De 0 à 10" in item.body
    assert not item.urgent
    assert stage.again(case).state == "resolved"


@pytest.mark.parametrize(
    ("resolved_at", "due"),
    [
        (paris("16/11/2018 19:00"), paris("17/11/2018 19:00")),  # Friday → Saturday, open
        (paris("17/11/2018 19:00"), paris("19/11/2018 08:00")),  # Saturday → Sunday, closed
        (paris("16/11/2018 20:30"), paris("19/11/2018 08:00")),  # Saturday 20:30, after closing
        (paris("24/12/2018 10:00"), paris("26/12/2018 08:00")),  # Christmas day
    ],
)
def test_question_waits_for_the_unit_to_open(stage, resolved_at, due):
    case = stage.resolve(stage.open(at=resolved_at - HOUR), at=resolved_at)

    assert question(case).due_at == due


def test_question_of_a_unit_that_never_opens_again_keeps_its_plain_time():
    shut = BusinessCalendar.build(tz="Europe/Paris", holiday_zone="metropole", weekly_hours=[[]] * 7)

    assert satisfaction_due(shut, RESOLVED) == RESOLVED + DAY


@pytest.mark.parametrize("end", ["reopened", "reopened_by_contact", "merged", "resolved_again"])
def test_question_is_not_asked_when_the_resolution_fell_meanwhile(stage, end):
    case = stage.at("resolved")
    if end == "merged":
        target = stage.open(client=case.client, identity_key=f"line:{case.pk}")
        stage.act(case, "merge", at=NOW + HOUR, target=target.pk, reason=REASON)
    elif end == "reopened_by_contact":
        at = NOW + HOUR
        stage.clock(case, "reopen_by_contact", at=at, contact=stage.contact(case.client, at))
    else:
        stage.act(case, "reopen", at=NOW + HOUR, reason=REASON)
    if end == "resolved_again":
        stage.resolve(case, at=NOW + 4 * HOUR)
    forget_notices()

    sweep(RESOLVED + DAY)

    assert "satisfaction" not in [kind for _, kind in told()]
    if end == "resolved_again":
        sweep(NOW + 4 * HOUR + DAY)
        assert [kind for _, kind in told()].count("satisfaction") == 1
    else:
        assert question(case).status == TimerStatus.VOID


def test_question_after_an_outage_is_told_once_and_before_the_case_closes(stage):
    case = stage.at("resolved")
    forget_notices()

    sweep(RESOLVED + 10 * DAY)

    assert told() == [("owner", "satisfaction")]
    assert stage.again(case).state == "closed"
    assert question(case).status == TimerStatus.DONE


def test_question_already_answered_is_not_asked(stage):
    case = stage.at("resolved")
    answer(stage, case, 9, at=RESOLVED + HOUR)
    forget_notices()

    sweep(RESOLVED + DAY)

    assert told() == []


# -- the answer -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("score", "cause", "dissatisfied"),
    [(0, "technical_unresolved", True), (6, "delay", True), (7, "", False), (10, "", False)],
)
@pytest.mark.parametrize("situation", ["resolved", "confirmed"])
def test_answer_says_whether_the_client_is_dissatisfied_and_why(stage, situation, score, cause, dissatisfied):
    case = stage.at(situation)
    before = stage.again(case)

    answer(stage, case, score, cause, at=NOW + 11 * DAY)

    row = SatisfactionAnswer.objects.get()
    assert (row.case, row.score, row.cause, row.dissatisfied) == (case, score, cause, dissatisfied)
    assert row.resolved_at == before.resolved_at
    assert stage.again(case).state == before.state
    assert last_sentence(case).startswith(f"Satisfaction du client : {score} sur 10")
    assert sound(NOW + 11 * DAY) == []


def test_answer_of_a_satisfied_client_keeps_no_cause(stage):
    case = stage.at("resolved")

    answer(stage, case, 8, "price")

    assert SatisfactionAnswer.objects.get().cause == ""


@pytest.mark.parametrize(
    ("score", "cause", "field"),
    [
        ("", "", "score"),
        (11, "", "score"),
        (-1, "", "score"),
        ("²", "", "score"),
        (6, "", "cause"),
        (3, "x", "cause"),
    ],
)
def test_answer_without_a_score_or_the_cause_it_needs_is_refused(stage, score, cause, field):
    case = stage.at("resolved")

    with pytest.raises(Refused) as refusal:
        answer(stage, case, score, cause)

    assert [name for _, name in reasons_of(refusal.value)] == [field]
    assert not SatisfactionAnswer.objects.exists()


@pytest.mark.parametrize("situation", ["opened", "escalated", "callback_due", "merged", "cancelled"])
def test_answer_on_a_case_that_is_not_resolved_is_refused(stage, situation):
    case = stage.at(situation)

    with pytest.raises(Refused) as refusal:
        answer(stage, case, 8)

    assert reasons_of(refusal.value)[0][0] == "not_resolved"


def test_answer_corrected_keeps_one_row_and_both_values_in_the_journal(stage):
    case = stage.at("resolved")
    answer(stage, case, 8)

    answer(stage, case, 4, "delay", by="manager")

    row = SatisfactionAnswer.objects.get()
    assert (row.score, row.cause, row.at) == (4, "delay", RESOLVED + DAY)
    assert journal(case)[-1].changes["score"] == [8, 4]
    assert last_sentence(case) == "Satisfaction corrigée : 8 → 4 sur 10 ; cause : délai."
    with pytest.raises(Refused) as refusal:
        answer(stage, case, 4, "delay")
    assert reasons_of(refusal.value)[0][0] == "same_answer"


def test_answer_after_a_second_resolution_is_a_second_row(stage):
    case = stage.at("resolved")
    answer(stage, case, 3, "technical_unresolved", at=NOW + HOUR)
    stage.act(case, "reopen", at=NOW + 2 * HOUR, reason=REASON)
    stage.resolve(case, at=NOW + 3 * HOUR)

    answer(stage, case, 9, at=NOW + 4 * HOUR)

    assert list(SatisfactionAnswer.objects.order_by("pk").values_list("score", flat=True)) == [3, 9]


@pytest.mark.parametrize("by", ["colleague", "support", "stranger", "other_manager", "specialist"])
def test_answer_by_whoever_is_not_in_charge_is_refused(stage, by):
    case = stage.at("resolved")

    with pytest.raises(NotAllowed):
        answer(stage, case, 8, by=by)


def test_answer_names_nobody(stage):
    people = {field.name for field in SatisfactionAnswer._meta.get_fields() if field.is_relation}

    assert people == {"case"}


@pytest.mark.parametrize(
    ("score", "cause"), [(11, ""), (6, ""), (7, "delay")], ids=["score", "no cause", "cause of nothing"]
)
def test_database_refuses_an_answer_that_contradicts_itself(stage, score, cause):
    case = stage.at("resolved")
    sql = "INSERT INTO cases_satisfactionanswer (case_id, resolved_at, at, score, cause) VALUES (%s, %s, %s, %s, %s)"
    at = connection.ops.adapt_datetimefield_value(RESOLVED)

    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, [case.pk, at, at, score, cause])
