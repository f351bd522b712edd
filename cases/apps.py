from django.apps import AppConfig

from cases import hooks


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Dossiers"

    def ready(self) -> None:
        """What the apps below and the workflow cannot import is plugged in here (the arrow goes the other way)."""
        from atdemain.jobs import background
        from atdemain.journal.retention import register
        from cases import copies, hours_effects, leaving, retention, webhooks
        from cases.bulk import kinds
        from cases.exporting import kind as export
        from cases.importing import queue
        from cases.intake import recount

        hooks.listen("contacts_recounted", recount)
        leaving.register()
        copies.GUARD.keep(self)
        background.register(queue.BACKGROUND)
        kinds.register()
        export.register()
        hours_effects.register()
        webhooks.register()
        for kind in retention.KINDS:
            register(kind)
