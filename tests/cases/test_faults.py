"""Fault tickets (domain.md L31, L41): one per number, whatever order its reports come in; the stock at a date."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from atdemain.journal.actors import importer
from atdemain.journal.models import AuditEvent
from cases.fault_history import Report, fold
from cases.faults import FaultUpdate, stock, upsert, upsert_many
from cases.models import FaultTicket, FaultTicketChange, Line
from cases.sentences import sentence
from tests.office import HOUR, NOW, text_of

DAY = timedelta(days=1)
OPENED = NOW - 3 * DAY
ACTOR = importer("import")


def say(ref: str = "OC1", at=None, **more):
    more.setdefault("opened_at", OPENED)
    return upsert(FaultUpdate(ref, updated_at=at, **more), actor=ACTOR, now=NOW, source="essai")


# -- pure ------------------------------------------------------------------------------------------------

REPORTS = [
    Report(OPENED, {"opened_at": OPENED, "colour": "orange"}),
    Report(OPENED + HOUR, {"colour": "red"}),
    Report(OPENED + 2 * HOUR, {"closed_at": OPENED + 2 * HOUR, "status": "closed"}),
    Report(OPENED + 4 * HOUR, {"status": "open", "entity": 7}),
]


@given(st.permutations(REPORTS))
@settings(max_examples=24, deadline=None)
def test_history_is_the_same_whatever_the_order_of_the_reports(reports):
    steps = fold(reports)
    assert [step.changes.get("colour") for step in steps] == [None, ["orange", "red"], None, None]
    assert [step.closed_from for step in steps] == [None, None, None, OPENED + 2 * HOUR]
    assert (steps[-1].state.status, steps[-1].state.closed_at, steps[-1].state.entity) == ("open", None, 7)


def test_history_a_report_that_says_nothing_of_the_status_does_not_open_a_closed_ticket_again():
    steps = fold([*REPORTS[:3], Report(OPENED + 5 * HOUR, {"colour": "green"})])
    assert (steps[-1].state.status, steps[-1].state.colour) == ("closed", "green")


# -- upsert ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_upsert_is_one_ticket_and_nothing_new_changes_nothing(office):
    assert say(colour="red").status == "created"
    assert say(colour="red").status == "unchanged"
    assert say(" oc 1 ", colour="red").status == "unchanged"
    assert say(colour="green", at=OPENED + HOUR).status == "updated"
    assert say(colour="green", at=OPENED + HOUR).status == "unchanged"
    ticket = FaultTicket.objects.get()
    assert (ticket.ref, ticket.colour, ticket.changes_history.count()) == ("OC1", "green", 2)


@pytest.mark.django_db
def test_upsert_late_report_takes_its_place_and_leaves_the_present_colour(office):
    say(colour="orange", at=OPENED)
    say(colour="green", at=OPENED + 5 * HOUR)
    say(colour="red", at=OPENED + 2 * HOUR)
    assert FaultTicket.objects.get().colour == "green"
    rows = FaultTicketChange.objects.order_by("at").values_list("changes", flat=True)
    assert list(rows) == [{}, {"colour": ["orange", "red"]}, {"colour": ["red", "green"]}]


@pytest.mark.django_db
def test_upsert_colour_change_is_told_on_the_timeline_of_the_case(office):
    case = office.case("opened")
    say(colour="orange", case_ref=case.ref, at=OPENED)
    say(colour="red", at=OPENED + HOUR)
    told = AuditEvent.objects.filter(object_type="case", action__startswith="fault_").order_by("seq")
    assert [sentence(event).replace("\u00a0", " ") for event in told] == [
        "Dérangement Océane OC1 rattaché au dossier, orange.",
        "Dérangement Océane OC1 : couleur : orange → rouge.",
    ]
    page = text_of(office.browser("advisor").get(reverse("cases:case", args=[case.ref])))
    assert "couleur : orange → rouge" in page
    assert "h-faults" in page


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"ref": " "}, "ref"),
        ({"system": "autre chose"}, "system"),
        ({"colour": "mauve"}, "colour"),
        ({"line_ref": "L404"}, "line_ref"),
        ({"case_ref": "ATD-2026-999999"}, "case_ref"),
        ({"entity_code": "nulle-part"}, "entity_code"),
        ({"closed_at": OPENED - HOUR}, "closed_at"),
        ({"closed_at": OPENED + HOUR, "status": "open"}, "closed_at"),
        ({"opened_at": NOW + HOUR}, "opened_at"),
        ({"opened_at": None}, "opened_at"),
    ],
)
def test_upsert_what_cannot_be_is_refused_naming_the_field_and_stops_no_other(office, fields, field):
    bad = FaultUpdate(**{"ref": "OC1", "opened_at": OPENED} | fields)
    good = FaultUpdate("OC2", opened_at=OPENED)
    results = upsert_many([bad, good], actor=ACTOR, now=NOW)
    assert [(one.status, one.field) for one in results] == [("rejected", field), ("created", "")]
    assert results[0].reason
    assert FaultTicket.objects.get().ref == "OC2"


# -- the stock -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_stock_counts_from_the_opening_to_the_closing_not_included_with_the_colour_of_then(office):
    say(colour="orange", at=OPENED)
    say(colour="red", at=OPENED + 10 * HOUR)
    say(status="closed", at=OPENED + 20 * HOUR)
    say(status="open", at=OPENED + 30 * HOUR)
    expected = {
        OPENED - HOUR: {},
        OPENED: {"orange": 1},
        OPENED + 10 * HOUR: {"red": 1},
        OPENED + 20 * HOUR: {},  # closed, and opened again ten hours later
        OPENED + 29 * HOUR: {},
        OPENED + 30 * HOUR: {"red": 1},
    }
    assert {at: stock(at)["colour"] for at in expected} == expected


@pytest.mark.django_db
def test_stock_command_says_the_same_in_words_and_in_json(office):
    client = office.client()
    Line.objects.create(line_ref="L1", client=client, technology="fibre", unit=office.units["lyon"])
    say(colour="red", line_ref="L1")
    say("OC2", closed_at=NOW - HOUR)
    day = (NOW - 2 * DAY).strftime("%Y-%m-%d")
    out = StringIO()
    call_command("fault_stock", "--at", day, "--json", stdout=out)
    found = json.loads(out.getvalue())
    assert (found["open"], found["colour"]) == (2, {"red": 1, "orange": 1})
    assert found["unit"] == {"UAT Lyon": 1, "": 1}
    assert found["at"].endswith("20:00:00+01:00")
    out = StringIO()
    call_command("fault_stock", stdout=out)
    assert out.getvalue().startswith("1 dérangements ouverts le 10/11/2026 à 15:30.")


# -- a file ----------------------------------------------------------------------------------------------

HEADER = "Ticket;Ouverture;Mise à jour;Clôture;Couleur;État;Ligne;Dossier;Entité"
ROWS = [
    "OC1;07/11/2026 10:00;07/11/2026 10:00;;ORANGE;OUVERT;;;copper",
    "OC1;07/11/2026 10:00;08/11/2026 09:00;;ROUGE;EN COURS;;;copper",
    "OC2;07/11/2026 11:00;09/11/2026 11:00;09/11/2026 11:00;VERT;CLOS;;;",
    "OC3;07/11/2026 11:00;07/11/2026 11:00;;MAUVE;OUVERT;;;",
    "OC4;37/11/2026 11:00;07/11/2026 11:00;;VERT;OUVERT;;;",
    "OC5;07/11/2026 11:00;07/11/2026 11:00;;VERT;OUVERT;L404;;",
]


def run(path, *options):
    out = StringIO()
    call_command("import_faults", str(path), "--profile", "oceane", "--json", *options, stdout=out)
    return {name: value for name, value in json.loads(out.getvalue()).items() if name != "seconds"}


@pytest.mark.django_db
def test_import_reads_by_its_profile_counts_rejects_and_is_idempotent(office, tmp_path):
    path = tmp_path / "tickets.csv"
    path.write_text("\n".join([HEADER, *ROWS]), encoding="utf-8")
    first = {"rows": 6, "created": 2, "updated": 1, "unchanged": 0, "rejected": 3}
    assert run(path, "--dry-run") == first
    assert not FaultTicket.objects.exists()
    assert run(path) == first
    assert run(path) == {"rows": 6, "created": 0, "updated": 0, "unchanged": 3, "rejected": 3}
    rejects = (tmp_path / "tickets.csv.rejects.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert [row.split(",")[:2] for row in rejects] == [["5", "Couleur"], ["6", "Ouverture"], ["7", "Ligne"]]
    ticket = FaultTicket.objects.get(ref="OC1")
    assert (ticket.colour, ticket.status, ticket.responsible_entity.code) == ("red", "in_progress", "copper")
    assert AuditEvent.objects.filter(object_type="faultimport").count() == 2


@pytest.mark.django_db
def test_import_gives_the_same_tickets_when_the_rows_come_the_other_way_round(office, tmp_path):
    def histories():
        return list(FaultTicketChange.objects.order_by("ticket__ref", "at").values_list("changes", "colour"))

    for number, rows in enumerate((ROWS, ROWS[::-1])):
        FaultTicket.objects.all().delete()
        path = tmp_path / f"{number}.csv"
        path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
        run(path)
        if number == 0:
            before = histories()
    assert histories() == before


@pytest.mark.django_db
def test_import_refuses_a_profile_of_contacts_and_a_file_without_its_columns(office, tmp_path, capsys):
    path = tmp_path / "tickets.csv"
    path.write_text("Numéro;Date\n1;2\n", encoding="utf-8")
    for profile in ("oceane", "anonymous-bank"):
        with pytest.raises(SystemExit) as stopped:
            call_command("import_faults", str(path), "--profile", profile)
        assert stopped.value.code == 2
    told = capsys.readouterr().err
    assert "« Ticket »" in told
    assert "Profils livrés : oceane" in told


# -- pages -----------------------------------------------------------------------------------------------


@pytest.fixture
def tickets(office):
    client = office.client("Jeanne Martin")
    far = office.client(unit="brest")
    for ref, whose, unit in (("L1", client, "lyon"), ("L2", far, "brest")):
        Line.objects.create(line_ref=ref, client=whose, technology="fibre", unit=office.units[unit])
    say("OC100", colour="red", line_ref="L1", entity_code="copper")
    say("OC200", colour="green", line_ref="L2")
    say("OC300", colour="orange", line_ref="L1", closed_at=NOW - HOUR)
    return {one.ref: one for one in FaultTicket.objects.all()}


def refs_on(response) -> set[str]:
    return {ref for ref in ("OC100", "OC200", "OC300") if ref in text_of(response)}


@pytest.mark.django_db
def test_page_lists_what_the_account_may_see_at_the_moment_asked(office, tickets):
    address = reverse("cases:faults")
    browser = office.browser("advisor")
    assert refs_on(browser.get(address)) == {"OC100"}
    assert refs_on(browser.get(address, {"show": "all"})) == {"OC100", "OC300"}
    before = (NOW - 2 * HOUR).astimezone().strftime("%Y-%m-%dT%H:%M")
    assert refs_on(browser.get(address, {"at": before})) == {"OC100", "OC300"}
    assert refs_on(browser.get(address, {"colour": "green", "at": before})) == set()
    assert refs_on(browser.get(address, {"q": "l1", "show": "all"})) == {"OC100", "OC300"}
    assert refs_on(office.browser("stranger").get(address)) == {"OC200"}
    assert refs_on(office.browser("backoffice").get(address)) == {"OC100"}
    assert "2 dérangements ouverts, toutes unités" in text_of(browser.get(address))


@pytest.mark.django_db
@pytest.mark.parametrize("at", ["demain", "2026-13-01", "2026-03-29T02:30x", "99999-01-01"])
def test_page_with_a_date_that_means_nothing_says_so_and_keeps_it(office, tickets, at):
    page = text_of(office.browser("advisor").get(reverse("cases:faults"), {"at": at}))
    assert "Cette date ne se lit pas" in page
    assert f'value="{at}"' in page


@pytest.mark.django_db
def test_ticket_page_tells_its_history_and_is_found_by_its_number(office, tickets):
    say("OC100", colour="orange", at=NOW - HOUR)
    browser = office.browser("advisor")
    address = reverse("cases:fault", args=[tickets["OC100"].pk])
    page = text_of(browser.get(address))
    assert "Couleur : rouge → orange" in page
    assert "Premier relevé" in page
    assert "Jeanne Martin" in page
    assert address in text_of(browser.get(reverse("cases:search"), {"q": "oc 100"}))
    assert browser.get(reverse("cases:fault", args=[tickets["OC200"].pk])).status_code == 404
    assert "OC200" not in text_of(browser.get(reverse("cases:search"), {"q": "OC200"})).replace(
        "« OC200 »", ""
    ).replace('value="OC200"', "")
