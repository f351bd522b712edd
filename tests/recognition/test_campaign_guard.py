"""The database's last word on a validated campaign: neither its awards nor itself change (INV-18, INV-20)."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from recognition.campaigns import invariants as checks
from recognition.campaigns.retention import EMPTY
from recognition.campaigns.triggers import AWARD, CAMPAIGN, EVIDENCE, GUARD, LOCKED, MESSAGE, ONCE
from recognition.models import Award, Campaign, Evidence
from tests.recognition.campaign_cast import DAY, JULY
from tests.recognition.test_appeals import decided, filed

pytestmark = pytest.mark.django_db
MODELS = {CAMPAIGN: Campaign, AWARD: Award, EVIDENCE: Evidence}
#: What an award and a campaign may still receive.
FREE = {
    CAMPAIGN: {"state", "version", "job_id", "revised_cents", *ONCE},
    AWARD: {"revised_cents", "person", "result", "explanation"},
}
OTHER = {
    "id": "id + 1000", "campaign_id": "campaign_id + 1000", "scheme_id": "scheme_id + 1000",
    "employee_id": "employee_id + 1000", "unit_id": "coalesce(unit_id, 0) + 1000", "computed_cents": "computed_cents + 1",
    "amount_cents": "amount_cents + 1", "blocked": "NOT blocked", "pending": "NOT pending", "run": "run + 1",
    "people": "people + 1", "already_awarded": "already_awarded + 1", "total_cents": "total_cents + 1",
    "reference_date": "'2026-07-01'", "created_by_id": "NULL", "run_by_id": "NULL",
    **dict.fromkeys(
        ("created_at", "cutoff", "frozen_at", "computed_at", "run_asked_at", "validated_at"), "'2026-01-01 10:00:00+00:00'"
    ),
}  # fmt: skip


def run(statement: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def refused(statement: str, *params: object) -> None:
    with pytest.raises(DatabaseError, match=MESSAGE):
        run(statement, *params)


@pytest.fixture
def validated(season) -> Campaign:
    season.joins("advisor")
    return season.validated()


@pytest.mark.parametrize("table", [CAMPAIGN, AWARD])
def test_every_column_is_locked_but_those_of_what_comes_after(table):
    columns = {field.column for field in MODELS[table]._meta.concrete_fields}
    assert set(LOCKED[table]) == columns - FREE[table]


@pytest.mark.parametrize(("table", "column"), [(table, name) for table in LOCKED for name in LOCKED[table]])
def test_validated_campaign_and_its_awards_are_not_rewritten(validated, table, column):
    refused(f"UPDATE {table} SET {column} = {OTHER.get(column, chr(39) + 'autre' + chr(39))}")


@pytest.mark.parametrize("column", ["person", "result", "explanation"])
def test_what_an_award_was_judged_on_is_not_rewritten_but_may_be_emptied(validated, column):
    refused(f"UPDATE {AWARD} SET {column} = %s", "pourquoi" if column == "explanation" else '{"a": 1}')
    refused(f"UPDATE {AWARD} SET {column} = %s", "" if column == "explanation" else "{}")  # one alone
    Award.objects.update(**EMPTY)
    assert Award.objects.get().explanation == ""


def test_no_award_nor_evidence_comes_in_and_no_award_goes(season, validated):
    other = season.joins("p01")
    award, proof = Award.objects.get(), Evidence.objects.first()
    award.pk, award.employee = None, other
    proof.pk, proof.employee = None, other
    for row in (award, proof):
        with pytest.raises(DatabaseError, match=MESSAGE), transaction.atomic():
            row.save(force_insert=True)
    refused(f"DELETE FROM {AWARD}")
    refused(f"UPDATE {EVIDENCE} SET value = value + 1")


def test_what_an_appeal_added_is_not_taken_back(season):
    season.joins("advisor")
    season.published()
    season.mentors("advisor")
    decided(season, filed(season))
    assert Award.objects.get().revised_cents == 400_00
    for table in (AWARD, CAMPAIGN):
        refused(f"UPDATE {table} SET revised_cents = revised_cents - 1")


def test_campaign_never_goes_back_nor_away_and_its_dates_are_written_once(season, validated):
    for state in ("draft", "evidence_frozen", "computed"):
        refused(f"UPDATE {CAMPAIGN} SET state = %s", state)
    refused(f"DELETE FROM {CAMPAIGN}")
    season.step(validated, "publish")
    refused(f"UPDATE {CAMPAIGN} SET state = 'validated'")
    refused(f"UPDATE {CAMPAIGN} SET appeal_until = '2026-07-21'")
    season.step(validated, "close", now=JULY + 31 * DAY)
    refused(f"UPDATE {CAMPAIGN} SET state = 'published'")


def test_validated_award_is_not_replaced_through_its_keys(season, validated, engine):
    if engine != "sqlite":
        run("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked stands in the way of a TRUNCATE
        for table in (CAMPAIGN, AWARD):
            refused(f"TRUNCATE {table} CASCADE")
        return
    columns = ", ".join(field.column for field in Award._meta.concrete_fields)
    refused(f"INSERT OR REPLACE INTO {AWARD} ({columns}) SELECT {columns} FROM {AWARD}")
    columns = ", ".join(field.column for field in Campaign._meta.concrete_fields)
    refused(f"INSERT OR REPLACE INTO {CAMPAIGN} ({columns}) SELECT {columns} FROM {CAMPAIGN}")
    draft = columns.replace(" state,", " 'draft',").replace("id,", "NULL,", 1)
    refused(f"INSERT OR REPLACE INTO {CAMPAIGN} ({columns}) SELECT {draft} FROM {CAMPAIGN}")


def test_campaign_that_is_not_validated_is_computed_again_and_dropped(season):
    season.joins("advisor")
    campaign = season.computed()
    season.step(campaign, "collect", now=JULY + DAY)
    Evidence.objects.update(value=1)
    Award.objects.update(amount_cents=1)
    Award.objects.all().delete()
    Campaign.objects.filter(pk=campaign.pk).update(state="draft", job=None)
    Campaign.objects.get(pk=campaign.pk).delete()
    assert not Campaign.objects.exists()


def test_invariants_name_a_trigger_that_is_gone(engine):
    assert [*checks.guards(JULY)] == []
    with GUARD.lifted(connection):
        found = [*checks.guards(JULY)]
    wanted = GUARD.sqlite if engine == "sqlite" else GUARD.postgres
    assert [(one.id, one.kind) for one in found] == [
        (name, "INV-20:trigger_missing") for name in sorted(wanted)
    ]


def test_without_the_guard_an_award_is_rewritten_unseen(validated):
    """What the trigger is there for: lifted, the very statement that it refuses goes through."""
    forged = f"UPDATE {AWARD} SET amount_cents = amount_cents + 1"
    refused(forged)
    before = Award.objects.get().amount_cents
    with GUARD.lifted(connection):
        run(forged)
    assert Award.objects.get().amount_cents == before + 1
