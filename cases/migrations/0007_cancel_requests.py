import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_plan_entity_clocks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CancelRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("opened_in_error", "Ouvert par erreur"),
                            ("not_our_client", "N’est pas notre client"),
                            ("client_withdrew", "Le client renonce"),
                            ("mass_incident", "Incident collectif"),
                            ("test", "Test"),
                        ],
                        max_length=20,
                        verbose_name="motif",
                    ),
                ),
                ("text", models.TextField(max_length=400, verbose_name="explication")),
                ("at", models.DateTimeField(verbose_name="demandée le")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "À trancher"),
                            ("accepted", "Acceptée"),
                            ("refused", "Refusée"),
                            ("lapsed", "Sans objet"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="statut",
                    ),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="tranchée le")),
                ("refusal", models.CharField(blank=True, max_length=400, verbose_name="motif du refus")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="demandée par",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cancel_requests",
                        to="cases.case",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="tranchée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande d’annulation",
                "verbose_name_plural": "demandes d’annulation",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "open")),
                        fields=("case",),
                        name="cancel_request_one_open_per_case",
                        violation_error_message="Une demande d’annulation attend déjà une décision.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("status", "open")),
                            models.Q(
                                models.Q(("status", "open"), _negated=True), ("decided_at__isnull", False)
                            ),
                            _connector="OR",
                        ),
                        name="cancel_request_decision_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "refused"), _negated=True),
                            models.Q(models.Q(("refusal", ""), _negated=True), ("decided_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="cancel_request_refusal_says_why",
                    ),
                ],
            },
        ),
    ]
