import cases.models.repeat
import django.core.validators
import django.db.models.deletion
import django_fsm
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    # After the packages' own: each of their many steps would build all our models anew.
    dependencies = [
        ("organisation", "0001_initial"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("oauth2_provider", "0022_refreshtoken_token_family_index"),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60, unique=True, verbose_name="processus")),
                ("at", models.DateTimeField(verbose_name="vu le")),
            ],
            options={
                "verbose_name": "signe de vie",
                "verbose_name_plural": "signes de vie",
                "ordering": ["name"],
            },
        ),
        migrations.CreateModel(
            name="Reason",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                ("label", models.CharField(max_length=120, verbose_name="libellé")),
                (
                    "family",
                    models.CharField(
                        choices=[
                            ("no_sync", "Pas de synchronisation"),
                            ("slow", "Débit lent"),
                            ("intermittent", "Coupures intermittentes"),
                            ("voice_fault", "Téléphone fixe en panne"),
                            ("tv", "Télévision"),
                            ("wifi", "Wi-Fi"),
                            ("mail", "Messagerie"),
                            ("equipment", "Équipement"),
                            ("appointment", "Rendez-vous"),
                            ("other_technical", "Autre motif technique"),
                            ("non_technical", "Motif non technique"),
                            ("unknown", "Motif à préciser"),
                        ],
                        max_length=20,
                        verbose_name="famille",
                    ),
                ),
            ],
            options={"verbose_name": "motif", "verbose_name_plural": "motifs", "ordering": ["label"]},
        ),
        migrations.CreateModel(
            name="BackfillRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period_start", models.DateTimeField(verbose_name="du")),
                ("period_end", models.DateTimeField(verbose_name="au")),
                ("mode", models.CharField(max_length=10, verbose_name="mode")),
                ("cursor", models.BigIntegerField(default=0, verbose_name="dernier client")),
                ("counts", models.JSONField(default=dict, verbose_name="compte")),
                ("started_at", models.DateTimeField(verbose_name="commencé le")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="terminé le")),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "reprise d’historique",
                "verbose_name_plural": "reprises d’historique",
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client_ref", models.CharField(max_length=40, unique=True, verbose_name="référence")),
                ("display_name", models.CharField(blank=True, max_length=120, verbose_name="nom")),
                ("name_key", models.CharField(blank=True, db_index=True, editable=False, max_length=120)),
                (
                    "segment",
                    models.CharField(
                        choices=[("consumer", "Particulier"), ("pro", "Professionnel")],
                        default="consumer",
                        max_length=10,
                        verbose_name="segment",
                    ),
                ),
                (
                    "preferred_call_slots",
                    models.CharField(blank=True, max_length=120, verbose_name="préfère être appelé"),
                ),
                ("priority_client", models.BooleanField(default=False, verbose_name="client prioritaire")),
                (
                    "priority_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("isolated", "Personne isolée"),
                            ("professional_critical", "Activité professionnelle critique"),
                            ("other", "Autre"),
                        ],
                        max_length=25,
                        verbose_name="motif de priorité",
                    ),
                ),
                (
                    "pseudonymised_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="pseudonymisé le"),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="créé le")),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="cases.client",
                        verbose_name="fusionné dans",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clients",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "client",
                "verbose_name_plural": "clients",
                "ordering": ["name_key", "pk"],
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="fichier")),
                ("file_sha256", models.CharField(max_length=64)),
                ("stored_path", models.CharField(blank=True, max_length=255)),
                ("profile_name", models.CharField(max_length=80, verbose_name="profil")),
                ("profile_sha256", models.CharField(max_length=64)),
                ("profile_text", models.TextField(blank=True, verbose_name="texte du profil")),
                ("mode", models.CharField(max_length=10, verbose_name="mode")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("preview", "Aperçu"),
                            ("queued", "En attente"),
                            ("running", "En cours"),
                            ("interrupted", "Interrompu"),
                            ("finished", "Terminé"),
                            ("failed", "Refusé"),
                        ],
                        default="running",
                        max_length=12,
                        verbose_name="statut",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="commencé le")),
                ("updated_at", models.DateTimeField(verbose_name="mis à jour le")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="terminé le")),
                ("rows_total", models.PositiveIntegerField(blank=True, null=True, verbose_name="lignes")),
                ("rows_done", models.PositiveIntegerField(default=0, verbose_name="lignes lues")),
                ("counts", models.JSONField(default=dict, verbose_name="compte")),
                ("error", models.CharField(blank=True, max_length=400, verbose_name="erreur")),
                (
                    "started_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-started_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("line_ref", models.CharField(max_length=40, unique=True, verbose_name="référence de ligne")),
                (
                    "technology",
                    models.CharField(
                        choices=[
                            ("copper_voice", "Cuivre, fixe"),
                            ("dsl", "ADSL/VDSL"),
                            ("fibre", "Fibre"),
                            ("mobile", "Mobile"),
                            ("tv", "Télévision"),
                            ("unknown", "Technologie à préciser"),
                        ],
                        max_length=15,
                        verbose_name="technologie",
                    ),
                ),
                ("active_from", models.DateField(blank=True, null=True, verbose_name="active du")),
                ("active_to", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="cases.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne",
                "verbose_name_plural": "lignes",
                "ordering": ["client", "line_ref"],
            },
        ),
        migrations.CreateModel(
            name="LineUnit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(verbose_name="du")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unit_history",
                        to="cases.line",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisation.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "unité d’une ligne",
                "verbose_name_plural": "unités des lignes",
                "ordering": ["line", "valid_from"],
            },
        ),
        migrations.CreateModel(
            name="RepeatRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=20, verbose_name="code")),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                (
                    "segment",
                    models.CharField(
                        blank=True,
                        choices=[("consumer", "Particulier"), ("pro", "Professionnel")],
                        max_length=10,
                        verbose_name="segment",
                    ),
                ),
                (
                    "channels",
                    models.JSONField(default=cases.models.repeat.all_channels, verbose_name="canaux"),
                ),
                ("threshold", models.PositiveSmallIntegerField(default=3, verbose_name="seuil")),
                ("window_hours", models.PositiveSmallIntegerField(default=168, verbose_name="fenêtre (h)")),
                (
                    "window_mode",
                    models.CharField(
                        choices=[("rolling", "Glissante"), ("calendar", "Jours calendaires")],
                        default="rolling",
                        max_length=10,
                        verbose_name="mode de fenêtre",
                    ),
                ),
                (
                    "identity_scope",
                    models.CharField(
                        choices=[
                            ("client", "Client"),
                            ("line", "Ligne"),
                            ("client_and_family", "Client et famille de motif"),
                        ],
                        default="client",
                        max_length=20,
                        verbose_name="identité",
                    ),
                ),
                (
                    "reason_scope",
                    models.CharField(
                        choices=[
                            ("technical", "Tout motif technique"),
                            ("same_family", "Même famille de motif"),
                            ("any", "Tout motif"),
                        ],
                        default="technical",
                        max_length=15,
                        verbose_name="motifs",
                    ),
                ),
                (
                    "min_talk_s",
                    models.PositiveSmallIntegerField(default=10, verbose_name="conversation minimale (s)"),
                ),
                (
                    "reconnect_s",
                    models.PositiveSmallIntegerField(default=300, verbose_name="reprise après coupure (s)"),
                ),
                (
                    "callback_return_h",
                    models.PositiveSmallIntegerField(default=4, verbose_name="retour de rappel (h)"),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("live", "Actif"), ("shadow", "Observation")],
                        default="shadow",
                        max_length=10,
                        verbose_name="mode",
                    ),
                ),
                ("valid_from", models.DateTimeField(blank=True, null=True, verbose_name="en vigueur du")),
                ("valid_to", models.DateTimeField(blank=True, null=True, verbose_name="au")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repeat_rules",
                        to="organisation.programme",
                        verbose_name="programme",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repeat_rules",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "règle de réitération",
                "verbose_name_plural": "règles de réitération",
                "ordering": ["code", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="repeat_rule_version"),
                    models.CheckConstraint(
                        condition=models.Q(("threshold__range", (2, 9))), name="repeat_rule_threshold"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("window_hours__range", (24, 720))), name="repeat_rule_window"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from__isnull", True),
                            ("valid_to__isnull", True),
                            ("valid_to__gt", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="repeat_rule_period",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientAccessGrant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("until", models.DateTimeField(verbose_name="jusqu’à")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="access_grants",
                        to="cases.client",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "accès temporaire",
                "verbose_name_plural": "accès temporaires",
                "constraints": [models.UniqueConstraint(fields=("user", "client"), name="access_grant_once")],
            },
        ),
        migrations.CreateModel(
            name="ClientPhone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("e164", models.CharField(db_index=True, max_length=20, verbose_name="numéro")),
                ("label", models.CharField(blank=True, max_length=30, verbose_name="libellé")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="phones", to="cases.client"
                    ),
                ),
            ],
            options={
                "verbose_name": "téléphone",
                "verbose_name_plural": "téléphones",
                "ordering": ["client", "pk"],
                "constraints": [models.UniqueConstraint(fields=("client", "e164"), name="client_phone_once")],
            },
        ),
        migrations.CreateModel(
            name="FaultTicket",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "system",
                    models.CharField(
                        choices=[("oceane", "Océane"), ("other", "Autre")],
                        max_length=10,
                        verbose_name="système",
                    ),
                ),
                ("ref", models.CharField(max_length=40, verbose_name="référence")),
                (
                    "colour",
                    models.CharField(
                        choices=[("red", "Rouge"), ("orange", "Orange"), ("green", "Vert")],
                        default="orange",
                        max_length=8,
                        verbose_name="couleur",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Ouvert"),
                            ("in_progress", "En cours"),
                            ("waiting", "En attente"),
                            ("closed", "Fermé"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="statut",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="ouvert le")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="fermé le")),
                ("updated_at", models.DateTimeField(verbose_name="mis à jour le")),
                (
                    "responsible_entity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fault_tickets",
                        to="organisation.entity",
                        verbose_name="entité responsable",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="fault_tickets",
                        to="cases.line",
                        verbose_name="ligne",
                    ),
                ),
            ],
            options={
                "verbose_name": "dérangement",
                "verbose_name_plural": "dérangements",
                "ordering": ["-opened_at", "-pk"],
                "indexes": [
                    models.Index(fields=["line", "opened_at"], name="fault_ticket_line"),
                    models.Index(fields=["opened_at", "closed_at"], name="fault_ticket_stock"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("system", "ref"), name="fault_ticket_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", True),
                            ("closed_at__gte", models.F("opened_at")),
                            _connector="OR",
                        ),
                        name="fault_closes_after_opening",
                        violation_error_message="Le dérangement se ferme après son ouverture.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "closed"), ("closed_at__isnull", False)),
                            models.Q(
                                models.Q(("status", "closed"), _negated=True), ("closed_at__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="fault_closed_has_a_date",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FaultTicketChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                ("said", models.JSONField(default=dict, verbose_name="dit")),
                ("changes", models.JSONField(default=dict, verbose_name="changements")),
                (
                    "colour",
                    models.CharField(
                        blank=True,
                        choices=[("red", "Rouge"), ("orange", "Orange"), ("green", "Vert")],
                        max_length=8,
                        verbose_name="couleur alors",
                    ),
                ),
                (
                    "closed_from",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="fermé depuis, jusqu’à cette réouverture"
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=40, verbose_name="source")),
                (
                    "ticket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="changes_history",
                        to="cases.faultticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "changement d’un dérangement",
                "verbose_name_plural": "changements des dérangements",
                "ordering": ["at", "pk"],
                "constraints": [models.UniqueConstraint(fields=("ticket", "at"), name="fault_report_once")],
            },
        ),
        migrations.CreateModel(
            name="MassIncident",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=40, unique=True, verbose_name="référence")),
                ("label", models.CharField(max_length=120, verbose_name="libellé")),
                ("starts_at", models.DateTimeField(verbose_name="début")),
                ("ends_at", models.DateTimeField(blank=True, null=True, verbose_name="fin")),
                ("cause", models.CharField(blank=True, max_length=120, verbose_name="cause")),
                (
                    "message",
                    models.CharField(
                        blank=True,
                        help_text="Affichée tant que l’incident dure.",
                        max_length=400,
                        verbose_name="consigne aux conseillers",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "declared_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="déclaré par",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="terminé par",
                    ),
                ),
                (
                    "lines",
                    models.ManyToManyField(
                        blank=True, related_name="mass_incidents", to="cases.line", verbose_name="lignes"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "incident collectif",
                "verbose_name_plural": "incidents collectifs",
                "ordering": ["-starts_at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_at__isnull", True), ("ends_at__gt", models.F("starts_at")), _connector="OR"
                        ),
                        name="mass_incident_ends_after_start",
                        violation_error_message="La fin de l’incident est après son début.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ref", models.CharField(max_length=20, null=True, unique=True, verbose_name="référence")),
                ("identity_key", models.CharField(max_length=60)),
                (
                    "reason_family",
                    models.CharField(
                        choices=[
                            ("no_sync", "Pas de synchronisation"),
                            ("slow", "Débit lent"),
                            ("intermittent", "Coupures intermittentes"),
                            ("voice_fault", "Téléphone fixe en panne"),
                            ("tv", "Télévision"),
                            ("wifi", "Wi-Fi"),
                            ("mail", "Messagerie"),
                            ("equipment", "Équipement"),
                            ("appointment", "Rendez-vous"),
                            ("other_technical", "Autre motif technique"),
                            ("non_technical", "Motif non technique"),
                            ("unknown", "Motif à préciser"),
                        ],
                        max_length=20,
                        verbose_name="famille de motif",
                    ),
                ),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[
                            ("opened", "Ouvert"),
                            ("escalated", "Escaladé"),
                            ("callback_due", "Rappel à faire"),
                            ("resolved", "Résolu, en observation"),
                            ("closed", "Clos"),
                        ],
                        default="opened",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                (
                    "origin",
                    models.CharField(
                        choices=[
                            ("rd3plus", "Troisième contact en sept jours"),
                            ("manual", "Ouverture manuelle"),
                            ("fault_import", "Dérangement importé"),
                            ("partner", "Partenaire"),
                        ],
                        max_length=15,
                        verbose_name="origine",
                    ),
                ),
                ("delegate_from", models.DateTimeField(blank=True, null=True, verbose_name="suppléance du")),
                ("delegate_to", models.DateTimeField(blank=True, null=True, verbose_name="au")),
                (
                    "colour",
                    models.CharField(
                        choices=[("red", "Rouge"), ("orange", "Orange"), ("green", "Vert")],
                        default="orange",
                        max_length=8,
                        verbose_name="couleur",
                    ),
                ),
                ("opened_at", models.DateTimeField(verbose_name="ouvert le")),
                ("assigned_at", models.DateTimeField(blank=True, null=True, verbose_name="confié le")),
                (
                    "first_action_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="première action"),
                ),
                ("reopened_at", models.DateTimeField(blank=True, null=True, verbose_name="rouvert le")),
                ("resolved_at", models.DateTimeField(blank=True, null=True, verbose_name="résolu le")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="clos le")),
                ("last_event_at", models.DateTimeField(verbose_name="dernier événement")),
                (
                    "next_due_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="prochaine échéance"),
                ),
                (
                    "closure_kind",
                    models.CharField(
                        blank=True,
                        choices=[("confirmed", "Confirmé"), ("merged", "Fusionné"), ("cancelled", "Annulé")],
                        max_length=10,
                        verbose_name="clôture",
                    ),
                ),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("opened_in_error", "Ouvert par erreur"),
                            ("not_our_client", "N’est pas notre client"),
                            ("client_withdrew", "Le client renonce"),
                            ("mass_incident", "Incident collectif"),
                            ("test", "Test"),
                        ],
                        max_length=20,
                        verbose_name="motif d’annulation",
                    ),
                ),
                (
                    "resolution_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("repaired_network", "Réparation sur le réseau"),
                            ("repaired_home", "Réparation chez le client"),
                            ("equipment_replaced", "Équipement remplacé"),
                            ("configuration", "Réglage ou configuration"),
                            ("explained", "Explication donnée au client"),
                            ("no_fault_found", "Aucun défaut constaté"),
                            ("other", "Autre"),
                        ],
                        max_length=20,
                        verbose_name="résolution",
                    ),
                ),
                (
                    "root_cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("network", "Réseau"),
                            ("line", "Ligne"),
                            ("home_installation", "Installation du client"),
                            ("equipment", "Équipement"),
                            ("information_system", "Système d’information"),
                            ("usage", "Usage"),
                            ("external", "Cause extérieure"),
                            ("unknown", "Cause non établie"),
                        ],
                        max_length=20,
                        verbose_name="cause",
                    ),
                ),
                (
                    "client_confirmation",
                    models.CharField(
                        blank=True,
                        choices=[("confirmed", "Confirmé par le client"), ("message_left", "Message laissé")],
                        max_length=15,
                        verbose_name="confirmation",
                    ),
                ),
                ("reopened_count", models.PositiveSmallIntegerField(default=0, verbose_name="réouvertures")),
                ("detected_late", models.BooleanField(default=False, verbose_name="détecté tard")),
                (
                    "threshold_no_longer_met",
                    models.BooleanField(default=False, verbose_name="seuil non atteint après correction"),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "delegate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="delegated_cases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="suppléant",
                    ),
                ),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="merged_from",
                        to="cases.case",
                        verbose_name="fusionné dans",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_cases",
                        to="organisation.internaladvisor",
                        verbose_name="conseiller en charge",
                    ),
                ),
                (
                    "specialist",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="spécialiste",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="cases.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="cases.line",
                        verbose_name="ligne",
                    ),
                ),
                (
                    "mass_incident",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="cases.massincident",
                    ),
                ),
            ],
            options={
                "verbose_name": "dossier",
                "verbose_name_plural": "dossiers",
                "ordering": ["-opened_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "closed"), _negated=True),
                        fields=["owner", "next_due_at"],
                        name="case_owner_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("owner__isnull", True), ("state__in", ["opened", "escalated", "callback_due"])
                        ),
                        fields=["unit", "opened_at"],
                        name="case_unit_queue",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["opened", "escalated", "callback_due"])),
                        fields=("identity_key",),
                        name="case_one_working_per_identity",
                        violation_error_message="Un dossier est déjà en cours pour ce client ou cette ligne.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["opened", "escalated", "callback_due", "resolved", "closed"])
                        ),
                        name="case_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "resolved"), _negated=True),
                            models.Q(
                                models.Q(("resolution_code", ""), _negated=True),
                                models.Q(("root_cause", ""), _negated=True),
                                ("resolved_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="case_resolved_is_explained",
                        violation_error_message="Un dossier résolu dit sa résolution et sa cause.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state", "closed"),
                                models.Q(("closure_kind", ""), _negated=True),
                                ("closed_at__isnull", False),
                            ),
                            models.Q(models.Q(("state", "closed"), _negated=True), ("closure_kind", "")),
                            _connector="OR",
                        ),
                        name="case_closed_is_explained",
                        violation_error_message="Un dossier clos dit comment.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closure_kind", "merged"), _negated=True),
                            ("merged_into__isnull", False),
                            _connector="OR",
                        ),
                        name="case_merged_says_where",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("merged_into", models.F("pk")), _negated=True),
                        name="case_not_merged_into_itself",
                    ),
                ],
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                ("text", models.TextField(max_length=4000, verbose_name="note")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="cases.case"
                    ),
                ),
            ],
            options={"verbose_name": "note", "verbose_name_plural": "notes", "ordering": ["-at", "-pk"]},
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("source_system", models.CharField(max_length=30, verbose_name="système source")),
                ("source_id", models.CharField(max_length=120, verbose_name="identifiant source")),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("client", "Client"),
                            ("internal", "Interne"),
                            ("self_service", "Libre-service"),
                            ("test", "Test"),
                        ],
                        default="client",
                        max_length=12,
                        verbose_name="nature",
                    ),
                ),
                (
                    "identification",
                    models.CharField(
                        choices=[("certain", "Certaine"), ("probable", "Probable"), ("none", "Aucune")],
                        default="certain",
                        max_length=10,
                    ),
                ),
                (
                    "caller_number",
                    models.CharField(blank=True, max_length=20, verbose_name="numéro présenté"),
                ),
                ("interaction_id", models.CharField(blank=True, max_length=80, verbose_name="interaction")),
                ("leg_no", models.PositiveSmallIntegerField(default=1, verbose_name="segment")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("voice", "Appel"),
                            ("chat", "Tchat"),
                            ("digital_1013plus", "Canal digital 1013+"),
                            ("email", "Courriel"),
                            ("social", "Réseau social"),
                            ("web_form", "Formulaire web"),
                            ("shop", "Boutique"),
                        ],
                        max_length=20,
                        verbose_name="canal",
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("in", "Entrant"), ("out", "Sortant")], max_length=3, verbose_name="sens"
                    ),
                ),
                ("arrived_at", models.DateTimeField(verbose_name="arrivée")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="réponse")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="fin")),
                (
                    "has_answer_times",
                    models.BooleanField(
                        default=False,
                        help_text="Alors un contact sans heure de réponse n’a pas été pris.",
                        verbose_name="la source donne l’heure de réponse",
                    ),
                ),
                ("wait_s", models.PositiveIntegerField(blank=True, null=True, verbose_name="attente (s)")),
                (
                    "talk_s",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="conversation (s)"),
                ),
                (
                    "hold_s",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="mise en attente (s)"),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("handled", "Traité"),
                            ("abandoned", "Abandonné"),
                            ("transferred", "Transféré"),
                            ("dropped", "Coupé"),
                            ("voicemail", "Messagerie"),
                        ],
                        max_length=12,
                        verbose_name="issue",
                    ),
                ),
                ("handler_ref", models.CharField(blank=True, max_length=40, verbose_name="agent (source)")),
                ("conflictual", models.BooleanField(default=False, verbose_name="conflictuel")),
                (
                    "conflictual_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="déclaré conflictuel le"),
                ),
                ("summary", models.CharField(blank=True, max_length=400, verbose_name="résumé")),
                (
                    "exclusion_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("test", "contact de test"),
                            ("outbound", "appel sortant"),
                            ("internal", "échange interne"),
                            ("unidentified", "client non identifié"),
                            ("channel", "canal hors de la règle"),
                            ("leg", "suite d’un même contact"),
                            ("duplicate", "doublon d’un autre enregistrement"),
                            ("self_service", "libre-service, sans conseiller"),
                            ("abandoned", "raccroché avant réponse"),
                            ("short", "conversation trop courte"),
                            ("non_technical", "motif non technique"),
                            ("reconnect", "reprise d’un appel coupé"),
                            ("callback_return", "retour de notre rappel"),
                        ],
                        max_length=16,
                        verbose_name="non compté",
                    ),
                ),
                (
                    "n_in_window",
                    models.PositiveSmallIntegerField(
                        blank=True, null=True, verbose_name="rang dans la fenêtre"
                    ),
                ),
                ("content_hash", models.CharField(blank=True, max_length=32)),
                ("received_at", models.DateTimeField(verbose_name="reçu le")),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "client",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="cases.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="traité par",
                    ),
                ),
                (
                    "handling_entity",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.entity",
                        verbose_name="entité",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
                (
                    "import_run",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="contacts",
                        to="cases.importrun",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="cases.line",
                        verbose_name="ligne",
                    ),
                ),
                (
                    "mass_incident",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="cases.massincident",
                    ),
                ),
                (
                    "reason",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.reason",
                        verbose_name="motif",
                    ),
                ),
            ],
            options={
                "verbose_name": "contact",
                "verbose_name_plural": "contacts",
                "ordering": ["-arrived_at", "-pk"],
                "indexes": [
                    models.Index(fields=["client", "arrived_at"], name="contact_client_arrived"),
                    models.Index(
                        condition=models.Q(("case__isnull", False)), fields=["case"], name="contact_case"
                    ),
                    models.Index(
                        condition=models.Q(("conflictual_at__isnull", False)),
                        fields=["handled_by", "conflictual_at"],
                        name="contact_conflictual",
                    ),
                    models.Index(
                        condition=models.Q(("mass_incident__isnull", False)),
                        fields=["mass_incident", "arrived_at"],
                        name="contact_incident",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("source_system", "source_id"), name="contact_source_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ended_at__isnull", True),
                            ("ended_at__gte", models.F("arrived_at")),
                            _connector="OR",
                        ),
                        name="contact_ends_after_start",
                        violation_error_message="La fin du contact précède son arrivée.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("line__isnull", True), ("client__isnull", False), _connector="OR"
                        ),
                        name="contact_line_has_client",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Escalation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("case", "Dossier"), ("warm_transfer", "Transfert accompagné")],
                        default="case",
                        max_length=15,
                        verbose_name="mode",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("field_work", "Intervention sur le terrain"),
                            ("network_diagnosis", "Diagnostic réseau"),
                            ("equipment", "Équipement"),
                            ("administrative", "Traitement administratif"),
                            ("expertise", "Expertise"),
                            ("other", "Autre"),
                        ],
                        max_length=20,
                        verbose_name="motif",
                    ),
                ),
                (
                    "summary",
                    models.TextField(
                        max_length=2000,
                        validators=[django.core.validators.MinLengthValidator(20)],
                        verbose_name="résumé",
                    ),
                ),
                (
                    "colour",
                    models.CharField(
                        choices=[("red", "Rouge"), ("orange", "Orange"), ("green", "Vert")],
                        max_length=8,
                        verbose_name="couleur",
                    ),
                ),
                ("sent_at", models.DateTimeField(verbose_name="envoyée le")),
                ("ack_due", models.DateTimeField(verbose_name="accusé attendu")),
                ("ack_at", models.DateTimeField(blank=True, null=True, verbose_name="accusée le")),
                ("answer_due", models.DateTimeField(verbose_name="réponse attendue")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondue le")),
                (
                    "answer_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fixed", "Réparé"),
                            ("not_fixed", "Non réparé"),
                            ("needs_client", "Besoin du client"),
                            ("appointment", "Rendez-vous pris"),
                            ("rejected", "Rejeté"),
                            ("duplicate", "Doublon"),
                        ],
                        max_length=15,
                        verbose_name="réponse",
                    ),
                ),
                (
                    "answer_text",
                    models.TextField(blank=True, max_length=2000, verbose_name="texte de la réponse"),
                ),
                (
                    "appointment_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="rendez-vous le"),
                ),
                (
                    "duplicate_of",
                    models.CharField(blank=True, default="", max_length=60, verbose_name="doublon de"),
                ),
                (
                    "tell_client_now",
                    models.BooleanField(default=False, verbose_name="à dire au client sans attendre"),
                ),
                (
                    "status_asked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="nouvelles demandées le"),
                ),
                (
                    "info_asked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="précision demandée le"),
                ),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True, verbose_name="retirée le")),
                (
                    "withdrawn_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="motif du retrait"),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("sent", "Envoyée"),
                            ("acknowledged", "Accusée"),
                            ("answered", "Répondue"),
                            ("withdrawn", "Retirée"),
                        ],
                        default="sent",
                        max_length=15,
                        verbose_name="statut",
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "ack_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="escalations",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "handled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="prise par",
                    ),
                ),
                (
                    "named_contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.entitycontact",
                        verbose_name="interlocuteur",
                    ),
                ),
                (
                    "sent_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "target_entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="escalations",
                        to="organisation.entity",
                        verbose_name="entité",
                    ),
                ),
                (
                    "fault_ticket",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="escalations",
                        to="cases.faultticket",
                        verbose_name="dérangement",
                    ),
                ),
            ],
            options={
                "verbose_name": "escalade",
                "verbose_name_plural": "escalades",
                "ordering": ["-sent_at", "-pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status__in", ["sent", "acknowledged"])),
                        fields=["target_entity", "answer_due"],
                        name="escalation_entity_queue",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["sent", "acknowledged"])),
                        fields=("case", "target_entity"),
                        name="escalation_one_open_per_entity",
                        violation_error_message="Cette entité est déjà saisie.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "answered"), _negated=True),
                            models.Q(
                                ("answered_at__isnull", False), models.Q(("answer_code", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="escalation_answer_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="EscalationNote",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("status_request", "Nouvelles demandées"),
                            ("status_given", "Nouvelles données"),
                            ("info_request", "Information demandée"),
                            ("info_given", "Information donnée"),
                        ],
                        max_length=15,
                        verbose_name="type",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                ("text", models.TextField(blank=True, max_length=2000, verbose_name="texte")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="notes",
                        to="cases.escalation",
                    ),
                ),
            ],
            options={
                "verbose_name": "échange sur une escalade",
                "verbose_name_plural": "échanges sur une escalade",
                "ordering": ["at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="FailedResolution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("resolved_at", models.DateTimeField(verbose_name="résolu le")),
                ("at", models.DateTimeField(verbose_name="rouvert le")),
                (
                    "unrelated",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Non"),
                            ("requested", "Demandé"),
                            ("agreed", "Accepté"),
                            ("refused", "Refusé"),
                        ],
                        default="",
                        max_length=10,
                        verbose_name="motif sans rapport",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="failed_resolutions",
                        to="cases.case",
                    ),
                ),
                (
                    "contact",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="failed_resolution",
                        to="cases.contact",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.entity",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="organisation.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "résolution non tenue",
                "verbose_name_plural": "résolutions non tenues",
                "ordering": ["-at"],
            },
        ),
        migrations.CreateModel(
            name="RepeatVerdict",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity_key", models.CharField(max_length=60)),
                ("count", models.PositiveSmallIntegerField(verbose_name="nombre")),
                ("window_start", models.DateTimeField(verbose_name="début de fenêtre")),
                ("contact_ids", models.JSONField(default=list, verbose_name="contacts comptés")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("rd3plus", "RD3+"), ("below", "sous le seuil"), ("excluded", "non compté")],
                        max_length=10,
                    ),
                ),
                (
                    "mode",
                    models.CharField(choices=[("live", "Actif"), ("shadow", "Observation")], max_length=10),
                ),
                ("computed_at", models.DateTimeField(verbose_name="calculé le")),
                ("superseded_at", models.DateTimeField(blank=True, null=True, verbose_name="remplacé le")),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="verdicts",
                        to="cases.contact",
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="verdicts",
                        to="cases.repeatrule",
                    ),
                ),
            ],
            options={
                "verbose_name": "verdict",
                "verbose_name_plural": "verdicts",
                "ordering": ["-computed_at", "-pk"],
                "indexes": [models.Index(fields=["identity_key", "window_start"], name="verdict_identity")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("contact",),
                        name="verdict_one_current_per_contact",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SatisfactionAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("resolved_at", models.DateTimeField(verbose_name="résolution jugée")),
                ("at", models.DateTimeField(verbose_name="répondu le")),
                ("score", models.PositiveSmallIntegerField(verbose_name="note")),
                (
                    "dissatisfied",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(("score__lte", 6)),
                        output_field=models.BooleanField(),
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("technical_unresolved", "Problème technique non résolu"),
                            ("delay", "Délai"),
                            ("attitude", "Accueil, relation"),
                            ("price", "Prix"),
                            ("other", "Autre"),
                        ],
                        max_length=20,
                        verbose_name="cause",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="satisfaction_answers",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse de satisfaction",
                "verbose_name_plural": "réponses de satisfaction",
                "ordering": ["-at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("case", "resolved_at"), name="satisfaction_once_per_resolution"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("score__gte", 0), ("score__lte", 10)),
                        name="satisfaction_score_0_to_10",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("score__lte", 6), models.Q(("cause", ""), _negated=True)),
                            models.Q(("cause", ""), ("score__gt", 6)),
                            _connector="OR",
                        ),
                        name="satisfaction_cause_when_dissatisfied",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("at__gte", models.F("resolved_at"))),
                        name="satisfaction_after_resolution",
                    ),
                ],
            },
        ),
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
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cancel_requests",
                        to="cases.case",
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
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="repris par",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="legs",
                        to="cases.contact",
                        verbose_name="contact",
                    ),
                ),
                (
                    "escalation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="leg",
                        to="cases.escalation",
                        verbose_name="escalade",
                    ),
                ),
            ],
            options={
                "verbose_name": "segment d’appel",
                "verbose_name_plural": "segments d’appel",
                "ordering": ["-started_at", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_at__isnull", True), ("taken_by__isnull", True)),
                            models.Q(("taken_at__isnull", False), ("taken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="call_leg_taken_is_whole",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CallbackAttempt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "direction",
                    models.CharField(
                        choices=[("in", "Entrant"), ("out", "Sortant")],
                        default="out",
                        max_length=3,
                        verbose_name="sens",
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("reached", "Client joint"),
                            ("no_answer", "Pas de réponse"),
                            ("voicemail", "Message laissé"),
                            ("busy", "Occupé"),
                            ("wrong_number", "Mauvais numéro"),
                            ("refused", "Refus de parler"),
                        ],
                        max_length=15,
                        verbose_name="issue",
                    ),
                ),
                ("told", models.TextField(blank=True, max_length=2000, verbose_name="ce qui a été dit")),
                (
                    "correction_reason",
                    models.CharField(blank=True, max_length=200, verbose_name="motif de correction"),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
                (
                    "superseded_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrects",
                        to="cases.callbackattempt",
                        verbose_name="corrigé par",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attempts",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="cases.contact",
                    ),
                ),
            ],
            options={
                "verbose_name": "tentative de rappel",
                "verbose_name_plural": "tentatives de rappel",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Promise",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("progress", "Nouvelles du dossier"),
                            ("bad_news", "Rappel sans solution"),
                            ("resolution_check", "Vérification de la résolution"),
                            ("appointment", "Rendez-vous"),
                        ],
                        default="progress",
                        max_length=16,
                        verbose_name="type",
                    ),
                ),
                ("window_start", models.DateTimeField(verbose_name="de")),
                ("window_end", models.DateTimeField(verbose_name="à")),
                ("call_by", models.DateTimeField(blank=True, null=True, verbose_name="à appeler avant")),
                ("note", models.CharField(blank=True, max_length=400, verbose_name="note")),
                ("made_at", models.DateTimeField(verbose_name="promis le")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "En attente"),
                            ("kept", "Tenu"),
                            ("late", "En retard"),
                            ("missed", "Manqué"),
                            ("renegotiated", "Déplacé d’accord avec le client"),
                            ("broken_rebooked", "Non tenu, redonné"),
                            ("superseded_by_client", "Le client a appelé avant"),
                            ("cancelled", "Annulé"),
                        ],
                        default="pending",
                        max_length=22,
                        verbose_name="statut",
                    ),
                ),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="soldé le")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="promises",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "done_attempt",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="cases.callbackattempt",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="promis par",
                    ),
                ),
                (
                    "owner_at_promise",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="conseiller en charge alors",
                    ),
                ),
            ],
            options={
                "verbose_name": "engagement de rappel",
                "verbose_name_plural": "engagements de rappel",
                "ordering": ["-window_start", "-pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("window_end__gt", models.F("window_start")),
                            ("window_start__gte", models.F("made_at")),
                        ),
                        name="promise_window_in_order",
                        violation_error_message="La fenêtre finit après son début et commence après l’engagement.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "pending"), _negated=True),
                            ("closed_at__isnull", True),
                            _connector="OR",
                        ),
                        name="promise_pending_is_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("closed_at__isnull", False),
                            ("status__in", ["pending", "missed"]),
                            _connector="OR",
                        ),
                        name="promise_open_is_owed",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("case",),
                        name="promise_one_owed_per_case",
                        violation_error_message="Un rappel est déjà promis sur ce dossier.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Timer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
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
                            ("satisfaction", "Question de satisfaction à poser"),
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
                ("epoch", models.PositiveIntegerField()),
                ("due_at", models.DateTimeField(verbose_name="échéance")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Prévu"),
                            ("done", "Fait"),
                            ("skipped_catchup", "Sauté au rattrapage"),
                            ("void", "Annulé"),
                            ("dead", "En échec"),
                        ],
                        default="pending",
                        max_length=16,
                        verbose_name="statut",
                    ),
                ),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="fait le")),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="tentatives"),
                ),
                ("retry_at", models.DateTimeField(blank=True, null=True, verbose_name="prochain essai")),
                (
                    "last_error",
                    models.CharField(
                        blank=True, db_default="", default="", max_length=400, verbose_name="dernière erreur"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="timers",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "escalation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="timers",
                        to="cases.escalation",
                        verbose_name="escalade",
                    ),
                ),
                (
                    "promise",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="timers",
                        to="cases.promise",
                        verbose_name="engagement",
                    ),
                ),
            ],
            options={
                "verbose_name": "échéance",
                "verbose_name_plural": "échéances",
                "ordering": ["due_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("status", "pending")), fields=["due_at"], name="timer_due"
                    ),
                    models.Index(
                        condition=models.Q(("status", "dead")), fields=["due_at"], name="timer_dead"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("promise__isnull", False)),
                        fields=("promise", "kind", "epoch"),
                        name="timer_once_per_promise",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("escalation__isnull", True), ("promise__isnull", True)),
                        fields=("case", "kind", "epoch"),
                        name="timer_once_per_case",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("escalation__isnull", False)),
                        fields=("escalation", "kind", "epoch"),
                        name="timer_once_per_escalation",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="FaultTicket",
            name="case",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="fault_tickets",
                to="cases.case",
                verbose_name="dossier",
            ),
        ),
        migrations.AddField(
            model_name="MassIncident",
            name="parent_case",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="cases.case",
                verbose_name="dossier parent",
            ),
        ),
        migrations.AddField(
            model_name="Case",
            name="current_promise",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="cases.promise",
                verbose_name="engagement en cours",
            ),
        ),
        migrations.AddField(
            model_name="CallbackAttempt",
            name="promise",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attempts",
                to="cases.promise",
            ),
        ),
    ]
