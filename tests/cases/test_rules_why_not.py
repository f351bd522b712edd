"""« Pourquoi pas de dossier ? » answers for any client, on the client's page (issue: each verdict can be read)."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.organisation.models import Programme, UnitParticipation
from cases.intake import IncomingContact, receive_batch
from cases.models import Case, Line, MassIncident, RepeatRule
from cases.rules import load_rulebook
from cases.why_not import client_window
from tests.office import HOUR, NOW

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def lyon(office):
    UnitParticipation.objects.create(
        programme=Programme.objects.get(), unit=office.units["lyon"], participates=True
    )
    return office


def window(client, now=NOW):
    contacts = list(client.contacts.select_related("reason", "line", "unit", "mass_incident"))
    return client_window(client, contacts, list(client.cases.all()), load_rulebook(), now)


def page(office, client, who="advisor"):
    return office.browser(who).get(f"/clients/{client.client_ref}/").content.decode()


def test_below_the_threshold_it_says_how_many_count_and_which(lyon):
    client = lyon.client()
    lyon.contact(client, NOW - 2 * DAY)
    lyon.contact(client, NOW - DAY)
    lyon.contact(client, NOW - HOUR, reason_code="facture")
    seen = window(client)
    assert seen.n == 2
    assert seen.reasons == ["2 contacts comptés dans la fenêtre\u00a0; la règle en demande 3."]
    assert [one.why for one in seen.not_counted] == ["motif non technique"]
    html = page(lyon, client)
    assert "2 contacts comptés" in html
    assert "la règle en demande 3" in html
    assert "motif non technique" in html
    assert "Règle R1 v1" in html


def test_without_any_contact_it_says_so(lyon):
    seen = window(lyon.client())
    assert (seen.n, seen.counted) == (0, [])
    assert seen.reasons == ["0 contact compté dans la fenêtre\u00a0; la règle en demande 3."]


def test_a_client_with_a_working_case_needs_no_reason(lyon):
    client = lyon.client()
    for days in (3, 2, 1):
        lyon.contact(client, NOW - days * DAY)
    assert window(client).reasons == []
    assert "Pourquoi pas de dossier" not in page(lyon, client)


def test_a_leg_names_the_contact_it_follows(lyon):
    client = lyon.client()
    lyon.contact(client, NOW - DAY, interaction_id="X")
    lyon.contact(client, NOW - DAY + 20 * timedelta(minutes=1), interaction_id="X", leg_no=2)
    (leg,) = window(client).not_counted
    assert leg.why == "suite d’un même contact, celui du 09/11\u00a015:30"


def test_a_unit_outside_the_programme_gives_its_public_reason(lyon):
    UnitParticipation.objects.create(
        programme=Programme.objects.get(),
        unit=lyon.units["brest"],
        participates=False,
        reason_public="L’unité attend le bilan du pilote.",
    )
    client = lyon.client(unit="brest")
    for days in (3, 2, 1):
        lyon.contact(client, NOW - days * DAY)
    (reason,) = window(client).reasons
    assert "UAT Brest ne participe pas au programme" in reason
    assert "L’unité attend le bilan du pilote." in reason


def test_a_rule_in_observation_is_named(lyon):
    RepeatRule.objects.update(mode="shadow")
    client = lyon.client()
    for days in (3, 2, 1):
        lyon.contact(client, NOW - days * DAY)
    (reason,) = window(client).reasons
    assert reason.startswith("Le seuil de 3 a été atteint le 09/11\u00a015:30.")
    assert "La règle R1 v1 est en observation" in reason


def test_no_rule_in_force_is_said(lyon):
    RepeatRule.objects.update(valid_from=NOW + DAY)
    client = lyon.client()
    for days in (3, 2, 1):
        lyon.contact(client, NOW - days * DAY)
    assert "Aucune règle n’était en vigueur" in window(client).reasons[0]


def test_a_mass_incident_is_named(lyon):
    MassIncident.objects.create(
        ref="I1", label="Fibre coupée", unit=lyon.units["lyon"], starts_at=NOW - 4 * DAY
    )
    client = lyon.client()
    for days in (3, 2, 1):
        lyon.contact(client, NOW - days * DAY)
    (reason,) = window(client).reasons
    assert "incident collectif « Fibre coupée »" in reason
    assert "reprendront après sa fin" in reason


def test_a_cancelled_case_is_named(lyon):
    client = lyon.client()
    for days in (3, 2, 1):
        lyon.contact(client, NOW - days * DAY)
    case = Case.objects.get()
    lyon.do(case, "cancel", "manager", cancel_reason="client_withdrew", reason="Le client renonce.")
    (reason,) = window(client).reasons
    assert f"Le dossier {case.ref} a été ouvert, puis annulé" in reason
    assert "le client renonce" in reason


def test_contacts_taken_in_observation_are_said_to_be(lyon):
    client = lyon.client()
    calls = [
        IncomingContact(
            source_system="f", source_id=str(d), arrived_at=NOW - d * DAY, client_id=client.pk, talk_s=60
        )
        for d in (3, 2, 1)
    ]
    receive_batch(calls, actor=lyon.actor("advisor"), now=NOW, mode="shadow")
    assert "importé ou recalculé en observation" in window(client).reasons[0]


def test_each_line_counts_apart_where_the_rule_says_so(lyon):
    client = lyon.client(segment="pro")
    unit = lyon.units["lyon"]
    lines = [
        Line.objects.create(line_ref=ref, client=client, technology="fibre", unit=unit)
        for ref in ("L1", "L2")
    ]
    for hours, line in ((30, 0), (20, 0), (10, 1)):
        lyon.contact(client, NOW - hours * HOUR, line_id=lines[line].pk)
    seen = window(client)
    assert [(group.label, len(group.contacts)) for group in seen.groups] == [("ligne L1", 2), ("ligne L2", 1)]
    assert "Chaque ligne compte à part\u00a0: ligne L1 2, ligne L2 1." in seen.reasons[0]
    assert "Comptés à part" in page(lyon, client)


def test_a_calendar_window_starts_at_midnight_of_the_unit(lyon):
    RepeatRule.objects.update(window_mode="calendar")
    client = lyon.client()
    midnight = NOW.replace(hour=23, minute=0) - 7 * DAY  # 04/11 00:00 in Paris
    lyon.contact(client, midnight)
    lyon.contact(client, midnight - timedelta(minutes=1))
    seen = window(client)
    assert (seen.start, seen.n) == (midnight, 1)


def queries_of(browser, client) -> int:
    address = f"/clients/{client.client_ref}/"
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len(queries)


def test_the_client_page_costs_the_same_for_one_contact_and_for_sixty(lyon):
    small, big = lyon.client(), lyon.client()
    lyon.contact(small, NOW - HOUR)
    for number in range(60):
        lyon.contact(big, NOW - 9 * DAY + number * HOUR, reason_code="facture")
    browser = lyon.browser("advisor")
    assert queries_of(browser, small) == queries_of(browser, big)


def test_the_client_page_with_five_contacts_and_a_case_costs_at_most_twelve_queries(lyon):
    client = lyon.client()
    for days in range(5, 0, -1):
        lyon.contact(client, NOW - days * DAY)
    assert Case.objects.count() == 1
    assert queries_of(lyon.browser("advisor"), client) <= 12
