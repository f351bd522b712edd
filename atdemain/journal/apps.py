from django.apps import AppConfig

from atdemain.journal import triggers


class JournalConfig(AppConfig):
    name = "atdemain.journal"
    verbose_name = "Journal"

    def ready(self) -> None:
        triggers.GUARD.keep(self)
