import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("cases", "0001_initial"), ("organisation", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Skill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("label", models.CharField(max_length=80, verbose_name="libellé")),
                (
                    "reason_family",
                    models.CharField(
                        blank=True,
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
                        help_text="Exigée pour les dossiers de cette famille ; vide : pour aucune en particulier.",
                        max_length=20,
                        verbose_name="famille de motif",
                    ),
                ),
            ],
            options={
                "verbose_name": "compétence",
                "verbose_name_plural": "compétences",
                "ordering": ["label"],
            },
        ),
        migrations.CreateModel(
            name="Absence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="du")),
                ("ends_at", models.DateTimeField(verbose_name="au")),
                ("sudden", models.BooleanField(default=False, verbose_name="imprévue")),
                ("declared_at", models.DateTimeField(verbose_name="déclarée le")),
                ("returned_at", models.DateTimeField(blank=True, null=True, verbose_name="retour le")),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="déclarée par",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="absences",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="conseiller",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence",
                "verbose_name_plural": "absences",
                "ordering": ["starts_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("returned_at__isnull", True)),
                        fields=["ends_at"],
                        name="absence_under_way",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="absence_ends_after_start",
                        violation_error_message="L’absence finit après son début.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at__isnull", True)),
                        fields=("user", "starts_at"),
                        name="absence_once",
                        violation_error_message="Cette absence est déjà déclarée.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Briefing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("subject", models.CharField(max_length=120, verbose_name="objet")),
                ("starts_at", models.DateTimeField(verbose_name="du")),
                ("ends_at", models.DateTimeField(verbose_name="au")),
                (
                    "state",
                    models.CharField(
                        choices=[("planned", "Prévu"), ("held", "Tenu"), ("cancelled", "Annulé")],
                        default="planned",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("held_until", models.DateTimeField(blank=True, null=True, verbose_name="fin réelle")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="clos le")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "attendees",
                    models.ManyToManyField(
                        blank=True,
                        related_name="briefings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="présents",
                    ),
                ),
                (
                    "led_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="animé par",
                    ),
                ),
                (
                    "team",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.team",
                        verbose_name="équipe",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "briefing",
                "verbose_name_plural": "briefings",
                "ordering": ["-starts_at"],
                "indexes": [models.Index(fields=["unit", "starts_at"], name="briefing_unit")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="briefing_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "held"), ("held_until__gt", models.F("starts_at"))),
                            models.Q(
                                models.Q(("state", "held"), _negated=True), ("held_until__isnull", True)
                            ),
                            _connector="OR",
                        ),
                        name="briefing_held_has_a_duration",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BriefingInvite",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="confirmé le")),
                (
                    "briefing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="invites",
                        to="routing.briefing",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="briefing_invites",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="invité",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation à un briefing",
                "verbose_name_plural": "invitations à un briefing",
                "ordering": ["briefing", "user"],
                "constraints": [
                    models.UniqueConstraint(fields=("briefing", "user"), name="briefing_invite_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientExclusion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("decided_at", models.DateTimeField(verbose_name="le")),
                (
                    "client",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="cases.client",
                        verbose_name="client",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="décidé par",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="conseiller",
                    ),
                ),
            ],
            options={
                "verbose_name": "client non adressé",
                "verbose_name_plural": "clients non adressés",
                "constraints": [
                    models.UniqueConstraint(fields=("client", "user"), name="client_exclusion_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FlowCompensation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                ("absorbed", models.PositiveIntegerField(default=0, verbose_name="RD3+ repris")),
                ("delivered", models.PositiveIntegerField(default=0, verbose_name="contacts remis")),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="flow_compensations",
                        to="organisation.entity",
                    ),
                ),
            ],
            options={
                "verbose_name": "compensation de flux",
                "verbose_name_plural": "compensations de flux",
                "ordering": ["-month", "entity"],
                "constraints": [
                    models.UniqueConstraint(fields=("month", "entity"), name="flow_compensation_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FlowShareTarget",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField(verbose_name="mois")),
                (
                    "flow_type",
                    models.CharField(
                        choices=[("rd3plus", "Réitérants RD3+"), ("standard", "Contacts ordinaires")],
                        max_length=10,
                        verbose_name="flux",
                    ),
                ),
                (
                    "target_pct",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="part visée (%)"),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="flow_targets",
                        to="organisation.entity",
                    ),
                ),
            ],
            options={
                "verbose_name": "part de flux visée",
                "verbose_name_plural": "parts de flux visées",
                "ordering": ["-month", "entity"],
                "constraints": [
                    models.UniqueConstraint(fields=("month", "entity", "flow_type"), name="flow_target_once"),
                    models.CheckConstraint(
                        condition=models.Q(("target_pct__range", (0, 100))), name="flow_target_0_100"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
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
                        choices=[("delegation", "Rappel confié à un suppléant"), ("move", "Dossier confié")],
                        max_length=10,
                        verbose_name="type",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("kept", "En cours"),
                            ("offered", "Proposé au retour"),
                            ("taken_back", "Repris"),
                            ("over", "Terminé"),
                        ],
                        default="kept",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                (
                    "absence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handed_over",
                        to="routing.absence",
                        verbose_name="absence",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="handed_over",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "to_user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="à",
                    ),
                ),
            ],
            options={
                "verbose_name": "passage de dossier",
                "verbose_name_plural": "passages de dossiers",
                "ordering": ["pk"],
                "constraints": [models.UniqueConstraint(fields=("absence", "case"), name="hand_over_once")],
            },
        ),
        migrations.CreateModel(
            name="InterEntityCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "line_used",
                    models.CharField(
                        choices=[("priority", "Fil prioritaire"), ("standard", "Numéro ordinaire")],
                        max_length=10,
                        verbose_name="ligne",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="appelé à")),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondu à")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="fini à")),
                ("wait_s", models.PositiveIntegerField(blank=True, null=True, verbose_name="attente (s)")),
                (
                    "client_on_hold",
                    models.BooleanField(default=False, verbose_name="client en attente sur la ligne"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("answered", "A répondu"),
                            ("no_answer", "Pas de réponse"),
                            ("unreachable", "Injoignable"),
                            ("wrong_service", "Mauvais service"),
                            ("left", "Fin non notée"),
                        ],
                        max_length=20,
                        verbose_name="issue",
                    ),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="entity_calls",
                        to="cases.case",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="organisation.entitycontact",
                        verbose_name="interlocuteur",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls_received",
                        to="organisation.entity",
                        verbose_name="entité",
                    ),
                ),
            ],
            options={
                "verbose_name": "appel à une entité",
                "verbose_name_plural": "appels aux entités",
                "ordering": ["-started_at"],
                "indexes": [models.Index(fields=["entity", "started_at"], name="entity_call_entity")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("answered_at__isnull", True),
                            ("answered_at__gte", models.F("started_at")),
                            _connector="OR",
                        ),
                        name="entity_call_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("outcome__in", ["", "left"]), ("wait_s__isnull", False), _connector="OR"
                        ),
                        name="entity_call_measured",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")),
                        fields=("by",),
                        name="entity_call_one_running_per_person",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LoadSnapshot",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                ("components", models.JSONField(default=list)),
                ("score", models.PositiveIntegerField(verbose_name="points")),
                ("cap", models.PositiveIntegerField(verbose_name="plafond")),
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
                "verbose_name": "charge d’un conseiller",
                "verbose_name_plural": "charges des conseillers",
                "ordering": ["-at"],
                "indexes": [models.Index(fields=["at"], name="load_snapshot_at")],
                "constraints": [models.UniqueConstraint(fields=("user", "at"), name="load_snapshot_once")],
            },
        ),
        migrations.CreateModel(
            name="MutualHelpRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="demandée le")),
                ("question", models.CharField(max_length=400, verbose_name="question")),
                ("expires_at", models.DateTimeField(verbose_name="attend jusqu’à")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Demandée"),
                            ("accepted", "Acceptée"),
                            ("closed", "Terminée"),
                            ("cancelled", "Retirée"),
                            ("expired", "Sans réponse"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="état",
                    ),
                ),
                ("accepted_at", models.DateTimeField(blank=True, null=True, verbose_name="acceptée le")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="terminée le")),
                (
                    "minutes",
                    models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="durée (min)"),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("solved", "A débloqué le dossier"),
                            ("partly", "A fait avancer le dossier"),
                            ("not_solved", "N’a pas suffi"),
                        ],
                        max_length=12,
                        verbose_name="issue",
                    ),
                ),
                (
                    "asked_by",
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
                        related_name="help_requests",
                        to="cases.case",
                    ),
                ),
                (
                    "helper",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="acceptée par",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "entraide",
                "verbose_name_plural": "entraides",
                "ordering": ["asked_at", "pk"],
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "asked")),
                        fields=["unit", "asked_at"],
                        name="help_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ["asked", "accepted"])),
                        fields=("case",),
                        name="help_one_open_per_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            models.Q(
                                ("helper__isnull", False),
                                ("minutes__isnull", False),
                                models.Q(("outcome", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="help_closed_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("helper", models.F("asked_by")), _negated=True),
                        name="help_not_oneself",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Presence",
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
                            ("shift", "En service"),
                            ("break", "Pause"),
                            ("training", "Formation"),
                            ("briefing", "Briefing"),
                            ("mentoring", "Accompagnement"),
                            ("recovery", "Récupération"),
                            ("absence", "Absence"),
                        ],
                        max_length=12,
                        verbose_name="type",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="du")),
                ("ends_at", models.DateTimeField(verbose_name="au")),
                (
                    "source",
                    models.CharField(
                        choices=[("planning", "Planning"), ("live", "Un clic du conseiller")],
                        default="planning",
                        max_length=10,
                        verbose_name="saisi par",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="presences",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="conseiller",
                    ),
                ),
            ],
            options={
                "verbose_name": "présence",
                "verbose_name_plural": "présences",
                "ordering": ["starts_at", "pk"],
                "indexes": [
                    models.Index(fields=["user", "ends_at"], name="presence_user"),
                    models.Index(fields=["ends_at"], name="presence_end"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                        name="presence_ends_after_start",
                        violation_error_message="La présence finit après son début.",
                    ),
                    models.UniqueConstraint(fields=("user", "kind", "starts_at"), name="presence_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RecoveryOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("offered_at", models.DateTimeField(verbose_name="proposée le")),
                ("expires_at", models.DateTimeField(verbose_name="jusqu’à")),
                ("blocking", models.BooleanField(default=False, verbose_name="suspend l’affectation")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "Prise"), ("declined", "Pas maintenant")],
                        max_length=10,
                        verbose_name="réponse",
                    ),
                ),
                ("answered_at", models.DateTimeField(blank=True, null=True, verbose_name="répondue le")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="recovery_offers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "récupération proposée",
                "verbose_name_plural": "récupérations proposées",
                "ordering": ["-offered_at"],
                "indexes": [models.Index(fields=["user", "offered_at"], name="recovery_user")],
            },
        ),
        migrations.CreateModel(
            name="RoutingPolicy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField(unique=True, verbose_name="version")),
                ("valid_from", models.DateTimeField(verbose_name="en vigueur depuis")),
                ("settings_json", models.JSONField(default=dict, verbose_name="réglages")),
                ("reason", models.CharField(blank=True, max_length=300, verbose_name="motif du changement")),
                (
                    "created_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "politique d’affectation",
                "verbose_name_plural": "politiques d’affectation",
                "ordering": ["-valid_from", "-version"],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
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
                        choices=[
                            ("continuity", "Continuité"),
                            ("balanced", "Charge équilibrée"),
                            ("overflow", "Débordement"),
                            ("manual", "Choix du manager"),
                            ("self_claim", "Prise dans la file"),
                            ("rebalance", "Rééquilibrage"),
                            ("delegation", "Suppléance"),
                        ],
                        max_length=12,
                        verbose_name="mode",
                    ),
                ),
                (
                    "reason_code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("continuity", "Continuité"),
                            ("skill", "Compétence"),
                            ("client_request", "Demande du client"),
                            ("load", "Charge"),
                            ("absence", "Absence"),
                            ("language", "Langue"),
                            ("other", "Autre"),
                        ],
                        max_length=20,
                        verbose_name="motif",
                    ),
                ),
                ("reason_text", models.CharField(blank=True, max_length=400, verbose_name="précision")),
                ("explanation", models.JSONField(default=dict, verbose_name="explication")),
                ("over_cap", models.BooleanField(default=False, verbose_name="au-delà du plafond")),
                ("rd3plus", models.BooleanField(default=False, verbose_name="RD3+")),
                ("at", models.DateTimeField(verbose_name="le")),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "from_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="de",
                    ),
                ),
                (
                    "to_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="à",
                    ),
                ),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="routing.routingpolicy",
                    ),
                ),
            ],
            options={
                "verbose_name": "affectation",
                "verbose_name_plural": "affectations",
                "ordering": ["-at", "-pk"],
                "indexes": [
                    models.Index(fields=["to_user", "at"], name="assignment_to"),
                    models.Index(
                        condition=models.Q(("over_cap", True)), fields=["at"], name="assignment_over_cap"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RoutingRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("opened", "Dossier ouvert"),
                            ("reopened", "Dossier rouvert"),
                            ("released", "Dossier rendu à la file"),
                            ("returned", "Retour d’absence"),
                        ],
                        max_length=10,
                        verbose_name="cause",
                    ),
                ),
                ("requested_at", models.DateTimeField(verbose_name="demandé le")),
                ("tried_at", models.DateTimeField(blank=True, null=True, verbose_name="dernier essai")),
                ("next_try_at", models.DateTimeField(verbose_name="prochain essai")),
                ("histogram", models.JSONField(default=dict, verbose_name="motifs")),
                ("explanation", models.JSONField(default=dict, verbose_name="explication")),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="routing_request",
                        to="cases.case",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "former_owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "demande d’affectation",
                "verbose_name_plural": "demandes d’affectation",
                "ordering": ["requested_at", "pk"],
                "indexes": [models.Index(fields=["next_try_at"], name="routing_request_due")],
            },
        ),
        migrations.CreateModel(
            name="AdvisorSkill",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "level",
                    models.PositiveSmallIntegerField(
                        default=1,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(4),
                        ],
                        verbose_name="niveau",
                    ),
                ),
                ("validated_on", models.DateField(verbose_name="validée le")),
                ("expires_on", models.DateField(blank=True, null=True, verbose_name="valable jusqu’au")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="skills",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="conseiller",
                    ),
                ),
                (
                    "validated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="par",
                    ),
                ),
                (
                    "skill",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holders",
                        to="routing.skill",
                        verbose_name="compétence",
                    ),
                ),
            ],
            options={
                "verbose_name": "compétence validée",
                "verbose_name_plural": "compétences validées",
                "ordering": ["user", "skill"],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "skill"), name="advisor_skill_once"),
                    models.CheckConstraint(
                        condition=models.Q(("level__range", (1, 4))), name="advisor_skill_level_1_4"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TeamLoad",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="jour")),
                ("people", models.PositiveIntegerField(verbose_name="personnes")),
                (
                    "mean_pct",
                    models.DecimalField(decimal_places=1, max_digits=5, verbose_name="charge moyenne (%)"),
                ),
                (
                    "p90_pct",
                    models.DecimalField(decimal_places=1, max_digits=5, verbose_name="90e centile (%)"),
                ),
                (
                    "red_share",
                    models.DecimalField(
                        decimal_places=1, max_digits=5, verbose_name="temps à 85 % et plus (%)"
                    ),
                ),
                ("jain", models.DecimalField(decimal_places=3, max_digits=4, verbose_name="indice de Jain")),
                (
                    "team",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="loads",
                        to="organisation.team",
                    ),
                ),
            ],
            options={
                "verbose_name": "charge d’une équipe",
                "verbose_name_plural": "charges des équipes",
                "ordering": ["-day", "team"],
                "constraints": [
                    models.UniqueConstraint(fields=("team", "day"), name="team_load_once"),
                    models.CheckConstraint(
                        condition=models.Q(("people__gte", 5)), name="team_load_five_people"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitLoad",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(verbose_name="jour")),
                ("people", models.PositiveIntegerField(verbose_name="personnes")),
                (
                    "hours",
                    models.DecimalField(decimal_places=2, max_digits=9, verbose_name="heures disponibles"),
                ),
                (
                    "point_hours",
                    models.DecimalField(decimal_places=2, max_digits=14, verbose_name="points × heures"),
                ),
                ("sum_x", models.DecimalField(decimal_places=1, max_digits=10, verbose_name="Σx")),
                ("sum_x2", models.DecimalField(decimal_places=2, max_digits=14, verbose_name="Σx²")),
                ("jain", models.DecimalField(decimal_places=3, max_digits=4, verbose_name="indice de Jain")),
                ("bands", models.JSONField(default=dict, verbose_name="relevés par bande")),
                ("parts", models.JSONField(default=dict, verbose_name="composantes")),
                (
                    "policy",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="routing.routingpolicy",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="loads",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "charge d’une unité",
                "verbose_name_plural": "charges des unités",
                "ordering": ["-day", "unit"],
                "indexes": [models.Index(fields=["day"], name="unit_load_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("unit", "day"), name="unit_load_once"),
                    models.CheckConstraint(
                        condition=models.Q(("people__gte", 5)), name="unit_load_five_people"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitSharing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="du")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "helper",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="organisation.unit",
                        verbose_name="unité qui aide",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sharing",
                        to="organisation.unit",
                        verbose_name="unité aidée",
                    ),
                ),
            ],
            options={
                "verbose_name": "accord d’entraide entre unités",
                "verbose_name_plural": "accords d’entraide entre unités",
                "ordering": ["unit", "helper"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("unit", models.F("helper")), _negated=True),
                        name="unit_sharing_two_units",
                        violation_error_message="Une unité ne s’aide pas elle-même.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UnreachableReport",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="réglé le")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unreachable_reports",
                        to="organisation.entitycontact",
                    ),
                ),
            ],
            options={
                "verbose_name": "interlocuteur injoignable",
                "verbose_name_plural": "interlocuteurs injoignables",
                "ordering": ["-at"],
            },
        ),
    ]
