from django.apps import AppConfig

from cases import hooks


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "Dossiers"

    def ready(self) -> None:
        """Intake listens to the workflow, which cannot import it (the arrow goes the other way)."""
        from cases import leaving
        from cases.intake import recount

        hooks.listen("contacts_recounted", recount)
        leaving.register()
