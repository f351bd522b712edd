from django.conf import settings
from django.db import models
from django.db.models import F, Q

from routing.enums import CallOutcome, LineUsed


class InterEntityCall(models.Model):
    """An advisor calls another entity; how long it took, and whether the client waited on the line (L37)."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="entity_calls")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="par")
    entity = models.ForeignKey(
        "organisation.Entity", models.PROTECT, related_name="calls_received", verbose_name="entité"
    )
    contact = models.ForeignKey(
        "organisation.EntityContact",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="interlocuteur",
    )
    line_used = models.CharField("ligne", max_length=10, choices=LineUsed.choices)
    started_at = models.DateTimeField("appelé à")
    answered_at = models.DateTimeField("répondu à", null=True, blank=True)
    ended_at = models.DateTimeField("fini à", null=True, blank=True)
    wait_s = models.PositiveIntegerField("attente (s)", null=True, blank=True)
    client_on_hold = models.BooleanField("client en attente sur la ligne", default=False)
    outcome = models.CharField("issue", max_length=20, choices=CallOutcome.choices, blank=True)

    class Meta:
        verbose_name = "appel à une entité"
        verbose_name_plural = "appels aux entités"
        ordering = ["-started_at"]
        constraints = [
            models.CheckConstraint(
                name="entity_call_in_order",
                condition=Q(answered_at__isnull=True) | Q(answered_at__gte=F("started_at")),
            ),
            models.CheckConstraint(
                name="entity_call_measured",
                condition=Q(outcome__in=["", CallOutcome.LEFT]) | Q(wait_s__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["by"], condition=Q(outcome=""), name="entity_call_one_running_per_person"
            ),
        ]
        indexes = [models.Index(fields=["entity", "started_at"], name="entity_call_entity")]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.started_at:%d/%m/%Y %H:%M}"


class UnreachableReport(models.Model):
    """« Injoignable »: twice for the same contact alerts the entity's head (domain.md §5.6)."""

    contact = models.ForeignKey(
        "organisation.EntityContact", models.CASCADE, related_name="unreachable_reports"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField("le")
    settled_at = models.DateTimeField("réglé le", null=True, blank=True)

    class Meta:
        verbose_name = "interlocuteur injoignable"
        verbose_name_plural = "interlocuteurs injoignables"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.contact_id} {self.at:%d/%m/%Y %H:%M}"
