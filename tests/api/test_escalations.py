"""An entity works on its escalations through the API: its own alone, from the version it read (partner 3 to 6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.models import EntityContact
from atdemain.rest.caller import Caller
from cases import invariants, workflow
from cases.models import Case, ClientPhone, Escalation, FaultTicket
from tests.api.cast import Partner, problem
from tests.office import HOUR, NOW, THURSDAY, TOLD, text_of

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def p1(office, clock) -> Partner:
    return Partner.of(office)


@pytest.fixture
def case(office, clock) -> Case:
    """The advisor's, escalated to P1."""
    return office.case("escalated", entity="p1")


def path(case: Case, verb: str = "") -> str:
    return f"/escalations/{case.escalations.get().pk}" + (f"/{verb}" if verb else "")


def act(partner: Partner, case: Case, verb: str, body: Any = None, version: Any = None, **headers: Any):
    version = case.escalations.get().version if version is None else version
    return partner.post(path(case, verb), body or {}, If_Match=f'"{version}"', **headers)


ANSWER = {"answer_code": "fixed", "text": "Carte remplacée, débit mesuré normal."}


# -- what is seen ----------------------------------------------------------------------------------------


def test_partner_3_lists_its_own_escalations_and_no_other(office, p1, case):
    office.case("escalated", entity="copper")
    told = p1.get("/escalations").json()
    assert [item["id"] for item in told["items"]] == [case.escalations.get().pk]
    assert told["next"] is None
    (item,) = told["items"]
    assert (item["case_ref"], item["status"], item["colour"], item["version"]) == (
        case.ref,
        "sent",
        "orange",
        1,
    )
    assert case.client.display_name not in str(told)
    assert AccessLog.objects.get().api_client_id == p1.client.pk


def test_the_list_is_filtered_by_status_colour_and_last_change(office, p1, case):
    ids = lambda query: [item["id"] for item in p1.get(f"/escalations{query}").json()["items"]]  # noqa: E731
    one = case.escalations.get().pk
    since = (NOW + 10 * MINUTE).isoformat().replace("+", "%2B")
    assert ids("?status=sent&colour=orange") == [one]
    assert ids("?status=answered") == ids("?colour=red") == ids(f"?updated_since={since}") == []
    office.do(case, "withdraw_escalation", "advisor", escalation=one, reason=TOLD, at=NOW + 11 * MINUTE)
    assert ids(f"?updated_since={since}") == [one]
    assert ids(f"?updated_since={since.replace('%2B', '+')}") == [one]


def test_a_change_committed_after_a_later_one_was_read_is_met_at_the_next_reading(office, p1):
    """The transaction that dated it first ended last: whoever asks from the last change read still has it."""
    slow, quick = (office.case("escalated", entity="p1", at=NOW - HOUR) for _ in range(2))
    ask = lambda case, at: office.do(  # noqa: E731
        case, "withdraw_escalation", "advisor", escalation=case.escalations.get().pk, reason=TOLD, at=at
    )
    ask(quick, NOW + 3 * MINUTE)
    read = p1.get("/escalations").json()["items"][-1]
    assert read["case_ref"] == quick.ref
    ask(slow, NOW + MINUTE)
    told = p1.get(f"/escalations?updated_since={read['updated_at']}").json()["items"]
    assert [item["case_ref"] for item in told] == [slow.ref, quick.ref]
    first, last = "0001-01-01T00:00:00%2B07:07", "9999-12-31T23:59:59-12:00"  # beyond the calendar, in UTC
    for edge, count in (("0001-01-01T00:00:00Z", 2), (first, 2), (last, 0)):
        assert len(p1.get(f"/escalations?updated_since={edge}").json()["items"]) == count


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("status=nulle", "status"),
        ("colour=bleu", "colour"),
        ("updated_since=hier", "updated_since"),
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=9999999999999999999999", "limit"),
        ("cursor=xx", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=W10", "cursor"),
        ("entity=copper", "entity"),
        ("status=sent&status=answered", "status"),
    ],
)
def test_a_filter_that_means_nothing_is_named(p1, query, name):
    told = problem(p1.get(f"/escalations?{query}"), 422, "validation")
    assert told["errors"][0]["parameter"] == name


def test_the_pieces_of_a_list_follow_one_another_and_miss_nothing(office, p1):
    made = [office.case("escalated", entity="p1", at=NOW - HOUR).escalations.get().pk for _ in range(5)]
    seen, where = [], "/escalations?limit=2&status=sent"
    while where:
        answer = p1.get(where)
        told = answer.json()
        seen += [item["id"] for item in told["items"]]
        where = told["next"]
        assert ("Link" in answer) == bool(where)
        if where:
            assert answer["Link"] == f'<{where}>; rel="next"'
            assert "status=sent" in where
    assert seen == made


