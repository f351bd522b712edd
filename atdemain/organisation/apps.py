from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.db.models.signals import post_migrate

from atdemain.organisation import triggers
from atdemain.organisation.enums import DPO, Role


def ensure_role_groups(*, using: str, apps: Any = global_apps, **_: Any) -> None:
    """One group per role and that of the data-protection officers, restored after a `flush` as after a migration."""
    groups = apps.get_model("auth", "Group")
    groups.objects.using(using).bulk_create(
        [groups(name=name) for name in (*Role.values, DPO)], ignore_conflicts=True
    )


class OrganisationConfig(AppConfig):
    name = "atdemain.organisation"
    verbose_name = "Organisation"

    def ready(self) -> None:
        post_migrate.connect(ensure_role_groups, sender=self, dispatch_uid="organisation.roles")
        triggers.GUARD.keep(self)
        from atdemain.journal.retention import register
        from atdemain.organisation import retention

        for kind in retention.KINDS:
            register(kind)
