"""Whether this database may receive demonstration data, and how to empty one that holds nothing else."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

from atdemain.organisation.models import DemoState, User
from cases.models import Client


class SeedRefused(Exception):
    """The demonstration data cannot be made here; the message is French and says what to do."""


def current() -> DemoState | None:
    return DemoState.objects.first()


def check(*, force: bool) -> None:
    """Raises `SeedRefused` on a production setting (unless `force`) or over data that is not ours."""
    if not settings.DEBUG and not force:
        raise SeedRefused(
            "Ce serveur est en production (DEBUG n’est pas posé) : les comptes de démonstration ont un mot "
            "de passe public. Pour une démonstration voulue sur une base à part, ajoutez --force-demo."
        )
    if current() is None and not is_empty():
        raise SeedRefused(
            "Cette base contient déjà des comptes ou des clients qui ne viennent pas de la démonstration : "
            "rien n’a été changé. Donnez une base vide par DATABASE_URL."
        )


def is_empty() -> bool:
    return not (User.objects.exists() or Client.objects.exists())


def begin(now: datetime, seed: int) -> DemoState:
    """Mark the database before its first row, so that an interrupted seeding is known as such."""
    return DemoState.objects.create(seeded_at=now, seed=seed)


def finish(state: DemoState) -> None:
    state.complete = True
    state.save(update_fields=["complete"])


def wipe() -> None:
    """Empty a database of demonstration: drop every table and migrate again.

    Tables are dropped, not deleted from: the journal refuses DELETE and TRUNCATE (architecture.md §4).
    The file of chain heads goes with the chains it vouches for.
    """
    if current() is None:
        raise SeedRefused("Cette base ne contient pas de données de démonstration : rien n’a été effacé.")
    sqlite = connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        if sqlite:
            cursor.execute("PRAGMA foreign_keys=OFF")
        with transaction.atomic():
            for table in connection.introspection.table_names(cursor):
                name = connection.ops.quote_name(table)
                cursor.execute(f"DROP TABLE {name}" if sqlite else f"DROP TABLE {name} CASCADE")
        if sqlite:
            cursor.execute("PRAGMA foreign_keys=ON")
    if settings.JOURNAL_HEADS:
        Path(settings.JOURNAL_HEADS).unlink(missing_ok=True)
    call_command("migrate", verbosity=0, interactive=False)