@pytest.mark.parametrize("number", [3, 50])
def test_a_list_of_fifty_costs_at_most_eight_queries_and_a_304_three(office, p1, number):
    case = office.case("escalated", entity="p1")
    one = case.escalations.get()
    rows = [
        Escalation(
            case=case, target_entity=one.target_entity, status="withdrawn", summary=one.summary, colour="red",
            sent_by=one.sent_by, sent_at=NOW, ack_due=NOW, answer_due=NOW, reason=one.reason,
            named_contact=one.target_entity.contacts.get(), updated_at=NOW,
        )
        for _ in range(number - 1)
    ]  # fmt: skip
    Escalation.objects.bulk_create(rows)
    with CaptureQueriesContext(connection) as captured:
        answer = p1.get("/escalations")
    assert len(answer.json()["items"]) == number
    assert len(captured) == 4
    with CaptureQueriesContext(connection) as captured:
        assert p1.get("/escalations", If_None_Match=answer["ETag"]).status_code == 304
    assert len(captured) == 3


def test_partner_4_another_entitys_escalation_or_case_is_told_like_one_that_does_not_exist(office, p1):
    theirs = office.case("escalated", entity="copper")
    unknown = p1.get("/escalations/999999").json()
    assert p1.get(path(theirs)).json() == unknown
    problem(p1.get(path(theirs)), 404, "not_found")
    for verb in ("acknowledge", "answer", "request-info", "named-contact"):
        refused = act(p1, theirs, verb, {"anything": 1})
        assert (refused.status_code, refused.json()) == (404, unknown)
        assert "ETag" not in refused
    for ref in (theirs.ref, "ATD-2026-999999", "nulle", "a%00b", "x" * 500):
        assert p1.get(f"/cases/{ref}").json() == unknown
    assert p1.get("/escalations/99999999999999999999999999").json() == unknown
    theirs.refresh_from_db()
    assert theirs.escalations.get().status == "sent"


def test_a_case_shows_the_least_that_the_entity_needs(office, p1, case):
    ClientPhone.objects.create(client=case.client, e164="+33199004127")
    FaultTicket.objects.create(
        system="oceane",
        ref="OC1",
        case=case,
        colour="red",
        status="open",
        opened_at=NOW - HOUR,
        updated_at=NOW,
    )
    told = p1.get(f"/cases/{case.ref}").json()
    assert (told["ref"], told["state"], told["unit"]) == (case.ref, "escalated", "lyon")
    assert told["news_promised"] == {"from": "2026-11-12T09:00:00Z", "to": "2026-11-12T10:00:00Z"}
    assert [fault["ref"] for fault in told["faults"]] == ["OC1"]
    assert told["phones"] == []
    assert case.client.display_name not in str(told)
    row = AccessLog.objects.get()
    assert (row.user_id, row.api_client_id, row.role, row.purpose, row.client_id) == (
        None,
        p1.client.pk,
        "partner",
        "escalation",
        case.client_id,
    )


def test_the_phone_is_told_once_the_entity_needs_the_client_and_while_the_case_is_worked(office, p1, case):
    ClientPhone.objects.create(client=case.client, e164="+33199004127")
    act(p1, case, "answer", ANSWER | {"answer_code": "needs_client"})
    assert p1.get(f"/cases/{case.ref}").json()["phones"] == ["+33199004127"]
    Case.objects.get(pk=case.pk)
    office.do(case, "cancel", "manager", cancel_reason="client_withdrew")
    assert p1.get(f"/cases/{case.ref}").json()["phones"] == []


# -- what is done ----------------------------------------------------------------------------------------


def test_partner_5_acknowledges_then_answers_and_the_owner_knows_at_once(office, p1, case):
    Notification.objects.all().delete()
    first = act(p1, case, "acknowledge")
    assert (first.status_code, first.json()["status"], first["ETag"]) == (200, "acknowledged", '"2"')
    answered = p1.post(path(case, "answer"), ANSWER, If_Match=first["ETag"])
    assert answered.json()["answer"]["code"] == "fixed"
    case.refresh_from_db()
    assert (case.state, case.owner.user.username) == ("callback_due", "advisor")
    assert case.current_promise.call_by is not None
    owner = office.people["advisor"].pk
    kinds = list(Notification.objects.filter(recipient=owner).order_by("pk").values_list("kind", flat=True))
    assert kinds == ["escalation_acknowledged", "entity_answered"]
    rows = AuditEvent.objects.filter(object_type="case", object_id=str(case.pk)).order_by("seq")
    assert [(row.action, row.actor_kind, row.actor_id, row.source) for row in rows][-2:] == [
        ("acknowledge_escalation", "api_client", p1.client.pk, "api"),
        ("answer_escalation", "api_client", p1.client.pk, "api"),
    ]
    assert list(invariants.broken(NOW)) == []
    page = text_of(office.browser("advisor").get(f"/cases/{case.ref}/"))
    assert "Partenaire P1 répond : réparé" in page


