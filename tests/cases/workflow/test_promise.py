"""T02: a callback promised, its window, and the steps that will remind of it."""

from __future__ import annotations

import pytest

from cases import hooks
from cases.client_messages import SMS_LENGTH
from cases.models import Promise, Timer
from cases.workflow import Refused

from .cast import (
    HOUR,
    MINUTE,
    NOW,
    TOMORROW,
    forget_notices,
    journal,
    last_sentence,
    paris,
    reasons_of,
    told,
    window,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("by", "capacity"),
    [("owner", "le conseiller en charge"), ("support", "le suppléant"), ("manager", "le manager")],
)
def test_promise_says_when_and_by_whom(stage, by, capacity):
    case = stage.at("opened")
    stage.act(case, "delegate", "owner", delegate=stage.support.pk)

    extra = {"on_behalf": "Le conseiller est absent."} if by == "manager" else {}
    stage.act(case, "promise_callback", by, note="Après 10 h", **TOMORROW, **extra)

    assert last_sentence(case) == f"Rappel promis le 15/11 entre 10:00 et 11:00 par {capacity}."


def test_promise_is_owed_by_the_owner_and_its_ladder_planned(stage, monkeypatch):
    heard = []
    monkeypatch.setitem(hooks.in_transaction, "promise_made", [lambda **facts: heard.append(facts)])
    case = stage.at("opened")
    forget_notices()

    case = stage.act(case, "promise_callback", kind="appointment", note="Après 10 h", **TOMORROW).case

    promise = Promise.objects.get(case=case)
    assert case.current_promise_id == promise.pk
    assert (promise.status, promise.kind, promise.note) == ("pending", "appointment", "Après 10 h")
    assert (promise.made_by_id, promise.owner_at_promise_id) == (stage.owner.pk, stage.owner.pk)
    assert case.next_due_at == TOMORROW["window_start"]
    steps = dict(Timer.objects.filter(promise=promise).values_list("kind", "due_at"))
    start, end = TOMORROW["window_start"], TOMORROW["window_end"]
    assert steps["promise_before"] == start - 30 * MINUTE
    assert steps["promise_start"] == start
    assert steps["promise_missed"] == end
    assert steps["promise_plus_30"] == end + 30 * MINUTE
    assert steps["promise_plus_120"] == end + 2 * HOUR
    assert steps["promise_red_list"] == paris("16/11/2018 08:00")
    assert told() == []
    assert [facts["promise"].pk for facts in heard] == [promise.pk]
    assert "jeudi 15/11 entre 10:00 et 11:00" in heard[0]["sms"]
    assert len(heard[0]["sms"]) <= SMS_LENGTH


@pytest.mark.parametrize(
    ("data", "code", "field"),
    [
        ({}, "window_missing", "window_start"),
        ({"window_start": NOW + 2 * HOUR}, "window_missing", "window_start"),
        (window(NOW + 5 * MINUTE + 14 * MINUTE), "window_too_soon", "window_start"),
        (window(NOW - 24 * HOUR), "window_too_soon", "window_start"),
        (window(NOW + HOUR, 29), "window_width", "window_end"),
        (window(NOW + HOUR, 241), "window_width", "window_end"),
        (window(NOW + HOUR, -60), "window_width", "window_end"),
        (window(paris("18/11/2018 10:00")), "window_closed", "window_start"),  # a Sunday
        (window(paris("14/11/2018 19:30")), "window_closed", "window_start"),  # runs past closing
        (window(paris("15/11/2018 07:30")), "window_closed", "window_start"),
        (window(paris("26/11/2018 19:30"), 60), "window_too_far", "window_start"),
        (window(paris("27/11/2018 10:00")), "window_too_far", "window_start"),
        ({**TOMORROW, "kind": "chat"}, "kind", "kind"),
    ],
)
def test_promise_out_of_its_bounds_is_refused_with_its_field_and_why(stage, data, code, field):
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        stage.act(case, "promise_callback", **data)

    assert reasons_of(refusal.value) == [(code, field)]
    assert stage.again(case).state == "opened"
    assert not Promise.objects.exists()
    assert journal(case, refused=True)[-1].reason_code == code


def test_promise_on_a_closed_day_says_so_once(stage):
    case = stage.at("opened")
    with pytest.raises(Refused) as refusal:
        stage.act(case, "promise_callback", **window(paris("18/11/2018 10:00")))
    assert refusal.value.reasons[0].text.startswith("L’unité est fermée ce jour-là. Choisissez")


@pytest.mark.parametrize(
    "data",
    [
        window(NOW + 5 * MINUTE + 15 * MINUTE),
        window(NOW + HOUR, 30),
        window(NOW + HOUR, 240),
        window(paris("14/11/2018 19:00")),
        window(paris("15/11/2018 08:00")),
        window(paris("26/11/2018 19:00")),  # the tenth business day, to its closing
    ],
)
def test_promise_at_its_bounds_is_accepted(stage, data):
    case = stage.at("opened")

    assert stage.act(case, "promise_callback", **data).case.state == "callback_due"


def test_promise_on_a_holiday_says_it_is_one(stage):
    case = stage.open(at=paris("30/10/2018 10:00"))

    with pytest.raises(Refused) as refusal:
        stage.act(case, "promise_callback", at=paris("30/10/2018 10:05"), **window(paris("01/11/2018 10:00")))

    assert "férié" in refusal.value.reasons[0].text


def test_promise_without_an_owner_says_to_take_the_case(stage):
    case = stage.open(owner=None)

    with pytest.raises(Refused) as refusal:
        stage.act(
            case, "promise_callback", "manager", on_behalf="Personne n’est disponible ce matin.", **TOMORROW
        )

    assert reasons_of(refusal.value) == [("no_owner", "")]


def test_promise_when_the_owner_is_off_shift_asks_for_another_slot_or_a_delegate(stage, monkeypatch):
    asked = []

    def away(owner_id, start, end):
        asked.append((owner_id, start, end))
        return False

    monkeypatch.setitem(hooks.providers, "owner_available", away)
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        stage.act(case, "promise_callback", **TOMORROW)
    assert reasons_of(refusal.value) == [("owner_off_shift", "window_start")]
    assert asked == [(stage.owner.pk, TOMORROW["window_start"], TOMORROW["window_end"])]

    stage.act(case, "delegate", delegate=stage.support.pk)
    assert stage.act(case, "promise_callback", **TOMORROW).case.state == "callback_due"


def test_promise_obeys_the_hours_of_the_owners_unit(stage):
    stage.unit.weekly_hours = [[["08:00", "12:00"]]] * 5 + [[], []]
    stage.unit.save()
    case = stage.at("opened")

    with pytest.raises(Refused) as refusal:
        stage.act(case, "promise_callback", **window(paris("15/11/2018 14:00")))

    assert reasons_of(refusal.value) == [("window_closed", "window_start")]
