"""A partner's contacts: each stored once, judged at once, its own alone (domain.md §8, partner 1, 2, 6 and 9)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from atdemain.journal import purging
from atdemain.journal.actors import system
from atdemain.journal.retention import KINDS
from atdemain.organisation.models import IdempotentAnswer, PriorityLine, Programme, UnitParticipation
from cases.models import Case, Client, Contact, Line
from tests.api.cast import Partner, problem
from tests.office import HOUR, NOW, Office

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def p1(office, clock) -> Partner:
    return Partner.of(office)


@pytest.fixture
def live(office) -> Office:
    """UAT Lyon takes part, and answers its partners on a line of its own."""
    UnitParticipation.objects.create(
        programme=Programme.objects.get(), unit=office.units["lyon"], participates=True, valid_from=None
    )
    entity = office.entities["copper"]
    entity.unit = office.units["lyon"]
    entity.save()
    PriorityLine.objects.create(entity=entity, number="+33199009990")
    return office


def call(id_: str, at: datetime = NOW - HOUR, **fields: Any) -> dict[str, Any]:
    return {
        "source_system": "acd",
        "source_id": id_,
        "arrived_at": at.isoformat(),
        "answered_at": at.isoformat(),
        "ended_at": (at + timedelta(minutes=5)).isoformat(),
        "talk_s": 300,
        "client_ref": "CLI-9",
        "unit": "lyon",
        "reason": "pas-de-synchro",
    } | fields


def send(partner: Partner, *contacts: Any, **headers: Any) -> dict[str, Any]:
    answer = partner.post("/contacts", {"contacts": list(contacts)}, **headers)
    assert answer.status_code == 200, answer.content
    return answer.json()


def counts(told: dict[str, Any]) -> dict[str, int]:
    return {name: told[name] for name in ("created", "updated", "unchanged", "rejected") if told[name]}


def test_partner_1_five_hundred_contacts_sent_again_create_nothing(p1):
    batch = [call(f"c{n}", NOW - n * timedelta(minutes=7), client_ref=f"CLI-{n % 350}") for n in range(500)]
    first = send(p1, *batch)
    assert counts(first) == {"created": 500}
    again = send(p1, *batch)
    assert counts(again) == {"unchanged": 500}
    assert Contact.objects.count() == 500
    told = ("rd3plus", "count", "mode", "excluded", "case_ref", "transfer_line")
    before = [[item[name] for name in told] for item in again["items"]]
    assert [[item[name] for name in told] for item in send(p1, *batch)["items"]] == before


def test_partner_2_a_third_call_is_told_with_its_case_and_where_to_transfer_it(p1, live):
    told = [send(p1, call(f"c{n}", NOW - (3 - n) * HOUR))["items"][0] for n in range(3)]
    assert [(one["rd3plus"], one["count"], one["case_ref"]) for one in told[:2]] == [
        (False, 1, None),
        (False, 2, None),
    ]
    case = Case.objects.get()
    assert told[2] == {
        "index": 0,
        "source_system": "acd",
        "source_id": "c2",
        "status": "created",
        "rd3plus": True,
        "count": 3,
        "mode": "live",
        "excluded": None,
        "case_ref": case.ref,
        "transfer_line": "+33199009990",
    }
    assert case.contacts.count() == 3
    again = send(p1, call("c2", NOW - HOUR))["items"][0]
    assert again == told[2] | {"status": "unchanged"}


def test_what_follows_on_a_case_is_done_by_the_system_whoever_brought_the_contact(p1, live):
    """A fourth call joins the case; one after its resolution reopens it; corrections that lower the count flag it."""
    calls = [call(f"c{n}", NOW - (6 - n) * HOUR) for n in range(4)]
    told = [send(p1, one)["items"][0] for one in calls]
    case = Case.objects.get()
    assert [one["case_ref"] for one in told[2:]] == [case.ref] * 2
    for one in calls[1:]:
        assert counts(send(p1, one | {"nature": "test"})) == {"updated": 1}
    case.refresh_from_db()
    assert case.threshold_no_longer_met
    other = live.case("resolved", at=NOW - 3 * HOUR)
    told = send(p1, call("apres", NOW - HOUR, client_ref=other.client.client_ref))["items"][0]
    assert told["case_ref"] == other.ref
    other.refresh_from_db()
    assert (other.state, other.reopened_count) == ("opened", 1)


def test_a_third_call_of_a_unit_that_does_not_take_part_is_told_in_shadow(p1):
    told = [send(p1, call(f"c{n}", NOW - (3 - n) * HOUR))["items"][0] for n in range(3)][-1]
    assert (told["rd3plus"], told["mode"], told["case_ref"], told["transfer_line"]) == (
        True,
        "shadow",
        None,
        None,
    )


def test_partner_9_a_contact_three_days_late_corrects_the_verdict_of_a_later_one(p1, live):
    send(p1, call("lundi", NOW - 4 * DAY))
    last = call("mardi", NOW - 1 * HOUR)
    assert send(p1, last)["items"][0]["count"] == 2
    late = send(p1, call("en retard", NOW - 3 * DAY))["items"][0]
    assert (late["rd3plus"], late["count"]) == (False, 2)
    again = send(p1, last)["items"][0]
    assert (again["status"], again["rd3plus"], again["count"]) == ("unchanged", True, 3)
    assert again["case_ref"] == Case.objects.get().ref


def test_partner_6_a_missing_field_is_named_by_its_pointer_and_the_others_are_taken(p1):
    wrong = call("faux")
    del wrong["arrived_at"]
    told = send(p1, call("bon"), wrong)
    assert counts(told) == {"created": 1, "rejected": 1}
    assert [item["index"] for item in told["items"]] == [0, 1]
    assert told["items"][1]["errors"] == [
        {"pointer": "/contacts/1/arrived_at", "code": "missing", "detail": "Ce champ est exigé."}
    ]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"channel": "pigeon"}, "channel"),
        ({"channel": ["voice"]}, "channel"),
        ({"reason": "inconnu"}, "reason"),
        ({"unit": "inconnue"}, "unit"),
        ({"talk_s": -1}, "talk_s"),
        ({"talk_s": 1.5}, "talk_s"),
        ({"talk_s": True}, "talk_s"),
        ({"talk_s": 2**62}, "talk_s"),
        ({"leg_no": "1"}, "leg_no"),
        ({"arrived_at": "hier"}, "arrived_at"),
        ({"arrived_at": "2026-11-10T12:00:00"}, "arrived_at"),
        ({"arrived_at": "2030-01-01T00:00:00Z"}, "arrived_at"),
        ({"arrived_at": "0001-01-01T00:00:00+23:59"}, "arrived_at"),
        ({"ended_at": "2026-11-01T00:00:00Z"}, "ended_at"),
        ({"source_id": ""}, "source_id"),
        ({"source_id": {"a": 1}}, "source_id"),
        ({"source_system": "x" * 19}, "source_system"),
        ({"summary": "x" * 401}, "summary"),
        ({"client_ref": 12}, "client_ref"),
        ({"conflictual": True}, "conflictual"),
        ({"handling_entity": "copper"}, "handling_entity"),
        ({"a/b": 1}, "a~1b"),
    ],
)
def test_what_is_wrong_in_a_contact_is_told_where_it_is_and_stores_nothing(p1, fields, name):
    told = send(p1, call("faux", **fields))
    (item,) = told["items"]
    assert item["status"] == "rejected"
    assert item["errors"][0]["pointer"] == f"/contacts/0/{name}"
    assert item["errors"][0]["detail"]
    assert Contact.objects.count() == 0


def test_all_rejected_is_still_200(p1):
    assert counts(send(p1, 1, "x", None, [], {})) == {"rejected": 5}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "validation"),
        (b"{", 400, "malformed_json"),
        (b'{"contacts": [{"talk_s": NaN}]}', 400, "malformed_json"),
        (b'{"contacts": [{"talk_s": 9223372036854775808}]}', 400, "malformed_json"),
        (b'{"contacts": [{"summary": "a\\u0000b"}]}', 400, "malformed_json"),
        (b'{"contacts": [{"summary": "\\ud800"}]}', 400, "malformed_json"),
        (b'{"contacts": [], "contacts": []}', 400, "malformed_json"),
        (b"[" * 100_000, 400, "malformed_json"),
        (b'{"contacts": []}', 422, "validation"),
        (b'{"contacts": {}}', 422, "validation"),
        (b'{"contact": []}', 422, "validation"),
        (b"[]", 422, "validation"),
        (b"12", 422, "validation"),
        (b'{"contacts": [' + b"1," * 500 + b"1]}", 413, "too_many_items"),
        (b'"' + b"x" * (2 * 1024 * 1024) + b'"', 413, "too_large"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_whole(p1, body, status, code):
    problem(p1.ask("POST", "/contacts", body), status, code)
    assert Contact.objects.count() == 0


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_another_format_is_415(p1, kind):
    problem(p1.post("/contacts", {"contacts": [call("a")]}, Content_Type=kind), 415, "unsupported_media_type")


def test_a_compressed_body_is_415(p1):
    problem(p1.post("/contacts", {"contacts": []}, Content_Encoding="gzip"), 415, "unsupported_media_type")


def test_two_partners_with_the_same_keys_never_meet(office, p1):
    other = Partner.of(office, "field")
    send(p1, call("c1", summary="Celui de P1"))
    told = send(other, call("c1", summary="Celui d’un autre"))
    assert counts(told) == {"created": 1}
    assert counts(send(p1, call("c1", summary="Celui de P1"))) == {"unchanged": 1}
    assert set(Contact.objects.values_list("handling_entity__code", "summary")) == {
        ("p1", "Celui de P1"),
        ("field", "Celui d’un autre"),
    }


def test_an_agent_of_a_partner_is_never_taken_for_an_advisor_of_the_same_name(p1):
    send(p1, call("c1", handler_ref="advisor"), call("c2", handler_ref="T000"))
    assert set(Contact.objects.values_list("handled_by", flat=True)) == {None}


def test_a_correction_is_taken_and_the_same_again_changes_nothing(p1):
    send(p1, call("c1"))
    assert counts(send(p1, call("c1", talk_s=301))) == {"updated": 1}
    assert counts(send(p1, call("c1", talk_s=301))) == {"unchanged": 1}
    assert Contact.objects.get().talk_s == 301


def test_a_moment_is_read_as_rfc_3339_lets_it_be_written(p1):
    for n, text in enumerate(["2026-11-10t13:00:00z", "2026-11-10 14:00:00.1234567+01:00"]):
        assert counts(send(p1, call(f"c{n}", arrived_at=text, answered_at=None, ended_at=None))) == {
            "created": 1
        }
    assert {f"{at:%H:%M:%S}" for at in Contact.objects.values_list("arrived_at", flat=True)} == {"13:00:00"}


def test_one_id_twice_in_a_batch_is_taken_once_and_refused_where_it_differs(p1):
    told = send(p1, call("c1"), call("c1"), call("c1", talk_s=1))
    assert counts(told) == {"created": 1, "unchanged": 1, "rejected": 1}
    assert told["items"][2]["errors"][0]["code"] == "same_id_other_content"


def test_a_contact_twice_in_a_batch_is_told_what_became_of_it_both_times(p1, live):
    """The copy of a third call is a third call; that of a rejected one is not said to be stored."""
    send(p1, call("c0", NOW - 3 * HOUR), call("c1", NOW - 2 * HOUR))
    first, copy = send(p1, call("c2"), call("c2"))["items"]
    assert (first["rd3plus"], first["count"], first["case_ref"]) == (True, 3, Case.objects.get().ref)
    assert copy == first | {"index": 1, "status": "unchanged"}
    Line.objects.create(
        line_ref="LIGNE-1", client=Client.objects.get(client_ref="CLI-9"), unit=live.units["lyon"]
    )
    told = send(p1, *[call("c3", client_ref="CLI-10", line_ref="LIGNE-1")] * 2)
    assert counts(told) == {"rejected": 2}
    assert [item["errors"][0]["code"] for item in told["items"]] == ["other_client"] * 2


def test_a_call_that_nobody_answered_does_not_count_and_says_why(p1):
    told = send(p1, call("c1", answered_at=None), call("c2", client_ref=None))
    assert [item["excluded"] for item in told["items"]] == ["abandoned", "unidentified"]
    assert [item["count"] for item in told["items"]] == [None, None]


# -- sent again with a key -------------------------------------------------------------------------------


def test_the_same_key_and_body_get_the_same_answer_to_the_byte(p1):
    body = {"contacts": [call("c1")]}
    first = p1.post("/contacts", body, Idempotency_Key="cle-1")
    again = p1.post("/contacts", body, Idempotency_Key="cle-1")
    assert first.json()["created"] == 1
    assert again.content == first.content
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    assert again["Content-Type"] == "application/json"


def test_the_same_key_with_another_body_is_422(p1):
    p1.post("/contacts", {"contacts": [call("c1")]}, Idempotency_Key="cle-1")
    refused = p1.post("/contacts", {"contacts": [call("c2")]}, Idempotency_Key="cle-1")
    problem(refused, 422, "idempotency_key_reused")
    assert Contact.objects.count() == 1


def test_the_same_key_while_the_first_is_in_flight_is_409_until_its_lease_is_over(p1, clock, monkeypatch):
    body = {"contacts": [call("c1")]}
    first = p1.post("/contacts", body, Idempotency_Key="cle-1")
    IdempotentAnswer.objects.update(status=None, body="")  # its process was killed before its answer
    refused = p1.post("/contacts", body, Idempotency_Key="cle-1")
    problem(refused, 409, "idempotency_in_flight")
    assert refused["Retry-After"] == "1"
    clock.shift(120)
    taken_over = p1.post("/contacts", body, Idempotency_Key="cle-1")
    assert taken_over.json()["unchanged"] == 1
    assert Contact.objects.count() == first.json()["created"] == 1


def test_an_error_leaves_its_key_free(p1):
    problem(p1.post("/contacts", {"contacts": []}, Idempotency_Key="cle-1"), 422, "validation")
    assert p1.post("/contacts", {"contacts": [call("c1")]}, Idempotency_Key="cle-1").status_code == 200


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é"])
def test_a_key_that_is_none_is_refused(p1, key):
    told = problem(p1.post("/contacts", {"contacts": [call("c")]}, Idempotency_Key=key), 422, "validation")
    assert told["errors"][0]["parameter"] == "Idempotency-Key"


def test_a_key_is_ones_own_and_forgotten_after_a_day(office, p1, clock):
    other = Partner.of(office, "field")
    body = {"contacts": [call("c1")]}
    for partner in (p1, other):
        assert partner.post("/contacts", body, Idempotency_Key="cle-1").json()["created"] == 1
    run = lambda at: purging.run(at, [KINDS["api_answers"]], system("purge")).counts["api_answers"]  # noqa: E731
    assert run(NOW + DAY - HOUR) == {}
    assert run(NOW + DAY) == {"answers": 2}


def test_sending_again_is_not_what_a_wrong_scope_opens(office):
    narrow = Partner.of(office, scopes=["repeat:read"])
    problem(narrow.post("/contacts", {"contacts": [call("c1")]}), 403, "missing_scope")
    assert Contact.objects.count() == 0
