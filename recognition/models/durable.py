from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from recognition.durable.enums import CompetencyLevel, DocumentKind


class Competency(models.Model):
    """What the work of AT Demain builds and a career can be asked for (domain.md §6.7)."""

    code = models.SlugField("code", max_length=40, unique=True)
    label = models.CharField("libellé", max_length=100)
    rank = models.PositiveSmallIntegerField("rang", default=0)

    class Meta:
        verbose_name = "compétence reconnue"
        verbose_name_plural = "compétences reconnues"
        ordering = ["rank", "label"]

    def __str__(self) -> str:
        return self.label


class CompetencyRecord(models.Model):
    """One assessment, kept; the last of each competency holds. `proofs`: [{"kind", "id", "words"}]."""

    employee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="competency_records", verbose_name="salarié"
    )
    competency = models.ForeignKey(
        Competency, models.PROTECT, related_name="records", verbose_name="compétence"
    )
    level = models.PositiveSmallIntegerField(
        "niveau", choices=CompetencyLevel.choices, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    proofs = models.JSONField("preuves", default=list)
    assessed_on = models.DateField("évaluée le")
    assessed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="évaluée par"
    )
    recorded_at = models.DateTimeField("enregistrée le")
    comment = models.TextField("commentaire du salarié", blank=True)
    commented_at = models.DateTimeField("commentée le", null=True, blank=True)

    class Meta:
        verbose_name = "évaluation de compétence"
        verbose_name_plural = "évaluations de compétence"
        ordering = ["employee", "competency", "-assessed_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="competency_record_level_1_4",
                condition=Q(level__range=(1, 4)),
                violation_error_message="Le niveau va de 1 à 4.",
            ),
            models.UniqueConstraint(
                fields=["employee", "competency", "assessed_on"],
                name="competency_record_once_a_day",
                violation_error_message="Cette compétence est déjà évaluée à cette date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.competency}, niveau {self.level}"


class UnitDocument(models.Model):
    """A dated page of a unit, such as how the ARCQ is applied there (L73); the last one published holds."""

    unit = models.ForeignKey(
        "organisation.Unit", models.PROTECT, related_name="documents", verbose_name="unité"
    )
    kind = models.CharField("nature", max_length=10, choices=DocumentKind.choices, default=DocumentKind.ARCQ)
    title = models.CharField("titre", max_length=120)
    text = models.TextField("texte")
    dated_on = models.DateField("daté du")
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="publié par"
    )
    published_at = models.DateTimeField("publié le")

    class Meta:
        verbose_name = "document d’unité"
        verbose_name_plural = "documents d’unité"
        ordering = ["unit", "kind", "-dated_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind", "dated_on"],
                name="unit_document_once_a_day",
                violation_error_message="Cette unité a déjà une page à cette date.",
            )
        ]

    def __str__(self) -> str:
        return self.title
