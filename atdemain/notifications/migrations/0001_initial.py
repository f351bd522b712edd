import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("organisation", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="OutgoingHold",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="motif")),
                ("set_at", models.DateTimeField(verbose_name="posé le")),
                ("released_at", models.DateTimeField(blank=True, null=True, verbose_name="levé le")),
            ],
            options={
                "verbose_name": "suspension des envois",
                "verbose_name_plural": "suspensions des envois",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("email", "Courriel"), ("webhook", "Webhook")],
                        max_length=10,
                        verbose_name="canal",
                    ),
                ),
                ("recipient", models.CharField(max_length=254, verbose_name="destinataire")),
                ("subject", models.CharField(blank=True, max_length=200, verbose_name="objet")),
                ("body", models.TextField(verbose_name="corps")),
                ("key", models.CharField(max_length=120, unique=True, verbose_name="clé stable")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "À envoyer"),
                            ("claimed", "En cours d’envoi"),
                            ("sent", "Envoyé"),
                            ("dead", "Abandonné"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="statut",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="tentatives")),
                ("next_attempt_at", models.DateTimeField(verbose_name="prochain envoi")),
                ("lease_until", models.DateTimeField(blank=True, null=True, verbose_name="réservé jusqu’à")),
                ("token", models.CharField(blank=True, max_length=32)),
                ("last_error", models.CharField(blank=True, max_length=400, verbose_name="dernière erreur")),
                ("created_at", models.DateTimeField(verbose_name="créé le")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="envoyé le")),
            ],
            options={
                "verbose_name": "envoi",
                "verbose_name_plural": "envois",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["pending", "claimed"])),
                        fields=["next_attempt_at"],
                        name="delivery_due",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=40, verbose_name="type")),
                ("title", models.CharField(max_length=240, verbose_name="titre")),
                ("body", models.CharField(blank=True, max_length=400, verbose_name="détail")),
                ("url", models.CharField(blank=True, max_length=200, verbose_name="adresse")),
                ("object_type", models.CharField(blank=True, max_length=30, verbose_name="objet")),
                ("object_id", models.CharField(blank=True, max_length=40, verbose_name="identifiant")),
                ("urgent", models.BooleanField(default=False, verbose_name="urgent")),
                ("created_at", models.DateTimeField(verbose_name="créé le")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="lu le")),
                ("dedupe_key", models.CharField(max_length=120, unique=True)),
                (
                    "recipient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="destinataire",
                    ),
                ),
            ],
            options={
                "verbose_name": "notification",
                "verbose_name_plural": "notifications",
                "ordering": ["-created_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("read_at__isnull", True)),
                        fields=["recipient", "-created_at"],
                        name="notification_unread",
                    ),
                    models.Index(fields=["recipient", "-created_at"], name="notification_recipient"),
                ],
            },
        ),
    ]
