"""After 24 months nothing names the client any more, no figure has moved, and the journal still verifies."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client as Browser

from atdemain.journal.actors import system
from atdemain.journal.models import AuditEvent
from atdemain.journal.purging import run
from atdemain.journal.record import record
from atdemain.journal.retention import KINDS, count
from atdemain.journal.verify import verify
from cases import clients
from cases.invariants import broken
from cases.models import Case, Client, ClientPhone, Contact, FaultTicket, SubjectRequest
from cases.phones import e164
from cases.recording import find
from cases.retention import fields
from cases.retention.terms import due
from cases.search import search
from cases.sentences import sentence
from tests.cases.retention.cast import LATER, TOKEN, figures, told_client, traces
from tests.office import NOW, Office

pytestmark = pytest.mark.django_db
PURGE = system("purge")


@pytest.fixture
def office(db) -> Office:
    return Office.gather()


def purge(now=LATER):
    return run(now, list(KINDS.values()), PURGE)


def test_after_its_term_no_text_of_the_client_is_left_anywhere(office):
    client = told_client(office)
    assert len(traces()) >= 20, "the cast no longer writes its tokens everywhere"
    told = purge().counts["clients"]
    assert traces() == []
    assert traces("99004127") == [], "a phone number"
    assert (told["clients"], told["cases"], told["contacts"]) == (1, 1, 3)
    client = Client.objects.get(pk=client.pk)
    assert client.pseudonymised_at == LATER
    assert client.client_ref.startswith(fields.PREFIX)
    assert not client.priority_client


def test_no_figure_moves(office):
    told_client(office)
    before = figures()
    purge()
    assert figures() == before


def test_the_journal_verifies_and_the_invariants_hold(office):
    client = told_client(office)
    purge()
    assert list(verify()) == []
    assert list(broken(LATER)) == []
    last = AuditEvent.objects.filter(object_type="client", object_id=str(client.pk)).latest("seq")
    assert (last.action, last.reason_code, last.actor_kind) == ("pseudonymised", "term", "system")


def test_the_timeline_says_that_the_reference_of_a_fault_is_erased(office):
    told_client(office)
    linked = AuditEvent.objects.get(action="fault_linked")
    assert (
        sentence(linked) == f"Dérangement Océane {FaultTicket.objects.get().ref} rattaché au dossier, orange."
    )
    purge()
    linked = AuditEvent.objects.get(pk=linked.pk)
    assert sentence(linked) == "Dérangement Océane (valeur effacée) rattaché au dossier, orange."


def test_nothing_finds_the_client_again(office):
    client = told_client(office)
    case = Case.objects.get(client=client)
    ticket = FaultTicket.objects.get()
    words = [client.client_ref, client.display_name, "01 99 00 41 27", case.ref, ticket.ref]
    assert all(not search(office.people["manager"], word, now=NOW).empty for word in words)
    purge()
    words.append(Client.objects.get(pk=client.pk).client_ref)
    for word in words:
        assert search(office.people["manager"], word, now=LATER).empty, word
        assert find(office.people["advisor"], word, LATER).candidates == [], word


def test_the_clients_page_says_what_it_has_become(office):
    client = told_client(office)
    purge()
    ref = Client.objects.get(pk=client.pk).client_ref
    browser = office.browser("advisor")
    page = browser.get(f"/clients/{ref}/").content.decode()
    assert "Fiche pseudonymisée" in page
    assert "Ouvrir un dossier" not in page
    assert browser.get(f"/cases/{Case.objects.get(client=client).ref}/").status_code == 200
    opened = browser.post(
        f"/clients/{ref}/open/", {"reason_family": "slow", "text": "Le client rappelle ce matin."}
    )
    assert opened.status_code == 422
    assert "plus rien ne s’y ajoute" in opened.content.decode()


@pytest.mark.parametrize("why", ["working case", "recent contact", "open fault"])
def test_a_client_somebody_still_works_for_is_kept(office, why):
    client = told_client(office)
    if why == "working case":
        office.case("opened", client=client, at=NOW)
    elif why == "recent contact":
        office.contact(client, LATER - timedelta(days=700))
    else:
        FaultTicket.objects.update(status="open", closed_at=None)
    assert not due(LATER).exists()
    purge()
    assert Client.objects.get(pk=client.pk).display_name == client.display_name


def test_a_client_goes_the_day_after_its_term_and_not_before(office):
    client = office.client("Léa Moreau")
    Client.objects.filter(pk=client.pk).update(created_at=NOW - timedelta(days=2_000))
    office.contact(client, NOW)
    assert not due(NOW + timedelta(days=730)).exists()
    assert due(NOW + timedelta(days=730, seconds=1)).exists()


def test_a_client_who_awaits_an_answer_on_their_data_is_kept_till_it_is_due(office):
    client = told_client(office)
    other = office.client("Ancienne fiche")
    asked = SubjectRequest.objects.create(
        client=other, channel="letter", by=office.people["dpo"], at=LATER - timedelta(days=30)
    )
    clients.merge(client.pk, other.pk, actor=office.actor("admin"), now=NOW, reason="même personne")
    assert not due(LATER).exists(), "asked of a record merged into it"
    SubjectRequest.objects.update(client=client)
    assert not due(LATER).exists()
    assert due(LATER + timedelta(days=1)).exists(), "the month is over"
    SubjectRequest.objects.filter(pk=asked.pk).update(erased_at=LATER)
    assert due(LATER).exists()


def test_a_contact_without_a_client_is_emptied_at_the_same_term(office):
    old, recent = (
        office.contact(
            office.client(),
            at,
            client_id=None,
            interaction_id=f"{TOKEN}-int",
            caller_number="+33199004127",
            summary=f"{TOKEN} rappeler sa voisine",
            handler_ref=f"{TOKEN}-agent",
        ).contact_id
        for at in (NOW - timedelta(seconds=1), NOW)
    )
    with transaction.atomic():
        record("contact", old, "corrected", actor=PURGE, at=NOW, personal={"summary": f"{TOKEN} avant"})
    then, before = NOW + timedelta(days=730), Contact.objects.get(pk=recent).summary
    kind = [KINDS["clients"]]
    assert run(then, kind, PURGE).counts["clients"] == {"contacts": 1, "journal_payloads": 1}
    contact = Contact.objects.get(pk=old)
    assert (contact.caller_number, contact.summary, contact.content_hash) == ("", "", "")
    assert all(
        value.startswith(fields.PREFIX)
        for value in (contact.source_id, contact.interaction_id, contact.handler_ref)
    )
    assert Contact.objects.get(pk=recent).summary == before
    assert run(then, kind, PURGE).counts["clients"] == {}, "once is enough"
    run(then + timedelta(days=1), kind, PURGE)
    assert traces() == []
    assert list(verify()) == []


def test_history_imported_yesterday_is_as_old_as_what_it_tells(office):
    client = office.client("Léa Moreau")
    assert not due(NOW).exists(), "a record without a contact is as old as itself"
    office.contact(client, NOW - timedelta(days=800))
    assert due(NOW).exists()


def test_records_merged_into_it_go_with_it_and_not_before(office):
    client = told_client(office)
    other = office.client(f"{TOKEN} ancien", phone="+33199004128")
    clients.merge(client.pk, other.pk, actor=office.actor("admin"), now=NOW, reason=f"{TOKEN} même personne")
    assert list(due(LATER)) == [client]
    purge()
    assert traces() == []
    assert Client.objects.filter(pseudonymised_at=LATER).count() == 2
    assert list(verify()) == []
    with pytest.raises(clients.Refused, match="pseudonymisée"):
        clients.split(other.pk, actor=office.actor("admin"), now=LATER, reason="elles sont deux")


def test_the_same_source_may_send_the_same_reference_again(office):
    client = told_client(office)
    purge()
    again = office.contact(office.client("Quelqu’un"), LATER, source_id=f"{TOKEN}-0", source_system="essai")
    assert again.client_id != client.pk
    assert Contact.objects.filter(client=client).count() == 3


def test_pseudonyms_are_stable_within_a_client_and_lead_to_nobody(office):
    client = told_client(office)
    Contact.objects.filter(client=client).update(interaction_id="une-seule")
    purge()
    contacts = Contact.objects.filter(client=client)
    assert contacts.values("interaction_id").distinct().count() == 1
    assert contacts.values("source_id").distinct().count() == 3
    assert not ClientPhone.objects.exists()
    assert e164("01 99 00 41 27") is not None


def test_twice_equals_once_and_a_dry_run_changes_nothing(office):
    told_client(office)
    rows = traces()
    events = AuditEvent.objects.count()
    counted = count(LATER, [KINDS["clients"]]).counts["clients"]
    assert traces() == rows
    assert AuditEvent.objects.count() == events
    assert run(LATER, [KINDS["clients"]], PURGE).counts["clients"] == counted
    assert not any(purge().counts["clients"].values())


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgres
def test_a_client_whose_contact_is_being_stored_is_left_to_the_next_run(office):
    """Intake holds the client's row: the purge neither waits for it nor takes the name away under it."""
    client = told_client(office)
    held, done = threading.Event(), threading.Event()

    def intake() -> None:
        with transaction.atomic():
            Client.objects.select_for_update(no_key=True).get(pk=client.pk)
            held.set()
            done.wait(10)
        connection.close()

    other = threading.Thread(target=intake)
    other.start()
    held.wait(10)
    try:
        told = run(LATER, [KINDS["clients"]], PURGE).counts
    finally:
        done.set()
        other.join()
    assert not told["clients"]
    assert Client.objects.get(pk=client.pk).display_name == client.display_name
    assert run(LATER, [KINDS["clients"]], PURGE).counts["clients"]["clients"] == 1


