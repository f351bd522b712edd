import atdemain.organisation.models.units
import django.contrib.auth.models
import django.contrib.auth.validators
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
import django.utils.timezone
import oauth2_provider.generators
import oauth2_provider.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.CreateModel(
            name="DemoState",
            fields=[
                ("id", models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("seeded_at", models.DateTimeField(verbose_name="données créées le")),
                ("seed", models.PositiveIntegerField(verbose_name="graine")),
                ("complete", models.BooleanField(default=False, verbose_name="terminé")),
            ],
            options={
                "verbose_name": "état de démonstration",
                "verbose_name_plural": "état de démonstration",
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="demo_state_only_one")
                ],
            },
        ),
        migrations.CreateModel(
            name="Programme",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
            ],
            options={"verbose_name": "programme", "verbose_name_plural": "programmes"},
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tz",
                    models.CharField(
                        default="Europe/Paris",
                        max_length=40,
                        validators=[atdemain.organisation.models.units.validate_zone],
                        verbose_name="fuseau horaire",
                    ),
                ),
                (
                    "holiday_zone",
                    models.CharField(
                        choices=[
                            ("metropole", "Métropole"),
                            ("alsace_moselle", "Alsace-Moselle"),
                            ("guadeloupe", "Guadeloupe"),
                            ("martinique", "Martinique"),
                            ("guyane", "Guyane"),
                            ("reunion", "La Réunion"),
                            ("mayotte", "Mayotte"),
                        ],
                        default="metropole",
                        max_length=20,
                        verbose_name="jours fériés",
                    ),
                ),
                (
                    "weekly_hours",
                    models.JSONField(
                        default=atdemain.organisation.models.units.default_hours,
                        validators=[atdemain.organisation.models.units.validate_hours],
                        verbose_name="horaires",
                    ),
                ),
                ("code", models.SlugField(max_length=20, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
            ],
            options={"verbose_name": "unité", "verbose_name_plural": "unités", "ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="CalendarException",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(verbose_name="date")),
                ("opens", models.CharField(blank=True, max_length=5, verbose_name="ouvre à")),
                ("closes", models.CharField(blank=True, max_length=5, verbose_name="ferme à")),
                ("reason", models.CharField(max_length=120, verbose_name="motif")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="calendar_exceptions",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "exception de calendrier",
                "verbose_name_plural": "exceptions de calendrier",
                "ordering": ["unit", "date", "opens"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("unit", "date", "opens"), name="calendar_exception_unique"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closes", ""), ("opens", "")),
                            models.Q(
                                models.Q(("opens", ""), _negated=True),
                                models.Q(("closes", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="calendar_exception_both_or_none",
                        violation_error_message="Donnez l’heure d’ouverture et l’heure de fermeture, ou aucune des deux.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitParticipation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("participates", models.BooleanField(verbose_name="participe")),
                (
                    "reason_public",
                    models.TextField(
                        blank=True,
                        validators=[django.core.validators.MinLengthValidator(20)],
                        verbose_name="motif public",
                    ),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="du")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="unit_participations",
                        to="organisation.programme",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "participation d’une unité",
                "verbose_name_plural": "participations des unités",
                "ordering": ["programme", "unit", "valid_from"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("participates", True),
                            django.db.models.lookups.GreaterThanOrEqual(
                                django.db.models.functions.text.Length(
                                    django.db.models.functions.text.Trim("reason_public")
                                ),
                                20,
                            ),
                            _connector="OR",
                        ),
                        name="unit_participation_reason",
                        violation_error_message="Dites pourquoi l’unité ne participe pas, en 20 caractères ou plus ; ce motif est public.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("valid_to__isnull", True)),
                        fields=("programme", "unit"),
                        name="unit_participation_one_current",
                        violation_error_message="Cette unité a déjà une décision sans fin : terminez-la d’abord.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Entity",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "tz",
                    models.CharField(
                        default="Europe/Paris",
                        max_length=40,
                        validators=[atdemain.organisation.models.units.validate_zone],
                        verbose_name="fuseau horaire",
                    ),
                ),
                (
                    "holiday_zone",
                    models.CharField(
                        choices=[
                            ("metropole", "Métropole"),
                            ("alsace_moselle", "Alsace-Moselle"),
                            ("guadeloupe", "Guadeloupe"),
                            ("martinique", "Martinique"),
                            ("guyane", "Guyane"),
                            ("reunion", "La Réunion"),
                            ("mayotte", "Mayotte"),
                        ],
                        default="metropole",
                        max_length=20,
                        verbose_name="jours fériés",
                    ),
                ),
                (
                    "weekly_hours",
                    models.JSONField(
                        default=atdemain.organisation.models.units.default_hours,
                        validators=[atdemain.organisation.models.units.validate_hours],
                        verbose_name="horaires",
                    ),
                ),
                ("code", models.SlugField(max_length=30, unique=True, verbose_name="code")),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("uat", "UAT"),
                            ("back_office", "Back-office"),
                            ("ui", "Unité d’intervention"),
                            ("agpro", "Agence Pro/PME"),
                            ("ad", "Agence distribution"),
                            ("partner_contact_centre", "Partenaire, centre de contact"),
                            ("partner_field", "Partenaire, intervention"),
                            ("other", "Autre"),
                        ],
                        max_length=30,
                        verbose_name="type",
                    ),
                ),
                ("internal", models.BooleanField(default=True, verbose_name="interne")),
                (
                    "accepts_escalations",
                    models.BooleanField(default=True, verbose_name="ouverte aux escalades"),
                ),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "unit",
                    models.OneToOneField(
                        blank=True,
                        help_text="L’unité que cette entité représente, pour une UAT.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entity",
                        to="organisation.unit",
                        verbose_name="UAT",
                    ),
                ),
            ],
            options={"verbose_name": "entité", "verbose_name_plural": "entités", "ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="PriorityLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.CharField(
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^\\+[1-9]\\d{5,14}\\Z",
                                "Écrivez le numéro au format international, par exemple +33199009900.",
                            )
                        ],
                        verbose_name="numéro",
                    ),
                ),
                (
                    "weekly_hours",
                    models.JSONField(
                        blank=True,
                        help_text="Vide : ceux de l’entité.",
                        null=True,
                        validators=[atdemain.organisation.models.units.validate_hours],
                        verbose_name="horaires",
                    ),
                ),
                (
                    "target_answer_s",
                    models.PositiveIntegerField(default=60, verbose_name="réponse visée (s)"),
                ),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="du")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="au")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="priority_lines",
                        to="organisation.entity",
                        verbose_name="entité",
                    ),
                ),
            ],
            options={
                "verbose_name": "fil prioritaire",
                "verbose_name_plural": "fils prioritaires",
                "ordering": ["entity", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("entity", "number"), name="priority_line_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_from__isnull", True),
                            ("valid_to__isnull", True),
                            ("valid_to__gte", models.F("valid_from")),
                            _connector="OR",
                        ),
                        name="priority_line_dates",
                        violation_error_message="Le fil prioritaire finit après avoir commencé.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("target_answer_s__range", (1, 3600))),
                        name="priority_line_target",
                        violation_error_message="La réponse visée va de 1 seconde à 1 heure.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined"),
                ),
                (
                    "employee_number",
                    models.CharField(
                        blank=True, max_length=20, null=True, unique=True, verbose_name="matricule"
                    ),
                ),
                (
                    "contract_type",
                    models.CharField(
                        choices=[
                            ("permanent", "CDI"),
                            ("civil_servant", "Fonctionnaire"),
                            ("fixed_term", "CDD"),
                            ("apprenticeship", "Contrat d’apprentissage"),
                            ("professionalisation", "Contrat de professionnalisation"),
                            ("temp", "Intérim"),
                            ("external", "Externe"),
                        ],
                        default="permanent",
                        max_length=20,
                        verbose_name="contrat",
                    ),
                ),
                (
                    "working_time_pct",
                    models.PositiveSmallIntegerField(default=100, verbose_name="temps de travail (%)"),
                ),
                ("hired_on", models.DateField(blank=True, null=True, verbose_name="entrée")),
                ("left_on", models.DateField(blank=True, null=True, verbose_name="départ")),
                (
                    "theme",
                    models.CharField(
                        choices=[("auto", "Automatique"), ("light", "Clair"), ("dark", "Sombre")],
                        default="auto",
                        max_length=5,
                        verbose_name="thème",
                    ),
                ),
                ("shortcuts_enabled", models.BooleanField(default=True, verbose_name="raccourcis clavier")),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="responsable",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        blank=True,
                        help_text="Pour un spécialiste back-office : l’entité dont il traite les escalades.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="organisation.entity",
                        verbose_name="entité",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="users",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "compte",
                "verbose_name_plural": "comptes",
                "ordering": ["last_name", "first_name", "pk"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("working_time_pct__range", (1, 100))),
                        name="user_working_time_1_100",
                    )
                ],
            },
            managers=[("objects", django.contrib.auth.models.UserManager())],
        ),
        migrations.CreateModel(
            name="InternalAdvisor",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="advisor_profile",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compte",
                    ),
                ),
                ("active", models.BooleanField(default=True, verbose_name="actif")),
            ],
            options={"verbose_name": "conseiller interne", "verbose_name_plural": "conseillers internes"},
        ),
        migrations.CreateModel(
            name="ApiClient",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "client_id",
                    models.CharField(
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_id,
                        max_length=255,
                        unique=True,
                        verbose_name="client ID",
                    ),
                ),
                (
                    "redirect_uris",
                    models.TextField(
                        blank=True,
                        help_text="Allowed URIs list, space separated",
                        verbose_name="redirect URIs",
                    ),
                ),
                (
                    "post_logout_redirect_uris",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed Post Logout URIs list, space separated",
                        verbose_name="post logout redirect URIs",
                    ),
                ),
                (
                    "client_type",
                    models.CharField(
                        choices=[("confidential", "Confidential"), ("public", "Public")],
                        max_length=32,
                        verbose_name="client type",
                    ),
                ),
                (
                    "authorization_grant_type",
                    models.CharField(
                        choices=[
                            ("authorization-code", "Authorization code"),
                            ("urn:ietf:params:oauth:grant-type:device_code", "Device Code"),
                            ("implicit", "Implicit"),
                            ("password", "Resource owner password-based"),
                            ("client-credentials", "Client credentials"),
                            ("openid-hybrid", "OpenID connect hybrid"),
                        ],
                        max_length=44,
                        verbose_name="authorization grant type",
                    ),
                ),
                (
                    "client_secret",
                    oauth2_provider.models.ClientSecretField(
                        blank=True,
                        db_index=True,
                        default=oauth2_provider.generators.generate_client_secret,
                        help_text="Client secret for authentication",
                        max_length=255,
                        verbose_name="client secret",
                    ),
                ),
                ("hash_client_secret", models.BooleanField(default=True, verbose_name="hash client secret")),
                ("name", models.CharField(blank=True, max_length=255, verbose_name="name")),
                ("skip_authorization", models.BooleanField(default=False, verbose_name="skip authorization")),
                ("created", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                ("updated", models.DateTimeField(auto_now=True, verbose_name="updated")),
                (
                    "algorithm",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "No OIDC support"),
                            ("RS256", "RSA with SHA-2 256"),
                            ("HS256", "HMAC with SHA-2 256"),
                        ],
                        default="",
                        max_length=5,
                        verbose_name="algorithm",
                    ),
                ),
                (
                    "allowed_origins",
                    models.TextField(
                        blank=True,
                        default="",
                        help_text="Allowed origins list to enable CORS, space separated",
                        verbose_name="allowed origins",
                    ),
                ),
                (
                    "registration_source",
                    models.CharField(
                        choices=[
                            ("manual", "Manual"),
                            ("dcr", "Dynamic Client Registration"),
                            ("cimd", "Client ID Metadata Document"),
                        ],
                        default="manual",
                        help_text="How this application was registered (manual, DCR per RFC 7591, or CIMD)",
                        max_length=32,
                        verbose_name="registration source",
                    ),
                ),
                (
                    "cimd_expires_at",
                    models.DateTimeField(
                        blank=True,
                        default=None,
                        help_text="When the cached Client ID Metadata Document should be re-fetched",
                        null=True,
                        verbose_name="CIMD expires at",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(app_label)s_%(class)s",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
                (
                    "entity",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="api_clients",
                        to="organisation.entity",
                    ),
                ),
            ],
            options={
                "verbose_name": "client d’API",
                "verbose_name_plural": "clients d’API",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EntityContact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom ou fonction")),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^\\+[1-9]\\d{5,14}\\Z",
                                "Écrivez le numéro au format international, par exemple +33199009900.",
                            )
                        ],
                        verbose_name="téléphone",
                    ),
                ),
                ("extension", models.CharField(blank=True, max_length=10, verbose_name="poste")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="courriel")),
                ("verified_on", models.DateField(blank=True, null=True, verbose_name="vérifié le")),
                ("active", models.BooleanField(default=True, verbose_name="actif")),
                ("version", models.PositiveIntegerField(default=1, editable=False)),
                (
                    "entity",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="contacts",
                        to="organisation.entity",
                        verbose_name="entité",
                    ),
                ),
                (
                    "verified_by",
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
                "verbose_name": "interlocuteur",
                "verbose_name_plural": "interlocuteurs",
                "ordering": ["entity", "name"],
            },
        ),
        migrations.CreateModel(
            name="Participation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("advisor", "Conseiller client"),
                            ("support", "Soutien"),
                            ("trainer", "Formateur"),
                            ("back_office", "Spécialiste back-office"),
                            ("manager", "Manager"),
                            ("hr", "RH"),
                            ("staff_rep", "Représentant du personnel"),
                            ("partner", "Client partenaire"),
                            ("admin", "Administrateur"),
                        ],
                        max_length=20,
                        verbose_name="rôle",
                    ),
                ),
                (
                    "mode",
                    models.CharField(
                        choices=[("volunteer", "Volontaire"), ("designated", "Désigné")],
                        max_length=12,
                        verbose_name="mode",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="du")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "consent",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "Accepté"), ("declined", "Refusé"), ("withdrawn", "Retiré")],
                        editable=False,
                        help_text="Le dernier accord du salarié ; vide tant qu’il n’a pas répondu.",
                        max_length=10,
                        verbose_name="accord",
                    ),
                ),
                (
                    "designated_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="désigné par",
                    ),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="salarié",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="participations",
                        to="organisation.programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "participation",
                "verbose_name_plural": "participations",
                "ordering": ["employee", "starts_on"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mode", "designated"), _negated=True),
                            ("designated_by__isnull", False),
                            _connector="OR",
                        ),
                        name="participation_designated_by",
                        violation_error_message="Une désignation dit par qui.",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ends_on__isnull", True)),
                        fields=("employee", "programme"),
                        name="participation_one_current",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConsentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="le")),
                (
                    "answer",
                    models.CharField(
                        choices=[("accepted", "Accepté"), ("declined", "Refusé"), ("withdrawn", "Retiré")],
                        max_length=10,
                        verbose_name="réponse",
                    ),
                ),
                ("text_version", models.CharField(max_length=20, verbose_name="version du texte")),
                (
                    "participation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_events",
                        to="organisation.participation",
                    ),
                ),
            ],
            options={
                "verbose_name": "accord du salarié",
                "verbose_name_plural": "accords des salariés",
                "ordering": ["participation", "at"],
            },
        ),
        migrations.CreateModel(
            name="Phase",
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
                        choices=[("pilot", "Pilote"), ("rollout", "Déploiement"), ("run", "Régime courant")],
                        max_length=10,
                        verbose_name="phase",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="du")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="au")),
                (
                    "lead",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="pilote de la phase",
                    ),
                ),
                (
                    "programme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="phases",
                        to="organisation.programme",
                    ),
                ),
            ],
            options={
                "verbose_name": "phase",
                "verbose_name_plural": "phases",
                "ordering": ["programme", "starts_on"],
            },
        ),
        migrations.CreateModel(
            name="Team",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="nom")),
                (
                    "manager",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="managed_teams",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="manager",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="teams",
                        to="organisation.unit",
                        verbose_name="unité",
                    ),
                ),
            ],
            options={
                "verbose_name": "équipe",
                "verbose_name_plural": "équipes",
                "ordering": ["unit", "name"],
                "constraints": [models.UniqueConstraint(fields=("unit", "name"), name="team_unique_in_unit")],
            },
        ),
        migrations.AddField(
            model_name="Programme",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="pilote",
            ),
        ),
        migrations.AddField(
            model_name="Unit",
            name="head",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="direction",
            ),
        ),
        migrations.AddField(
            model_name="Entity",
            name="head",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="direction",
            ),
        ),
        migrations.AddField(
            model_name="User",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="members",
                to="organisation.team",
                verbose_name="équipe",
            ),
        ),
    ]
