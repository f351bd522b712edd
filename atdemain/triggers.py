"""Rules the database keeps by trigger, the same on both engines (architecture.md §4).

Each app declares its `Guard`; a migration installs it, and `post_migrate` puts it back, because SQLite drops a
table's triggers when it rebuilds the table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate, pre_migrate

#: Every guard of the project, for a test's flush.
GUARDS: list[Guard] = []


@dataclass(frozen=True)
class Guard:
    """The triggers that keep one rule.

    `sqlite`: name → what follows it in CREATE TRIGGER, body included. `postgres`: name → (table, when), all run
    `function`, whose PL/pgSQL text is `body` and which refuses with ERRCODE integrity_constraint_violation.
    `columns`: (table, column) that must be there first. `crosses`: its triggers read other tables, which SQLite does
    not let stand while it rebuilds one: they are lifted for a migration, and `refresh` makes up what it missed.
    """

    tables: tuple[str, ...]
    sqlite: Mapping[str, str]
    postgres: Mapping[str, tuple[str, str]]
    function: str
    body: str
    columns: tuple[tuple[str, str], ...] = ()
    crosses: bool = False
    refresh: tuple[str, ...] = ()

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put every trigger in place, as written here; running it again changes nothing."""
        if not set(self.tables) <= set(connection.introspection.table_names()) or self._too_early(connection):
            return
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for name, rest in self.sqlite.items():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(f"CREATE TRIGGER {name} {rest}")
                for made_up in self.refresh:
                    cursor.execute(made_up)
                return
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"{self.body} $$"
            )
            for name, (table, when) in self.postgres.items():
                event, rest = re.split(r" (?=REFERENCING |FOR EACH )", when, maxsplit=1)
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER {name} {event} ON {table} {rest} EXECUTE FUNCTION {self.function}()"
                )

    def _too_early(self, connection: BaseDatabaseWrapper) -> bool:
        with connection.cursor() as cursor:
            return any(
                column
                not in {one.name for one in connection.introspection.get_table_description(cursor, table)}
                for table, column in self.columns
            )

    def remove(self, connection: BaseDatabaseWrapper) -> None:
        """Take every trigger away (a reversed migration, or a test's flush)."""
        tables = set(connection.introspection.table_names())
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for name in self.sqlite:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                return
            for name, (table, _) in self.postgres.items():
                if table in tables:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")

    def missing(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Names of its triggers that are not there, or that somebody disabled."""
        present = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT tgname FROM pg_trigger WHERE tgenabled <> 'D'"
        )
        with connection.cursor() as cursor:
            cursor.execute(present)
            known = {row[0] for row in cursor.fetchall()}
        wanted = self.sqlite if connection.vendor == "sqlite" else self.postgres
        return sorted(set(wanted) - known)

    @contextmanager
    def lifted(self, connection: BaseDatabaseWrapper) -> Iterator[None]:
        """For a test, and nothing else."""
        self.remove(connection)
        try:
            yield
        finally:
            self.install(connection)

    def keep(self, app: AppConfig) -> None:
        """Put it back after every migration; called by its app when it is ready."""
        if self in GUARDS:
            return
        GUARDS.append(self)

        def again(using: str, **kwargs: object) -> None:
            self.install(connections[using])

        post_migrate.connect(again, sender=app, weak=False, dispatch_uid=f"triggers.{self.function}")
        if self.crosses:
            pre_migrate.connect(
                self._stand_aside, sender=app, weak=False, dispatch_uid=f"triggers.{self.function}"
            )

    def _stand_aside(self, using: str, **kwargs: object) -> None:
        if connections[using].vendor == "sqlite":
            self.remove(connections[using])


@contextmanager
def all_lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """For a test's flush."""
    with ExitStack() as stack:
        for guard in GUARDS:
            stack.enter_context(guard.lifted(connection))
        yield
