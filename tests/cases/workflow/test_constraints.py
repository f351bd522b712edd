"""The database refuses the incoherent row (architecture.md §3), and the state has one way in (INV-10)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet

from cases.models import CallbackAttempt, Case, Escalation, FailedResolution, Promise, Timer

from .cast import HOUR, NOW, TOMORROW, Stage

pytestmark = pytest.mark.django_db


def write(case: Case, **fields) -> None:
    QuerySet.update(Case.objects.filter(pk=case.pk), **fields)


def refused(act) -> None:
    """The statement fails at once, or at the end of its transaction for a deferred foreign key."""

    def attempt() -> None:
        with transaction.atomic():
            act()
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        attempt()


@pytest.mark.parametrize(
    ("situation", "fields"),
    [
        ("opened", {"state": "waiting"}),
        ("opened", {"state": "closed"}),
        ("opened", {"state": "closed", "closure_kind": "confirmed"}),
        ("opened", {"closure_kind": "confirmed"}),
        ("opened", {"state": "resolved"}),
        ("resolved", {"resolution_code": ""}),
        ("resolved", {"root_cause": ""}),
        ("resolved", {"resolved_at": None}),
        ("confirmed", {"closure_kind": ""}),
        ("confirmed", {"closed_at": None}),
        ("confirmed", {"closure_kind": "merged"}),
        ("merged", {"merged_into": F("pk")}),
        ("merged", {"merged_into": None}),
        ("opened", {"owner": 999_999}),
        ("opened", {"client": 999_999}),
    ],
)
def test_incoherent_case_is_refused_by_the_database(stage, situation, fields):
    case = stage.at(situation)

    refused(lambda: write(case, **fields))


@pytest.mark.parametrize("name", ["specialist", "support", "manager", "trainer"])
def test_owner_who_is_no_internal_advisor_is_refused_by_the_database(stage, name):
    case = stage.at("opened")

    refused(lambda: write(case, owner_id=stage.people[name].pk))


@pytest.mark.parametrize(
    "fields",
    [
        {"window_end": TOMORROW["window_start"]},
        {"window_end": TOMORROW["window_start"] - HOUR},
        {"made_at": TOMORROW["window_start"] + timedelta(seconds=1)},
        {"closed_at": NOW},  # settled, and still pending
        {"status": "kept"},  # kept, and still owed
    ],
)
def test_incoherent_promise_is_refused_by_the_database(stage, fields):
    stage.at("callback_due")

    refused(lambda: Promise.objects.update(**fields))


def test_second_promise_owed_on_a_case_is_refused_by_the_database(stage):
    stage.at("callback_due")
    second = Promise.objects.get()
    second.pk = None

    refused(lambda: second.save(force_insert=True))


def test_second_open_escalation_to_an_entity_is_refused_by_the_database(stage):
    stage.at("escalated")
    second = Escalation.objects.get()
    second.pk = None

    refused(lambda: second.save(force_insert=True))


@pytest.mark.parametrize("fields", [{"status": "answered"}, {"status": "answered", "answered_at": NOW}])
def test_answer_without_its_hour_or_its_code_is_refused_by_the_database(stage, fields):
    stage.at("escalated")

    refused(lambda: Escalation.objects.update(**fields))


def test_same_step_of_one_promise_twice_is_refused_by_the_database(stage):
    stage.at("callback_due")
    step = Timer.objects.filter(promise__isnull=False).first()
    step.pk = None

    refused(lambda: step.save(force_insert=True))


def test_contact_that_fails_two_resolutions_is_refused_by_the_database(stage):
    case = stage.at("resolved")
    contact = stage.contact(case.client, NOW + HOUR)
    stage.clock(case, "reopen_by_contact", at=NOW + HOUR, contact=contact)
    second = FailedResolution.objects.get()
    second.pk = None

    refused(lambda: second.save(force_insert=True))


def test_attempt_that_corrects_two_others_is_refused_by_the_database(stage):
    case = stage.at("opened")
    for minute in (5, 6, 7):
        stage.act(case, "log_attempt", at=NOW + minute * HOUR / 60, outcome="busy")
    first, second, third = CallbackAttempt.objects.order_by("pk")
    CallbackAttempt.objects.filter(pk=first.pk).update(superseded_by=third)

    refused(lambda: CallbackAttempt.objects.filter(pk=second.pk).update(superseded_by=third))


def test_constraint_tells_a_person_what_is_wrong(stage):
    case = stage.open()
    twin = Case(
        client=case.client,
        identity_key=case.identity_key,
        reason_family="slow",
        origin="manual",
        unit=stage.unit,
        opened_at=NOW,
        last_event_at=NOW,
    )

    with pytest.raises(ValidationError) as error:
        twin.validate_constraints()

    assert "déjà en cours" in str(error.value)


# -- INV-10: no other way in ----------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["escalated", "callback_due", "resolved", "closed"])
def test_state_is_refused_by_assignment_update_and_bulk_update(stage, state):
    case = stage.at("opened")

    with pytest.raises(AttributeError):
        case.state = state
    with pytest.raises(ValueError, match="workflow"):
        Case.objects.filter(pk=case.pk).update(state=state)
    with pytest.raises(ValueError, match="workflow"):
        Case.objects.update(state=state)
    with pytest.raises(ValueError, match="workflow"):
        stage.owner.advisor_profile.owned_cases.update(state=state)
    with pytest.raises(ValueError, match="workflow"), transaction.atomic():
        Case.objects.bulk_update([case], ["state"])
    assert stage.again(case).state == "opened"


def test_state_given_to_a_constructor_is_refused_at_the_first_save(stage):
    case = stage.at("opened")

    for create in (Case.objects.create, lambda **fields: Case(**fields).save()):
        with pytest.raises(ValueError, match="starts opened"):
            create(
                client=case.client,
                identity_key="client:other",
                reason_family="slow",
                state="closed",
                origin="manual",
                unit=stage.unit,
                opened_at=NOW,
                last_event_at=NOW,
            )


def test_state_is_refused_by_update_or_create(stage):
    case = stage.at("opened")

    with pytest.raises((AttributeError, ValueError)):
        Case.objects.update_or_create(pk=case.pk, defaults={"state": "closed"})
    assert stage.again(case).state == "opened"


def test_admin_offers_no_way_to_write_a_state():
    registered = admin.site._registry.get(Case)
    if registered is not None:
        assert "state" in registered.get_readonly_fields(None)
    assert Case._meta.get_field("state").protected is True


def test_case_saved_from_a_stale_copy_does_not_bring_its_state_back(stage: Stage):
    """Nobody saves a case but the door; a whole `save()` of an old copy is what a bug would look like."""
    stale = stage.at("opened")
    stage.act(stale, "promise_callback", **TOMORROW)

    with pytest.raises(ValueError, match="workflow"):
        stale.save()
    assert stage.again(stale).state == "callback_due"
