from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "routing"
    verbose_name = "Routage"

    def ready(self) -> None:
        """Routing plugs into the table of `cases.hooks`: cases open without knowing who decides."""
        from routing import listening, triggers

        listening.register()
        triggers.GUARD.keep(self)
