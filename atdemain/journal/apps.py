from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db import connections
from django.db.models.signals import post_migrate

from atdemain.journal import checks, triggers


class JournalConfig(AppConfig):
    name = "atdemain.journal"
    verbose_name = "Journal"

    def ready(self) -> None:
        register(checks.heads_are_kept, Tags.security, deploy=True)
        post_migrate.connect(self._reinstall, sender=self, dispatch_uid="journal_triggers")

    @staticmethod
    def _reinstall(using: str, **kwargs: object) -> None:
        """SQLite drops a table's triggers when a migration rebuilds it."""
        triggers.install(connections[using])
