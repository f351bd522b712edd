import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0004_fault_reports_and_incident_words"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CallLeg",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="transféré le")),
                ("taken_at", models.DateTimeField(blank=True, null=True, verbose_name="repris le")),
            ],
            options={
                "verbose_name": "segment d’appel",
                "verbose_name_plural": "segments d’appel",
                "ordering": ["-started_at", "-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="timer",
            name="timer_once_per_case",
        ),
        migrations.AddField(
            model_name="escalation",
            name="appointment_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="rendez-vous le"),
        ),
        migrations.AddField(
            model_name="escalation",
            name="duplicate_of",
            field=models.CharField(blank=True, default="", max_length=60, verbose_name="doublon de"),
        ),
        migrations.AddField(
            model_name="escalation",
            name="handled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="prise par",
            ),
        ),
        migrations.AddField(
            model_name="escalation",
            name="info_asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="précision demandée le"),
        ),
        migrations.AddField(
            model_name="escalation",
            name="status_asked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="nouvelles demandées le"),
        ),
        migrations.AddField(
            model_name="timer",
            name="escalation",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="timers",
                to="cases.escalation",
                verbose_name="escalade",
            ),
        ),
        migrations.AlterField(
            model_name="timer",
            name="kind",
            field=models.CharField(
                choices=[
                    ("promise_entity", "Nouvelles demandées à l’entité, 1 heure avant le rappel"),
                    ("promise_before", "30 minutes avant le rappel"),
                    ("promise_start", "Heure du rappel"),
                    ("promise_missed", "Fin de la fenêtre sans appel"),
                    ("promise_window_end", "Fin de la fenêtre dite au client, sans appel"),
                    ("promise_plus_30", "30 minutes après la fenêtre"),
                    ("promise_plus_120", "2 heures après la fenêtre"),
                    ("promise_red_list", "Liste rouge du matin"),
                    ("unassigned_manager", "Sans conseiller, manager"),
                    ("unassigned_head", "Sans conseiller, direction de l’unité"),
                    ("first_action_owner", "Première action, conseiller"),
                    ("first_action_manager", "Première action, manager"),
                    ("silent_case", "Dossier silencieux"),
                    ("confirm", "Fin d’observation"),
                    ("entity_ack", "Accusé de réception attendu de l’entité"),
                    ("entity_ack_head", "Toujours sans accusé, direction et manager"),
                    ("entity_answer", "Réponse attendue de l’entité"),
                    ("entity_answer_head", "Toujours sans réponse, direction et manager"),
                ],
                max_length=25,
                verbose_name="type",
            ),
        ),
        migrations.AddConstraint(
            model_name="timer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("escalation__isnull", True), ("promise__isnull", True)),
                fields=("case", "kind", "epoch"),
                name="timer_once_per_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="timer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("escalation__isnull", False)),
                fields=("escalation", "kind", "epoch"),
                name="timer_once_per_escalation",
            ),
        ),
        migrations.AddField(
            model_name="callleg",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="callleg",
            name="contact",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="legs",
                to="cases.contact",
                verbose_name="contact",
            ),
        ),
        migrations.AddField(
            model_name="callleg",
            name="escalation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="leg",
                to="cases.escalation",
                verbose_name="escalade",
            ),
        ),
        migrations.AddField(
            model_name="callleg",
            name="taken_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="repris par",
            ),
        ),
        migrations.AddConstraint(
            model_name="callleg",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_at__isnull", True), ("taken_by__isnull", True)),
                    models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                    _connector="OR",
                ),
                name="call_leg_taken_is_whole",
            ),
        ),
    ]
