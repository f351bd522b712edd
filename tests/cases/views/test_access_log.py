"""« Qui a consulté ce client ? »: asked with a reason, answered in order, exported, and itself told."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from atdemain.journal.access import begins_at, log_access, told
from atdemain.journal.models import AccessLog, AccessQuestion, AuditEvent
from atdemain.organisation.models import User
from atdemain.organisation.roles import set_dpo
from cases import clients
from cases.models import Client
from tests.office import HOUR, NOW, Office, text_of

pytestmark = pytest.mark.django_db

WHY = "Demande d’accès du client, courrier du 28/11."
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _time_passes(office, clock) -> None:
    """Each question comes a minute after what was done before: an answer stops where it was asked."""
    office.clock = clock


def ask(office: Office, kind: str, words: str, *, days: tuple[date, date] | None = None, **more: Any):
    start, end = days or (NOW.date(), NOW.date())
    office.clock.shift(MINUTE)
    data = {f"{kind}-words": words, f"{kind}-starts_on": start, f"{kind}-ends_on": end, f"{kind}-reason": WHY}
    return office.browser("dpo").post("/access/", {"ask": kind, **data, **more})


def answer(office: Office, kind: str, words: str, **options: Any) -> str:
    sent = ask(office, kind, words, **options)
    assert sent.status_code == 302, text_of(sent)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text_of(office.browser("dpo").get(sent["Location"]))))


@pytest.fixture
def looked(office) -> Client:
    """Two people opened Jeanne's case, one of them somebody else's too."""
    client = office.client("Jeanne Martin", phone="+33199001234")
    case, other = office.case(client=client), office.case()
    for who, one in (("colleague", case), ("manager", case), ("manager", other)):
        office.browser(who).get(f"/cases/{one.ref}/")
    return client


# -- who saw this client ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["CLI-00001", "cli-00001", "01 99 00 12 34", "martin jea"])
def test_a_client_is_found_by_reference_phone_or_name_and_the_answer_says_who_looked(office, looked, words):
    assert looked.client_ref == "CLI-00001"
    said = answer(office, "client", words)
    assert "Qui a consulté Jeanne Martin" in said
    assert re.search(
        r"10/11/2026 15:30:00 Colleague Essai conseiller client Consultation, dossier ATD-2026-\d+", said
    )
    assert "Manager Essai manager" in said
    assert said.count("Consultation, dossier") == 2
    assert WHY in said


def test_what_was_seen_of_a_record_merged_since_is_in_the_answer_of_the_one_kept(office, looked):
    kept = office.client("Jeanne Martin")
    why = "La même personne, deux fiches."
    clients.merge(kept.pk, looked.pk, actor=office.actor("admin"), now=NOW, reason=why)
    assert "Colleague Essai" in answer(office, "client", kept.client_ref)
    assert "Colleague Essai" in answer(office, "client", looked.client_ref)


def test_what_was_seen_while_two_records_were_one_is_in_the_answer_of_each_once_parted(office, looked):
    kept, case = office.client("Jeanne Martin"), looked.cases.get()
    why = "La même personne, deux fiches."
    clients.merge(kept.pk, looked.pk, actor=office.actor("admin"), now=NOW, reason=why)
    office.browser("support").get(f"/cases/{case.ref}/")
    office.clock.shift(MINUTE)
    clients.split(looked.pk, actor=office.actor("admin"), now=NOW + MINUTE, reason="Deux homonymes, en fait.")
    office.clock.shift(MINUTE)
    office.browser("advisor").get(f"/clients/{kept.client_ref}/")
    for ref, others in ((looked.client_ref, False), (kept.client_ref, True)):
        said = answer(office, "client", ref)
        assert "Support Essai" in said
        assert ("Advisor Essai" in said) is others


def test_several_clients_of_one_name_are_shown_to_choose_from_and_that_search_is_told(office):
    first, second = office.client("Jeanne Martin"), office.client("Jeanne Martin", unit="brest")
    before = AccessLog.objects.count()
    page = ask(office, "client", "martin")
    assert page.status_code == 422
    assert first.client_ref in text_of(page)
    assert second.client_ref in text_of(page)
    row = AccessLog.objects.order_by("-pk").first()
    assert (row.action, row.purpose, row.rows, AccessLog.objects.count()) == (
        "search",
        "data_protection",
        2,
        before + 1,
    )
    assert not AccessQuestion.objects.exists()
    sent = ask(office, "client", "martin", **{"client-picked": second.pk})
    assert sent.status_code == 302
    assert AccessQuestion.objects.get().client_id == second.pk


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"client-words": "zzz zzz"}, "Aucun client n’a cette référence"),
        ({"client-words": ""}, "Dites de qui il s’agit."),
        ({"client-reason": "non"}, "Écrivez au moins 10 caractères"),
        ({"client-reason": ""}, "Dites pourquoi vous posez la question."),
        ({"client-ends_on": "2026-11-01"}, "La période finit avant de commencer."),
        ({"client-starts_on": "hier"}, "Cette date ne se lit pas."),
        ({"client-starts_on": "0012-01-01"}, "Cette année n’est pas possible."),
        ({"client-words": "a\x00b"}, ""),
    ],
)
def test_a_question_without_what_it_owes_is_refused_and_says_why(office, looked, more, said):
    page = ask(office, "client", looked.client_ref, **more)
    assert page.status_code == 422
    assert said in text_of(page)
    assert not AccessQuestion.objects.exists()


def test_an_unknown_kind_of_question_is_a_404(office):
    assert office.browser("dpo").post("/access/", {"ask": "all"}).status_code == 404


# -- what did this person look at ------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["manager", "T004", "Manager Essai"])
def test_a_person_is_found_by_log_in_number_or_name_and_the_answer_gives_no_count(office, looked, words):
    assert office.people["manager"].employee_number == "T004"
    said = answer(office, "person", words, **({"person-picked": office.people["manager"].pk}))
    assert "Ce qu’a consulté Manager Essai" in said
    assert said.count("Consultation, dossier") == 2
    assert "Colleague" not in said
    assert not re.search(r"\d+ consultation", said)
    assert " sur 1 " not in said


def test_a_question_about_a_person_covers_a_month_at_most(office):
    month = (NOW.date() - timedelta(days=31), NOW.date())
    assert "31 jours au plus" in text_of(ask(office, "person", "manager", days=month))
    assert (
        ask(office, "person", "manager", days=(NOW.date() - timedelta(days=30), NOW.date())).status_code
        == 302
    )
    assert (
        ask(
            office, "client", office.client().client_ref, days=(NOW.date() - 400 * DAY, NOW.date())
        ).status_code
        == 302
    )


def test_a_list_is_told_with_its_filter_and_its_count_and_without_what_was_typed(office):
    office.case(owner=None)
    office.browser("manager").get("/queue/?page=1&colour=red")
    office.browser("manager").get("/search?q=Jeanne+Martin")
    said = answer(office, "person", "manager")
    assert "Consultation, file du service" in said
    assert "1 ligne, filtre : colour=red&amp;page=1" in said
    assert "q=…" in said
    assert "Jeanne" not in said


# -- asking leaves its trace -----------------------------------------------------------------------------------


def test_asking_is_told_in_the_journal_and_reading_the_answer_in_the_log(office, looked):
    answer(office, "client", looked.client_ref)
    question = AccessQuestion.objects.get()
    event = AuditEvent.objects.get(object_type="accessquestion")
    assert (event.object_id, event.action, event.changes["client"]) == (
        str(question.pk),
        "asked",
        [None, looked.pk],
    )
    assert event.payload.body == {"reason": WHY}
    assert WHY not in str(event.changes)
    row = AccessLog.objects.order_by("-pk").first()
    assert (row.user.username, row.client_id, row.purpose, row.rows) == (
        "dpo",
        looked.pk,
        "data_protection",
        2,
    )
    assert "Dpo Essai" in answer(office, "client", looked.client_ref)


def test_the_questions_asked_are_listed_with_who_asked_and_why(office, looked):
    answer(office, "client", looked.client_ref)
    said = text_of(office.browser("dpo").get("/access/"))
    assert "Questions posées" in said
    assert "Jeanne Martin" in said
    assert WHY in said


def test_no_reading_of_these_pages_writes_a_question(office, looked):
    ask(office, "client", looked.client_ref)
    browser = office.browser("dpo")
    for address in ("/access/", "/access/1/", "/access/1/csv/", "/access/?ask=client&client-words=martin"):
        browser.get(address)
    assert AccessQuestion.objects.count() == 1


@pytest.mark.parametrize("who", ["admin", "hr", "manager", "advisor"])
def test_no_role_reads_it_and_the_right_is_given_beside_the_role(office, who):
    assert office.browser(who).get("/access/").status_code == 403
    assert "/access/" not in office.browser(who).get("/").content.decode()
    set_dpo(office.people[who], True)
    browser = office.browser(who)
    assert browser.get("/access/").status_code == 200
    assert 'href="/access/"' in browser.get("/").content.decode()
    set_dpo(office.people[who], False)
    assert browser.get("/access/").status_code == 302  # the session ended with the right
    assert office.browser(who).get("/access/").status_code == 403


def test_the_administrator_gives_the_right_and_the_journal_tells_it(office):
    user = User.objects.create(username="t.tiers", last_name="Tiers", first_name="Tom")
    browser = office.browser("admin")
    data = {
        "username": "t.tiers", "last_name": "Tiers", "first_name": "Tom", "is_active": "on", "dpo": "on",
        "contract_type": "permanent", "working_time_pct": "100", "version": "0",
        "advisor_profile-TOTAL_FORMS": "0", "advisor_profile-INITIAL_FORMS": "0",
    }  # fmt: skip
    sent = browser.post(f"/admin/organisation/user/{user.pk}/change/", data)
    assert sent.status_code == 302, text_of(sent)
    assert User.objects.get(pk=user.pk).is_dpo
    assert AuditEvent.objects.get(object_type="user", action="dpo_changed").changes == {"dpo": [False, True]}


# -- the file ------------------------------------------------------------------------------------------------


def test_the_file_holds_the_whole_answer_for_a_french_spreadsheet_and_no_formula(office, looked):
    User.objects.filter(username="colleague").update(first_name="=1+1", last_name="x")
    sent = ask(office, "client", looked.client_ref)
    response = office.browser("dpo").get(sent["Location"] + "csv/")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in response["Content-Disposition"]
    text = b"".join(response.streaming_content).decode()
    assert text.startswith("\ufeffDate;Heure;Personne")
    table = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    assert [row[2] for row in table[1:]] == ["Manager Essai", "'=1+1 x"]
    assert table[1][:2] == ["10/11/2026", "15:30:00"]
    assert not [cell for row in table for cell in row if cell.startswith(("=", "+", "-", "@"))]
    row = AccessLog.objects.order_by("-pk").first()
    assert (row.action, row.rows, row.client_id) == ("export", 2, looked.pk)


def test_a_long_answer_is_paged_and_its_file_is_whole(office, looked):
    viewer = office.people["colleague"]
    AccessLog.objects.bulk_create(
        AccessLog(at=NOW, user=viewer, role="advisor", action="view", object_type="client",
                  object_id=str(looked.pk), client_id=looked.pk, purpose="unit")
        for _ in range(2_100)
    )  # fmt: skip
    where = ask(office, "client", looked.client_ref)["Location"]
    browser = office.browser("dpo")
    first = browser.get(where).content.decode()
    assert first.count("fiche du client") == 50
    assert 'href="?page=2"' in first
    assert browser.get(where + "?page=999999").status_code == 200
    assert browser.get(where + "?page=zz").status_code == 200
    file = b"".join(browser.get(where + "csv/").streaming_content).decode()
    assert file.count("\r\n") >= 2_103


# -- the log itself ------------------------------------------------------------------------------------------


def test_the_page_says_when_the_log_begins(office):
    AccessLog.objects.create(at=NOW - 40 * DAY, action="view", object_type="day")
    assert begins_at() == NOW - 40 * DAY
    assert "Il commence le 01/10/2026." in text_of(office.browser("dpo").get("/access/"))


@pytest.mark.parametrize(
    ("filters", "kept"),
    [
        ({"colour": "red", "page": "2"}, "colour=red&page=2"),
        ({"page": "2", "colour": ""}, "page=2"),
        ({"q": "01 99 00 12 34", "who": "Martin"}, "q=…&who=…"),
        ({"x": "a\x00" * 400}, None),
    ],
)
def test_filters_are_told_in_a_stable_order_without_what_was_typed(filters, kept):
    found = told(filters)
    assert len(found) <= 300
    assert "\x00" not in found
    assert kept is None or found == kept


def test_a_question_is_about_one_subject_and_says_why(office):
    facts = {
        "asked_by": office.people["dpo"],
        "asked_at": NOW,
        "starts_on": NOW.date(),
        "ends_on": NOW.date(),
    }
    wrong = (
        {"reason": WHY},
        {"reason": WHY, "client_id": 1, "person": office.people["hr"]},
        {"reason": "", "client_id": 1},
        {"reason": WHY, "client_id": 1, "ends_on": NOW.date() - DAY},
    )
    for more in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            AccessQuestion.objects.create(**facts | more)


@pytest.mark.postgres
@pytest.mark.parametrize("of", ["client", "person"])
def test_an_answer_reads_its_rows_by_an_index(office, of):
    """No sequential scan and no sort of everything, however long the log is (EXPLAIN on 20,000 rows)."""
    from zoneinfo import ZoneInfo

    from cases.access_log import ask as put
    from cases.access_log import rows_of

    AccessLog.objects.bulk_create(
        AccessLog(
            at=NOW - n * HOUR / 60,
            user=office.people["advisor" if n % 50 else "manager"],
            action="view",
            object_type="case",
            object_id="1",
            client_id=n % 1_000,
        )
        for n in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE journal_accesslog")
    subject = {"client": office.client()} if of == "client" else {"person": office.people["manager"]}
    days = {"starts_on": NOW.date() - 20 * DAY, "ends_on": NOW.date()}
    question = put(actor=office.actor("dpo"), now=NOW + HOUR, reason=WHY, **subject, **days)
    plan = rows_of(question, ZoneInfo("Europe/Paris"))[:51].explain()
    assert "access_client_at" in plan or "access_user_at" in plan
    assert "Seq Scan on journal_accesslog" not in plan


def test_an_answer_stays_what_it_was_when_asked(office, looked):
    where = ask(office, "client", looked.client_ref)["Location"]
    browser = office.browser("dpo")
    before = text_of(browser.get(where)).count("Consultation, dossier")
    office.clock.shift(10 * MINUTE)
    office.browser("advisor").get(f"/cases/{looked.cases.get().ref}/")
    assert text_of(browser.get(where)).count("Consultation, dossier") == before == 2


def test_a_system_actor_leaves_a_row_without_an_account():
    from atdemain.journal.actors import system

    log_access(system("export"), "export", "cases", rows=3, purpose="export", filters={"colour": "red"})
    row = AccessLog.objects.get()
    assert (row.user, row.rows, row.filters, row.purpose) == (None, 3, "colour=red", "export")
