"""The hot path of intake (PostgreSQL): two statements, the same answer, never on what it read too early."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction

from cases.intake import receive, service, single
from cases.intake.writes import INSERT_IF_UNCHANGED
from cases.models import Case, Client, Contact, RepeatRule, RepeatVerdict
from tests.cases.intake_cast import HOUR, MINUTE, Site, paris

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

START = paris("05/11 10:00")
ROW = ("exclusion_code", "n_in_window", "client_id", "unit_id", "handled_by_id", "content_hash", "case_id")


@pytest.fixture
def site() -> Site:
    site = Site.build()
    receive(
        site.call(START - timedelta(days=30)), actor=site.actor, now=START
    )  # known client, kept reference
    return site


@pytest.fixture
def statements(monkeypatch) -> list[str]:
    """What psycopg's own cursors run, the hot path's way of asking."""
    ran: list[str] = []
    execute = psycopg.Cursor.execute

    def spied(self, query, *arguments, **options):
        ran.append(str(query))
        return execute(self, query, *arguments, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", spied)
    return ran


def test_intake_of_a_plain_contact_takes_two_statements(site, statements):
    answer = receive(site.call(START), actor=site.actor, now=START)
    assert (answer.status, answer.n) == ("created", 1)
    assert len(statements) == 2
    assert Contact.objects.get(pk=answer.contact_id).n_in_window == 1


def test_intake_plain_or_general_writes_the_same_rows(site, monkeypatch):
    advisor = site.person("agent7")

    def story(client: str) -> list[dict]:
        for days, said in ((0, {}), (1, {"reason_code": "facture"}), (2, {"talk_s": 3}), (3, {}), (20, {})):
            at = START + timedelta(days=days)
            call = site.call(at, client_ref=client, handler_ref="agent7", **said)
            receive(call, actor=site.actor, now=at + MINUTE)
        rows = Contact.objects.filter(client__client_ref=client).order_by("arrived_at").values(*ROW)
        return [row | {"client_id": None, "content_hash": None} for row in rows]

    receive(site.call(START - timedelta(days=90), client_ref="A"), actor=site.actor, now=START)
    receive(site.call(START - timedelta(days=90), client_ref="B"), actor=site.actor, now=START)
    plain = story("A")
    monkeypatch.setattr(service, "receive_plain", lambda *_: None)
    monkeypatch.setattr(service, "receive_one", lambda *_: None)
    assert story("B") == plain
    assert [row["n_in_window"] for row in plain] == [1, 1, None, None, 2, 1]
    assert plain[1]["handled_by_id"] == advisor.pk


@pytest.fixture
def meanwhile(site, monkeypatch) -> None:
    """While a contact is judged, another of its client is committed, one hour older, past the lock."""
    judge = single._judge

    def write() -> None:
        try:
            Contact.objects.create(
                client=Client.objects.get(),
                unit=site.unit,
                source_system="other",
                source_id="x",
                channel="voice",
                direction="in",
                outcome="handled",
                arrived_at=START - HOUR,
                received_at=START,
                n_in_window=1,
            )
        finally:
            connection.close()

    def slowly(*arguments) -> None:
        monkeypatch.setattr(single, "_judge", judge)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(write).result()
        judge(*arguments)

    monkeypatch.setattr(single, "_judge", slowly)


@pytest.mark.usefixtures("meanwhile")
def test_intake_of_a_contact_that_another_overtakes_counts_it(site):
    answer = receive(site.call(START), actor=site.actor, now=START)
    assert (answer.status, answer.n) == ("created", 2)
    assert Contact.objects.get(pk=answer.contact_id).n_in_window == 2


@pytest.mark.usefixtures("meanwhile")
def test_intake_without_its_guard_misses_what_came_meanwhile(site, monkeypatch):
    """The negative control of the test above."""
    unguarded = INSERT_IF_UNCHANGED.replace("WHERE (", "WHERE true OR (", 1)
    monkeypatch.setattr(single, "INSERT_IF_UNCHANGED", unguarded)
    assert receive(site.call(START), actor=site.actor, now=START).n == 1


@pytest.mark.usefixtures("meanwhile")
def test_intake_inside_a_transaction_counts_what_came_meanwhile(site):
    with transaction.atomic():
        answer = receive(site.call(START), actor=site.actor, now=START)
    assert answer.n == 2


def test_intake_inside_a_transaction_that_is_rolled_back_leaves_nothing(site):
    with transaction.atomic():
        answer = receive(site.call(START), actor=site.actor, now=START)
        assert Contact.objects.filter(pk=answer.contact_id).exists()
        transaction.set_rollback(True)
    assert not Contact.objects.filter(arrived_at=START).exists()


def test_intake_of_the_third_contact_leaves_the_hot_path_and_opens_one_case(site):
    for hours in (0, 1, 2):
        answer = receive(site.call(START + hours * HOUR), actor=site.actor, now=START + hours * HOUR)
    assert answer.outcome == "opened"
    assert Case.objects.get().pk == answer.case_id
    assert RepeatVerdict.objects.get().contact_id == answer.contact_id


def test_intake_hears_at_once_of_a_rule_changed_by_another_connection(site):
    receive(site.call(START), actor=site.actor, now=START)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(_raise_the_minimum).result()
    answer = receive(site.call(START + HOUR), actor=site.actor, now=START + HOUR)
    assert answer.verdict.code == "short"


def _raise_the_minimum() -> None:
    try:
        RepeatRule.objects.update(min_talk_s=301)
    finally:
        connection.close()


def test_intake_of_a_key_already_known_is_unchanged_then_a_correction(site):
    first = receive(site.call(START, "same"), actor=site.actor, now=START)
    again = receive(site.call(START, "same"), actor=site.actor, now=START)
    other = receive(site.call(START, "same", talk_s=5), actor=site.actor, now=START)
    assert [answer.status for answer in (first, again, other)] == ["created", "unchanged", "updated"]
    assert Contact.objects.get(source_id="same").exclusion_code == "short"


def test_intake_that_fails_on_the_hot_path_says_so_in_the_terms_of_django(site, monkeypatch):
    monkeypatch.setattr(single, "_READ_BY_REF", "SELECT 1/0 + %s + %s + %s + %s + %s")
    monkeypatch.setattr(service, "receive_one", lambda *_: None)
    assert receive(site.call(START), actor=site.actor, now=START).status == "created"  # the general path
    assert connection.connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
