"""Scripts, version by version, with the suggestion each came from (domain.md L29; support story 9)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from recognition.models import ScriptVersion, Suggestion
from recognition.suggestions import scripts, workflow
from tests.office import NOW, text_of
from tests.recognition.improving import DAY, WHY, move, script, suggestion

pytestmark = pytest.mark.django_db


def test_support_links_a_suggestion_to_a_script_version_and_the_script_says_so(office):
    one = move(office, suggestion(office), "accept")
    script(office, at=NOW - 30 * DAY)
    script(office, at=NOW - 10 * DAY)
    browser = office.browser("support")
    page = browser.get(f"/scripts/new/?code=serie&suggestion={one.pk}")
    assert f'<option value="{one.pk}" selected>' in page.content.decode()
    sent = {
        "title": "Numéro de série", "text": "Lisez-le une fois.", "valid_from": NOW.date().isoformat(),
        "suggestion": one.pk, "version": 2,
    }  # fmt: skip
    assert browser.post("/scripts/new/?code=serie", sent).status_code == 302
    page = text_of(office.browser("advisor").get("/scripts/serie/"))
    assert "Script v3" in page
    assert f"issu de la proposition n° {one.pk}" in page
    one = Suggestion.objects.get(pk=one.pk)
    assert (one.state, one.deployed_on) == ("deployed", NOW.date())
    assert "Numéro de série, v3" in text_of(office.browser("advisor").get(f"/suggestions/{one.pk}/"))


def test_version_to_come_deploys_its_suggestion_the_day_it_comes_into_force_once(office):
    one = move(office, suggestion(office), "accept")
    script(office, suggestion=one, valid_from=NOW.date() + 3 * DAY)
    assert Suggestion.objects.get(pk=one.pk).state == "in_progress"
    assert scripts.deploy_due(NOW + 2 * DAY) == 0
    assert scripts.deploy_due(NOW + 3 * DAY) == 1
    assert scripts.deploy_due(NOW + 3 * DAY) == 0
    assert Suggestion.objects.get(pk=one.pk).deployed_on == NOW.date() + 3 * DAY


@pytest.mark.parametrize("state", ["submitted", "rejected"])
def test_script_of_a_suggestion_that_is_not_accepted_is_refused(office, state: str):
    one = suggestion(office)
    if state == "rejected":
        one = move(office, one, "reject")
    with pytest.raises(workflow.SuggestionRefused) as refused:
        script(office, suggestion=one)
    assert refused.value.field == "suggestion"
    assert not ScriptVersion.objects.exists()


def test_version_of_yesterday_or_before_the_last_one_is_refused_at_the_field(office):
    with pytest.raises(workflow.SuggestionRefused):
        script(office, valid_from=NOW.date() - DAY)
    script(office, valid_from=NOW.date() + 5 * DAY)
    with pytest.raises(workflow.SuggestionRefused) as refused:
        script(office, valid_from=NOW.date() + DAY)
    assert refused.value.field == "valid_from"


def test_two_who_publish_the_next_version_at_once_one_does(office):
    script(office)
    with pytest.raises(workflow.SuggestionMoved):
        script(office, expected_version=0)
    sent = {
        "title": "Série", "text": "Autre texte.", "valid_from": NOW.date().isoformat(), "version": 0, "code": "",
    }  # fmt: skip
    answer = office.browser("support").post("/scripts/new/?code=serie", sent)
    assert answer.status_code == 409
    assert "Autre texte." in answer.content.decode()
    assert ScriptVersion.objects.count() == 1


@pytest.mark.parametrize("change", ["update", "delete", "replace"])
def test_database_refuses_to_rewrite_a_version(office, change: str):
    made = script(office)
    table = ScriptVersion._meta.db_table
    statement = {
        "update": f"UPDATE {table} SET text = 'autre' WHERE id = {made.pk}",
        "delete": f"DELETE FROM {table} WHERE id = {made.pk}",
        "replace": f"INSERT OR REPLACE INTO {table} (id, code, version, title, text, valid_from, written_by_id, "
        f"written_at) SELECT id, code, version, title, 'autre', valid_from, written_by_id, written_at FROM {table}",
    }[change]
    if change == "replace" and connection.vendor != "sqlite":
        statement = f"TRUNCATE {table}"
        connection.check_constraints()  # no deferred key stands in its way
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert ScriptVersion.objects.get(pk=made.pk).text == made.text


def test_suggestion_withdrawn_after_its_deployment_is_refused(office):
    one = move(office, suggestion(office), "accept")
    script(office, suggestion=one)
    with pytest.raises(workflow.SuggestionMoved):
        move(office, one, "withdraw", "colleague", at=NOW + timedelta(hours=1), text=WHY)
