from django.db import migrations, models


class Migration(migrations.Migration):
    """A status or a reason that few rows have is found without walking through those of the unit."""

    dependencies = [("cases", "0007_subject_requests")]

    operations = [
        migrations.AddIndex(
            "case", models.Index(fields=["unit", "reason_family", "opened_at", "id"], name="case_unit_family")
        ),
        migrations.AddIndex(
            "promise",
            models.Index(fields=["unit", "status", "window_start", "id"], name="promise_unit_status"),
        ),
        migrations.AddIndex(
            "escalation",
            models.Index(fields=["unit", "status", "answer_due", "id"], name="escalation_unit_status"),
        ),
    ]