# -- nothing is forgotten ---------------------------------------------------------------------------------


def models_about_a_client() -> set[type[models.Model]]:
    """Those that a chain of foreign keys leads to a client from, however long."""
    ours = [
        model
        for model in apps.get_models()
        if model._meta.app_label not in ("admin", "auth", "organisation", "journal", "notifications")
        and model._meta.label not in NOT_OF_A_CLIENT
    ]
    found: set[type[models.Model]] = {Client}
    while True:
        more = {
            model
            for model in ours
            if any(one.remote_field and one.related_model in found for one in model._meta.concrete_fields)
        }
        if more <= found:
            return found
        found |= more


#: Texts of models that name a client's row without being about the client.
NOT_OF_A_CLIENT = {"cases.MassIncident": "its words are about an outage, for everybody"}


def test_every_text_about_a_client_is_erased_or_said_to_stay():
    """A new column of text, or a new model beside a case, must say what becomes of it."""
    named = {(row.model._meta.label, name) for row in fields.FIELDS for name in row.values or {}}
    gone = {row.model._meta.label for row in fields.FIELDS if row.values is None}
    silent = []
    for model in models_about_a_client():
        label = model._meta.label
        if label in gone:
            continue
        for field in model._meta.concrete_fields:
            kinds = (models.CharField, models.TextField, models.JSONField)
            text = isinstance(field, kinds) and not field.choices
            if text and (label, field.name) not in named | {*fields.KEPT}:
                silent.append(f"{label}.{field.name}")
    assert sorted(silent) == [], "say in cases/retention/fields.py (or with erase_too) what becomes of these"


def test_nothing_is_said_of_a_column_that_is_not_there():
    for row in fields.FIELDS:
        for name in row.values or {}:
            row.model._meta.get_field(name)
    for label, name in fields.KEPT:
        apps.get_model(label)._meta.get_field(name)


def test_a_stranger_without_an_account_sees_no_pseudonymised_record(office):
    client = told_client(office)
    purge()
    assert Browser().get(f"/clients/{Client.objects.get(pk=client.pk).client_ref}/").status_code == 302
