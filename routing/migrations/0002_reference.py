"""What routing starts from: the base module, and the first version of the policy (domain.md §5.3)."""

from datetime import UTC, datetime

from django.db import migrations


def create(apps, schema_editor):
    apps.get_model("routing", "Skill").objects.get_or_create(
        code="base", defaults={"label": "Module de base RD3+"}
    )
    apps.get_model("routing", "RoutingPolicy").objects.get_or_create(
        version=1,
        defaults={
            "valid_from": datetime(2018, 1, 1, tzinfo=UTC),
            "settings_json": {},
            "reason": "Valeurs de départ",
        },
    )


class Migration(migrations.Migration):
    dependencies = [("routing", "0001_initial")]
    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
