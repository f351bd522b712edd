"""An entity keeps its own directory through the API: its people, its priority line, and nobody else's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from atdemain.journal.models import AuditEvent
from atdemain.organisation.models import EntityContact, PriorityLine
from routing.models import UnreachableReport
from tests.api.cast import Partner, problem
from tests.office import NOW, Office

pytestmark = pytest.mark.django_db


@pytest.fixture
def p1(office, clock) -> Partner:
    return Partner.of(office)


@pytest.fixture
def person(office, p1) -> EntityContact:
    return office.entities["p1"].contacts.get()


PERSON = {"name": "Vigie", "phone": "01 99 00 99 01", "email": "vigie@exemple.fr"}


def put(partner: Partner, path: str, body: Any, version: int | None = 1):
    headers = {} if version is None else {"If_Match": f'"{version}"'}
    return partner.ask("PUT", path, body, **headers)


def test_the_directory_is_ones_own_with_the_ids_to_name_people_by(p1, person):
    told = p1.get("/directory").json()
    assert [one["id"] for one in told["contacts"]] == [person.pk]
    assert told["priority_line"] is None


def test_a_contact_that_is_put_is_written_whole_verified_today_and_journalled(p1, person, office):
    UnreachableReport.objects.create(contact=person, by=office.people["advisor"], at=NOW)
    answer = put(p1, f"/directory/contacts/{person.pk}", PERSON)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["name"], told["phone"], told["verified_on"], told["active"]) == (
        "Vigie",
        "+33199009901",
        "2026-11-10",
        True,
    )
    assert answer["ETag"] == f'"{told["version"]}"'
    person.refresh_from_db()
    assert (person.verified_on, person.verified_by) == (NOW.date(), None)
    assert not UnreachableReport.objects.filter(settled_at=None).exists()
    rows = AuditEvent.objects.filter(object_type="entitycontact", object_id=str(person.pk))
    assert {(row.actor_kind, row.actor_id) for row in rows} == {("api_client", p1.client.pk)}


def test_a_contact_is_put_from_the_version_read(p1, person):
    where = f"/directory/contacts/{person.pk}"
    problem(put(p1, where, PERSON, version=None), 428, "version_required")
    problem(put(p1, where, PERSON, version=7), 412, "stale_version")
    etag = p1.get(where)["ETag"]
    assert p1.ask("PUT", where, PERSON, If_Match=etag).status_code == 200
    problem(p1.ask("PUT", where, PERSON, If_Match=etag), 412, "stale_version")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"phone": "01 99 00 99 01"}, "/name"),
        ({"name": "Vigie"}, "/phone"),
        ({"name": "Vigie", "phone": "12"}, "/phone"),
        ({"name": "Vigie", "email": "pas une adresse"}, "/email"),
        ({"name": "x" * 81, "phone": "01 99 00 99 01"}, "/name"),
        (PERSON | {"active": "oui"}, "/active"),
        (PERSON | {"entity": "copper"}, "/entity"),
        ([], ""),
    ],
)
def test_what_a_contact_cannot_be_is_told_at_its_place(p1, person, body, where):
    told = problem(put(p1, f"/directory/contacts/{person.pk}", body), 422, "validation")
    assert where in [fault["pointer"] for fault in told["errors"]]
    person.refresh_from_db()
    assert person.version == 1


def test_a_text_is_read_as_the_document_tells_it_not_as_a_page_does(p1, person):
    """A separator is no white space for JSON Schema: what is taken is kept."""
    told = put(p1, f"/directory/contacts/{person.pk}", PERSON | {"name": " Vigie\x1d "}).json()
    assert told["name"] == "Vigie\x1d"
    assert problem(
        put(p1, f"/directory/contacts/{person.pk}", PERSON | {"name": " "}, told["version"]),
        422,
        "validation",
    )


def test_somebody_elses_contact_is_told_like_one_that_does_not_exist(p1, office):
    theirs = office.entities["copper"].contacts.get()
    refused = put(p1, f"/directory/contacts/{theirs.pk}", PERSON)
    assert refused.json() == put(p1, "/directory/contacts/999999", PERSON).json()
    problem(refused, 404, "not_found")
    problem(p1.get(f"/directory/contacts/{theirs.pk}"), 404, "not_found")


def test_a_first_priority_line_is_made_then_changed_from_its_version(p1, office):
    problem(p1.get("/priority-line"), 404, "not_found")
    made = put(p1, "/priority-line", {"number": "01 99 00 99 81"}, version=None)
    assert (made.status_code, made.json()["number"], made["ETag"]) == (201, "+33199009981", '"1"')
    problem(put(p1, "/priority-line", {"number": "01 99 00 99 82"}, version=None), 428, "version_required")
    week = ["08:00-12:00, 14:00-18:00", *["08:00-18:00"] * 4, "", ""]
    changed = put(p1, "/priority-line", {"number": "01 99 00 99 82", "weekly_hours": week})
    assert changed.status_code == 200, changed.content
    told = p1.get("/priority-line").json()
    assert (told["number"], told["weekly_hours"][0]) == ("+33199009982", "08:00-12:00, 14:00-18:00")
    assert PriorityLine.objects.get().entity == office.entities["p1"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_first_lines_put_at_once_are_one_and_the_others_owe_its_version():
    partner = Partner.of(Office.gather())
    gate = Barrier(6, timeout=60)

    def first(rank: int) -> int:
        own = Partner(partner.client, partner.secret, partner.token)
        try:
            gate.wait()
            return put(own, "/priority-line", {"number": f"01 99 00 99 8{rank % 2}"}, None).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(first, range(6))) == [201, *[428] * 5]
    assert PriorityLine.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "/number"),
        ({"number": "12"}, "/number"),
        ({"number": "01 99 00 99 81", "target_answer_s": 0}, "/target_answer_s"),
        ({"number": "01 99 00 99 81", "target_answer_s": 2**62}, "/target_answer_s"),
        ({"number": "01 99 00 99 81", "valid_from": "hier"}, "/valid_from"),
        ({"number": "01 99 00 99 81", "valid_from": "2026-11-11"}, "/valid_from"),
        ({"number": "01 99 00 99 81", "weekly_hours": ["8-9"]}, "/weekly_hours"),
        ({"number": "01 99 00 99 81", "weekly_hours": ["", *[" "] * 6]}, "/weekly_hours"),
        ({"number": "01 99 00 99 81", "weekly_hours": ["18:00-08:00", *[""] * 6]}, "/weekly_hours/0"),
    ],
)
def test_what_a_line_cannot_be_is_told_at_its_place(p1, body, where):
    told = problem(put(p1, "/priority-line", body, version=None), 422, "validation")
    assert where in [fault["pointer"] for fault in told["errors"]]
    assert not PriorityLine.objects.exists()