def test_partner_5_an_answer_out_of_turn_is_409_with_the_present_state(p1, case):
    assert act(p1, case, "answer", ANSWER).status_code == 200
    told = problem(act(p1, case, "answer", ANSWER), 409, "conflict")
    assert told["current"] == {"status": "answered", "version": 2}
    assert told["reason"] == "already_answered"
    problem(act(p1, case, "acknowledge"), 409, "conflict")
    refused = AuditEvent.objects.filter(refused=True, actor_kind="api_client")
    assert refused.count() == 2


def test_acknowledging_twice_is_409(p1, case):
    act(p1, case, "acknowledge")
    assert problem(act(p1, case, "acknowledge"), 409, "conflict")["reason"] == "already_acknowledged"


def test_a_withdrawn_escalation_takes_no_answer(office, p1, case):
    one = case.escalations.get().pk
    office.do(case, "withdraw_escalation", "advisor", escalation=one, reason=TOLD)
    assert problem(act(p1, case, "answer", ANSWER), 409, "conflict")["reason"] == "withdrawn"


def test_a_write_without_the_version_read_is_428_and_with_another_412(p1, case):
    missing = p1.post(path(case, "acknowledge"), {})
    problem(missing, 428, "version_required")
    assert missing["ETag"] == '"1"'
    stale = act(p1, case, "acknowledge", version=9)
    told = problem(stale, 412, "stale_version")
    assert told["current"] == {"status": "sent", "version": 1}
    assert p1.post(path(case, "acknowledge"), {}, If_Match='W/"1"').status_code == 200
    problem(act(p1, case, "answer", ANSWER, version=1), 412, "stale_version")
    assert p1.post(path(case, "answer"), ANSWER, If_Match="*").status_code == 200


def test_the_version_read_is_that_of_the_escalation_whatever_else_moves_on_the_case(office, p1, case):
    etag = p1.get(path(case))["ETag"]
    office.do(case, "add_note", "advisor", text="Le client préfère le matin.")
    assert p1.post(path(case, "acknowledge"), {}, If_Match=etag).status_code == 200


def test_a_case_that_moves_between_the_reading_and_the_door_is_read_again(office, p1, case, monkeypatch):
    """The race, and its negative control: with a single try it is a conflict."""
    perform = workflow.perform

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(workflow, "perform", perform)
        office.do(case, "add_note", "advisor", text="Le client préfère le matin.")
        return perform(*args, **kwargs)

    monkeypatch.setattr(workflow, "perform", meanwhile)
    monkeypatch.setattr("cases.api.escalations.TRIES", 1)
    problem(act(p1, case, "acknowledge"), 409, "conflict")
    monkeypatch.setattr("cases.api.escalations.TRIES", 3)
    monkeypatch.setattr(workflow, "perform", meanwhile)
    assert act(p1, case, "acknowledge").status_code == 200


def test_an_escalation_answered_meanwhile_is_412_and_not_answered_twice(office, p1, case, monkeypatch):
    other, perform = Partner(p1.client, p1.secret, p1.token), workflow.perform

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(workflow, "perform", perform)
        assert act(other, case, "answer", ANSWER | {"answer_code": "rejected"}).status_code == 200
        return perform(*args, **kwargs)

    monkeypatch.setattr(workflow, "perform", meanwhile)
    problem(act(p1, case, "answer", ANSWER), 412, "stale_version")
    assert case.escalations.get().answer_code == "rejected"


def test_the_same_act_sent_again_with_its_key_is_done_once(p1, case):
    first = act(p1, case, "answer", ANSWER, Idempotency_Key="a1")
    again = act(p1, case, "answer", ANSWER, version=1, Idempotency_Key="a1")
    assert again.content == first.content
    assert again["ETag"] == first["ETag"] == '"2"'
    assert AuditEvent.objects.filter(action="answer_escalation").count() == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "/answer_code"),
        ({"answer_code": "fixed"}, "/text"),
        ({"answer_code": "fixed", "text": "court"}, "/text"),
        ({"answer_code": "inconnu", "text": TOLD}, "/answer_code"),
        ({"answer_code": "appointment", "text": TOLD}, "/appointment_at"),
        (
            {"answer_code": "appointment", "text": TOLD, "appointment_at": "2020-01-01T00:00:00Z"},
            "/appointment_at",
        ),
        ({"answer_code": "appointment", "text": TOLD, "appointment_at": "demain"}, "/appointment_at"),
        ({"answer_code": "duplicate", "text": TOLD}, "/duplicate_of"),
        ({"answer_code": "fixed", "text": TOLD, "tell_client_now": "oui"}, "/tell_client_now"),
        ({"answer_code": "fixed", "text": TOLD, "colour": "red"}, "/colour"),
    ],
)
def test_partner_6_what_is_missing_from_an_answer_is_422_at_its_place(p1, case, body, where):
    told = problem(act(p1, case, "answer", body), 422, "validation")
    assert where in [fault["pointer"] for fault in told["errors"]]
    assert case.escalations.get().status == "sent"


