"""A published version never changes, whatever goes behind the models (domain.md L61, INV-16, INV-17)."""

from __future__ import annotations

from copy import deepcopy
from datetime import date

import pytest
from django.core.management import call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from cases import invariants
from recognition.models import SchemeVersion
from recognition.scheme import fingerprint as prints
from recognition.scheme import seeds
from recognition.scheme.invariants import guards, published_versions
from recognition.scheme.triggers import GUARD, LOCKED, MESSAGE, SCHEME
from tests.office import NOW
from tests.recognition.scheme_cast import DAY, HALF, draft, published

pytestmark = pytest.mark.django_db
FREE = {"state", "version", "renewal_stopped_on"}


def run(statement: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def columns() -> list[str]:
    return [field.column for field in SchemeVersion._meta.concrete_fields]


def test_every_column_is_locked_but_the_three_of_its_life():
    assert set(LOCKED) == set(columns()) - FREE


OTHER = {
    "number": "number + 1",
    "renewal_rank": "renewal_rank + 1",
    "max_renewals": "7",
    "notice_days": "notice_days + 1",
    "appeal_days": "appeal_days + 1",
    "period_start": "'2027-01-02'",
    "period_end": "'2027-06-29'",
    "decided_on": "'2026-01-06'",
    "published_on": "'2026-11-09'",
    "published_at": "'2026-11-09 10:00:00+00:00'",
    "changed_at": "'2026-11-09 10:00:00+00:00'",
    "referendum_approved": "NOT referendum_approved",
    "signatories": "'[1]'",
    "eligible_roles": "'[]'",
    "just_causes": "'[]'",
    "criteria": "'{}'",
    "levels": "'[]'",
    "writers": "'[]'",
    "content_hash": "'0'",
    "amends_id": "id",
    "renews_id": "id",
    "drafted_by_id": "published_by_id",
    "changed_by_id": "published_by_id",
    "published_by_id": "NULL",
    "programme_id": "programme_id + 1",
    "legal_basis": "'experiment_note'",
    "renewal": "'tacit'",
    "budget_policy": "'scale'",
    "id": "id + 1000",
}


@pytest.mark.parametrize("column", LOCKED)
def test_published_version_is_not_rewritten_behind_the_models(office, column):
    row = published(office)
    value = OTHER.get(column, "'autre'")
    with pytest.raises(DatabaseError, match=MESSAGE):
        run(f"UPDATE {SCHEME} SET {column} = {value} WHERE id = %s", row.pk)
    again = SchemeVersion.objects.get(pk=row.pk)
    assert prints.fingerprint(again) == row.content_hash


@pytest.mark.parametrize("state", ["draft", "published"])
def test_state_never_goes_back(office, state):
    row = published(office)
    run(f"UPDATE {SCHEME} SET state = 'in_force' WHERE id = %s", row.pk)
    with pytest.raises(DatabaseError, match=MESSAGE):
        run(f"UPDATE {SCHEME} SET state = %s WHERE id = %s", state, row.pk)


def test_version_that_ended_has_ended(office):
    row = published(office)
    run(f"UPDATE {SCHEME} SET state = 'ended' WHERE id = %s", row.pk)
    for state in ("draft", "published", "in_force"):
        with pytest.raises(DatabaseError, match=MESSAGE):
            run(f"UPDATE {SCHEME} SET state = %s WHERE id = %s", state, row.pk)


def test_renewal_is_stopped_once(office):
    row = published(office, renewal="tacit", max_renewals=1)
    run(f"UPDATE {SCHEME} SET renewal_stopped_on = '2026-12-01' WHERE id = %s", row.pk)
    for value in ("NULL", "'2026-12-02'"):
        with pytest.raises(DatabaseError, match=MESSAGE):
            run(f"UPDATE {SCHEME} SET renewal_stopped_on = {value} WHERE id = %s", row.pk)


def test_published_version_is_not_deleted(office):
    row = published(office)
    with pytest.raises(DatabaseError, match=MESSAGE):
        run(f"DELETE FROM {SCHEME} WHERE id = %s", row.pk)


@pytest.mark.parametrize("key", ["id", "number"])
def test_published_version_is_not_replaced_through_its_keys(office, key, engine):
    row = published(office)
    if engine != "sqlite":
        run("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked stands in the way of a TRUNCATE
        with pytest.raises(DatabaseError, match=MESSAGE):
            run(f"TRUNCATE {SCHEME} CASCADE")
        return
    names = columns()
    copied = {"id": {"number": "number + 100"}, "number": {"id": "id + 100"}}[key] | {"name": "'autre'"}
    values = ", ".join(copied.get(name, name) for name in names)
    with pytest.raises(DatabaseError, match=MESSAGE):
        run(
            f"INSERT OR REPLACE INTO {SCHEME} ({', '.join(names)}) SELECT {values} FROM {SCHEME} WHERE id = %s",
            row.pk,
        )


def test_draft_does_not_take_the_place_of_a_published_version(office, engine):
    row = published(office)
    other = draft(office, seeds.inclusive(date(2027, 7, 1), date(2027, 12, 31)))
    verb = "UPDATE OR REPLACE" if engine == "sqlite" else "UPDATE"
    with pytest.raises(DatabaseError):
        run(f"{verb} {SCHEME} SET number = %s WHERE id = %s", row.number, other.pk)
    assert SchemeVersion.objects.filter(pk=row.pk).exists()


def test_draft_is_still_rewritten_and_deleted(office):
    row = draft(office)
    run(f"UPDATE {SCHEME} SET name = 'autre' WHERE id = %s", row.pk)
    SchemeVersion.objects.filter(pk=row.pk).update(name="encore")
    row.envelope.delete()
    run(f"DELETE FROM {SCHEME} WHERE id = %s", row.pk)
    assert not SchemeVersion.objects.exists()


def test_guard_stands_again_after_a_migration(office):
    row = published(office)
    GUARD.remove(connection)
    call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseError, match=MESSAGE):
        run(f"UPDATE {SCHEME} SET name = 'autre' WHERE id = %s", row.pk)


def publishing(row: SchemeVersion, **fields: object) -> None:
    """Behind the door: only what the database itself refuses."""
    known = {
        "state": "published", "content_hash": "0" * 64, "published_at": NOW, "published_on": NOW.date(),
        "published_by": row.drafted_by_id + 1,
    }  # fmt: skip
    with transaction.atomic():
        SchemeVersion.objects.filter(pk=row.pk).update(**{**known, **fields})


@pytest.mark.parametrize(
    "fields",
    [
        {"published_on": HALF[0]},
        {"published_on": HALF[0] + DAY},
        {"published_on": None},
        {"published_at": None},
        {"content_hash": ""},
        {"period_end": None},
        {"period_start": None},
        {"published_by": None},
        {"state": "somewhere"},
    ],
    ids=str,
)
def test_database_refuses_a_publication_that_is_not_one(office, fields):
    row = draft(office)
    with pytest.raises(IntegrityError):
        publishing(row, **fields)


def test_database_refuses_that_the_drafter_publishes(office):
    row = draft(office)
    with pytest.raises(IntegrityError):
        publishing(row, published_by=row.drafted_by_id)


# -- the hash --------------------------------------------------------------------------------------------


def test_hash_is_that_of_everything_that_binds(office):
    row = published(office)
    assert prints.fingerprint(SchemeVersion.objects.get(pk=row.pk)) == row.content_hash
    for name in (*prints.PLAIN, *prints.SETS, "criteria"):
        changed = SchemeVersion.objects.get(pk=row.pk)
        old = getattr(changed, name)
        setattr(changed, name, _otherwise(old))
        assert prints.fingerprint(changed) != row.content_hash, name


def _otherwise(value):
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return f"{value}x"
        case date():
            return value + DAY
        case list():
            return value[1:] if value else ["x"]
        case dict():
            return dict(list(value.items())[1:])
        case None:
            return date(2026, 1, 1)


@given(order=st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_hash_says_nothing_of_the_order_of_what_has_none(order):
    one = _version()
    other = deepcopy(one)
    codes = list(other.criteria)
    order.shuffle(codes)
    other.criteria = {code: _shuffled(other.criteria[code], order) for code in codes}
    for name in ("eligible_roles", "just_causes"):
        values = list(getattr(other, name))
        order.shuffle(values)
        setattr(other, name, values)
    other.levels = [{**level, "amounts": _shuffled(level["amounts"], order)} for level in other.levels]
    assert prints.content_hash(other, "atd") == prints.content_hash(one, "atd")


@given(cents=st.integers(0, 10**7), level=st.integers(0, 1), role=st.sampled_from(seeds.ROLES))
@settings(max_examples=50, deadline=None)
def test_hash_changes_with_any_amount_and_only_then(cents, level, role):
    one = _version()
    other = deepcopy(one)
    before = other.levels[level]["amounts"][role]
    other.levels[level]["amounts"][role] = cents
    same = prints.content_hash(other, "atd") == prints.content_hash(one, "atd")
    assert same is (cents == before)


def _version() -> SchemeVersion:
    content = seeds.content(seeds.inclusive(*HALF), name="Inclusive", decided_on=date(2026, 1, 5))
    return SchemeVersion(**deepcopy(content))


def _shuffled(data, order):
    keys = list(data)
    order.shuffle(keys)
    return {key: data[key] for key in keys}


def test_hash_holds_no_float():
    row = _version()
    row.levels[0]["amounts"]["advisor"] = 400.5
    with pytest.raises(TypeError):
        prints.content_hash(row, "atd")


# -- check_invariants ------------------------------------------------------------------------------------


def test_invariants_are_registered_and_find_nothing_to_say(office):
    published(office)
    assert {published_versions, guards} <= set(invariants.CHECKS)
    assert [*published_versions(NOW), *guards(NOW)] == []


def test_invariants_find_a_version_rewritten_without_its_guard(office):
    row = published(office)
    with GUARD.lifted(connection):
        run(f"UPDATE {SCHEME} SET name = 'autre', writers = '[{row.published_by_id}]' WHERE id = %s", row.pk)
    assert [str(one) for one in published_versions(NOW)] == [
        f"schemeversion {row.pk} INV-16:content_changed_after_publication",
        f"schemeversion {row.pk} INV-16:published_by_its_writer",
    ]


def test_invariants_find_that_the_guard_is_gone(office):
    GUARD.remove(connection)
    try:
        assert all(one.kind == "INV-16:trigger_missing" for one in guards(NOW))
        assert [*guards(NOW)]
    finally:
        GUARD.install(connection)
