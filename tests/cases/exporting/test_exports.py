"""A list as a file: what the page shows and no more, texts that no spreadsheet runs, a row in the access log."""

from __future__ import annotations

import csv
import io
import time
from datetime import datetime, timedelta

import openpyxl
import pytest
import time_machine
from django.http import QueryDict
from django.urls import reverse
from xlsxwriter import Workbook

from atdemain.jobs import files, queue
from atdemain.jobs.enums import Status
from atdemain.jobs.models import Job
from atdemain.jobs.work import Interrupted
from atdemain.journal.models import AccessLog
from atdemain.notifications.models import Notification
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit, User
from atdemain.organisation.roles import set_roles
from atdemain.spreadsheets import harmless
from cases.exporting import export as exporting
from cases.exporting import kind, xlsx_file
from cases.listing import LISTS
from cases.models import Client
from tests.office import NOW, Office, text_of

pytestmark = pytest.mark.django_db

LISTED = tuple(LISTS)
FORMATS = ("csv", "xlsx")


def address(key: str = "cases", extension: str = "csv", query: str = "") -> str:
    return reverse("cases:export", args=[key, extension]) + (f"?{query}" if query else "")


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def read_csv(response) -> list[list[str]]:
    content = body(response)
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def read_xlsx(response) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(body(response)))


def cells(response, extension: str) -> list[list[object]]:
    """Every row, heading included, as a reader of the file gets it."""
    if extension == "csv":
        return [list(row) for row in read_csv(response)]
    return [[cell.value for cell in row] for row in read_xlsx(response)["Export"].iter_rows()]


@pytest.fixture
def busy(office: Office) -> Office:
    """Something in every list."""
    for number in range(3):
        case = office.case("escalated", client=office.client(f"Client n° {number}"))
        office.contact(case.client, NOW - timedelta(hours=number + 1), who="colleague")
    return office


# -- what is in it ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("key", LISTED)
def test_export_has_the_rows_the_order_and_the_columns_of_the_page(busy, key, extension):
    selection = LISTS[key].select(busy.people["manager"], QueryDict(), NOW)
    found = cells(busy.browser("manager").get(address(key, extension)), extension)
    assert found[0] == [heading for heading, _ in LISTS[key].columns]
    first = LISTS[key].columns[0][1]
    assert [row[0] for row in found[1:]] == [first(row) for row in selection.rows]
    assert len(found) > 1


@pytest.mark.parametrize("extension", FORMATS)
def test_export_follows_the_filter_of_the_address(busy, extension):
    wanted = busy.case("callback_due", client=busy.client("Zoé Ferrand"))
    found = cells(busy.browser("manager").get(address("cases", extension, "state=callback_due")), extension)
    assert [row[1] for row in found[1:]] == [wanted.ref]


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("key", LISTED)
def test_export_holds_nothing_of_another_unit(busy, key, extension):
    stranger = busy.client("Inconnue Jeton-7731", unit="brest")
    case = busy.case("escalated", owner="stranger", client=stranger, unit="brest")
    busy.contact(stranger, NOW - timedelta(hours=1), who="stranger")
    text = str(cells(busy.browser("manager").get(address(key, extension)), extension))
    assert "Jeton-7731" not in text
    assert case.ref not in text


def test_times_are_those_of_the_readers_unit_as_dates_in_a_sheet_and_as_text_in_csv(busy):
    Unit.objects.filter(code="lyon").update(tz="Indian/Reunion")
    browser = busy.browser("manager")
    column = [heading for heading, _ in LISTS["cases"].columns].index("Ouvert")
    assert read_csv(browser.get(address()))[1][column] == "10/11/2026 12:30"
    cell = read_xlsx(browser.get(address(extension="xlsx")))["Export"].cell(2, column + 1)
    assert cell.value == datetime.fromisoformat("2026-11-10T12:30")
    assert cell.number_format == "dd/mm/yyyy hh:mm"


def test_sheet_freezes_its_heading_and_a_second_one_says_what_it_is(busy):
    book = read_xlsx(busy.browser("manager").get(address(extension="xlsx", query="state=escalated")))
    assert book.sheetnames == ["Export", "À propos"]
    assert book["Export"].freeze_panes == "A2"
    about = {row[0].value: row[1].value for row in book["À propos"].iter_rows()}
    assert about["Liste"] == "Dossiers"
    assert "escaladé" in about["Filtre"].lower()
    assert about["Exporté le"] == "10/11/2026 15:30"
    assert (about["Par"], about["Lignes"], about["Heures"]) == ("Manager Essai", 3, "Europe/Paris")


