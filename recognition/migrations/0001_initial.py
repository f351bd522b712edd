import atdemain.create_models
import django.core.validators
import django.db.models.deletion
import recognition.models.surveys
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("cases", "0011_telephony"),
        ("jobs", "0001_jobs"),
        ("organisation", "0008_api_clients"),
        ("organisation", "__first__"),
        ("routing", "0003_policy_guard"),
    ]

    operations = [
        atdemain.create_models.CreateModels(
            models=[
                migrations.CreateModel(
                    name="Appeal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "ground",
                            models.CharField(
                                choices=[
                                    ("missing_session", "Une séance manque"),
                                    ("wrong_dates", "Mes dates sont fausses"),
                                    ("wrong_role", "Mon rôle est faux"),
                                    ("just_cause", "Le motif de ma sortie"),
                                    ("calculation", "Le calcul"),
                                    ("other", "Autre chose"),
                                ],
                                max_length=16,
                                verbose_name="motif",
                            ),
                        ),
                        ("text", models.TextField(max_length=4000, verbose_name="ce que vous contestez")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("filed", "Déposé"),
                                    ("withdrawn", "Retiré"),
                                    ("accepted", "Accepté"),
                                    ("rejected", "Rejeté"),
                                ],
                                default="filed",
                                max_length=10,
                                verbose_name="état",
                            ),
                        ),
                        ("filed_at", models.DateTimeField(verbose_name="déposé le")),
                        ("due_at", models.DateTimeField(verbose_name="réponse attendue avant le")),
                        (
                            "head_told_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="responsable RH prévenu le"
                            ),
                        ),
                        (
                            "withdrawn_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="retiré le"),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="décidé le")),
                        (
                            "decision_text",
                            models.TextField(blank=True, max_length=4000, verbose_name="réponse motivée"),
                        ),
                        (
                            "observer_agreed",
                            models.BooleanField(
                                default=False, verbose_name="accepte un élu comme observateur"
                            ),
                        ),
                        ("second_on", models.DateField(blank=True, null=True, verbose_name="commission du")),
                        (
                            "second_outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("confirmed", "Décision confirmée"),
                                    ("revised", "Décision à revoir"),
                                ],
                                max_length=10,
                                verbose_name="avis de la commission",
                            ),
                        ),
                        (
                            "second_text",
                            models.TextField(blank=True, max_length=4000, verbose_name="motif de l’avis"),
                        ),
                        (
                            "version",
                            models.PositiveIntegerField(default=1, verbose_name="version de la fiche"),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="décidé par",
                            ),
                        ),
                        (
                            "observer",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="élu observateur",
                            ),
                        ),
                        (
                            "second_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "award",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="appeals",
                                to="recognition.award",
                                verbose_name="attribution",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "recours",
                        "verbose_name_plural": "recours",
                        "ordering": ["due_at", "pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "filed")),
                                fields=["due_at"],
                                name="appeal_waiting",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "filed")),
                                fields=("award",),
                                name="appeal_one_open_per_award",
                                violation_error_message="Un recours est déjà ouvert sur cette attribution.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("decided_by__isnull", False),
                                        ("state__in", ["accepted", "rejected"]),
                                        models.Q(("decision_text", ""), _negated=True),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("state__in", ["filed", "withdrawn"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="appeal_decision_reasoned",
                                violation_error_message="Une décision est écrite, datée et signée.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("observer__isnull", True), ("observer_agreed", True), _connector="OR"
                                ),
                                name="appeal_observer_with_consent",
                                violation_error_message="Un élu n’assiste à la commission que si le salarié l’accepte.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("second_outcome", ""),
                                    models.Q(
                                        ("second_on__isnull", False),
                                        ("state", "rejected"),
                                        models.Q(("second_text", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="appeal_second_level_after_first",
                                violation_error_message="La commission revoit un recours rejeté, et motive son avis.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Award",
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
                        ("level", models.CharField(blank=True, max_length=20, verbose_name="niveau")),
                        (
                            "computed_cents",
                            models.PositiveIntegerField(default=0, verbose_name="montant calculé (centimes)"),
                        ),
                        (
                            "amount_cents",
                            models.PositiveIntegerField(default=0, verbose_name="montant (centimes)"),
                        ),
                        (
                            "revised_cents",
                            models.PositiveIntegerField(
                                default=0, verbose_name="révisé sur recours (centimes)"
                            ),
                        ),
                        ("blocked", models.BooleanField(default=False, verbose_name="donnée insuffisante")),
                        ("pending", models.BooleanField(default=False, verbose_name="juste motif à décider")),
                        ("person", models.JSONField(default=dict, verbose_name="personne")),
                        ("result", models.JSONField(default=dict, verbose_name="calcul")),
                        ("explanation", models.TextField(blank=True, verbose_name="explication")),
                        (
                            "employee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="awards",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="salarié",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="organisation.unit",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="awards",
                                to="recognition.campaign",
                            ),
                        ),
                        (
                            "scheme",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="recognition.schemeversion",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "attribution",
                        "verbose_name_plural": "attributions",
                        "ordering": ["campaign", "employee"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("blocked", True), ("pending", True), _connector="OR"),
                                fields=["campaign"],
                                name="award_blocking",
                            )
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "employee"), name="award_once_per_campaign"
                            ),
                            models.UniqueConstraint(
                                fields=("scheme", "employee"),
                                name="award_once_per_scheme",
                                violation_error_message="Ce salarié a déjà une attribution sous cette version.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AwardRevision",
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
                                    ("fresh", "Preuves recueillies à nouveau"),
                                    ("corrected", "Valeur corrigée"),
                                ],
                                max_length=10,
                                verbose_name="preuves revues",
                            ),
                        ),
                        (
                            "reason",
                            models.CharField(
                                blank=True, max_length=400, verbose_name="motif de la correction"
                            ),
                        ),
                        ("cutoff", models.DateTimeField(verbose_name="preuves reçues jusqu’au")),
                        ("before_cents", models.PositiveIntegerField(verbose_name="avant (centimes)")),
                        ("after_cents", models.PositiveIntegerField(verbose_name="après (centimes)")),
                        ("level", models.CharField(blank=True, max_length=20, verbose_name="niveau")),
                        ("facts", models.JSONField(default=dict, verbose_name="preuves")),
                        ("person", models.JSONField(default=dict, verbose_name="personne")),
                        ("result", models.JSONField(default=dict, verbose_name="calcul")),
                        ("explanation", models.TextField(blank=True, verbose_name="explication")),
                        ("input_hash", models.CharField(max_length=64, verbose_name="empreinte des preuves")),
                        ("output_hash", models.CharField(max_length=64, verbose_name="empreinte du calcul")),
                        ("at", models.DateTimeField(verbose_name="le")),
                        (
                            "appeal",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revision",
                                to="recognition.appeal",
                            ),
                        ),
                        (
                            "award",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="revisions",
                                to="recognition.award",
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
                    ],
                    options={
                        "verbose_name": "révision d’une attribution",
                        "verbose_name_plural": "révisions d’attributions",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("after_cents__gte", models.F("before_cents"))),
                                name="revision_never_claws_back",
                                violation_error_message="Un recours ne retire jamais ce qui est attribué.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("mode", "fresh"),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="revision_correction_reasoned",
                                violation_error_message="Dites pourquoi la valeur est corrigée.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="BudgetEnvelope",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("total_cents", models.PositiveBigIntegerField(verbose_name="enveloppe (centimes)")),
                        (
                            "reserve_bp",
                            models.PositiveSmallIntegerField(
                                default=500,
                                help_text="En centièmes de pour cent : 500 pour 5 %.",
                                verbose_name="réserve de recours",
                            ),
                        ),
                        (
                            "committed_cents",
                            models.PositiveBigIntegerField(default=0, verbose_name="engagé (centimes)"),
                        ),
                        (
                            "reserve_used_cents",
                            models.PositiveBigIntegerField(default=0, verbose_name="dont recours (centimes)"),
                        ),
                        (
                            "paid_cents",
                            models.PositiveBigIntegerField(default=0, verbose_name="payé (centimes)"),
                        ),
                        (
                            "version",
                            models.PositiveIntegerField(default=1, verbose_name="version de la fiche"),
                        ),
                        (
                            "scheme",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="envelope",
                                to="recognition.schemeversion",
                                verbose_name="version",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "enveloppe",
                        "verbose_name_plural": "enveloppes",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("committed_cents__lte", models.F("total_cents")),
                                    ("paid_cents__lte", models.F("committed_cents")),
                                    ("reserve_used_cents__lte", models.F("committed_cents")),
                                ),
                                name="envelope_never_exceeded",
                                violation_error_message="L’enveloppe ne couvre pas ce qui est déjà engagé.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("reserve_bp__lte", 10000)), name="envelope_reserve_share"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Campaign",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80, verbose_name="nom")),
                        ("reference_date", models.DateField(verbose_name="date de référence")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Brouillon"),
                                    ("evidence_frozen", "Preuves arrêtées"),
                                    ("computed", "Calculée"),
                                    ("validated", "Validée"),
                                    ("published", "Publiée"),
                                    ("closed", "Close"),
                                    ("exported", "Exportée"),
                                ],
                                default="draft",
                                max_length=16,
                                verbose_name="état",
                            ),
                        ),
                        ("created_at", models.DateTimeField(null=True, verbose_name="créée le")),
                        (
                            "cutoff",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="preuves reçues jusqu’au"
                            ),
                        ),
                        (
                            "frozen_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="preuves arrêtées le"),
                        ),
                        (
                            "computed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="calculée le"),
                        ),
                        ("run", models.PositiveSmallIntegerField(default=0, verbose_name="calcul n°")),
                        (
                            "run_asked_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="calcul lancé le"),
                        ),
                        (
                            "run_reason",
                            models.CharField(blank=True, max_length=160, verbose_name="cause du calcul"),
                        ),
                        ("people", models.PositiveIntegerField(default=0, verbose_name="participations")),
                        (
                            "already_awarded",
                            models.PositiveIntegerField(default=0, verbose_name="déjà attributaires"),
                        ),
                        (
                            "input_hash",
                            models.CharField(blank=True, max_length=64, verbose_name="empreinte des preuves"),
                        ),
                        (
                            "output_hash",
                            models.CharField(blank=True, max_length=64, verbose_name="empreinte du calcul"),
                        ),
                        (
                            "total_cents",
                            models.PositiveBigIntegerField(
                                default=0, verbose_name="somme des attributions (centimes)"
                            ),
                        ),
                        (
                            "revised_cents",
                            models.PositiveBigIntegerField(
                                default=0, verbose_name="somme des révisions (centimes)"
                            ),
                        ),
                        (
                            "validated_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="validée le"),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="publiée le"),
                        ),
                        (
                            "appeal_until",
                            models.DateField(blank=True, null=True, verbose_name="recours jusqu’au"),
                        ),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="close le")),
                        (
                            "exported_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="exportée le"),
                        ),
                        (
                            "version",
                            models.PositiveIntegerField(default=1, verbose_name="version de la fiche"),
                        ),
                        (
                            "created_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="créée par",
                            ),
                        ),
                        (
                            "job",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="jobs.job",
                                verbose_name="traitement",
                            ),
                        ),
                        (
                            "run_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
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
                        (
                            "scheme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to="recognition.schemeversion",
                                verbose_name="version",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "campagne d’attribution",
                        "verbose_name_plural": "campagnes d’attribution",
                        "ordering": ["-reference_date", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("state__in", ["draft", "evidence_frozen", "computed", "validated"]),
                                    ("unit__isnull", True),
                                ),
                                fields=("scheme",),
                                name="campaign_one_open_per_scheme",
                                violation_error_message="Une campagne est déjà en cours pour cette version : terminez-la d’abord.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(
                                    ("state__in", ["draft", "evidence_frozen", "computed", "validated"]),
                                    ("unit__isnull", False),
                                ),
                                fields=("scheme", "unit"),
                                name="campaign_one_open_per_unit",
                                violation_error_message="Une campagne est déjà en cours pour cette unité : terminez-la d’abord.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["draft", "evidence_frozen", "computed"]),
                                    models.Q(
                                        ("run__gte", 1),
                                        ("validated_at__isnull", False),
                                        models.Q(("output_hash", ""), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="campaign_validated_is_computed",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["draft", "evidence_frozen", "computed", "validated"]),
                                    models.Q(
                                        ("appeal_until__isnull", False), ("published_at__isnull", False)
                                    ),
                                    _connector="OR",
                                ),
                                name="campaign_published_can_be_appealed",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="CampaignValidation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("run", models.PositiveSmallIntegerField(verbose_name="calcul n°")),
                        ("output_hash", models.CharField(max_length=64, verbose_name="empreinte du calcul")),
                        ("has_award", models.BooleanField(verbose_name="a une attribution dans la campagne")),
                        ("at", models.DateTimeField(verbose_name="le")),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="validations",
                                to="recognition.campaign",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="validée par",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "validation de campagne",
                        "verbose_name_plural": "validations de campagne",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "run", "person"),
                                name="campaign_validated_by_two_people",
                                violation_error_message="Vous avez déjà validé ce calcul : il faut une autre personne.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Competency",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.SlugField(max_length=40, unique=True, verbose_name="code")),
                        ("label", models.CharField(max_length=100, verbose_name="libellé")),
                        ("rank", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
                    ],
                    options={
                        "verbose_name": "compétence reconnue",
                        "verbose_name_plural": "compétences reconnues",
                        "ordering": ["rank", "label"],
                    },
                ),
                migrations.CreateModel(
                    name="CompetencyRecord",
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
                                choices=[
                                    (1, "1 · Découvre, avec de l’aide"),
                                    (2, "2 · Pratique seul"),
                                    (3, "3 · Maîtrise, même difficile"),
                                    (4, "4 · Maîtrise et transmet"),
                                ],
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(4),
                                ],
                                verbose_name="niveau",
                            ),
                        ),
                        ("proofs", models.JSONField(default=list, verbose_name="preuves")),
                        ("assessed_on", models.DateField(verbose_name="évaluée le")),
                        ("recorded_at", models.DateTimeField(verbose_name="enregistrée le")),
                        ("comment", models.TextField(blank=True, verbose_name="commentaire du salarié")),
                        (
                            "commented_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="commentée le"),
                        ),
                        (
                            "assessed_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="évaluée par",
                            ),
                        ),
                        (
                            "competency",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="records",
                                to="recognition.competency",
                                verbose_name="compétence",
                            ),
                        ),
                        (
                            "employee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="competency_records",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="salarié",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "évaluation de compétence",
                        "verbose_name_plural": "évaluations de compétence",
                        "ordering": ["employee", "competency", "-assessed_on", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("level__range", (1, 4))),
                                name="competency_record_level_1_4",
                                violation_error_message="Le niveau va de 1 à 4.",
                            ),
                            models.UniqueConstraint(
                                fields=("employee", "competency", "assessed_on"),
                                name="competency_record_once_a_day",
                                violation_error_message="Cette compétence est déjà évaluée à cette date.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="EnvelopeMovement",
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
                                    ("top_up", "Abondement"),
                                    ("reserve", "Réserve modifiée"),
                                    ("commit", "Engagement d’une campagne"),
                                    ("appeal", "Révision sur recours"),
                                    ("pay", "Paiement"),
                                ],
                                max_length=10,
                                verbose_name="mouvement",
                            ),
                        ),
                        ("cents", models.BigIntegerField(default=0, verbose_name="montant (centimes)")),
                        (
                            "reserve_bp_before",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="réserve avant"
                            ),
                        ),
                        (
                            "reserve_bp_after",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="réserve après"
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=400, verbose_name="motif")),
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
                            "campaign",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="movements",
                                to="recognition.campaign",
                            ),
                        ),
                        (
                            "envelope",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="movements",
                                to="recognition.budgetenvelope",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "mouvement d’enveloppe",
                        "verbose_name_plural": "mouvements d’enveloppe",
                        "ordering": ["-at", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("kind", "commit")),
                                fields=("campaign",),
                                name="envelope_committed_once_per_campaign",
                                violation_error_message="Cette campagne est déjà engagée.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("kind__in", ["top_up", "reserve"]), _negated=True),
                                    models.Q(("reason", ""), _negated=True),
                                    _connector="OR",
                                ),
                                name="envelope_movement_has_reason",
                                violation_error_message="Dites pourquoi l’enveloppe change.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Evidence",
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
                        ("source", models.CharField(max_length=40, verbose_name="source")),
                        ("value", models.BigIntegerField(blank=True, null=True, verbose_name="valeur")),
                        ("total", models.BigIntegerField(blank=True, null=True, verbose_name="sur")),
                        (
                            "unit",
                            models.CharField(
                                choices=[
                                    ("days", "jours"),
                                    ("minutes", "minutes"),
                                    ("count", "nombre"),
                                    ("percent", "%"),
                                    ("yes_no", "oui ou non"),
                                ],
                                max_length=8,
                                verbose_name="unité",
                            ),
                        ),
                        ("sources", models.JSONField(default=list, verbose_name="preuves")),
                        ("left_out", models.JSONField(default=list, verbose_name="non pris en compte")),
                        ("pending", models.BigIntegerField(default=0, verbose_name="en attente")),
                        ("dated_on", models.DateField(blank=True, null=True, verbose_name="datée du")),
                        (
                            "campaign",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="evidence",
                                to="recognition.campaign",
                            ),
                        ),
                        (
                            "employee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "preuve",
                        "verbose_name_plural": "preuves",
                        "ordering": ["campaign", "employee", "role", "source"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "employee", "role", "source"),
                                name="evidence_once_per_source",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="MentoringSession",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("starts_at", models.DateTimeField(verbose_name="du")),
                        ("ends_at", models.DateTimeField(verbose_name="au")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "À signer"),
                                    ("mentor_signed", "Signée par le tuteur"),
                                    ("co_signed", "Double émargement"),
                                    ("disputed", "Contestée"),
                                    ("expired", "Non signée à temps"),
                                    ("cancelled", "Annulée"),
                                ],
                                default="draft",
                                max_length=14,
                                verbose_name="état",
                            ),
                        ),
                        ("content_hash", models.CharField(max_length=64, verbose_name="empreinte")),
                        ("created_at", models.DateTimeField(verbose_name="notée le")),
                        (
                            "reminded_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="rappel de signature le"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                        (
                            "mentor",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="mentoring_given",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="tuteur",
                            ),
                        ),
                        (
                            "skill",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="routing.skill",
                                verbose_name="compétence",
                            ),
                        ),
                        (
                            "trainees",
                            models.ManyToManyField(
                                related_name="mentoring_received",
                                through="recognition.SessionTrainee",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="collègues accompagnés",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "séance d’accompagnement",
                        "verbose_name_plural": "séances d’accompagnement",
                        "ordering": ["-starts_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["mentor", "starts_at"], name="mentoring_mentor"),
                            models.Index(
                                condition=models.Q(("state__in", ["draft", "mentor_signed", "co_signed"])),
                                fields=["ends_at"],
                                name="mentoring_to_sign",
                            ),
                            models.Index(fields=["skill", "starts_at"], name="mentoring_skill"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_at__gt", models.F("starts_at"))),
                                name="mentoring_ends_after_start",
                                violation_error_message="La séance finit après son début.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="NeutralisedDays",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("from_on", models.DateField(verbose_name="du")),
                        ("to_on", models.DateField(verbose_name="au")),
                        ("days", models.PositiveSmallIntegerField(verbose_name="nombre de jours")),
                        ("entered_at", models.DateTimeField(verbose_name="saisi le")),
                        (
                            "employee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="neutralised_days",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="salarié",
                            ),
                        ),
                        (
                            "entered_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="saisi par",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "jours neutralisés",
                        "verbose_name_plural": "jours neutralisés",
                        "ordering": ["employee", "from_on"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("to_on__gte", models.F("from_on"))),
                                name="neutralised_period",
                                violation_error_message="La période finit avant de commencer.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("days__gte", 1)),
                                name="neutralised_one_day_or_more",
                                violation_error_message="Comptez au moins un jour.",
                            ),
                            models.UniqueConstraint(
                                fields=("employee", "from_on"),
                                name="neutralised_once",
                                violation_error_message="Des jours sont déjà saisis à partir de cette date.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ParticipationExit",
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
                                    ("workload", "Charge de travail"),
                                    ("conflictual_exposure", "Exposition aux situations conflictuelles"),
                                    ("lack_of_training", "Accompagnement insuffisant en compétences"),
                                    ("lack_of_tools", "Outils inadaptés"),
                                    ("lack_of_staff", "Manque d’effectif"),
                                    ("process_complexity", "Processus compliqués, fonctionnement en silos"),
                                    ("lack_of_recognition", "Métier dévalorisé, manque de reconnaissance"),
                                    ("mobility", "Mobilité"),
                                    ("promotion", "Promotion"),
                                    ("contract_end", "Fin de contrat"),
                                    ("phase_end", "Fin de la phase"),
                                    ("personal_protected", "Raison personnelle, sans détail"),
                                    ("not_volunteer", "N’était pas volontaire"),
                                    ("unjustified", "Sans juste motif"),
                                ],
                                max_length=24,
                                verbose_name="motif",
                            ),
                        ),
                        (
                            "exit_by",
                            models.CharField(
                                choices=[
                                    ("employee", "Le salarié"),
                                    ("management", "L’encadrement"),
                                    ("contract_end", "La fin du contrat"),
                                ],
                                max_length=12,
                                verbose_name="à l’initiative de",
                            ),
                        ),
                        ("last_day", models.DateField(verbose_name="dernier jour")),
                        ("announced_at", models.DateTimeField(verbose_name="enregistrée le")),
                        (
                            "facts",
                            models.TextField(blank=True, max_length=2000, verbose_name="faits reprochés"),
                        ),
                        (
                            "just_cause",
                            models.CharField(
                                choices=[
                                    ("yes", "Juste motif"),
                                    ("no", "Pas de juste motif"),
                                    ("pending", "À décider"),
                                ],
                                max_length=7,
                                verbose_name="juste motif",
                            ),
                        ),
                        (
                            "basis",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("reason", "Le motif vaut juste motif"),
                                    ("no_consent", "Désigné qui n’a jamais accepté"),
                                    ("decision", "Décision des RH"),
                                    ("silence", "Dix jours ouvrés sans décision"),
                                ],
                                max_length=10,
                                verbose_name="fondement",
                            ),
                        ),
                        (
                            "due_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="à décider avant le"),
                        ),
                        (
                            "answer",
                            models.TextField(blank=True, max_length=2000, verbose_name="réponse du salarié"),
                        ),
                        (
                            "answered_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="réponse donnée le"),
                        ),
                        (
                            "opinion",
                            models.CharField(
                                blank=True,
                                choices=[("just", "Juste motif"), ("not_just", "Pas de juste motif")],
                                max_length=8,
                                verbose_name="avis du manager",
                            ),
                        ),
                        (
                            "opinion_text",
                            models.TextField(blank=True, max_length=2000, verbose_name="avis motivé"),
                        ),
                        (
                            "opinion_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="avis donné le"),
                        ),
                        (
                            "heard_on",
                            models.DateField(blank=True, null=True, verbose_name="salarié entendu le"),
                        ),
                        (
                            "hearing_notes",
                            models.TextField(
                                blank=True, max_length=2000, verbose_name="ce que le salarié a dit"
                            ),
                        ),
                        ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="décidé le")),
                        (
                            "decision_text",
                            models.TextField(
                                blank=True, max_length=2000, verbose_name="motif de la décision"
                            ),
                        ),
                        (
                            "announced_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="enregistrée par",
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
                                verbose_name="décidé par",
                            ),
                        ),
                        (
                            "opinion_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="avis de",
                            ),
                        ),
                        (
                            "participation",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="exit",
                                to="organisation.participation",
                                verbose_name="participation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "sortie du programme",
                        "verbose_name_plural": "sorties du programme",
                        "ordering": ["-last_day", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("just_cause", "pending")),
                                fields=["due_at"],
                                name="exit_pending",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("exit_by__in", ["employee", "management", "contract_end"]),
                                    (
                                        "reason__in",
                                        [
                                            "workload",
                                            "conflictual_exposure",
                                            "lack_of_training",
                                            "lack_of_tools",
                                            "lack_of_staff",
                                            "process_complexity",
                                            "lack_of_recognition",
                                            "mobility",
                                            "promotion",
                                            "contract_end",
                                            "phase_end",
                                            "personal_protected",
                                            "not_volunteer",
                                            "unjustified",
                                        ],
                                    ),
                                ),
                                name="exit_reason_known",
                                violation_error_message="Ce motif de sortie n’existe pas.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("reason", "unjustified"),
                                    models.Q(
                                        ("answer", ""),
                                        ("decision_text", ""),
                                        ("facts", ""),
                                        ("hearing_notes", ""),
                                        ("opinion", ""),
                                        ("opinion_text", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="exit_text_only_unjustified",
                                violation_error_message="Ce motif ne se commente pas : aucun texte n’est gardé.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("reason", "unjustified"), _negated=True),
                                    ("exit_by", "management"),
                                    _connector="OR",
                                ),
                                name="exit_unjustified_by_management",
                                violation_error_message="Seul l’encadrement peut dire une sortie sans juste motif.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("exit_by", "contract_end"), ("reason", "contract_end")),
                                    models.Q(
                                        models.Q(("reason", "contract_end"), _negated=True),
                                        models.Q(("exit_by", "contract_end"), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="exit_contract_end_both",
                                violation_error_message="Une fin de contrat n’est à l’initiative de personne.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("basis", ""),
                                        ("decided_at__isnull", True),
                                        ("decided_by__isnull", True),
                                        ("due_at__isnull", False),
                                        ("just_cause", "pending"),
                                        ("reason", "unjustified"),
                                    ),
                                    models.Q(
                                        ("decided_at__isnull", False),
                                        ("just_cause__in", ["yes", "no"]),
                                        ("basis__in", ["reason", "no_consent", "decision", "silence"]),
                                    ),
                                    _connector="OR",
                                ),
                                name="exit_pending_is_due",
                                violation_error_message="Un juste motif à décider a une échéance ; un juste motif décidé, une date.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("basis", "decision"),
                                        ("decided_by__isnull", False),
                                        ("heard_on__isnull", False),
                                        ("just_cause__in", ["yes", "no"]),
                                        models.Q(("decision_text", ""), _negated=True),
                                    ),
                                    models.Q(
                                        models.Q(("basis", "decision"), _negated=True),
                                        models.Q(("just_cause", "no"), _negated=True),
                                        ("decided_by__isnull", True),
                                        ("decision_text", ""),
                                    ),
                                    _connector="OR",
                                ),
                                name="exit_decision_heard_and_reasoned",
                                violation_error_message="Une décision est écrite, motivée et prise après avoir entendu le salarié ; sans elle, le juste motif est acquis.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("opinion", ""),
                                        ("opinion_at__isnull", True),
                                        ("opinion_by__isnull", True),
                                        ("opinion_text", ""),
                                    ),
                                    models.Q(
                                        models.Q(("opinion", ""), _negated=True),
                                        ("opinion_at__isnull", False),
                                        ("opinion_by__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="exit_opinion_signed",
                                violation_error_message="Un avis dit de qui il est, et quand.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("decided_by__isnull", True),
                                    models.Q(("decided_by", models.F("announced_by")), _negated=True),
                                    _connector="OR",
                                ),
                                name="exit_decider_is_not_accuser",
                                violation_error_message="Qui a enregistré la sortie ne décide pas du juste motif.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SchemeVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField(verbose_name="version")),
                        ("name", models.CharField(max_length=60, verbose_name="nom")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "Brouillon"),
                                    ("published", "Publiée"),
                                    ("in_force", "En vigueur"),
                                    ("ended", "Terminée"),
                                ],
                                default="draft",
                                max_length=10,
                                verbose_name="état",
                            ),
                        ),
                        (
                            "legal_basis",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("collective_agreement", "Accord collectif"),
                                    ("unilateral_decision", "Décision unilatérale"),
                                    ("experiment_note", "Note d’expérimentation"),
                                ],
                                max_length=24,
                                verbose_name="fondement",
                            ),
                        ),
                        ("decided_on", models.DateField(blank=True, null=True, verbose_name="décidé le")),
                        ("document_url", models.URLField(blank=True, verbose_name="document")),
                        (
                            "signatories",
                            models.JSONField(blank=True, default=list, verbose_name="signataires"),
                        ),
                        (
                            "referendum_approved",
                            models.BooleanField(default=False, verbose_name="approuvé par référendum"),
                        ),
                        ("period_start", models.DateField(blank=True, null=True, verbose_name="du")),
                        ("period_end", models.DateField(blank=True, null=True, verbose_name="au")),
                        (
                            "renewal",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("none", "Sans reconduction"),
                                    ("express", "Reconduction expresse"),
                                    ("tacit", "Reconduction tacite"),
                                ],
                                max_length=8,
                                verbose_name="reconduction",
                            ),
                        ),
                        (
                            "max_renewals",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="reconductions au plus"
                            ),
                        ),
                        (
                            "notice_days",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="préavis (jours)"
                            ),
                        ),
                        (
                            "eligible_roles",
                            models.JSONField(blank=True, default=list, verbose_name="rôles concernés"),
                        ),
                        (
                            "just_causes",
                            models.JSONField(blank=True, default=list, verbose_name="justes motifs"),
                        ),
                        ("criteria", models.JSONField(blank=True, default=dict, verbose_name="critères")),
                        ("levels", models.JSONField(blank=True, default=list, verbose_name="niveaux")),
                        (
                            "proration",
                            models.CharField(default="calendar_days", max_length=20, verbose_name="prorata"),
                        ),
                        (
                            "budget_policy",
                            models.CharField(
                                choices=[("block", "Bloquer"), ("scale", "Répartir en proportion")],
                                default="block",
                                max_length=8,
                                verbose_name="si l’enveloppe est dépassée",
                            ),
                        ),
                        (
                            "appeal_days",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="jours pour contester"
                            ),
                        ),
                        (
                            "writers",
                            models.JSONField(
                                blank=True, default=list, editable=False, verbose_name="rédacteurs"
                            ),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="modifiée le"),
                        ),
                        (
                            "renewal_rank",
                            models.PositiveSmallIntegerField(default=0, verbose_name="reconduction n°"),
                        ),
                        (
                            "renewal_stopped_on",
                            models.DateField(blank=True, null=True, verbose_name="reconduction arrêtée le"),
                        ),
                        (
                            "published_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="publiée le"),
                        ),
                        (
                            "published_on",
                            models.DateField(blank=True, null=True, verbose_name="publiée le (jour)"),
                        ),
                        (
                            "content_hash",
                            models.CharField(blank=True, max_length=64, verbose_name="empreinte"),
                        ),
                        (
                            "version",
                            models.PositiveIntegerField(default=1, verbose_name="version de la fiche"),
                        ),
                        (
                            "amends",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="amendments",
                                to="recognition.schemeversion",
                                verbose_name="améliore",
                            ),
                        ),
                        (
                            "changed_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="modifiée par",
                            ),
                        ),
                        (
                            "drafted_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="rédigée par",
                            ),
                        ),
                        (
                            "programme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="schemes",
                                to="organisation.programme",
                                verbose_name="programme",
                            ),
                        ),
                        (
                            "published_by",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="publiée par",
                            ),
                        ),
                        (
                            "renews",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="renewed_by",
                                to="recognition.schemeversion",
                                verbose_name="reconduit",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "version du dispositif",
                        "verbose_name_plural": "versions du dispositif",
                        "ordering": ["programme", "-number"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("programme", "number"), name="scheme_number_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("period_end__gte", models.F("period_start"))),
                                name="scheme_period_in_order",
                                violation_error_message="La période finit avant de commencer.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "draft"),
                                    models.Q(
                                        ("published_at__isnull", False),
                                        ("published_on__isnull", False),
                                        ("published_by__isnull", False),
                                        models.Q(("content_hash", ""), _negated=True),
                                        ("period_start__isnull", False),
                                        ("period_end__isnull", False),
                                        models.Q(("published_by", models.F("drafted_by")), _negated=True),
                                    ),
                                    _connector="OR",
                                ),
                                name="scheme_published_is_whole",
                                violation_error_message="Une version publiée l’est par une autre personne que son auteur.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state", "draft"),
                                    ("amends__isnull", False),
                                    ("published_on__lt", models.F("period_start")),
                                    _connector="OR",
                                ),
                                name="scheme_published_before_it_begins",
                                violation_error_message="Une version se publie avant le début de sa période.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["draft", "published", "in_force", "ended"])
                                ),
                                name="scheme_state_known",
                                violation_error_message="Cet état n’existe pas.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScriptVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("code", models.SlugField(max_length=30, verbose_name="code")),
                        ("version", models.PositiveIntegerField(verbose_name="version")),
                        ("title", models.CharField(max_length=120, verbose_name="titre")),
                        ("text", models.TextField(max_length=8000, verbose_name="texte")),
                        ("valid_from", models.DateField(verbose_name="en vigueur le")),
                        ("written_at", models.DateTimeField(verbose_name="rédigée le")),
                        (
                            "written_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="rédigée par",
                            ),
                        ),
                        (
                            "suggestion",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="script_versions",
                                to="recognition.suggestion",
                                verbose_name="issue de la proposition",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "version de script",
                        "verbose_name_plural": "versions de scripts",
                        "ordering": ["code", "-version"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("code", "version"),
                                name="script_version_once",
                                violation_error_message="Cette version du script existe déjà.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SessionDispute",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="le")),
                        (
                            "mentor_heard_on",
                            models.DateField(blank=True, null=True, verbose_name="tuteur entendu le"),
                        ),
                        (
                            "trainee_heard_on",
                            models.DateField(blank=True, null=True, verbose_name="collègue entendu le"),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("upheld", "Contestation retenue : la séance est annulée"),
                                    ("rejected", "Contestation écartée : la séance est maintenue"),
                                ],
                                max_length=10,
                                verbose_name="issue",
                            ),
                        ),
                        (
                            "settled_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="tranchée le"),
                        ),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="contestée par",
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="disputes",
                                to="recognition.mentoringsession",
                            ),
                        ),
                        (
                            "settled_by",
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
                        "verbose_name": "contestation de séance",
                        "verbose_name_plural": "contestations de séance",
                        "ordering": ["at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("outcome", "")),
                                fields=("session",),
                                name="mentoring_one_open_dispute",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("outcome", ""),
                                        ("settled_at__isnull", True),
                                        ("settled_by__isnull", True),
                                    ),
                                    models.Q(
                                        models.Q(("outcome", ""), _negated=True),
                                        ("mentor_heard_on__isnull", False),
                                        ("settled_at__isnull", False),
                                        ("settled_by__isnull", False),
                                        ("trainee_heard_on__isnull", False),
                                    ),
                                    _connector="OR",
                                ),
                                name="mentoring_dispute_settled_is_whole",
                                violation_error_message="Une contestation se tranche après avoir entendu les deux personnes.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SessionSignature",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="le")),
                        ("content_hash", models.CharField(max_length=64, verbose_name="empreinte signée")),
                        ("voided_at", models.DateTimeField(blank=True, null=True, verbose_name="annulée le")),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="signatures",
                                to="recognition.mentoringsession",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="signataire",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "signature",
                        "verbose_name_plural": "signatures",
                        "ordering": ["session", "at", "pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("voided_at__isnull", True)),
                                fields=("session", "user"),
                                name="mentoring_signature_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SessionTrainee",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "session",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="seats",
                                to="recognition.mentoringsession",
                            ),
                        ),
                        (
                            "trainee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="collègue accompagné",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "collègue accompagné",
                        "verbose_name_plural": "collègues accompagnés",
                        "ordering": ["session", "trainee"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("session", "trainee"), name="mentoring_trainee_once"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SimulatedPerson",
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
                            "before_level",
                            models.CharField(blank=True, max_length=20, verbose_name="niveau, première"),
                        ),
                        (
                            "before_cents",
                            models.PositiveIntegerField(
                                default=0, verbose_name="montant, première (centimes)"
                            ),
                        ),
                        (
                            "before_blocked",
                            models.BooleanField(default=False, verbose_name="donnée insuffisante, première"),
                        ),
                        (
                            "after_level",
                            models.CharField(blank=True, max_length=20, verbose_name="niveau, seconde"),
                        ),
                        (
                            "after_cents",
                            models.PositiveIntegerField(
                                default=0, verbose_name="montant, seconde (centimes)"
                            ),
                        ),
                        (
                            "after_blocked",
                            models.BooleanField(default=False, verbose_name="donnée insuffisante, seconde"),
                        ),
                        ("left", models.BooleanField(default=False, verbose_name="sorti du projet")),
                        ("work_study", models.BooleanField(default=False, verbose_name="alternant")),
                        ("designated", models.BooleanField(default=False, verbose_name="désigné")),
                        (
                            "employee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="organisation.unit",
                            ),
                        ),
                        (
                            "simulation",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="people",
                                to="recognition.simulation",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "personne simulée",
                        "verbose_name_plural": "personnes simulées",
                        "ordering": ["simulation", "employee"],
                        "constraints": [
                            models.UniqueConstraint(fields=("simulation", "employee"), name="simulated_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Simulation",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("period_start", models.DateField(verbose_name="du")),
                        ("period_end", models.DateField(verbose_name="au")),
                        ("cutoff", models.DateTimeField(verbose_name="preuves connues le")),
                        ("asked_at", models.DateTimeField(verbose_name="demandée le")),
                        (
                            "after",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="recognition.schemeversion",
                                verbose_name="seconde version",
                            ),
                        ),
                        (
                            "asked_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "before",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="recognition.schemeversion",
                                verbose_name="première version",
                            ),
                        ),
                        (
                            "job",
                            models.OneToOneField(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="jobs.job",
                                verbose_name="traitement",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "simulation",
                        "verbose_name_plural": "simulations",
                        "ordering": ["-asked_at", "-pk"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("before", models.F("after")), _negated=True),
                                name="simulation_two_versions",
                                violation_error_message="Une simulation compare deux versions différentes.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("period_end__gte", models.F("period_start"))),
                                name="simulation_period_in_order",
                                violation_error_message="La période finit avant de commencer.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Suggestion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("anonymous", models.BooleanField(default=False, verbose_name="anonyme")),
                        (
                            "topic",
                            models.CharField(
                                choices=[
                                    ("process", "Processus"),
                                    ("tool", "Outil"),
                                    ("script", "Script"),
                                    ("network", "Réseau"),
                                    ("partner", "Partenaire"),
                                    ("digital", "Digitalisation"),
                                    ("training", "Formation"),
                                    ("devaluation", "Dévalorisation des métiers"),
                                    ("staffing", "Manque d’effectif"),
                                    ("unsuited_it", "SI inadaptés"),
                                    ("silos", "Fonctionnement en silos"),
                                ],
                                max_length=12,
                                verbose_name="thème",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="titre")),
                        ("text", models.TextField(max_length=4000, verbose_name="proposition")),
                        ("search_key", models.TextField(blank=True)),
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
                                max_length=20,
                                verbose_name="famille de motif",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("submitted", "Déposée"),
                                    ("acknowledged", "Reçue"),
                                    ("under_study", "À l’étude"),
                                    ("accepted", "Acceptée"),
                                    ("in_progress", "En cours de réalisation"),
                                    ("deployed", "Déployée"),
                                    ("rejected", "Refusée"),
                                    ("duplicate", "Doublon"),
                                    ("withdrawn", "Retirée"),
                                ],
                                default="submitted",
                                max_length=12,
                                verbose_name="état",
                            ),
                        ),
                        ("submitted_at", models.DateTimeField(verbose_name="déposée le")),
                        ("ack_due", models.DateTimeField(verbose_name="réception attendue avant le")),
                        ("answer_due", models.DateTimeField(verbose_name="réponse attendue avant le")),
                        ("escalate_at", models.DateTimeField(verbose_name="signalée à la direction le")),
                        (
                            "acknowledged_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="reçue le"),
                        ),
                        (
                            "ack_days",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="jours ouvrés avant réception"
                            ),
                        ),
                        (
                            "answered_at",
                            models.DateTimeField(blank=True, null=True, verbose_name="réponse le"),
                        ),
                        (
                            "answer_days",
                            models.PositiveSmallIntegerField(
                                blank=True, null=True, verbose_name="jours ouvrés avant réponse"
                            ),
                        ),
                        ("answer", models.TextField(blank=True, max_length=4000, verbose_name="réponse")),
                        ("deployed_on", models.DateField(blank=True, null=True, verbose_name="déployée le")),
                        (
                            "closed_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="retirée ou déclarée en doublon le"
                            ),
                        ),
                        ("ack_alerted_at", models.DateTimeField(blank=True, null=True)),
                        ("answer_alerted_at", models.DateTimeField(blank=True, null=True)),
                        ("escalated_at", models.DateTimeField(blank=True, null=True)),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "author",
                            models.ForeignKey(
                                help_text="Vide : effacé après le terme de conservation.",
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suggestions",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="auteur",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="suggestions",
                                to="cases.case",
                                verbose_name="dossier",
                            ),
                        ),
                        (
                            "duplicate_of",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="duplicates",
                                to="recognition.suggestion",
                                verbose_name="doublon de",
                            ),
                        ),
                        (
                            "owner_entity",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suggestions",
                                to="organisation.entity",
                                verbose_name="entité qui répond",
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
                                verbose_name="unité de l’auteur",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "proposition",
                        "verbose_name_plural": "propositions",
                        "ordering": ["-submitted_at", "-pk"],
                        "indexes": [
                            models.Index(fields=["author", "submitted_at"], name="suggestion_author"),
                            models.Index(fields=["owner_entity", "state"], name="suggestion_entity"),
                            models.Index(fields=["-submitted_at", "-id"], name="suggestion_newest"),
                            models.Index(
                                condition=models.Q(("state", "submitted")),
                                fields=["ack_due"],
                                name="suggestion_ack_due",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("state__in", ["submitted", "acknowledged", "under_study"])
                                ),
                                fields=["answer_due"],
                                name="suggestion_answer_due",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("state__in", ["submitted", "duplicate", "withdrawn"]),
                                    models.Q(("ack_days__isnull", False), ("acknowledged_at__isnull", False)),
                                    _connector="OR",
                                ),
                                name="suggestion_acknowledged",
                                violation_error_message="Une proposition reçue a une date de réception.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["accepted", "in_progress", "deployed", "rejected"]),
                                        ("answer_days__isnull", False),
                                        ("answered_at__isnull", False),
                                        models.Q(("answer", ""), _negated=True),
                                    ),
                                    models.Q(
                                        (
                                            "state__in",
                                            [
                                                "submitted",
                                                "acknowledged",
                                                "under_study",
                                                "duplicate",
                                                "withdrawn",
                                            ],
                                        ),
                                        ("answered_at__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="suggestion_answered",
                                violation_error_message="Une proposition acceptée ou refusée a une réponse écrite.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "duplicate"), ("duplicate_of__isnull", False)),
                                    models.Q(
                                        models.Q(("state", "duplicate"), _negated=True),
                                        ("duplicate_of__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="suggestion_duplicate",
                                violation_error_message="Un doublon désigne la proposition d’origine.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("duplicate_of__isnull", True),
                                    models.Q(("duplicate_of", models.F("id")), _negated=True),
                                    _connector="OR",
                                ),
                                name="suggestion_not_its_own_duplicate",
                                violation_error_message="Une proposition n’est pas son propre doublon.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "deployed"), ("deployed_on__isnull", False)),
                                    models.Q(
                                        models.Q(("state", "deployed"), _negated=True),
                                        ("deployed_on__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="suggestion_deployed",
                                violation_error_message="Une proposition déployée a une date de déploiement.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(
                                        ("state__in", ["duplicate", "withdrawn"]),
                                        ("closed_at__isnull", False),
                                    ),
                                    models.Q(
                                        models.Q(("state__in", ["duplicate", "withdrawn"]), _negated=True),
                                        ("closed_at__isnull", True),
                                    ),
                                    _connector="OR",
                                ),
                                name="suggestion_closed",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SuggestionStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="le")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("submit", "Proposition déposée"),
                                    ("acknowledge", "Réception confirmée"),
                                    ("study", "Mise à l’étude"),
                                    ("accept", "Proposition acceptée"),
                                    ("reject", "Proposition refusée"),
                                    ("start", "Réalisation commencée"),
                                    ("deploy", "Proposition déployée"),
                                    ("duplicate", "Déclarée en doublon"),
                                    ("withdraw", "Proposition retirée"),
                                    ("transfer", "Transmise à une autre entité"),
                                    ("message", "Message"),
                                    ("ack_late", "Délai de réception dépassé"),
                                    ("answer_late", "Délai de réponse dépassé"),
                                    ("escalated", "Signalée à la direction de l’entité"),
                                ],
                                max_length=12,
                                verbose_name="étape",
                            ),
                        ),
                        ("from_author", models.BooleanField(default=False, verbose_name="par l’auteur")),
                        ("text", models.TextField(blank=True, max_length=4000, verbose_name="texte")),
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
                            "suggestion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="steps",
                                to="recognition.suggestion",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "étape d’une proposition",
                        "verbose_name_plural": "étapes des propositions",
                        "ordering": ["suggestion", "at", "pk"],
                        "indexes": [models.Index(fields=["suggestion", "at"], name="suggestion_steps")],
                    },
                ),
                migrations.CreateModel(
                    name="SuggestionSupport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "suggestion",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="supports",
                                to="recognition.suggestion",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "soutien à une proposition",
                        "verbose_name_plural": "soutiens aux propositions",
                        "ordering": ["suggestion", "user"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("suggestion", "user"),
                                name="suggestion_support_once",
                                violation_error_message="Vous soutenez déjà cette proposition.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Survey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="titre")),
                        (
                            "intro",
                            models.TextField(
                                blank=True, max_length=1000, verbose_name="pourquoi cette enquête"
                            ),
                        ),
                        ("questions", models.JSONField(default=list, verbose_name="questions")),
                        ("roles", models.JSONField(default=list, verbose_name="rôles")),
                        (
                            "state",
                            models.CharField(
                                choices=[("draft", "Brouillon"), ("open", "Ouverte"), ("closed", "Close")],
                                default="draft",
                                max_length=6,
                                verbose_name="état",
                            ),
                        ),
                        ("created_at", models.DateTimeField(verbose_name="créée le")),
                        ("opens_at", models.DateTimeField(blank=True, null=True, verbose_name="ouverte le")),
                        ("closes_at", models.DateTimeField(verbose_name="close le")),
                        (
                            "invited",
                            models.JSONField(
                                default=list, editable=False, verbose_name="personnes interrogées"
                            ),
                        ),
                        ("version", models.PositiveIntegerField(default=1)),
                        (
                            "launched_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="lancée par",
                            ),
                        ),
                        (
                            "units",
                            models.ManyToManyField(
                                blank=True, related_name="+", to="organisation.unit", verbose_name="unités"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "enquête",
                        "verbose_name_plural": "enquêtes",
                        "ordering": ["-created_at", "-pk"],
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "open")),
                                fields=["closes_at"],
                                name="survey_to_close",
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("state", "draft"), ("opens_at__isnull", True)),
                                    models.Q(
                                        models.Q(("state", "draft"), _negated=True),
                                        ("opens_at__isnull", False),
                                        ("closes_at__gte", models.F("opens_at")),
                                    ),
                                    _connector="OR",
                                ),
                                name="survey_opened",
                                violation_error_message="Une enquête ne se clôt pas avant son ouverture.",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SurveyAnswer",
                    fields=[
                        (
                            "key",
                            models.CharField(
                                default=recognition.models.surveys.random_key,
                                editable=False,
                                max_length=32,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("role", models.CharField(blank=True, max_length=20, verbose_name="rôle")),
                        ("answers", models.JSONField(verbose_name="réponses")),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="answers",
                                to="recognition.survey",
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
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "réponse d’enquête",
                        "verbose_name_plural": "réponses d’enquête",
                        "ordering": ["key"],
                    },
                ),
                migrations.CreateModel(
                    name="SurveyTicket",
                    fields=[
                        (
                            "key",
                            models.CharField(
                                editable=False, max_length=64, primary_key=True, serialize=False
                            ),
                        ),
                        ("role", models.CharField(blank=True, max_length=20, verbose_name="rôle")),
                        ("used", models.BooleanField(default=False, verbose_name="a répondu")),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="tickets",
                                to="recognition.survey",
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
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "bulletin d’enquête",
                        "verbose_name_plural": "bulletins d’enquête",
                        "ordering": ["key"],
                    },
                ),
                migrations.CreateModel(
                    name="UnitDocument",
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
                                choices=[("arcq", "Modalités ARCQ")],
                                default="arcq",
                                max_length=10,
                                verbose_name="nature",
                            ),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="titre")),
                        ("text", models.TextField(verbose_name="texte")),
                        ("dated_on", models.DateField(verbose_name="daté du")),
                        ("published_at", models.DateTimeField(verbose_name="publié le")),
                        (
                            "published_by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="publié par",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="documents",
                                to="organisation.unit",
                                verbose_name="unité",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "document d’unité",
                        "verbose_name_plural": "documents d’unité",
                        "ordering": ["unit", "kind", "-dated_on", "-pk"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("unit", "kind", "dated_on"),
                                name="unit_document_once_a_day",
                                violation_error_message="Cette unité a déjà une page à cette date.",
                            )
                        ],
                    },
                ),
            ],
        ),
    ]
