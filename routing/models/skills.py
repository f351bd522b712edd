from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from cases.enums import ReasonFamily


class Skill(models.Model):
    """What one must know: the base module (code `base`), or a module for families of reasons."""

    code = models.SlugField("code", max_length=30, unique=True)
    label = models.CharField("libellé", max_length=80)
    reason_family = models.CharField(
        "famille de motif",
        max_length=20,
        choices=ReasonFamily.choices,
        blank=True,
        help_text="Exigée pour les dossiers de cette famille ; vide : pour aucune en particulier.",
    )

    class Meta:
        verbose_name = "compétence"
        verbose_name_plural = "compétences"
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class AdvisorSkill(models.Model):
    """A validated skill, its level and its end; the day after `expires_on` it no longer counts (L26)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="skills", verbose_name="conseiller"
    )
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="holders", verbose_name="compétence")
    level = models.PositiveSmallIntegerField(
        "niveau", default=1, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    validated_on = models.DateField("validée le")
    validated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    expires_on = models.DateField("valable jusqu’au", null=True, blank=True)

    class Meta:
        verbose_name = "compétence validée"
        verbose_name_plural = "compétences validées"
        ordering = ["user", "skill"]
        constraints = [
            models.UniqueConstraint(fields=["user", "skill"], name="advisor_skill_once"),
            models.CheckConstraint(name="advisor_skill_level_1_4", condition=Q(level__range=(1, 4))),
        ]

    def __str__(self) -> str:
        return f"{self.skill}, niveau {self.level}"
