from django.conf import settings
from django.db import models
from django.db.models import F, Q

from routing.enums import HandOverKind, HandOverState


class Absence(models.Model):
    """Somebody is away from `starts_at` to `ends_at` (excluded, UTC), as their manager declared it.

    No reason (INV-25); erased with the planning, 28 days after it ends. `returned_at` ends it earlier.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences", verbose_name="conseiller"
    )
    starts_at = models.DateTimeField("du")
    ends_at = models.DateTimeField("au")
    sudden = models.BooleanField("imprévue", default=False)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="déclarée par"
    )
    declared_at = models.DateTimeField("déclarée le")
    returned_at = models.DateTimeField("retour le", null=True, blank=True)

    class Meta:
        verbose_name = "absence"
        verbose_name_plural = "absences"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="absence_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="L’absence finit après son début.",
            ),
            models.UniqueConstraint(
                fields=["user", "starts_at"],
                condition=Q(returned_at__isnull=True),
                name="absence_once",
                violation_error_message="Cette absence est déjà déclarée.",
            ),
        ]
        indexes = [
            models.Index(fields=["ends_at"], condition=Q(returned_at__isnull=True), name="absence_under_way"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.starts_at:%d/%m/%Y}"


class HandOver(models.Model):
    """A case that a colleague looks after during an absence; offered back to `absence.user` on return."""

    absence = models.ForeignKey(Absence, models.CASCADE, related_name="handed_over", verbose_name="absence")
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="handed_over", verbose_name="dossier")
    to_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="à")
    kind = models.CharField("type", max_length=10, choices=HandOverKind.choices)
    state = models.CharField("état", max_length=10, choices=HandOverState.choices, default=HandOverState.KEPT)

    class Meta:
        verbose_name = "passage de dossier"
        verbose_name_plural = "passages de dossiers"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["absence", "case"], name="hand_over_once"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.to_user_id}"
