"""Fifty third contacts of one client at the same moment: one case (INV-03), on PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from cases.intake import Received, core, receive, receive_batch, service, single
from cases.intake.resolution import LOCK
from cases.intake.writes import INSERT_IF_UNCHANGED
from cases.models import Case, Client, Contact
from tests.cases.intake_cast import MINUTE, Site, paris

pytestmark = [pytest.mark.postgres, pytest.mark.crowd, pytest.mark.django_db(transaction=True)]

THREADS = 50
UNIQUE = "case_one_working_per_identity"
START = paris("08/11 10:00")


def fifty_third_contacts(site: Site) -> list[Received]:
    """All of them wait for each other, each on its own connection, then call `receive`."""
    calls = [site.call(START) for _ in range(THREADS)]
    barrier = Barrier(THREADS, timeout=60)

    def one(call) -> Received:
        try:
            connection.ensure_connection()
            barrier.wait()
            return receive(call, actor=site.actor, now=START + MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, calls))


@pytest.fixture
def site():
    site = Site.build()
    site.post([site.call("05/11 10:00"), site.call("06/11 10:00")])
    return site


def test_intake_fifty_simultaneous_third_contacts_open_one_case(site):
    answers = fifty_third_contacts(site)
    assert {answer.status for answer in answers} == {"created"}
    assert sorted(answer.outcome for answer in answers) == ["attached"] * (THREADS - 1) + ["opened"]
    case = Case.objects.get()
    assert {answer.case_id for answer in answers} == {case.pk}
    assert case.contacts.count() == THREADS + 2
    ranks = sorted(Contact.objects.filter(arrived_at=START).values_list("n_in_window", flat=True))
    assert ranks == [THREADS + 2] * THREADS  # contacts of the same instant count for each other


def test_intake_twenty_first_contacts_of_an_unknown_client_create_one_client(site):
    calls = [site.call(START, client_ref="NEW") for _ in range(20)]
    barrier = Barrier(20, timeout=60)

    def one(call) -> Received:
        try:
            connection.ensure_connection()
            barrier.wait()
            return receive(call, actor=site.actor, now=START + MINUTE)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, calls))
    assert {answer.status for answer in answers} == {"created"}
    assert Client.objects.filter(client_ref="NEW").count() == 1
    assert Case.objects.filter(client__client_ref="NEW").count() == 1


def test_intake_without_the_lock_and_the_index_opens_several_cases(site, monkeypatch):
    """The negative control: what the two guards are for."""
    monkeypatch.setattr(single, "_READ_BY_REF", single._READ_BY_REF.replace(LOCK, ""))
    monkeypatch.setattr(
        single, "INSERT_IF_UNCHANGED", INSERT_IF_UNCHANGED.replace("WHERE (", "WHERE true OR (", 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname = %s", [UNIQUE])
        (definition,) = cursor.fetchone()
        cursor.execute(f"DROP INDEX {UNIQUE}")
    try:
        answers = fifty_third_contacts(site)
        opened = [answer.case_id for answer in answers if answer.outcome == "opened"]
        assert len(opened) > 1
        assert Case.objects.count() == len(opened)
    finally:
        Contact.objects.update(case=None)
        Case.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(definition)


@pytest.mark.parametrize("cut", [True, False], ids=["", "without the cut"])
def test_intake_a_batch_beaten_at_each_try_by_single_contacts_is_cut_until_it_wins(site, monkeypatch, cut):
    """Somebody sends the same contacts one by one: each try meets one committed since it looked."""
    refs = [f"K{n}" for n in range(8)]
    site.post([site.call("05/11 10:00", client_ref=ref) for ref in refs])
    calls = [site.call(START + n * MINUTE, client_ref=ref) for n, ref in enumerate(refs)]
    find, others = core.find_existing, iter(calls)
    now = START + 60 * MINUTE

    def one() -> None:
        if (call := next(others, None)) is not None:
            receive(call, actor=site.actor, now=now)
        connection.close()

    def beaten(*args):
        found = find(*args)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(one).result()
        return found

    monkeypatch.setattr(core, "find_existing", beaten)
    if not cut:
        monkeypatch.setattr(service, "_by_halves", lambda part, work: service._retrying(lambda: work(part)))
        with pytest.raises(IntegrityError):
            receive_batch(calls, actor=site.actor, now=now)
        return
    answers = receive_batch(calls, actor=site.actor, now=now).items
    assert {answer.status for answer in answers} == {"unchanged"}
    assert Contact.objects.filter(arrived_at__gte=START).count() == 8
