"""Surveys: launched by the floor or its representatives, answered once without a name, read from five answers up
(domain.md L53, L54, M16; support stories 7 and 8)."""

from __future__ import annotations

import csv
import io
import json
import threading

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections

from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.notifications.models import Notification
from recognition.models import Survey, SurveyAnswer, SurveyTicket
from recognition.surveys import ballot, launching
from recognition.surveys.results import results
from tests.office import NOW, Office, text_of
from tests.recognition.improving import DAY, answers, enough, survey

LYON = ("advisor", "colleague", "support", "trainer", "manager")


def closed(one: Survey, at=NOW + 8 * DAY) -> Survey:
    launching.close_due(at)
    return Survey.objects.get(pk=one.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["support", "staffrep"])
def test_support_and_staff_representative_launch_an_anonymous_survey(office, who: str):
    browser = office.browser(who)
    closes = (NOW + 5 * DAY).strftime("%Y-%m-%dT%H:%M")
    sent = {
        "title": "Devenir ambassadeur", "roles": ["advisor", "support", "trainer", "manager"], "closes_at": closes,
        "units": [office.units["lyon"].pk], "version": 0, "questions": 2,
        "q1-text": "Le souhaitez-vous ?", "q1-kind": "yes_no", "q2-text": "Pourquoi ?", "q2-kind": "single",
        "q2-labels": "La charge\nLes outils",
    }  # fmt: skip
    added = browser.post("/surveys/new/", sent | {"step": "add"})
    assert "Question 3" in text_of(added)
    assert "La charge" in text_of(added)
    assert browser.post("/surveys/new/", sent).status_code == 302
    one = Survey.objects.get()
    assert (one.state, len(one.questions)) == ("draft", 2)
    assert browser.post(f"/surveys/{one.pk}/publish/", {"version": one.version}).status_code == 302
    one = Survey.objects.get()
    assert one.state == "open"
    assert SurveyTicket.objects.count() == 5
    assert Notification.objects.filter(kind="survey_opened").count() == 5


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"roles": []}, "Choisissez au moins un rôle"),
        ({"closes_at": "2026-11-10T15:40"}, "au moins un jour"),
        ({"closes_at": "2027-11-10T15:40"}, "90 jours au plus"),
        ({"q1-text": ""}, "Écrivez au moins une question"),
        ({"q1-kind": "single"}, "au moins deux réponses"),
        ({"title": ""}, "Ce champ est nécessaire"),
    ],
)
def test_draft_that_cannot_be_is_refused_and_what_is_typed_stays(office, change, field: str):
    sent = {
        "title": "Une enquête à garder", "roles": ["advisor"], "closes_at": "2026-11-15T10:00", "version": 0,
        "questions": 1, "q1-text": "Et vous ?", "q1-kind": "yes_no",
    }  # fmt: skip
    answer = office.browser("support").post("/surveys/new/", sent | change)
    assert answer.status_code == 422
    assert field in text_of(answer)
    assert (change.get("title", "Une enquête à garder") or "Et vous ?") in text_of(answer)
    assert not Survey.objects.exists()


@pytest.mark.django_db
def test_fewer_than_five_people_asked_is_refused_and_nothing_is_written(office):
    one = survey(office, state="draft", roles=("advisor",))
    with pytest.raises(launching.SurveyRefused):
        launching.publish(one, expected_version=1, actor=office.actor("support"), now=NOW)
    assert Survey.objects.get(pk=one.pk).state == "draft"
    assert not SurveyTicket.objects.exists()


@pytest.mark.django_db
def test_answering_is_once_and_the_second_time_writes_nothing(office):
    one = survey(office)
    browser = office.browser("advisor")
    assert browser.post(f"/surveys/{one.pk}/answer/", {}).status_code == 422
    assert browser.post(f"/surveys/{one.pk}/answer/", {"q1": "maybe"}).status_code == 422
    assert browser.post(f"/surveys/{one.pk}/answer/", {"q1": "yes"}).status_code == 302
    assert "Vous avez répondu" in text_of(browser.get(f"/surveys/{one.pk}/answer/"))
    browser.post(f"/surveys/{one.pk}/answer/", {"q1": "no"})
    assert [row.answers for row in SurveyAnswer.objects.all()] == [{"q1": "yes"}]
    with pytest.raises(ballot.AlreadyAnswered):
        answers(office, one, "advisor", code="no")


