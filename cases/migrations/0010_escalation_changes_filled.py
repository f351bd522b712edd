from django.db import migrations
from django.db.models import F
from django.db.models.functions import Coalesce, Greatest

TIMES = ("ack_at", "answered_at", "withdrawn_at", "status_asked_at", "info_asked_at")


def fill(apps, schema_editor):
    """The last moment known of each escalation, instead of that of the migration."""
    escalations = apps.get_model("cases", "Escalation").objects.using(schema_editor.connection.alias)
    escalations.update(updated_at=Greatest("sent_at", *(Coalesce(F(name), "sent_at") for name in TIMES)))


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_escalation_changes")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
