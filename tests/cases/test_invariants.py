"""`check_invariants` names the row that breaks a rule of domain.md §2.5; each breach is planted here.

What a constraint forbids is planted with that constraint taken away, and its absence is named too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from atdemain.journal.actors import system
from atdemain.journal.record import record
from atdemain.organisation.models import InternalAdvisor, Participation
from cases import invariants
from cases.copies import GUARD
from cases.invariants import FORBIDDEN, GUARDS, Finding, broken
from cases.models import Case, Contact, Escalation, Promise, RepeatRule, RepeatVerdict, Timer
from tests.cases.workflow.cast import HOUR, MINUTE, NOW, TOMORROW, Stage

pytestmark = pytest.mark.django_db


def found(at=NOW) -> set[tuple[str, str, str]]:
    return {tuple(finding) for finding in broken(at)}


def write(case: Case, **fields) -> None:
    """Past every guard, as a hand in the database would."""
    QuerySet.update(Case.objects.filter(pk=case.pk), **fields)


@pytest.fixture
def without() -> Iterator[Callable[[type[models.Model], str], None]]:
    """Take a constraint away for the length of a test (its transaction is rolled back)."""

    def drop(model: type[models.Model], name: str) -> None:
        constraint = next(c for c in model._meta.constraints if c.name == name)
        with connection.cursor() as cursor:
            if isinstance(constraint, models.UniqueConstraint) and constraint.condition is not None:
                cursor.execute(f'DROP INDEX "{name}"')
            elif connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT "{name}"')
            else:
                cursor.execute("PRAGMA ignore_check_constraints = ON")

    yield drop
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


def test_sound_cases_in_every_situation_break_nothing(stage):
    for situation in ("opened", "escalated", "callback_due", "resolved", "confirmed", "merged", "cancelled"):
        stage.at(situation)

    assert found() == set()


# -- INV-01, INV-02 -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("plant", "kind"),
    [
        (lambda s: InternalAdvisor.objects.filter(user=s.owner).update(active=False), "not_internal_advisor"),
        (lambda s: s.owner.groups.clear(), "not_internal_advisor"),
        (
            lambda s: type(s.owner).objects.filter(pk=s.owner.pk).update(is_active=False),
            "not_internal_advisor",
        ),
        (
            lambda s: Participation.objects.filter(employee=s.owner).update(consent="withdrawn"),
            "not_consenting_participant",
        ),
        (
            lambda s: Participation.objects.filter(employee=s.owner).update(
                ends_on=NOW.date() - timedelta(days=1)
            ),
            "not_consenting_participant",
        ),
    ],
)
def test_owner_who_may_not_keep_a_working_case_is_named(stage, plant, kind):
    case = stage.at("escalated")
    stage.at("resolved")  # not worked on: nobody must be able to keep it
    plant(stage)

    assert found() == {("case", str(case.pk), f"INV-01:owner_{kind}")}


def test_owner_of_a_manual_case_needs_no_participation(stage):
    stage.open(origin="manual")
    Participation.objects.all().delete()

    assert found() == set()


def test_owner_moved_by_an_event_of_an_escalation_is_named(stage):
    case = stage.at("escalated")
    record(
        "case",
        case.pk,
        "answer_escalation",
        actor=system("test"),
        at=NOW,
        from_state="escalated",
        to_state="escalated",
        changes={"owner": [1, 2]},
    )

    assert found() == {("case", str(case.pk), "INV-02:owner_moved_by_escalation")}


# -- INV-03, INV-04 -----------------------------------------------------------------------------------


def test_two_working_cases_of_one_identity_are_named_and_so_is_the_missing_index(stage, without):
    first, second = stage.open(), stage.open()
    without(Case, "case_one_working_per_identity")
    write(second, identity_key=first.identity_key)

    assert found() == {
        ("case", str(first.pk), "INV-03:several_working_cases"),
        ("case", str(second.pk), "INV-03:several_working_cases"),
        ("constraint", "case_one_working_per_identity", "INV-03:constraint_missing"),
    }


def test_contact_left_on_a_merged_case_is_named(stage):
    case = stage.at("merged")
    contact = stage.contact(case.client, NOW, case=case)

    assert found() == {("contact", str(contact.pk), "INV-04:left_on_merged_case")}


# -- INV-05, INV-06 -----------------------------------------------------------------------------------


def test_escalated_case_without_an_open_escalation_is_named(stage):
    case = stage.at("escalated")
    Escalation.objects.update(status="withdrawn")

    assert found() == {("case", str(case.pk), "INV-05:no_open_escalation")}


@pytest.mark.parametrize("status", ["missed", "gone"])
def test_escalated_case_whose_promise_is_not_pending_is_named(stage, status):
    case = stage.at("escalated")
    if status == "missed":
        Promise.objects.update(status="missed")
    else:
        write(case, current_promise=None)
        Promise.objects.all().delete()

    assert found() == {("case", str(case.pk), "INV-05:no_pending_promise")}


def test_callback_due_without_a_promise_is_named(stage):
    case = stage.at("callback_due")
    write(case, current_promise=None)
    Promise.objects.update(status="kept", closed_at=NOW)

    assert found() == {("case", str(case.pk), "INV-06:no_promise")}


def test_case_that_points_at_a_settled_promise_is_named(stage):
    case = stage.at("callback_due")
    Promise.objects.update(status="kept", closed_at=NOW)

    assert found() == {
        ("case", str(case.pk), "INV-06:no_promise"),
        ("case", str(case.pk), "INV-06:current_promise_settled"),
    }


def test_opened_case_with_a_promise_or_an_escalation_is_named(stage):
    case, other = stage.at("callback_due"), stage.at("opened")
    Promise.objects.update(case=other)
    write(case, current_promise=None)
    write(other, current_promise=Promise.objects.get())
    Escalation.objects.create(
        case=other,
        target_entity=stage.bo,
        reason="network_diagnosis",
        summary="Ligne coupée depuis le matin.",
        colour="red",
        sent_by=stage.owner,
        sent_at=NOW,
        ack_due=NOW,
        answer_due=NOW,
    )

    assert found() == {
        ("case", str(case.pk), "INV-06:no_promise"),
        ("case", str(other.pk), "INV-06:opened_with_promise"),
        ("case", str(other.pk), "INV-06:opened_with_escalation"),
    }


def test_two_promises_owed_on_one_case_are_named(stage, without):
    case = stage.at("callback_due")
    without(Promise, "promise_one_owed_per_case")
    second = Promise.objects.get()
    second.pk = None
    second.save(force_insert=True)

    assert found() == {
        ("case", str(case.pk), "INV-06:several_promises"),
        ("promise", str(second.pk), "INV-06:not_the_current_promise"),
        ("constraint", "promise_one_owed_per_case", "INV-06:constraint_missing"),
    }


def test_promise_the_case_does_not_point_at_is_named(stage):
    case = stage.at("callback_due")
    write(case, current_promise=None)

    assert found() == {("promise", str(Promise.objects.get().pk), "INV-06:not_the_current_promise")}


# -- INV-07, INV-08 -----------------------------------------------------------------------------------


def test_resolved_case_that_still_owes_is_named(stage):
    case, other = stage.at("resolved"), stage.at("escalated")
    write(other, current_promise=None)
    Promise.objects.update(case=case)
    Escalation.objects.update(case=case)
    write(case, current_promise=Promise.objects.get())

    assert {
        ("case", str(case.pk), "INV-07:resolved_with_escalation"),
        ("case", str(case.pk), "INV-07:resolved_with_promise"),
    } <= found()


@pytest.mark.parametrize("field", ["resolution_code", "root_cause", "resolved_at"])
def test_resolved_case_left_unexplained_is_named(stage, without, field):
    case = stage.at("resolved")
    without(Case, "case_resolved_is_explained")
    write(case, **{field: None if field == "resolved_at" else ""})

    assert ("case", str(case.pk), "INV-07:resolution_unexplained") in found()


def test_closed_case_that_still_owes_is_named(stage):
    case, other = stage.at("cancelled"), stage.at("callback_due")
    Promise.objects.update(case=case)
    write(other, current_promise=None)
    write(case, current_promise=Promise.objects.get())

    assert ("case", str(case.pk), "INV-08:closed_and_owing") in found()


def test_closed_case_that_does_not_say_how_is_named(stage, without):
    case = stage.at("confirmed")
    without(Case, "case_closed_is_explained")
    write(case, closure_kind="")

    assert ("case", str(case.pk), "INV-08:closed_without_saying_how") in found()


def test_closed_case_that_was_left_otherwise_than_by_a_restoration_is_named(stage):
    case = stage.at("confirmed")
    record("case", case.pk, "reopen", actor=system("test"), at=NOW, from_state="closed", to_state="opened")
    write(case, state="opened", closure_kind="", closed_at=None)

    assert found() == {("case", str(case.pk), "INV-08:closed_case_left")}


def test_restored_case_breaks_nothing(stage):
    case = stage.at("cancelled")
    stage.act(case, "restore", "manager", reason="Annulé par erreur hier.")

    assert found() == set()


# -- INV-09, INV-10 -----------------------------------------------------------------------------------


def test_state_written_aside_is_named(stage):
    case = stage.at("opened")
    write(case, state="closed", closure_kind="cancelled", closed_at=NOW)

    assert found() == {("case", str(case.pk), "INV-10:state_unlike_journal")}


def test_case_that_no_journal_row_opened_is_named(stage):
    case = stage.at("opened")
    Case.objects.bulk_create(
        [
            Case(
                client=case.client,
                identity_key="client:elsewhere",
                reason_family="slow",
                origin="manual",
                unit=stage.unit,
                opened_at=NOW,
                last_event_at=NOW,
            )
        ]
    )

    assert found() == {("case", str(Case.objects.latest("pk").pk), "INV-10:state_unlike_journal")}


def test_change_of_state_without_its_journal_row_is_named(stage):
    case = stage.at("opened")
    record("case", case.pk, "cancel", actor=system("test"), at=NOW, from_state="escalated", to_state="opened")

    assert found() == {("case", str(case.pk), "INV-09:change_not_journalled")}


def test_two_journal_rows_for_one_change_are_named(stage):
    case = stage.at("callback_due")
    record(
        "case", case.pk, "promise_callback", actor=system("test"), at=NOW, from_state="opened",
        to_state="callback_due",
    )  # fmt: skip

    assert found() == {("case", str(case.pk), "INV-09:change_not_journalled")}


def test_refusals_are_no_changes(stage):
    case = stage.at("opened")
    record("case", case.pk, "resolve", actor=system("test"), at=NOW, refused=True)

    assert found() == set()


# -- INV-11, INV-12, INV-13, INV-14 -------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"window_end": TOMORROW["window_start"]},
        {"made_at": TOMORROW["window_start"] + MINUTE},
    ],
)
def test_window_out_of_order_is_named(stage, without, fields):
    stage.at("callback_due")
    without(Promise, "promise_window_in_order")
    Promise.objects.update(**fields)

    assert ("promise", str(Promise.objects.get().pk), "INV-11:window_out_of_order") in found()


def test_call_by_after_the_window_is_named(stage):
    stage.at("callback_due")
    Promise.objects.update(call_by=TOMORROW["window_end"] + HOUR)

    assert found() == {("promise", str(Promise.objects.get().pk), "INV-11:call_by_after_window")}


def test_step_sent_twice_is_named(stage, without):
    stage.at("callback_due")
    without(Timer, "timer_once_per_promise")
    step = Timer.objects.get(kind="promise_before")
    Timer.objects.filter(pk=step.pk).update(status="done")
    step.pk, step.status = None, "done"
    step.save(force_insert=True)

    assert found() == {
        ("promise", str(Promise.objects.get().pk), "INV-12:step_sent_twice"),
        ("constraint", "timer_once_per_promise", "INV-12:constraint_missing"),
    }


def test_a_copy_unlike_its_source_is_named(stage):
    case = stage.at("escalated")
    connection.check_constraints()  # PostgreSQL takes no trigger away while one waits
    with GUARD.lifted(connection):
        write(case, client_key="autre")
        Promise.objects.update(unit=None)
        Escalation.objects.update(unit=None)
        named = found()
        connection.check_constraints()

    assert named == {
        ("case", str(case.pk), "copy:client_key"),
        ("promise", str(Promise.objects.get().pk), "copy:unit"),
        ("escalation", str(Escalation.objects.get().pk), "copy:unit"),
    }


@pytest.mark.postgres
def test_contacts_that_could_be_posted_twice_are_named_by_the_missing_constraint(stage, without):
    without(Contact, "contact_source_unique")

    assert found() == {("constraint", "contact_source_unique", "INV-13:constraint_missing")}


def current_verdict(stage: Stage, contact: Contact, count: int) -> RepeatVerdict:
    rule = RepeatRule.objects.create(code="R1", version=1, programme=stage.programme)
    return RepeatVerdict.objects.create(
        contact=contact,
        rule=rule,
        identity_key="client:1",
        count=count,
        window_start=NOW,
        verdict="rd3plus",
        mode="live",
        computed_at=NOW,
    )


@pytest.mark.parametrize("fields", [{"n_in_window": 2}, {"n_in_window": None, "exclusion_code": "short"}])
def test_verdict_unlike_its_contact_is_named(stage, fields):
    contact = stage.contact(stage.client(), NOW, **({"n_in_window": 3} | fields))
    current_verdict(stage, contact, 3)

    assert found() == {("contact", str(contact.pk), "INV-14:verdict_unlike_contact")}


def test_superseded_verdict_may_differ(stage):
    contact = stage.contact(stage.client(), NOW, n_in_window=2)
    verdict = current_verdict(stage, contact, 3)
    RepeatVerdict.objects.filter(pk=verdict.pk).update(superseded_at=NOW)

    assert found() == set()


def test_contact_excluded_and_counted_is_named(stage):
    contact = stage.contact(stage.client(), NOW, exclusion_code="short", n_in_window=2)
    Contact.objects.filter(pk=contact.pk).update(n_in_window=2)

    assert found() == {("contact", str(contact.pk), "INV-14:excluded_and_counted")}


# -- the schema ---------------------------------------------------------------------------------------


def test_every_guarding_constraint_is_declared_by_a_model():
    declared = {
        model._meta.db_table: {constraint.name for constraint in model._meta.constraints}
        for model in apps.get_models()
    }

    for table, names in GUARDS.items():
        assert names.keys() <= declared[table]


def test_schema_holds_no_recording_no_surveillance_no_health_no_strike_no_union():
    """INV-24, INV-25: on the columns and on the values of every list."""
    assert list(invariants.columns(NOW)) == []
    assert {"audio", "keystroke", "screen", "idle", "health", "strike", "union"} <= FORBIDDEN


@pytest.mark.parametrize(
    ("name", "choices", "finding"),
    [
        ("audio_file", None, ("column", "cases.Case.audio_file", "INV-24:forbidden_data")),
        ("idle_s", None, ("column", "cases.Case.idle_s", "INV-24:forbidden_data")),
        ("why", [("strike_day", "")], ("value", "cases.Case.why=strike_day", "INV-25:forbidden_value")),
    ],
)
def test_forbidden_column_or_value_is_named(monkeypatch, name, choices, finding):
    field = models.CharField(max_length=20, choices=choices)
    field.set_attributes_from_name(name)
    known = Case._meta.get_fields()
    monkeypatch.setattr(Case._meta, "get_fields", lambda: (*known, field))

    assert [tuple(f) for f in invariants.columns(NOW)] == [finding]


# -- the command --------------------------------------------------------------------------------------


def test_command_prints_object_id_and_kind_and_fails(stage):
    case = stage.at("escalated")
    Escalation.objects.update(status="withdrawn")
    out = StringIO()

    with pytest.raises(CommandError) as failure:
        call_command("check_invariants", stdout=out, stderr=StringIO())

    lines = out.getvalue().splitlines()
    assert f"case {case.pk} INV-05:no_open_escalation" in lines
    assert str(len(lines)) in str(failure.value)


def test_command_on_a_sound_database_prints_nothing_and_succeeds(db):
    out, err = StringIO(), StringIO()

    call_command("check_invariants", stdout=out, stderr=err)

    assert out.getvalue() == ""
    assert "vérifiés" in err.getvalue()


def test_check_added_by_another_app_is_run_once(monkeypatch, db):
    monkeypatch.setattr(invariants, "CHECKS", [])

    def check(now):
        yield Finding("award", "7", "INV-18:over_envelope")

    invariants.register(check)
    invariants.register(check)

    assert [str(finding) for finding in broken(NOW)] == ["award 7 INV-18:over_envelope"]


def test_number_of_queries_does_not_grow_with_the_cases(stage):
    stage.at("escalated")
    with CaptureQueriesContext(connection) as one:
        assert found() == set()
    for _ in range(6):
        stage.at("escalated")
    with CaptureQueriesContext(connection) as seven:
        assert found() == set()

    assert len(seven) == len(one)
