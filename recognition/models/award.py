from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from atdemain.organisation.enums import Role
from recognition.enums import Unit


class Evidence(models.Model):
    """What one source said of one person in one role when the evidence was frozen (domain.md §6.5)."""

    campaign = models.ForeignKey("recognition.Campaign", models.CASCADE, related_name="evidence")
    employee = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    source = models.CharField("source", max_length=40)
    value = models.BigIntegerField("valeur", null=True, blank=True)  # None: insufficient data
    total = models.BigIntegerField("sur", null=True, blank=True)
    unit = models.CharField("unité", max_length=8, choices=Unit.choices)
    sources = models.JSONField("preuves", default=list)
    left_out = models.JSONField("non pris en compte", default=list)
    pending = models.BigIntegerField("en attente", default=0)  # may still come: signatures whose delay runs
    dated_on = models.DateField("datée du", null=True, blank=True)  # of what has a day of its own: a training

    class Meta:
        verbose_name = "preuve"
        verbose_name_plural = "preuves"
        ordering = ["campaign", "employee", "role", "source"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "employee", "role", "source"], name="evidence_once_per_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} {self.role} {self.source}"


class Award(models.Model):
    """What a campaign gives one person, with all that explains it; 0 cents is an award too (« non retenu »).

    `person`: intervals, neutralised days and leaving as frozen; `result`: verdicts, segments and what blocks, both
    as recognition/results.py writes and reads them. `computed_cents` is the rules' amount, `amount_cents` what is
    given (they differ under `scale`); `revised_cents` what accepted appeals added since. `scheme` is the campaign's:
    nobody is given twice under one version.
    """

    campaign = models.ForeignKey("recognition.Campaign", models.CASCADE, related_name="awards")
    scheme = models.ForeignKey("recognition.SchemeVersion", models.PROTECT, null=True, related_name="+")
    employee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="awards", verbose_name="salarié"
    )
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, related_name="+")
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    level = models.CharField("niveau", max_length=20, blank=True)
    computed_cents = models.PositiveIntegerField("montant calculé (centimes)", default=0)
    amount_cents = models.PositiveIntegerField("montant (centimes)", default=0)
    revised_cents = models.PositiveIntegerField("révisé sur recours (centimes)", default=0)
    blocked = models.BooleanField("donnée insuffisante", default=False)
    pending = models.BooleanField("juste motif à décider", default=False)
    person = models.JSONField("personne", default=dict)
    result = models.JSONField("calcul", default=dict)
    explanation = models.TextField("explication", blank=True)

    class Meta:
        verbose_name = "attribution"
        verbose_name_plural = "attributions"
        ordering = ["campaign", "employee"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "employee"], name="award_once_per_campaign"),
            models.UniqueConstraint(
                fields=["scheme", "employee"],
                name="award_once_per_scheme",
                violation_error_message="Ce salarié a déjà une attribution sous cette version.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["campaign"], condition=Q(blocked=True) | Q(pending=True), name="award_blocking"
            )
        ]

    def __str__(self) -> str:
        return f"{self.employee_id} : {self.level or 'non retenu'}"

    @property
    def given_cents(self) -> int:
        """With what appeals added."""
        return self.amount_cents + self.revised_cents
