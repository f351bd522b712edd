"""The verdict before the contact (domain.md §4.5): ring time and the record page; nothing is written."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import recording
from cases.intake import provisional, provisional_many, receive
from cases.models import Case, Client, Contact, Line, RepeatRule
from tests.cases.intake_cast import HOUR, MINUTE, Site, everything, paris

pytestmark = pytest.mark.django_db

NOW = paris("08/11 10:00")


@pytest.fixture
def site():
    return Site.build()


def two_calls(site: Site, **said) -> Client:
    site.post([site.call("05/11 10:00", **said), site.call("07/11 10:00", **said)])
    return Client.objects.get()


def test_provisional_says_which_contact_it_would_be_and_writes_nothing(site):
    client = two_calls(site)
    before = everything()
    seen = provisional(client.pk, now=NOW)
    assert (seen.n, seen.before, seen.would_open, seen.case) == (3, 2, True, None)
    assert [contact.source_id for contact in seen.verdict.counted] == ["00001", "00002", "provisional"]
    assert everything() == before
    assert Contact.objects.count() == 2


def test_provisional_then_the_call_is_abandoned_and_no_case_opens(site):
    client = two_calls(site)
    assert provisional(client.pk, now=NOW).would_open is True
    receive(site.call(NOW, outcome="abandoned", answered_at=None), actor=site.actor, now=NOW + MINUTE)
    assert not Case.objects.exists()


def test_provisional_agrees_with_the_contact_that_then_comes(site):
    client = two_calls(site)
    seen = provisional(client.pk, now=NOW)
    answer = receive(site.call(NOW), actor=site.actor, now=NOW + MINUTE)
    assert (answer.n, answer.verdict.rd3plus, answer.outcome) == (seen.n, seen.verdict.rd3plus, "opened")


def test_provisional_names_the_case_being_worked(site):
    client = two_calls(site)
    site.post([site.call("07/11 18:00")])
    seen = provisional(client.pk, now=NOW)
    assert seen.case.id == Case.objects.get().pk
    assert seen.would_open is False


def test_provisional_of_a_reconnect_would_not_count(site):
    site.post([site.call(NOW - 10 * MINUTE, outcome="dropped")])
    seen = provisional(Client.objects.get().pk, now=NOW)
    assert (seen.n, seen.before, seen.verdict.code) == (None, 1, "reconnect")
    assert seen.would_open is False


def test_provisional_by_line_counts_that_line_only(site):
    RepeatRule.objects.update(identity_scope="line")
    client = Client.objects.create(client_ref="C1", unit=site.unit)
    lines = [
        Line.objects.create(line_ref=ref, client=client, technology="fibre", unit=site.unit)
        for ref in ("L1", "L2")
    ]
    site.post([site.call("05/11 10:00", line_ref="L1"), site.call("07/11 10:00", line_ref="L1")])
    assert provisional(client.pk, now=NOW, line_id=lines[0].pk).n == 3
    assert provisional(client.pk, now=NOW, line_id=lines[1].pk).n == 1
    assert provisional(client.pk, now=NOW).n == 1


@pytest.mark.parametrize(("channel", "n"), [("voice", 3), ("chat", None)])
def test_provisional_obeys_the_channels_of_the_rule(site, channel, n):
    RepeatRule.objects.update(channels=["voice"])
    client = two_calls(site)
    assert provisional(client.pk, now=NOW, channel=channel).n == n


def test_provisional_outside_the_programme_is_in_shadow(site):
    client = two_calls(site, unit_code="idf")
    seen = provisional(client.pk, now=NOW, unit_id=site.outside.pk)
    assert (seen.n, seen.verdict.mode, seen.would_open) == (3, "shadow", False)


def test_provisional_of_an_unknown_client_is_none(site):
    assert provisional(10**9, now=NOW) is None


def test_provisional_costs_the_same_for_one_client_and_for_six(site):
    calls = [site.call("05/11 10:00", client_ref=f"C{i}") for i in range(6)]
    site.post(calls)
    ids = list(Client.objects.values_list("pk", flat=True))
    provisional_many(ids[:1], now=NOW)
    counts = []
    for wanted in (ids[:1], ids):
        with CaptureQueriesContext(connection) as queries:
            assert len(provisional_many(wanted, now=NOW)) == len(wanted)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_record_page_shows_what_this_call_would_be(site):
    user = site.person("louise")
    client = two_calls(site)
    client.phones.create(e164="+33199000001")
    (candidate,) = recording.find(user, "01 99 00 00 01", NOW).candidates
    assert (candidate.recent, candidate.rank, candidate.expected.would_open) == (2, 3, True)
    site.post([site.call(NOW, outcome="dropped", ended_at=NOW + MINUTE)])
    (candidate,) = recording.find(user, "C1", NOW + 2 * MINUTE).candidates
    assert (candidate.recent, candidate.rank) == (3, None)
    (candidate,) = recording.find(user, "C1", NOW + 9 * HOUR).candidates
    assert candidate.rank == 4
