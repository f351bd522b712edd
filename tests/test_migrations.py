"""The migrations: one leaf per app, named, reversible to nothing and back on this engine."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython, RunSQL

from atdemain.journal.actors import system
from atdemain.journal.models import AuditEvent
from atdemain.journal.record import record
from atdemain.organisation.enums import DPO, Role

OURS = ("organisation", "journal", "notifications", "cases", "routing", "recognition")
#: Everything but the account's own table, on which the packages' tables stand.
BACK = [(app, "zero") for app in reversed(OURS[1:])] + [("organisation", "0001")]


def schema() -> tuple[set, set]:
    """Columns and constraints of every table."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        columns = {
            (table, column.name, str(column.type_code), column.null_ok)
            for table in tables
            for column in connection.introspection.get_table_description(cursor, table)
        }
        constraints = {
            (table, name) if not name.startswith("__") else (table, tuple(found["columns"]))
            for table in tables
            for name, found in connection.introspection.get_constraints(cursor, table).items()
        }
    return columns, constraints


def round_trip() -> None:
    """Back to the accounts' tables alone, and forward again to the same schema, groups and triggers."""
    before = schema()
    for app, target in BACK:
        call_command("migrate", app, target, verbosity=0)
    prefixes = tuple(f"{app}_" for app in OURS[1:])
    assert [table for table, *_ in schema()[0] if table.startswith(prefixes)] == []
    call_command("migrate", verbosity=0)
    assert schema() == before
    assert set(Group.objects.values_list("name", flat=True)) == {*Role.values, DPO}
    with transaction.atomic():
        record("case", 1, "note", actor=system("test"), at=datetime(2026, 11, 10, tzinfo=UTC))
    with pytest.raises(DatabaseError, match="ne se réécrit pas"), transaction.atomic():
        AuditEvent.objects.update(action="autre")


def test_every_migration_goes_back_and_forward_again_to_the_same_schema(engine: str, tmp_path: Path) -> None:
    """On PostgreSQL inside the test's own transaction; on SQLite, which alters no table inside one, in a
    copy of the file and another process."""
    if engine == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        round_trip()
        return
    copy = tmp_path / "copy.sqlite3"
    with (
        closing(sqlite3.connect(connection.settings_dict["NAME"])) as source,
        closing(sqlite3.connect(copy)) as target,
    ):
        source.backup(target)
    code = "import django; django.setup(); from tests.test_migrations import round_trip; round_trip()"
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{copy}", "JOURNAL_HEADS": ""}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3_000:]


@pytest.mark.django_db
def test_the_models_and_the_migrations_say_the_same() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.fixture
def loader(db) -> MigrationLoader:
    return MigrationLoader(connection)


@pytest.mark.parametrize("app", OURS)
def test_each_app_has_one_leaf(loader: MigrationLoader, app: str) -> None:
    assert len(loader.graph.leaf_nodes(app)) <= 1


def test_every_migration_has_a_name_that_says_something_and_a_way_back(loader: MigrationLoader) -> None:
    ours = {key: migration for key, migration in loader.disk_migrations.items() if key[0] in OURS}
    assert ours
    for (app, name), migration in ours.items():
        assert re.fullmatch(r"\d{4}_[a-z][a-z0-9_]+", name), f"{app} {name}"
        assert "_auto_" not in name, f"{app} {name}"
        for operation in migration.operations:
            if isinstance(operation, RunPython | RunSQL):
                assert operation.reversible, f"{app} {name}"


def test_the_account_and_the_api_client_are_the_projects_own() -> None:
    """Swappable models cannot be changed later: they are ours from the first migration."""
    assert settings.AUTH_USER_MODEL == "organisation.User"
    assert settings.OAUTH2_PROVIDER_APPLICATION_MODEL == "organisation.ApiClient"