def test_export_is_named_after_its_list_and_its_moment_and_is_not_kept(busy):
    response = busy.browser("manager").get(address("promises"))
    assert response["Content-Disposition"] == 'attachment; filename="rappels-promis-2026-11-10-1530.csv"'
    assert response["Cache-Control"] == "no-store"


def test_sheet_of_contacts_since_a_day_says_the_end_of_its_month(busy):
    response = busy.browser("manager").get(address("contacts", "xlsx", "arrived_from=2026-10-20"))
    about = {row[0].value: row[1].value for row in read_xlsx(response)["À propos"].iter_rows()}
    assert about["Filtre"] == "arrivés du 20/10 au 19/11/2026"


# -- what it must not run --------------------------------------------------------------------------------

FORMULAS = (
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", "＋1", "－1", "＠A1", "  =1+1", "\u00a0=1+1",
    "'=1+1", '"=1+1', "\ufeff=1+1", "\u200b=1+1", "=cmd|'/c calc'!A0", "+33 1 99 00=1",
)  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_would_run_begins_with_an_apostrophe(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Jeanne", "a=b", "1-2", "+33199004127", "n° 3", "’=", "D’Arc", "5 %"])
def test_text_that_would_not_is_left_as_it_is(text):
    assert harmless(text) == text


@pytest.mark.parametrize("extension", FORMATS)
@pytest.mark.parametrize("key", LISTED)
def test_no_text_column_of_any_list_is_a_formula(busy, key, extension, monkeypatch):
    """Whatever the column holds: each one in turn answers what a spreadsheet would run."""
    listing = LISTS[key]
    for column in listing.table.base_columns.values():
        monkeypatch.setattr(column, "plain", lambda row: "=HYPERLINK(1)")
    response = busy.browser("manager").get(address(key, extension))
    if extension == "csv":
        assert {cell for row in read_csv(response)[1:] for cell in row} == {"'=HYPERLINK(1)"}
        return
    sheet = read_xlsx(response)["Export"]
    written = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {(cell.data_type, cell.value) for cell in written} == {("s", "=HYPERLINK(1)")}


@pytest.mark.parametrize("text", FORMULAS)
def test_client_named_like_a_formula_is_a_text_in_a_sheet(office, text):
    client = office.client("Nom")
    Client.objects.filter(pk=client.pk).update(display_name=text)
    office.case(client=client)
    cell = read_xlsx(office.browser("manager").get(address(extension="xlsx")))["Export"]["A2"]
    assert cell.data_type == "s"
    assert cell.value.endswith(text.strip("\t\r\n"))


@pytest.mark.parametrize("extension", FORMATS)
def test_phone_number_is_written_exactly(office, extension):
    client = office.client("Nom")
    Client.objects.filter(pk=client.pk).update(display_name="+33199004127")
    office.case(client=client)
    assert (
        cells(office.browser("manager").get(address(extension=extension)), extension)[1][0] == "+33199004127"
    )


def test_semicolons_quotes_and_line_ends_stay_in_their_cell(office):
    client = office.client("Nom")
    Client.objects.filter(pk=client.pk).update(display_name='a;"b"\r\n=1+1')
    office.case(client=client)
    assert read_csv(office.browser("manager").get(address()))[1][0] == 'a;"b"\r\n=1+1'


# -- who, and what is kept of it -------------------------------------------------------------------------


def test_export_writes_one_access_row_with_its_list_its_filter_and_its_count(busy):
    AccessLog.objects.all().delete()
    busy.browser("manager").get(address("cases", "csv", "state=escalated"))
    (row,) = AccessLog.objects.all()
    assert (row.action, row.object_type, row.object_id) == ("export", "cases", "csv")
    assert (row.purpose, row.filters, row.rows, row.user_id) == (
        "export",
        "state=escalated",
        3,
        busy.people["manager"].pk,
    )


def test_export_of_one_clients_contacts_is_in_the_log_of_that_client_at_once_or_by_a_job(busy, monkeypatch):
    client = Client.objects.earliest("pk")
    browser, query = busy.browser("manager"), f"client={client.client_ref}"
    AccessLog.objects.all().delete()
    browser.get(address("contacts", "csv", query))
    monkeypatch.setattr("cases.views.exports.AT_ONCE", 0)
    browser.post(address("contacts", "csv", query))
    queue.run_waiting()
    found = AccessLog.objects.filter(action="export").order_by("pk")
    assert list(found.values_list("client_id", "rows")) == [(client.pk, 1)] * 2


def test_head_answers_the_headers_and_logs_nothing(busy):
    AccessLog.objects.all().delete()
    response = busy.browser("manager").head(address())
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/csv")
    assert not AccessLog.objects.exists()


def test_list_a_role_never_has_is_refused_and_an_unknown_one_unknown(busy):
    assert busy.browser("hr").get(address()).status_code == 403
    assert busy.browser("backoffice").get(address("contacts")).status_code == 403
    browser = busy.browser("manager")
    assert browser.get("/lists/nothing/export.csv").status_code == 404
    assert browser.get("/lists/cases/export.pdf").status_code == 404


def test_streamed_csv_reads_its_rows_as_they_leave(busy, monkeypatch):
    monkeypatch.setattr("cases.exporting.csv_file.PART", 1)
    response = busy.browser("manager").get(address())
    assert response.streaming
    assert len(list(response.streaming_content)) > 3


# -- long ones -------------------------------------------------------------------------------------------


@pytest.fixture
def short(monkeypatch) -> None:
    """Two rows are many."""
    monkeypatch.setattr("cases.views.exports.AT_ONCE", 2)


@pytest.mark.parametrize("extension", FORMATS)
def test_long_export_is_offered_as_a_job_and_told_in_the_inbox(busy, short, extension):
    AccessLog.objects.all().delete()
    browser = busy.browser("manager")
    page = browser.get(address("cases", extension, "state=escalated"))
    assert "Plus de 2 lignes" in text_of(page)
    assert not Job.objects.exists()
    assert not AccessLog.objects.filter(action="export").exists()
    asked = browser.post(address("cases", extension, "state=escalated"))
    job = Job.objects.get()
    assert asked["Location"] == reverse("jobs:job", args=[job.pk])
    assert job.status == Status.QUEUED
    queue.run_waiting()
    job.refresh_from_db()
    assert (job.status, job.total, job.done) == (Status.FINISHED, 3, 3)
    (item,) = Notification.objects.filter(kind="job_over")
    assert item.url == f"/jobs/{job.pk}/"
    (row,) = AccessLog.objects.filter(action="export")
    assert (row.object_type, row.object_id, row.rows) == ("cases", str(job.pk), 3)
    assert "Télécharger le fichier" in text_of(browser.get(item.url))
    file = browser.get(reverse("jobs:file", args=[job.pk]))
    assert len(cells(file, extension)) == 4
    assert file["Content-Disposition"].endswith(f'-1530.{extension}"')


def test_file_is_its_askers_alone_and_gone_after_a_day(busy, short, purge):
    browser = busy.browser("manager")
    browser.post(address())
    queue.run_waiting()
    job = Job.objects.get()
    file = reverse("jobs:file", args=[job.pk])
    assert busy.browser("far_manager").get(file).status_code == 404
    path = files.path_of(job)
    with time_machine.travel(NOW + files.KEPT, tick=False):
        late = busy.browser("manager")
        assert late.get(file).status_code == 410
        purge(NOW + files.KEPT)
        assert not path.exists()
        gone = late.get(file)
        assert gone.status_code == 410
        assert "Ce fichier est effacé." in text_of(gone)
        assert "Le fichier est effacé" in text_of(late.get(reverse("jobs:job", args=[job.pk])))


def test_role_taken_away_before_the_job_runs_writes_no_file(busy, short):
    before = set(files.directory().iterdir())
    busy.browser("manager").post(address())
    set_roles(busy.people["manager"], (Role.HR,))
    queue.run_waiting()
    job = Job.objects.get()
    assert (job.status, job.file, job.error) == (Status.FAILED, "", "Votre rôle n’ouvre plus cette liste.")
    assert set(files.directory().iterdir()) == before


def moved(office: Office) -> None:
    User.objects.filter(username="manager").update(unit=office.units["brest"])


def test_unit_changed_before_the_job_runs_writes_no_file_and_says_why(busy, short):
    busy.browser("manager").post(address())
    moved(busy)
    queue.run_waiting()
    job = Job.objects.get()
    assert (job.status, job.file, job.error) == (Status.FAILED, "", kind.MOVED)


def test_unit_changed_after_the_job_closes_its_file_until_one_is_back(busy, short):
    busy.browser("manager").post(address())
    queue.run_waiting()
    job = Job.objects.get()
    file = reverse("jobs:file", args=[job.pk])
    moved(busy)
    browser = busy.browser("manager")
    assert browser.get(file).status_code == 302
    assert "demandez l’export à nouveau" in text_of(browser.get(reverse("jobs:job", args=[job.pk])))
    User.objects.filter(username="manager").update(unit=busy.units["lyon"])
    assert len(cells(busy.browser("manager").get(file), "csv")) == 4


def test_role_taken_away_after_the_job_closes_its_file(busy, short):
    busy.browser("manager").post(address())
    queue.run_waiting()
    job = Job.objects.get()
    set_roles(busy.people["manager"], (Role.HR,))
    browser = busy.browser("manager")
    assert browser.get(reverse("jobs:file", args=[job.pk])).status_code == 302
    assert "Votre rôle n’ouvre plus cette liste." in text_of(browser.get(reverse("jobs:job", args=[job.pk])))


def test_sheet_that_stops_half_way_leaves_no_file_behind(busy, tmp_path, monkeypatch):
    made = exporting.again("cases", busy.people["manager"], "", NOW)

    def stops(lines: int) -> None:
        raise KeyboardInterrupt

    before = set(files.directory().iterdir())
    monkeypatch.setattr(xlsx_file, "EVERY", 1)
    with pytest.raises(KeyboardInterrupt):
        xlsx_file.write(made, tmp_path / "x", stops)
    assert set(files.directory().iterdir()) == before


def test_more_rows_than_a_sheet_holds_says_what_to_do(busy, short, monkeypatch):
    monkeypatch.setattr(xlsx_file, "SHEET", 2)
    busy.browser("manager").post(address(extension="xlsx"))
    queue.run_waiting()
    assert (Job.objects.get().status, Job.objects.get().error) == (Status.FAILED, kind.TOO_LONG)


def test_more_rows_than_a_sheet_holds_are_refused_before_anything_is_written(busy, short, monkeypatch):
    monkeypatch.setattr("cases.views.exports.SHEET", 2)
    browser = busy.browser("manager")
    response = browser.post(address("cases", "xlsx", "state=escalated"), follow=True)
    assert response.redirect_chain == [("/lists/cases/?state=escalated", 302)]
    assert "resserrez le filtre, ou demandez un CSV" in text_of(response)
    assert not Job.objects.exists()
    browser.post(address("cases", "csv", "state=escalated"))
    assert Job.objects.count() == 1


@pytest.fixture
def slow_to_pack(monkeypatch) -> None:
    """The book takes a tenth of a second to close, which is many signs of life."""
    monkeypatch.setattr(xlsx_file, "BEAT", 0.005)
    close = Workbook.close
    monkeypatch.setattr(Workbook, "close", lambda book: (time.sleep(0.1), close(book)))


def test_packing_the_sheets_gives_signs_of_life(busy, tmp_path, slow_to_pack):
    made, beats = exporting.again("cases", busy.people["manager"], "", NOW), []
    lines = xlsx_file.write(made, tmp_path / "x", beats.append)
    assert len(beats) > 1
    assert set(beats) == {lines}


def test_stopped_while_the_sheets_are_packed_it_is_said_once_the_book_is_closed(busy, tmp_path, slow_to_pack):
    made = exporting.again("cases", busy.people["manager"], "", NOW)

    def stops(lines: int) -> None:
        raise Interrupted

    before = set(files.directory().iterdir())
    with pytest.raises(Interrupted):
        xlsx_file.write(made, tmp_path / "x", stops)
    assert set(files.directory().iterdir()) == before


def test_kind_of_job_is_known(office):
    assert kind.may(Job(asked_by=office.people["manager"], parameters={"list": "gone"})) != ""
