from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"
    verbose_name = "Routage"

    def ready(self) -> None:
        """Routing plugs into the table of `cases.hooks`: cases open without knowing who decides."""
        from atdemain.journal.retention import register
        from cases.retention.fields import erase_too
        from cases.subject.held import add
        from routing import held, listening, retention, triggers

        listening.register()
        triggers.GUARD.keep(self)
        for kind in retention.KINDS:
            register(kind)
        erase_too(*retention.OF_CLIENTS)
        add(held.held)