@pytest.mark.django_db
def test_secret_changed_during_the_survey_leaves_one_answer_each(office, settings):
    one = survey(office)
    answers(office, one, "advisor")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-secret-of-this-site"
    assert ballot.has_answered(one, office.people["advisor"]) is True
    answers(office, one, "trainer")
    assert SurveyAnswer.objects.count() == 2


@pytest.mark.django_db
def test_results_are_read_at_the_end_only_and_from_five_answers_up(office, clock):
    one = survey(office)
    answers(office, one, *LYON[:4])
    page = text_of(office.browser("support").get(f"/surveys/{one.pk}/"))
    assert "Les résultats se lisent à la clôture" in page
    assert office.browser("support").get(f"/surveys/{one.pk}/results.csv").status_code == 404
    one = closed(one)
    assert "Moins de 5 réponses" in text_of(office.browser("support").get(f"/surveys/{one.pk}/"))
    other = survey(office, title="Une autre")
    answers(office, other, *LYON[:3])
    answers(office, other, *LYON[3:], code="no")
    other = closed(other)
    page = text_of(office.browser("support").get(f"/surveys/{other.pk}/"))
    assert "60,0 %" in page
    assert "Taux de réponse" in page
    assert (
        Notification.objects.filter(kind="survey_closed", recipient=office.people["support"].pk).count() == 2
    )


@pytest.mark.django_db
def test_hr_reads_the_results_and_never_an_answer(office):
    one = survey(office)
    answers(office, one, *LYON)
    one = closed(one)
    browser = office.browser("hr")
    assert "100,0 %" in text_of(browser.get(f"/surveys/{one.pk}/"))
    refused = browser.get(f"/surveys/{one.pk}/answers/")
    assert refused.status_code == 403
    assert "Personne ne lit les réponses une à une" in text_of(refused)
    assert browser.get("/surveys/new/").status_code == 403
    assert office.browser("admin").get("/admin/recognition/surveyanswer/").status_code == 404


@pytest.mark.django_db
def test_csv_equals_the_screen_masked_cells_included(office):
    enough(office, "lyon", 9)
    one = survey(office)
    answers(office, one, "advisor", "colleague", *[f"lyon-advisor-{n}" for n in range(9)])
    answers(office, one, "support", "trainer", "manager", code="no")
    one = closed(one)
    browser = office.browser("staffrep")
    for by in ("", "?by=role", "?by=unit"):
        page = text_of(browser.get(f"/surveys/{one.pk}/{by}"))
        file = browser.get(f"/surveys/{one.pk}/results.csv{by}").content.decode().lstrip("\ufeff")
        for row in list(csv.reader(io.StringIO(file), delimiter=";"))[1:]:
            _question, group, count, choice, number, share, low, high = row
            assert group == "Ensemble" or group in page
            shown = f"[{low} ; {high}]" if share else (count.replace("<", "&lt;") if "<" in count else count)
            assert shown in page, row
            assert choice in page
            assert number in page
    # Support, trainer and manager are rare: their answers bear no role, and no cell tells of three.
    by_role = results(one, "role")
    assert by_role.hidden or all(
        cell.masked or cell.value == 0 or cell.value >= 5 for _n, cell, _o in by_role.asked[0].rows
    )


@pytest.mark.django_db
def test_69_of_150_is_shown_with_its_interval(office):
    names = enough(office, "lyon", 150)
    one = survey(office, roles=("advisor",))
    rows = [
        SurveyAnswer(
            survey=one, role="advisor", unit=office.units["lyon"], answers={"q1": "no" if n < 69 else "yes"}
        )
        for n in range(len(names))
    ]
    SurveyAnswer.objects.bulk_create(rows)
    one = closed(one)
    page = text_of(office.browser("staffrep").get(f"/surveys/{one.pk}/"))
    assert "46,0 %" in page
    assert "[38,2 ; 54,0]" in page


@pytest.mark.django_db
def test_survey_closes_by_the_clock_once_and_its_tickets_are_destroyed(office):
    one = survey(office)
    answers(office, one, "advisor")
    assert launching.close_due(one.closes_at - DAY) == 0
    assert launching.close_due(one.closes_at) == 1
    assert launching.close_due(one.closes_at) == 0
    assert not SurveyTicket.objects.exists()
    with pytest.raises(ballot.SurveyOver):
        answers(office, one, "trainer", at=one.closes_at)
    assert Notification.objects.filter(kind="survey_closed").count() == 1
    answer = office.browser("trainer").post(f"/surveys/{one.pk}/answer/", {"q1": "yes"})
    assert answer.status_code == 302
    assert SurveyAnswer.objects.count() == 1


