"""T10 and T11: the resolution did not hold; and who decides that it was about something else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from atdemain.organisation.models import InternalAdvisor, Participation
from cases import hooks
from cases.models import Case, FailedResolution, Reason, Timer
from cases.sweep import sweep
from cases.workflow import NotAllowed, Refused

from .cast import (
    DAY,
    HOUR,
    MINUTE,
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


def call_again(stage: Stage, case: Case, at, **facts) -> Case:
    return stage.clock(case, "reopen_by_contact", at=at, contact=stage.contact(case.client, at, **facts))


@pytest.mark.parametrize("elapsed", [timedelta(minutes=1), timedelta(hours=167, minutes=59)])
def test_reopen_by_a_contact_before_168_hours_counts_one_failed_resolution(stage, elapsed):
    case = stage.at("resolved")
    forget_notices()
    at = RESOLVED + elapsed

    case = stage.again(call_again(stage, case, at))

    assert (case.state, case.reopened_count, case.owner_id) == ("opened", 1, stage.owner.pk)
    assert (case.colour, case.resolution_code, case.resolved_at) == ("red", "", None)
    failed = FailedResolution.objects.get(case=case)
    assert (failed.resolved_at, failed.at, failed.unit_id) == (RESOLVED, at, stage.unit.pk)
    assert case.contacts.count() == 1
    assert told() == [("owner", "case_reopened")]
    assert sound(at) == []


@pytest.mark.parametrize(
    "elapsed", [timedelta(hours=168), timedelta(hours=200), timedelta(minutes=-1), timedelta(0)]
)
def test_reopen_by_a_contact_at_168_hours_or_before_the_resolution_is_refused(stage, elapsed):
    case = stage.at("resolved")

    with pytest.raises(Refused) as refusal:
        call_again(stage, case, RESOLVED + elapsed)

    assert reasons_of(refusal.value) == [("not_observed", "")]
    assert not FailedResolution.objects.exists()


def test_reopen_reads_how_long_after(stage):
    case = stage.at("resolved")

    call_again(stage, case, RESOLVED + timedelta(days=4, hours=4, minutes=20))

    assert last_sentence(case) == "Rouvert : nouveau contact 4 j 4 h après résolution."


def test_reopen_by_a_contact_that_does_not_count_is_refused(stage):
    case = stage.at("resolved")
    bill = Reason.objects.create(code="facture", label="Facture", family="non_technical")

    for facts in ({"exclusion_code": "short"}, {"reason": bill}):
        with pytest.raises(Refused) as refusal:
            call_again(stage, case, NOW + DAY, **facts)
        assert reasons_of(refusal.value) == [("not_counted", "")]


@pytest.mark.parametrize(("before", "after"), [("green", "orange"), ("orange", "red"), ("red", "red")])
def test_reopen_raises_the_colour_one_step(stage, before, after):
    case = stage.at("opened")
    if before != case.colour:
        stage.act(case, "set_colour", "manager", colour=before, reason=REASON)
    stage.resolve(case, at=NOW + HOUR)

    case = call_again(stage, case, NOW + DAY)

    assert stage.again(case).colour == after


def test_reopen_expects_a_first_action_in_two_business_hours(stage):
    case = stage.at("resolved")
    at = NOW + DAY

    case = call_again(stage, case, at)

    due = dict(Timer.objects.filter(case=case, promise=None, status="pending").values_list("kind", "due_at"))
    assert due["first_action_owner"] == at + 2 * HOUR
    assert due["first_action_manager"] == at + 4 * HOUR
    assert stage.again(case).next_due_at == at + 2 * HOUR
    assert "confirm" not in due
    forget_notices()
    sweep(at + 2 * HOUR)
    assert told() == [("owner", "first_action_owner")]


@pytest.mark.parametrize("why", ["left_programme", "no_consent", "profile_off", "account_off"])
def test_reopen_when_the_owner_may_no_longer_keep_it_goes_to_the_queue(stage, why):
    case = stage.at("resolved")
    if why == "left_programme":
        Participation.objects.filter(employee=stage.owner).update(ends_on=NOW.date())
    elif why == "no_consent":
        Participation.objects.filter(employee=stage.owner).update(consent="withdrawn")
    elif why == "profile_off":
        InternalAdvisor.objects.filter(user=stage.owner).update(active=False)
    else:
        stage.owner.is_active = False
        stage.owner.save()
    forget_notices()

    case = stage.again(call_again(stage, case, NOW + 2 * DAY))

    assert (case.state, case.owner_id) == ("opened", None)
    assert told() == [("head", "case_unassigned")]
    assert last_sentence(case).endswith("; à confier de nouveau.")
    assert sound(NOW + 2 * DAY) == []


def test_reopen_tells_routing(stage, monkeypatch):
    heard = []
    monkeypatch.setitem(
        hooks.in_transaction, "case_reopened", [lambda **facts: heard.append(facts["contact"])]
    )
    case = stage.at("resolved")

    call_again(stage, case, NOW + DAY)

    assert [contact.client_id for contact in heard] == [case.client_id]


def test_reopen_when_another_case_is_working_is_refused_by_name(stage):
    case = stage.at("resolved")
    other = stage.open(client=case.client, at=NOW + HOUR)

    for act in (
        lambda: stage.act(case, "reopen", at=NOW + DAY, reason=REASON),
        lambda: call_again(stage, case, NOW + DAY),
    ):
        with pytest.raises(Refused) as refusal:
            act()
        assert reasons_of(refusal.value) == [("other_working", "")]
        assert other.ref in refusal.value.reasons[0].text
    assert stage.again(case).state == "resolved"


# -- T11 by hand --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("by_mistake", "count", "colour"), [(False, 1, "red"), (True, 0, "orange")])
def test_reopen_by_hand_counts_unless_it_was_resolved_by_mistake(stage, by_mistake, count, colour):
    case = stage.at("resolved")
    forget_notices()

    done = stage.act(case, "reopen", "manager", at=NOW + DAY, reason=REASON, closed_by_mistake=by_mistake)

    assert (done.case.state, done.case.reopened_count, done.case.colour) == ("opened", count, colour)
    assert not FailedResolution.objects.exists()
    assert told() == [("owner", "case_reopened")]
    assert done.event.reason_code == ("closed_by_mistake" if by_mistake else "")
    assert done.event.payload.body["reason"] == REASON


def test_reopen_by_hand_without_a_reason_is_refused(stage):
    case = stage.at("resolved")

    with pytest.raises(Refused) as refusal:
        stage.act(case, "reopen", at=NOW + DAY, reason="oui")

    assert reasons_of(refusal.value) == [("reason_short", "reason")]


# -- « motif sans rapport » -----------------------------------------------------------------------------


def reopened(stage: Stage) -> Case:
    case = stage.at("resolved")
    call_again(stage, case, NOW + DAY)
    forget_notices()
    return stage.again(case)


@pytest.mark.parametrize(("agreed", "outcome"), [(True, "agreed"), (False, "refused")])
def test_unrelated_reason_is_asked_by_the_owner_and_decided_by_the_manager(stage, agreed, outcome):
    case = reopened(stage)

    stage.act(case, "flag_unrelated", at=NOW + DAY, reason="Le client demandait sa facture.")
    assert FailedResolution.objects.get().unrelated == "requested"
    assert told() == [("manager", "unrelated_requested")]
    stage.act(case, "decide_unrelated", "manager", at=NOW + DAY, agreed=agreed)

    assert FailedResolution.objects.get().unrelated == outcome
    assert told()[1:] == [("owner", "unrelated_decided")]
    assert stage.again(case).state == "opened"
    assert [row.action for row in journal(case)][-2:] == ["flag_unrelated", "decide_unrelated"]


@pytest.mark.parametrize("by", ["colleague", "support", "manager", "stranger"])
def test_unrelated_reason_is_asked_by_nobody_else(stage, by):
    with pytest.raises(NotAllowed):
        stage.act(reopened(stage), "flag_unrelated", by, reason=REASON)


@pytest.mark.parametrize("by", ["owner", "support", "other_manager"])
def test_unrelated_reason_is_decided_by_nobody_but_the_units_manager(stage, by):
    case = reopened(stage)
    stage.act(case, "flag_unrelated", at=NOW + DAY, reason=REASON)

    with pytest.raises(NotAllowed):
        stage.act(case, "decide_unrelated", by, agreed=True)


def test_unrelated_reason_asked_twice_or_decided_unasked_is_refused(stage):
    case = reopened(stage)

    with pytest.raises(Refused) as refusal:
        stage.act(case, "decide_unrelated", "manager", agreed=True)
    assert reasons_of(refusal.value) == [("nothing_to_decide", "")]
    stage.act(case, "flag_unrelated", at=NOW + DAY, reason=REASON)
    with pytest.raises(Refused) as refusal:
        stage.act(case, "flag_unrelated", at=NOW + DAY + HOUR, reason=REASON)
    assert reasons_of(refusal.value) == [("already_flagged", "")]


def test_unrelated_reason_on_a_case_never_reopened_is_refused(stage):
    with pytest.raises(Refused) as refusal:
        stage.act(stage.at("opened"), "flag_unrelated", reason=REASON)

    assert reasons_of(refusal.value) == [("not_reopened", "")]
