from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q

from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.enums import EntityKind

from .units import WithHours, validate_hours

#: E.164: what a telephone dials from anywhere. Pages turn any writing into it.
in_e164 = RegexValidator(
    r"^\+[1-9]\d{5,14}\Z", "Écrivez le numéro au format international, par exemple +33199009900."
)


class Entity(WithHours):
    """Whoever may handle a contact or answer an escalation: UAT, back office, UI, AGPRO, AD, partner."""

    code = models.SlugField("code", max_length=30, unique=True)
    name = models.CharField("nom", max_length=80)
    kind = models.CharField("type", max_length=30, choices=EntityKind.choices)
    internal = models.BooleanField("interne", default=True)
    unit = models.OneToOneField(
        "organisation.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="entity",
        verbose_name="UAT",
        help_text="L’unité que cette entité représente, pour une UAT.",
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="direction",
    )
    accepts_escalations = models.BooleanField("ouverte aux escalades", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "entité"
        verbose_name_plural = "entités"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def calendar(self) -> BusinessCalendar:
        """The entity's business time (entities have no dated exceptions)."""
        return BusinessCalendar.build(
            tz=self.tz, holiday_zone=self.holiday_zone, weekly_hours=self.weekly_hours, exceptions=[]
        )


class PriorityLineQuerySet(models.QuerySet["PriorityLine"]):
    def valid_on(self, day: date) -> Self:
        """Those that are answered on that day."""
        begun = Q(valid_from__isnull=True) | Q(valid_from__lte=day)
        return self.filter(begun, Q(valid_to__isnull=True) | Q(valid_to__gte=day))


class PriorityLine(models.Model):
    """The number on which an entity answers the advisors of RD3+ cases first (domain.md L36)."""

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="priority_lines", verbose_name="entité")
    number = models.CharField("numéro", max_length=20, validators=[in_e164])
    weekly_hours = models.JSONField(
        "horaires", null=True, blank=True, validators=[validate_hours], help_text="Vide : ceux de l’entité."
    )
    target_answer_s = models.PositiveIntegerField("réponse visée (s)", default=60)
    valid_from = models.DateField("du", null=True, blank=True)
    valid_to = models.DateField("au", null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PriorityLineQuerySet.as_manager()

    class Meta:
        verbose_name = "fil prioritaire"
        verbose_name_plural = "fils prioritaires"
        ordering = ["entity", "number"]
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="priority_line_once"),
            models.CheckConstraint(
                name="priority_line_dates",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                violation_error_message="Le fil prioritaire finit après avoir commencé.",
            ),
            models.CheckConstraint(
                name="priority_line_target",
                condition=Q(target_answer_s__range=(1, 3_600)),
                violation_error_message="La réponse visée va de 1 seconde à 1 heure.",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class EntityContact(models.Model):
    """A reachable human of an entity."""

    entity = models.ForeignKey(Entity, models.CASCADE, related_name="contacts", verbose_name="entité")
    name = models.CharField("nom ou fonction", max_length=80)
    phone = models.CharField("téléphone", max_length=20, blank=True, validators=[in_e164])
    extension = models.CharField("poste", max_length=10, blank=True)
    email = models.EmailField("courriel", blank=True)
    verified_on = models.DateField("vérifié le", null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    active = models.BooleanField("actif", default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "interlocuteur"
        verbose_name_plural = "interlocuteurs"
        ordering = ["entity", "name"]

    def __str__(self) -> str:
        return self.name