# -- anonymous by construction ----------------------------------------------------------------------------------


def everything() -> dict[str, list[str]]:
    """Every row of every table as text."""
    found = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            if model._meta.managed and not model._meta.proxy:
                cursor.execute(f"SELECT * FROM {connection.ops.quote_name(model._meta.db_table)}")
                found[model._meta.db_table] = [repr(row) for row in cursor.fetchall()]
    return found


@pytest.mark.django_db
def test_no_table_and_no_line_of_the_log_links_an_answer_to_its_author(office: Office, caplog):
    one = survey(office)
    answers(office, one, "colleague", "support", "trainer", "manager")
    browser = office.browser("advisor")
    browser.get("/surveys/")
    before, events, log = everything(), AuditEvent.objects.count(), AccessLog.objects.count()
    caplog.clear()
    browser.get(f"/surveys/{one.pk}/answer/")
    browser.post(f"/surveys/{one.pk}/answer/", {"q1": "no"})
    said = [record.getMessage() for record in caplog.records]
    assert not [line for line in said if f"/surveys/{one.pk}/answer" in line]
    after = everything()
    changed = {table for table in after if sorted(after[table]) != sorted(before[table])}
    assert changed == {"recognition_surveyticket", "recognition_surveyanswer"}
    assert (AuditEvent.objects.count(), AccessLog.objects.count()) == (events, log)
    user = office.people["advisor"]
    key = ballot.key_of(one.pk, user.pk)
    for (
        table,
        rows,
    ) in after.items():  # the ticket's key is nowhere else, and leads to nobody without the secret
        assert table == "recognition_surveyticket" or not any(key in row for row in rows), table
    names = {field.name for field in SurveyAnswer._meta.get_fields()}
    assert names == {"key", "survey", "role", "unit", "answers"}
    names = {field.name for field in SurveyTicket._meta.get_fields()}
    assert names == {"key", "survey", "role", "unit", "used"}
    assert settings.SECRET_KEY not in json.dumps(after, default=str)


@pytest.mark.django_db
def test_last_answer_does_not_stand_out_by_key_or_by_place(office):
    """The rows are laid down again under other keys, in their order, whoever answers."""
    names = enough(office, "lyon", 20)
    one = survey(office)
    answers(office, one, *names)
    first = set(SurveyAnswer.objects.values_list("key", flat=True))
    place, table = ("ctid" if connection.vendor == "postgresql" else "rowid"), SurveyAnswer._meta.db_table
    ranks = []
    for name in LYON:
        answers(office, one, name, code="no")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT key, answers FROM {table} ORDER BY {place}")
            rows = cursor.fetchall()
        assert [key for key, _ in rows] == sorted(key for key, _ in rows)
        ranks.append([rank for rank, (_key, said) in enumerate(rows) if "no" in str(said)])
        SurveyAnswer.objects.filter(answers={"q1": "no"}).update(answers={"q1": "yes"})
    assert not first & set(SurveyAnswer.objects.values_list("key", flat=True))
    assert len({rank for found in ranks for rank in found}) > 1


@pytest.mark.django_db
@pytest.mark.postgres
def test_transaction_numbers_do_not_tell_answers_apart(office):
    one = survey(office)
    answers(office, one, *LYON)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM recognition_surveyanswer")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_answer(office):
    one = survey(office)
    start, said = threading.Barrier(2), []

    def vote(code: str) -> None:
        try:
            start.wait(10)
            answers(office, one, "advisor", code=code)
            said.append("written")
        except ballot.AlreadyAnswered:
            said.append("already")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=vote, args=(code,)) for code in ("yes", "no")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(said) == ["already", "written"]
    assert SurveyAnswer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_answers_of_different_people_at_once_are_all_kept(office):
    """Each lays the others down again: none is lost."""
    one = survey(office)
    start = threading.Barrier(len(LYON))

    def vote(name: str) -> None:
        try:
            start.wait(10)
            answers(office, one, name)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=vote, args=(name,)) for name in LYON]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert SurveyAnswer.objects.count() == len(LYON)
    assert SurveyTicket.objects.filter(used=True).count() == len(LYON)
