from django.apps import AppConfig
from django.core.checks import Tags, register

from atdemain.journal import checks, triggers


class JournalConfig(AppConfig):
    name = "atdemain.journal"
    verbose_name = "Journal"

    def ready(self) -> None:
        from atdemain.journal import retention, terms

        register(checks.heads_are_kept, Tags.security, deploy=True)
        triggers.GUARD.keep(self)
        for kind in terms.KINDS:
            retention.register(kind)
