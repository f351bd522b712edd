"""Rules the database keeps by trigger, the same on both engines (architecture.md §4).

Each app declares its `Guard`; a migration installs it, and `post_migrate` puts it back, because SQLite drops a
table's triggers when it rebuilds the table.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from django.apps import AppConfig
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.signals import post_migrate

#: Every guard of the project, for a test's flush.
GUARDS: list[Guard] = []


@dataclass(frozen=True)
class Guard:
    """The triggers that keep one rule.

    `sqlite`: name → what follows it in CREATE TRIGGER, body included. `postgres`: name → (table, when), all run
    `function`, whose PL/pgSQL text is `body` and which refuses with ERRCODE integrity_constraint_violation.
    """

    tables: tuple[str, ...]
    sqlite: Mapping[str, str]
    postgres: Mapping[str, tuple[str, str]]
    function: str
    body: str

    def install(self, connection: BaseDatabaseWrapper) -> None:
        """Put every trigger in place, as written here; running it again changes nothing."""
        if not set(self.tables) <= set(connection.introspection.table_names()):
            return
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                for name, rest in self.sqlite.items():
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
                    cursor.execute(f"CREATE TRIGGER {name} {rest}")
                return
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {self.function}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"{self.body} $$"
            )
            for name, (table, when) in self.postgres.items():
                before, _, each = when.partition(" FOR EACH ")
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER {name} {before} ON {table} FOR EACH {each} "
                    f"EXECUTE FUNCTION {self.function}()"
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


@contextmanager
def all_lifted(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """For a test's flush."""
    with ExitStack() as stack:
        for guard in GUARDS:
            stack.enter_context(guard.lifted(connection))
        yield
