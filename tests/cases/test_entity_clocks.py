"""TM3 and TM4: an entity late to acknowledge or to answer is told so, then its head and the manager (§3.3)."""

from __future__ import annotations

import pytest

from atdemain.notifications.models import Delivery, Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from cases import deadlines
from cases import sweep as sweeping
from cases.enums import TimerStatus
from cases.invariants import broken
from cases.models import Escalation, EscalationNote, Timer
from cases.sweep import sweep
from tests.cases.clock_cast import MINUTE, paris
from tests.cases.workflow.cast import AFTER, NOW, REASON, Stage, forget_notices, journal, last_sentence, told

pytestmark = pytest.mark.django_db

SENT = NOW + 2 * MINUTE  # Wednesday 14/11/2018 10:02, red: acknowledged by 12:02, answered by 18:02
ACK, ACK_HEAD = paris("14/11/2018 12:02"), paris("14/11/2018 14:02")
ANSWER, ANSWER_HEAD = paris("14/11/2018 18:02"), paris("15/11/2018 14:02")


@pytest.fixture
def stage(db) -> Stage:
    stage = Stage.set()
    stage.hire(head_of_bo=Role.MANAGER)
    stage.bo.head = stage.people["head_of_bo"]
    stage.bo.save()
    return stage


def escalated(stage: Stage, **data):
    """Promised far enough for the entity's whole clock to pass before the callback."""
    case = stage.escalate(stage.open(), **(AFTER | data))
    forget_notices()
    return case


def clock(case) -> dict[str, str]:
    rows = Timer.objects.filter(escalation__case=case)
    return dict(rows.values_list("kind", "status"))


@pytest.mark.parametrize(
    ("colour", "expected"),
    [
        ("red", ["14/11/2018 12:02", "14/11/2018 14:02", "14/11/2018 18:02", "15/11/2018 14:02"]),
        ("orange", ["14/11/2018 14:02", "14/11/2018 18:02", "15/11/2018 14:02", "16/11/2018 18:02"]),
        ("green", ["14/11/2018 18:02", "15/11/2018 14:02", "17/11/2018 14:02", "21/11/2018 18:02"]),
    ],
)
def test_entity_clock_is_planned_in_business_time_of_the_entity(stage, colour, expected):
    case = escalated(stage, colour=colour)
    due = Timer.objects.filter(escalation__case=case).order_by("due_at", "pk")
    assert list(due.values_list("due_at", flat=True)) == [paris(at) for at in expected]


def test_entity_clock_follows_the_hours_of_the_entity_not_of_the_unit(stage):
    stage.bo.tz = "Indian/Reunion"  # open 05:00 to 17:00 in Paris
    stage.bo.save()
    case = escalated(stage)
    assert case.escalations.get().answer_due == paris("15/11/2018 06:02")


def test_entity_late_to_acknowledge_is_told_then_its_head_and_the_manager(stage):
    case = escalated(stage)

    sweep(ACK - MINUTE)
    assert told() == []
    sweep(ACK)
    assert told() == [("specialist", "entity_ack")]
    item = Notification.objects.get()
    assert item.title == f"Accusé de réception de BO-Cuivre attendu depuis le 14/11 à 12:02 : {case.ref}"
    assert item.url == f"/escalations/?e={case.escalations.get().pk}"
    assert last_sentence(case) == "Accusé de réception de BO-Cuivre en retard : attendu 14/11 12:02."
    forget_notices()
    sweep(ACK_HEAD)
    assert sorted(told()) == [("head_of_bo", "entity_ack_head"), ("manager", "entity_ack_head")]


def test_entity_late_to_answer_is_told_and_so_is_the_owner_who_must_call(stage):
    case = escalated(stage)
    stage.act(
        case, "acknowledge_escalation", "specialist", at=SENT + MINUTE, escalation=case.escalations.get().pk
    )
    forget_notices()

    sweep(ANSWER)
    assert sorted(told()) == [("owner", "entity_answer"), ("specialist", "entity_answer")]
    forget_notices()
    sweep(ANSWER_HEAD)
    assert sorted(told()) == [("head_of_bo", "entity_answer_head"), ("manager", "entity_answer_head")]
    assert stage.again(case).state == "escalated"
    assert list(broken(ANSWER_HEAD)) == []


def test_alerts_of_the_head_also_leave_by_mail(stage):
    User.objects.filter(pk=stage.people["head_of_bo"].pk).update(email="direction@exemple.fr")
    escalated(stage)
    sweep(ACK_HEAD)
    assert list(Delivery.objects.values_list("recipient", flat=True)) == ["direction@exemple.fr"]


def test_acknowledged_in_time_says_nothing_more_about_acknowledging(stage):
    case = escalated(stage)
    stage.act(case, "acknowledge_escalation", "specialist", escalation=case.escalations.get().pk)
    assert clock(case) == {
        "entity_ack": "void",
        "entity_ack_head": "void",
        "entity_answer": "pending",
        "entity_answer_head": "pending",
    }


