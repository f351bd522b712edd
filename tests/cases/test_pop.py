"""« Screen pop »: what is known of who calls, in a few queries and without a trace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.organisation.models import Programme, UnitParticipation
from cases import clients, telephony
from cases.models import Client, ClientPhone, IncomingCall, PhoneExtension
from cases.pop import Pop, Queue, pop
from tests.office import HOUR, NOW, Office

NUMBER = "+33199004127"


@pytest.fixture
def odile(office: Office) -> Client:
    return office.client("Odile Marchand", phone=NUMBER)


@pytest.fixture
def live(office: Office) -> None:
    """UAT Lyon takes part in the programme."""
    UnitParticipation.objects.create(
        programme=Programme.objects.get(), unit=office.units["lyon"], participates=True, valid_from=None
    )


def asked(text: str = "01 99 00 41 27", at=NOW) -> Pop:
    return pop(text, at)


@pytest.mark.parametrize("text", ["01 99 00 41 27", "+33199004127", "0033199004127", "01.99.00.41.27"])
def test_a_number_in_any_writing_names_its_client(odile: Client, text: str) -> None:
    told = asked(text)
    assert told.caller is not None
    assert (told.number, told.caller.id, told.caller.ref, told.caller.unit) == (
        NUMBER,
        odile.pk,
        odile.client_ref,
        "lyon",
    )
    assert (told.before, told.rank, told.queue, told.unit) == (0, 1, Queue.STANDARD, "lyon")


@pytest.mark.parametrize("text", ["", "anonyme", "12", "\x00", "+" * 50, "9" * 400])
def test_what_is_no_number_names_nobody(odile: Client, text: str) -> None:
    told = asked(text)
    assert (told.caller, told.number, told.queue) == (None, "", Queue.STANDARD)


def test_an_unknown_number_names_nobody(odile: Client) -> None:
    told = asked("01 99 00 99 99")
    assert (told.caller, told.shared, told.number) == (None, 0, "+33199009999")


def test_a_number_of_two_clients_names_neither(office: Office, odile: Client) -> None:
    office.client("Paul Marchand", phone=NUMBER)
    told = asked()
    assert (told.caller, told.case, told.shared) == (None, None, 2)


def test_the_third_call_of_a_unit_that_only_observes_changes_no_queue(office: Office, odile: Client) -> None:
    for days in (3, 1):
        office.contact(odile, NOW - timedelta(days=days))
    assert (asked().rank, asked().mode, asked().queue) == (3, "shadow", Queue.STANDARD)


def test_the_third_call_goes_to_the_unit_s_rd3plus_queue(office: Office, odile: Client, live: None) -> None:
    for days in (3, 1):
        office.contact(odile, NOW - timedelta(days=days))
    told = asked()
    assert (told.before, told.rank, told.rd3plus, told.mode) == (2, 3, True, "live")
    assert (told.queue, told.unit, told.case) == (Queue.RD3PLUS, "lyon", None)


def test_an_open_case_sends_the_call_to_who_keeps_it(office: Office, odile: Client) -> None:
    PhoneExtension.objects.create(number="4127", user=office.people["advisor"])
    case = office.case(client=odile)
    told = asked()
    assert told.case is not None
    assert (told.case.ref, told.case.state, told.case.keeper) == (
        case.ref,
        "opened",
        office.people["advisor"].pk,
    )
    assert (told.queue, told.extension, told.case.keeper_name) == (Queue.OWNER, "4127", "Advisor Essai")


def test_a_delegated_case_sends_the_call_to_the_delegate_in_office(office: Office, odile: Client) -> None:
    PhoneExtension.objects.create(number="4200", user=office.people["support"])
    case = office.case(client=odile)
    office.do(case, "delegate", "advisor", delegate=office.people["support"])
    told = asked(at=NOW + timedelta(seconds=1))
    assert told.case is not None
    assert (told.case.keeper, told.extension) == (office.people["support"].pk, "4200")


def test_a_case_of_nobody_goes_to_the_queue_of_its_unit(office: Office, odile: Client) -> None:
    office.case(client=odile, owner=None)
    assert (asked().queue, asked().unit, asked().extension) == (Queue.RD3PLUS, "lyon", "")


def test_a_case_under_observation_goes_back_to_who_resolved_it(office: Office, odile: Client) -> None:
    case = office.case("resolved", client=odile)
    told = asked()
    assert told.case is not None
    assert (told.case.ref, told.case.state, told.queue) == (case.ref, "resolved", Queue.OWNER)
    assert asked(at=NOW + timedelta(hours=169)).case is None


def test_a_merged_record_leads_to_the_one_that_lives(office: Office, odile: Client) -> None:
    kept = office.client("Odile Marchand-Petit")
    clients.merge(kept.pk, odile.pk, actor=office.actor("admin"), now=NOW, reason="Deux fiches, une cliente.")
    told = asked()
    assert told.caller is not None
    assert told.caller.id == kept.pk


def test_a_pseudonymised_record_names_nobody(odile: Client) -> None:
    Client.objects.filter(pk=odile.pk).update(pseudonymised_at=NOW)
    assert ClientPhone.objects.filter(e164=NUMBER).exists()
    assert asked().caller is None


def test_it_writes_nothing_and_takes_five_queries_at_most(
    office: Office, odile: Client, live: None, engine: str
) -> None:
    """With a token, its limit and the announcement itself, that is eight. SQLite reads the rules each time."""
    for days in (5, 3, 1):
        office.contact(odile, NOW - timedelta(days=days))
    asked()  # the rules are read once in a process
    with CaptureQueriesContext(connection) as queries:
        told = asked()
    assert told.case is not None
    verbs = {query["sql"].split()[0].upper() for query in queries}
    assert verbs == {"SELECT"}
    assert len(queries) <= (5 if engine == "postgresql" else 12)


def test_the_same_answer_costs_the_same_for_a_client_of_a_hundred_contacts(
    office: Office, odile: Client
) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            asked()
        return len(queries)

    office.contact(odile, NOW - timedelta(days=6))
    asked()
    few = cost()
    for hours in range(1, 60):
        office.contact(odile, NOW - timedelta(hours=2 * hours))
    assert cost() <= few + 1  # a case opened meanwhile: its attempts


# -- the announcement -----------------------------------------------------------------------------------


@pytest.fixture
def extension(office: Office) -> PhoneExtension:
    return PhoneExtension.objects.create(number="4127", user=office.people["advisor"])


def ring(extension: str = "4127", number: str = NUMBER, call: str = "c-1", at=NOW, now=NOW) -> telephony.Rung:
    return telephony.ring(extension, number, call, at=at, now=now)


def test_a_ringing_telephone_is_told_to_its_account_alone(
    office: Office, odile: Client, extension: PhoneExtension
) -> None:
    rung = ring()
    call = IncomingCall.objects.get()
    assert (rung.call, call.user_id, call.client_id, call.number) == (
        call.pk,
        office.people["advisor"].pk,
        odile.pk,
        NUMBER,
    )
    assert (call.rank, call.hours, call.rings_at, call.until) == (1, 168, NOW, NOW + telephony.SHOWN_FOR)
    assert telephony.ringing(office.people["advisor"].pk, NOW) == call.pk
    assert telephony.ringing(office.people["colleague"].pk, NOW) == 0


def test_the_same_call_announced_twice_is_one_row(odile: Client, extension: PhoneExtension) -> None:
    assert ring().call == ring().call
    assert IncomingCall.objects.count() == 1


def test_an_extension_of_nobody_tells_nobody_and_still_answers(odile: Client, db: None) -> None:
    rung = ring("9999")
    assert rung.call is None
    assert rung.pop.caller is not None
    assert not IncomingCall.objects.exists()


@pytest.mark.parametrize("username", ["hr", "backoffice", "admin"])
def test_an_account_that_notes_no_call_is_told_nothing(office: Office, odile: Client, username: str) -> None:
    PhoneExtension.objects.create(number="4127", user=office.people[username])
    assert ring().call is None


def test_a_closed_account_is_told_nothing(office: Office, odile: Client, extension: PhoneExtension) -> None:
    type(extension.user).objects.filter(pk=extension.user_id).update(is_active=False)
    assert ring().call is None


def test_an_announcement_of_the_past_is_not_shown(odile: Client, extension: PhoneExtension) -> None:
    assert ring(at=NOW - timedelta(minutes=2)).call is None
    assert ring(at=NOW + HOUR).call is not None  # a switch that is fast: it rings now
    assert IncomingCall.objects.get().rings_at == NOW


def test_a_call_ends_when_the_switch_says_so_and_by_itself_after_a_while(
    office: Office, odile: Client, extension: PhoneExtension
) -> None:
    advisor = office.people["advisor"].pk
    ring()
    assert telephony.ended("c-1", NOW) == 1
    assert telephony.ended("c-1", NOW) == 0
    assert telephony.ringing(advisor, NOW) == 0
    ring(call="c-2")
    assert telephony.ringing(advisor, NOW + telephony.SHOWN_FOR) == 0


def test_a_call_passed_on_leaves_the_page_of_the_first(
    office: Office, odile: Client, extension: PhoneExtension
) -> None:
    PhoneExtension.objects.create(number="4128", user=office.people["colleague"])
    ring()
    ring("4128")
    second = IncomingCall.objects.get(user=office.people["colleague"])
    assert telephony.shown(second, NOW)
    assert not telephony.shown(second, NOW)
    assert telephony.ringing(office.people["advisor"].pk, NOW) == 0
    assert telephony.ringing(office.people["colleague"].pk, NOW) == second.pk


def test_a_call_offered_again_rings_again_on_the_page_it_had_left(
    office: Office, odile: Client, extension: PhoneExtension
) -> None:
    """Nobody took it: to a colleague, then back, under the name that the switch gave it."""
    advisor, colleague = (office.people[name].pk for name in ("advisor", "colleague"))
    PhoneExtension.objects.create(number="4128", user=office.people["colleague"])
    first = ring()
    telephony.ended("c-1", NOW + timedelta(seconds=20))
    late = NOW + timedelta(seconds=21)
    assert ring(at=NOW, now=late).call is None  # the first announcement, brought twice by the network
    there = NOW + timedelta(seconds=25)
    ring("4128", at=there, now=there)
    back = NOW + timedelta(seconds=50)
    again = ring(at=back, now=back)
    assert again.call == first.call == telephony.ringing(advisor, back)
    assert telephony.shown(IncomingCall.objects.get(pk=again.call), back)
    assert telephony.ringing(colleague, back) == 0
    later = back + telephony.SHOWN_FOR + timedelta(minutes=1)  # it rang itself out, and comes back
    assert ring(at=later, now=later).call == telephony.ringing(advisor, later) == first.call


def test_the_announcement_is_one_statement_beside_the_pop(odile: Client, extension: PhoneExtension) -> None:
    ring(call="c-0")
    with CaptureQueriesContext(connection) as alone:
        asked()
    with CaptureQueriesContext(connection) as both:
        ring(call="c-1")
    assert len(both) == len(alone) + 1


def test_calls_go_after_a_day_and_with_their_client(
    office: Office, odile: Client, extension: PhoneExtension, purge
) -> None:
    ring()
    purge(NOW + timedelta(hours=23))
    assert IncomingCall.objects.exists()
    purge(NOW + timedelta(hours=25))
    assert not IncomingCall.objects.exists()
