"""Mass incidents from their page: declared, seen with what they collect, ended once (domain.md §4.3)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from cases import incidents
from cases.models import Case, Contact, Line, MassIncident
from tests.office import HOUR, NOW, Office, text_of
from tests.routing.cast import takes_part

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NEW = reverse("cases:incident_new")


@pytest.fixture
def live(office: Office) -> Office:
    """The unit takes part: a third contact opens a case."""
    takes_part(office.units["lyon"])
    return office


def local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def typed(**changes) -> dict:
    return {
        "ref": "INC-20261110-A3F9",
        "label": "Fibre coupée à Lyon 3ᵉ",
        "starts_at": local(NOW - HOUR),
        "cause": "Travaux",
        "message": "Réparation attendue à 18:00.",
        "line_refs": "",
        "parent": "new",
        "parent_ref": "",
    } | changes


def declared(office: Office, **changes) -> MassIncident:
    response = office.browser("support").post(NEW, typed(**changes))
    assert response.status_code == 302, text_of(response)
    return MassIncident.objects.get()


def end(browser, incident: MassIncident, at: datetime = NOW, version: int | None = None):
    data = {"version": version or incident.version, "ends_at": local(at)}
    return browser.post(reverse("cases:incident_end", args=[incident.pk]), data)


def test_declare_opens_a_parent_case_takes_what_was_known_and_tells_the_unit(live):
    known = live.contact(live.client(), NOW - HOUR / 2)
    incident = declared(live)
    parent = incident.parent_case
    assert (parent.unit, parent.mass_incident, parent.owner) == (live.units["lyon"], incident, None)
    contact = Contact.objects.get(pk=known.contact_id)
    assert (contact.mass_incident, contact.case) == (incident, parent)
    told = set(
        Notification.objects.filter(kind="incident_declared").values_list("recipient__username", flat=True)
    )
    assert told == {"advisor", "colleague", "manager"}  # not who declared it, nobody of another unit
    assert AuditEvent.objects.filter(object_type="massincident", action="declared").count() == 1
    for address in (reverse("home"), reverse("cases:record")):
        page = text_of(live.browser("advisor").get(address))
        assert "Incident collectif depuis 14:30" in page
        assert "Réparation attendue à 18:00." in page
        assert "Incident collectif depuis" not in text_of(live.browser("stranger").get(address))


def test_incident_collects_third_contacts_and_ends_with_verdicts_back_after_a_day(live, clock):
    incident = declared(live)
    client = live.client("Jeanne Martin")
    for minutes in (50, 40, 30):
        live.contact(client, NOW - timedelta(minutes=minutes))
    assert Case.objects.get() == incident.parent_case
    page = text_of(live.browser("advisor").get(reverse("cases:incident", args=[incident.pk])))
    assert "3 contacts, 1 client" in page
    assert "Jeanne Martin" in page
    parent = text_of(live.browser("advisor").get(reverse("cases:case", args=[incident.parent_case.ref])))
    assert "autre client" in parent

    assert end(live.browser("manager"), incident).status_code == 302
    incident.refresh_from_db()
    assert incident.ended_by == live.people["manager"]
    clock.shift(DAY - HOUR)
    live.contact(client, NOW + DAY - HOUR)
    assert Case.objects.count() == 1  # less than 24 h after the end
    clock.shift(2 * HOUR)
    live.contact(client, NOW + DAY + HOUR)
    case = Case.objects.exclude(pk=incident.parent_case_id).get()
    assert case.client == client  # what the incident held counted with it
    assert incident.contacts.count() == 4  # and stays told


def test_end_twice_or_from_two_tabs_is_once_and_says_who(live):
    incident = declared(live)
    manager, support = live.browser("manager"), live.browser("support")
    assert end(manager, incident, NOW - HOUR / 2).status_code == 302
    response = end(support, incident, NOW)
    page = text_of(support.get(response["Location"]))
    assert "Cet incident était déjà terminé, par M. Essai : rien n’a changé." in page
    incident.refresh_from_db()
    assert incident.ends_at == NOW - HOUR / 2
    assert AuditEvent.objects.filter(object_type="massincident", action="ended").count() == 1


def test_end_in_the_past_gives_back_what_came_a_day_after_it(live):
    incident = declared(live, starts_at=local(NOW - 60 * HOUR))
    client = live.client()
    for hours in (10, 5, 1):
        live.contact(client, NOW - hours * HOUR)
    assert Case.objects.count() == 1
    end(live.browser("manager"), incident, NOW - 48 * HOUR)
    assert Case.objects.exclude(pk=incident.parent_case_id).get().client == client
    assert not incident.contacts.exists()


def test_a_page_that_shows_an_older_incident_writes_nothing_and_keeps_what_was_typed(live):
    incident = declared(live)
    change = reverse("cases:incident_change", args=[incident.pk])
    words = {
        "change-label": "Fibre coupée",
        "change-starts_at": local(NOW - HOUR),
        "change-cause": "Incendie",
    }
    words |= {"change-message": "Réparation demain.", "change-version": 1}
    assert live.browser("support").post(change, words).status_code == 302
    response = live.browser("manager").post(change, words | {"change-message": "Rien avant lundi."})
    page = text_of(response)
    assert response.status_code == 409
    assert "L’incident a changé entre-temps" in page
    assert "Rien avant lundi." in page
    assert end(live.browser("manager"), incident, version=1).status_code == 409
    incident.refresh_from_db()
    assert (incident.message, incident.version, incident.ends_at) == ("Réparation demain.", 2, None)
    assert "Rien n’a changé" in text_of(live.browser("support").post(change, words, follow=True))


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"label": ""}, "label", "nécessaire"),
        ({"starts_at": ""}, "starts_at", "Donnez la date"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at", "Donnez une année entre 2000"),
        ({"starts_at": "9999-12-31T23:59"}, "starts_at", "Donnez une année entre 2000"),
        ({"starts_at": local(NOW - 30 * DAY - HOUR)}, "starts_at", "Ce début date de plus de 30 jours"),
        ({"starts_at": "2026-03-29T02:30"}, "starts_at", "Cette heure n’existe pas"),
        ({"starts_at": "hier"}, "starts_at", "ne se lit pas"),
        ({"starts_at": local(NOW + HOUR)}, "starts_at", "maintenant ou avant"),
        ({"line_refs": "L404 L405"}, "line_refs", "L404, L405"),
        ({"line_refs": "L2"}, "line_refs", "autre unité"),
        ({"parent": "known"}, "parent_ref", "Donnez la référence"),
        ({"parent": "known", "parent_ref": "ATD-2026-999999"}, "parent_ref", "Dossier inconnu"),
        ({"parent": ""}, "parent", "Choisissez"),
    ],
)
def test_what_cannot_be_declared_names_the_field_and_keeps_what_was_typed(live, changes, field, words):
    Line.objects.create(
        line_ref="L2", client=live.client(unit="brest"), technology="fibre", unit=live.units["brest"]
    )
    response = live.browser("manager").post(NEW, typed(**changes))
    assert response.status_code == 422
    assert words in response.context["form"].errors[field][0]
    assert "Réparation attendue à 18:00." in text_of(response)
    assert not MassIncident.objects.exists()
    assert not Case.objects.exists()


def test_the_same_form_sent_twice_declares_once(live):
    browser = live.browser("manager")
    first = browser.post(NEW, typed())
    again = browser.post(NEW, typed())
    assert again["Location"] == first["Location"]
    assert (MassIncident.objects.count(), Case.objects.count()) == (1, 1)
    other = browser.post(NEW, typed(label="Une autre panne"))
    assert "déjà celle d’un autre incident" in text_of(other)


def test_an_incident_may_name_lines_and_a_case_already_open(live):
    client = live.client()
    line = Line.objects.create(line_ref="L1", client=client, technology="fibre", unit=live.units["lyon"])
    case = live.case("opened")
    incident = declared(live, line_refs="L1, L1", parent="known", parent_ref=case.ref.lower())
    assert (incident.parent_case, list(incident.lines.all())) == (case, [line])
    outside = live.contact(live.client(), NOW - HOUR / 2)
    assert Contact.objects.get(pk=outside.contact_id).mass_incident is None


def test_an_end_lost_to_another_writer_is_told_and_writes_nothing(live, monkeypatch):
    """Where no row is locked the conditional update decides."""
    incident = declared(live)
    stale = MassIncident.objects.get(pk=incident.pk)
    end(live.browser("manager"), incident)
    with pytest.raises(incidents.IncidentMoved):
        incidents._write(stale, ends_at=NOW, ended_by=live.people["support"])
    assert MassIncident.objects.get().ended_by == live.people["manager"]


def test_list_of_a_unit_without_incident_says_when_there_will_be_one(live):
    page = text_of(live.browser("advisor").get(reverse("cases:incidents")))
    assert "Aucun incident terminé." in page
    assert NEW not in page
    assert NEW in text_of(live.browser("support").get(reverse("cases:incidents")))