def test_an_appointment_and_a_duplicate_are_kept(office, p1, case):
    at = (THURSDAY + HOUR).isoformat()
    told = act(p1, case, "answer", {"answer_code": "appointment", "text": TOLD, "appointment_at": at}).json()
    assert told["answer"]["appointment_at"] == "2026-11-12T10:00:00Z"
    second = office.case("escalated", entity="p1")
    told = act(
        p1, second, "answer", {"answer_code": "duplicate", "text": TOLD, "duplicate_of": "OC12"}
    ).json()
    assert told["answer"]["duplicate_of"] == "OC12"


def test_a_detail_is_asked_for_once_and_the_owner_is_told(office, p1, case):
    told = act(p1, case, "request-info", {"text": "Quel est le numéro de la prise au mur ?"}).json()
    assert told["info_requested_at"]
    assert [note["kind"] for note in told["exchanges"]] == ["info_request"]
    assert Notification.objects.filter(recipient=office.people["advisor"], kind="info_requested").exists()
    again = problem(act(p1, case, "request-info", {"text": "Et le code de la box ?"}), 409, "conflict")
    assert again["reason"] == "already_asked"
    case.refresh_from_db()
    assert case.state == "escalated"


def test_a_text_is_as_long_for_the_case_as_for_the_document(office, p1, case):
    """A separator at an end is no white space for JSON Schema, and none for a guard."""
    refused = problem(act(p1, case, "request-info", {"text": " 123456789 "}), 422, "validation")
    assert refused["errors"][0]["pointer"] == "/text"
    told = act(p1, case, "request-info", {"text": " 123456789\x1c "}).json()
    assert [note["text"] for note in told["exchanges"]] == ["123456789\x1c"]


def test_a_contact_is_named_among_ones_own_directory_only(office, p1, case):
    mine = office.entities["p1"].contacts.get()
    theirs = office.entities["copper"].contacts.get()
    gone = EntityContact.objects.create(entity=office.entities["p1"], name="Partie", active=False)
    for wrong in (theirs.pk, gone.pk, 0, 2**62):
        told = problem(act(p1, case, "named-contact", {"contact": wrong}), 422, "validation")
        assert told["errors"][0]["pointer"] == "/contact"
    told = act(p1, case, "named-contact", {"contact": mine.pk}).json()
    assert told["named_contact"] == {"id": mine.pk, "name": mine.name}
    assert problem(act(p1, case, "named-contact", {"contact": mine.pk}), 409, "conflict")["reason"] == (
        "already_named"
    )
    assert Notification.objects.filter(recipient=office.people["advisor"], kind="contact_named").exists()
    page = text_of(office.browser("advisor").get(f"/cases/{case.ref}/"))
    assert f"Partenaire P1 donne un interlocuteur : {mine.name}" in page
    audit = office.browser("manager").get(f"/cases/{case.ref}/audit/")
    assert audit.status_code == 200


def test_nothing_else_of_the_workflow_is_open_to_a_client_of_the_api(p1, case):
    caller = Caller(p1.client.pk, "x", "x", p1.client.entity_id, "p1", "P1", frozenset(), 1, NOW)
    open_to = {"acknowledge_escalation", "answer_escalation", "request_info", "name_contact"}
    for name in workflow.ACTIONS:
        if name in open_to:
            continue
        with pytest.raises(workflow.NotAllowed):
            workflow.perform(case.pk, name, actor=caller.actor("r"), expected_version=case.version, now=NOW)


def test_a_client_of_another_entity_is_refused_by_the_door_itself(office, p1, case):
    copper = office.entities["copper"].pk
    actor = Caller(p1.client.pk, "x", "x", copper, "copper", "BO", frozenset(), 1, NOW).actor("r")
    one = case.escalations.get().pk
    for name in ("acknowledge_escalation", "answer_escalation", "request_info", "name_contact"):
        with pytest.raises(workflow.NotAllowed):
            workflow.perform(
                case.pk, name, actor=actor, expected_version=case.version, now=NOW, escalation=one, text=TOLD
            )


def test_every_change_of_an_escalation_moves_its_version_and_its_time(office, p1, case):
    """What its representation shows is written nowhere else than through `touch` or with both columns."""
    one = case.escalations.get()
    before = one.updated_at
    office.do(case, "request_status", "advisor", escalation=one.pk, at=NOW + MINUTE)
    one.refresh_from_db()
    assert (one.version, one.updated_at) == (2, NOW + MINUTE)
    assert before < one.updated_at
