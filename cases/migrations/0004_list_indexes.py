from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0003_list_columns_filled")]

    operations = [
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["owner", "opened_at", "id"], name="case_owner_opened"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["unit", "opened_at", "id"], include=['state', 'colour', 'reason_family'], name="case_unit_opened"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["unit", "client_key", "id"], include=['state', 'colour', 'reason_family'], name="case_unit_client"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["unit", "opened_at", "id"],
                include=("state", "colour", "reason_family"),
                name="case_open_opened",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["unit", "client_key", "id"],
                include=("state", "colour", "reason_family"),
                name="case_open_client",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["unit", "last_event_at", "id"],
                include=("state", "colour", "reason_family"),
                name="case_open_event",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("state", "closed"), _negated=True),
                fields=["unit", "next_due_at", "id"],
                include=("state", "colour", "reason_family"),
                name="case_open_due",
            ),
        ),
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(
                fields=["unit", "arrived_at", "channel"], include=["client"], name="contact_unit_arrived"
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(
                condition=models.Q(("status__in", ["sent", "acknowledged"])),
                fields=["unit", "answer_due", "id"],
                include=("colour",),
                name="escalation_unit_open",
            ),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["unit", "answer_due", "id"], include=['status', 'colour'], name="escalation_unit_due"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["unit", "sent_at", "id"], include=['status', 'colour'], name="escalation_unit_sent"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["target_entity", "answer_due", "id"], include=['status', 'colour'], name="escalation_entity_due"),
        ),
        migrations.AddIndex(
            model_name="escalation",
            index=models.Index(fields=["target_entity", "sent_at", "id"], include=['status', 'colour'], name="escalation_entity_sent"),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["unit", "window_start", "id"], include=['status', 'kind'], name="promise_unit_window"),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)),
                fields=["unit", "window_start", "id"],
                name="promise_unit_owed",
            ),
        ),
        migrations.AddIndex(
            model_name="promise",
            index=models.Index(fields=["unit", "made_at", "id"], include=['status', 'kind'], name="promise_unit_made"),
        ),
        migrations.AddIndex(
            model_name="callbackattempt",
            index=models.Index(fields=["by", "at"], name="attempt_by_at"),
        ),
    ]
