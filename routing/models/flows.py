from django.db import models
from django.db.models import Q

from routing.enums import FlowType


class FlowShareTarget(models.Model):
    """What share of a flow an entity is meant to take, for a month."""

    month = models.DateField("mois")
    entity = models.ForeignKey("organisation.Entity", models.CASCADE, related_name="flow_targets")
    flow_type = models.CharField("flux", max_length=10, choices=FlowType.choices)
    target_pct = models.DecimalField("part visée (%)", max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = "part de flux visée"
        verbose_name_plural = "parts de flux visées"
        ordering = ["-month", "entity"]
        constraints = [
            models.UniqueConstraint(fields=["month", "entity", "flow_type"], name="flow_target_once"),
            models.CheckConstraint(name="flow_target_0_100", condition=Q(target_pct__range=(0, 100))),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.month:%m/%Y}"


class FlowCompensation(models.Model):
    """Standard contacts handed to a partner in return for the RD3+ absorbed internally (L42)."""

    month = models.DateField("mois")
    entity = models.ForeignKey("organisation.Entity", models.CASCADE, related_name="flow_compensations")
    absorbed = models.PositiveIntegerField("RD3+ repris", default=0)
    delivered = models.PositiveIntegerField("contacts remis", default=0)

    class Meta:
        verbose_name = "compensation de flux"
        verbose_name_plural = "compensations de flux"
        ordering = ["-month", "entity"]
        constraints = [models.UniqueConstraint(fields=["month", "entity"], name="flow_compensation_once")]

    def __str__(self) -> str:
        return f"{self.entity} {self.month:%m/%Y}"