@pytest.mark.parametrize("end", ["answer_escalation", "withdraw_escalation", "cancel"])
def test_entity_that_owes_nothing_any_more_has_no_clock(stage, end):
    case = escalated(stage)
    by, data = {
        "answer_escalation": (
            "specialist",
            {"answer_code": "fixed", "answer_text": "Câble refait au point de concentration."},
        ),
        "withdraw_escalation": ("owner", {"reason": REASON}),
        "cancel": ("manager", {"cancel_reason": "opened_in_error"}),
    }[end]
    if end != "cancel":
        data |= {"escalation": case.escalations.get().pk}
    stage.act(case, end, by, **data)
    assert set(clock(case).values()) == {"void"}
    forget_notices()
    sweep(ANSWER_HEAD)
    assert [kind for _, kind in told() if kind.startswith("entity_")] == []


def test_swept_twice_or_by_two_is_told_once(stage):
    escalated(stage)
    sweep(ACK)
    sweep(ACK)
    Timer.objects.filter(kind="entity_ack").update(status=TimerStatus.PENDING)  # as if the mark had been lost
    sweep(ACK)
    assert told() == [("specialist", "entity_ack")]


def test_killed_in_the_middle_nothing_is_half_told_and_the_next_sweep_tells_it(stage, monkeypatch):
    case = escalated(stage)
    before = len(journal(case))

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sweeping, "_close", killed)
        with pytest.raises(KeyboardInterrupt):
            sweep(ACK)
    assert (told(), len(journal(case)), clock(case)["entity_ack"]) == ([], before, "pending")
    sweep(ACK)
    assert (told(), len(journal(case))) == ([("specialist", "entity_ack")], before + 1)


def test_after_an_outage_only_the_latest_step_is_told_and_both_delays_are_in_the_story(stage):
    case = escalated(stage)
    sweep(ANSWER)
    assert {kind for _, kind in told()} == {"entity_answer"}
    assert clock(case)["entity_ack"] == "skipped_catchup"
    assert [row.action for row in journal(case)].count("entity_late") == 2


def test_entity_where_nobody_has_an_account_is_reached_through_its_head(stage):
    User.objects.filter(pk=stage.specialist.pk).update(is_active=False)
    escalated(stage)
    sweep(ACK)
    assert told() == [("head_of_bo", "entity_ack")]


def test_merged_case_takes_the_clock_with_its_escalation(stage):
    case = escalated(stage)
    target = stage.open(client=case.client, identity_key=f"line:{case.pk}")
    stage.act(case, "merge", "manager", target=target.pk, reason=REASON)
    assert set(Timer.objects.filter(escalation__isnull=False).values_list("case", flat=True)) == {target.pk}
    sweep(ACK)
    assert Notification.objects.get(kind="entity_ack").title.endswith(target.ref)


def test_entity_that_never_opens_is_refused_before_anything_is_written(stage):
    from cases.workflow import Refused

    stage.ui.weekly_hours = [[], [], [], [], [], [], []]
    stage.ui.save()
    with pytest.raises(Refused) as refusal:
        stage.escalate(stage.open(), stage.ui)
    assert [(r.code, r.field) for r in refusal.value.reasons] == [("entity_never_open", "target_entity")]
    assert not Escalation.objects.exists()


# -- one hour before the callback ---------------------------------------------------------------------


def test_one_hour_before_the_callback_the_entity_is_asked_once_and_the_story_says_so(stage):
    case = escalated(stage, colour="green")
    hour_before = AFTER["window_start"] - 60 * MINUTE
    sweep(hour_before - MINUTE)
    assert not EscalationNote.objects.exists()

    sweep(hour_before)
    sweep(hour_before)

    escalation = case.escalations.get()
    assert escalation.status_asked_at == hour_before
    assert list(EscalationNote.objects.values_list("kind", "by")) == [("status_request", None)]
    assert [row.action for row in journal(case)].count("request_status") == 1
    assert ("specialist", "promise_entity") in told()


def test_a_callback_at_opening_time_asks_the_evening_before(stage):
    case = stage.open()
    early = {"window_start": paris("16/11/2018 08:00"), "window_end": paris("16/11/2018 09:00")}
    case = stage.escalate(case, colour="green", **early)
    due = Timer.objects.get(promise__case=case, kind="promise_entity").due_at
    assert due == paris("15/11/2018 19:00")


def test_who_took_the_escalation_is_asked_alone(stage):
    stage.hire(entity=stage.bo, second=Role.BACK_OFFICE)
    case = escalated(stage, colour="green")
    stage.act(case, "claim_escalation", "second", escalation=case.escalations.get().pk)
    forget_notices()
    sweep(AFTER["window_start"] - 60 * MINUTE)
    assert [who for who, kind in told() if kind == "promise_entity"] == ["second"]


def test_who_took_it_and_went_to_another_entity_is_not_asked(stage):
    stage.hire(entity=stage.bo, second=Role.BACK_OFFICE)
    case = escalated(stage, colour="green")
    stage.act(case, "claim_escalation", "second", escalation=case.escalations.get().pk)
    User.objects.filter(username="second").update(entity=stage.ui)
    forget_notices()
    sweep(AFTER["window_start"] - 60 * MINUTE)
    assert [who for who, kind in told() if kind == "promise_entity"] == ["specialist"]


def test_minutes_subtracted_are_the_minutes_between(stage):
    calendar = stage.unit.calendar()
    for end in ("14/11/2018 08:00", "14/11/2018 12:30", "12/11/2018 08:20", "02/11/2018 08:10"):
        at = paris(end)
        for minutes in (1, 30, 60, 800):
            assert calendar.minutes_between(calendar.subtract_minutes(at, minutes), at) == minutes
    assert deadlines.entity_steps(calendar, SENT, "red")[0].due_at == ACK
