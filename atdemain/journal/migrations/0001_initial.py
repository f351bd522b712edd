import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("organisation", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="AuditEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                ("object_type", models.CharField(max_length=30, verbose_name="objet")),
                ("object_id", models.CharField(max_length=40, verbose_name="identifiant")),
                ("seq", models.PositiveIntegerField(verbose_name="rang")),
                (
                    "actor_kind",
                    models.CharField(
                        choices=[
                            ("user", "Utilisateur"),
                            ("system", "Système"),
                            ("api_client", "Client d’API"),
                            ("import", "Import"),
                        ],
                        max_length=10,
                        verbose_name="acteur",
                    ),
                ),
                ("actor_id", models.BigIntegerField(blank=True, null=True)),
                ("actor_role", models.CharField(blank=True, max_length=20, verbose_name="rôle")),
                ("action", models.CharField(max_length=40, verbose_name="action")),
                ("refused", models.BooleanField(default=False, verbose_name="refusé")),
                ("from_state", models.CharField(blank=True, max_length=20, verbose_name="état avant")),
                ("to_state", models.CharField(blank=True, max_length=20, verbose_name="état après")),
                ("reason_code", models.CharField(blank=True, max_length=40, verbose_name="motif")),
                ("changes", models.JSONField(default=dict, verbose_name="changements")),
                (
                    "object_version",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="version de l’objet"),
                ),
                ("request_id", models.CharField(blank=True, max_length=40)),
                ("source", models.CharField(blank=True, max_length=40, verbose_name="origine")),
                ("payload_hash", models.CharField(blank=True, max_length=64)),
                ("prev_hash", models.CharField(blank=True, max_length=64)),
                ("hash", models.CharField(max_length=64, unique=True)),
            ],
            options={
                "verbose_name": "événement du journal",
                "verbose_name_plural": "journal",
                "ordering": ["object_type", "object_id", "seq"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("object_type", "object_id", "seq"), name="journal_one_row_per_rank"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="JournalHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("object_type", models.CharField(max_length=30)),
                ("object_id", models.CharField(max_length=40)),
                ("seq", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "tête de chaîne",
                "verbose_name_plural": "têtes de chaîne",
                "constraints": [
                    models.UniqueConstraint(fields=("object_type", "object_id"), name="journal_one_head")
                ],
            },
        ),
        migrations.CreateModel(
            name="AccessLog",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                ("role", models.CharField(blank=True, max_length=20, verbose_name="rôle")),
                ("action", models.CharField(max_length=20, verbose_name="action")),
                ("object_type", models.CharField(max_length=30, verbose_name="objet")),
                ("object_id", models.CharField(blank=True, max_length=40, verbose_name="identifiant")),
                ("client_id", models.BigIntegerField(blank=True, null=True, verbose_name="client")),
                ("purpose", models.CharField(blank=True, max_length=40, verbose_name="finalité")),
                ("rows", models.PositiveIntegerField(blank=True, null=True, verbose_name="lignes")),
                ("request_id", models.CharField(blank=True, max_length=40)),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
            ],
            options={
                "verbose_name": "consultation",
                "verbose_name_plural": "consultations",
                "ordering": ["-at", "-pk"],
                "indexes": [models.Index(fields=["client_id", "at"], name="access_client_at")],
            },
        ),
        migrations.CreateModel(
            name="AuditPayload",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="payload",
                        serialize=False,
                        to="journal.auditevent",
                    ),
                ),
                ("salt", models.CharField(max_length=32)),
                ("body", models.JSONField()),
            ],
            options={
                "verbose_name": "valeurs personnelles du journal",
                "verbose_name_plural": "valeurs personnelles du journal",
            },
        ),
    ]
