from django.conf import settings
from django.db import models
from django.db.models import F, Q

from routing.enums import PresenceKind, PresenceSource


class Presence(models.Model):
    """What an advisor's time is for, from `starts_at` to `ends_at` (excluded), both in UTC.

    Shifts do not overlap each other; nor do the other kinds, which lie inside shifts or replace them. What
    an advisor clicks herself (`live`) is kept seven days; no row holds a reason (INV-25).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="presences", verbose_name="conseiller"
    )
    kind = models.CharField("type", max_length=12, choices=PresenceKind.choices)
    starts_at = models.DateTimeField("du")
    ends_at = models.DateTimeField("au")
    source = models.CharField(
        "saisi par", max_length=10, choices=PresenceSource.choices, default=PresenceSource.PLANNING
    )

    class Meta:
        verbose_name = "présence"
        verbose_name_plural = "présences"
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="presence_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="La présence finit après son début.",
            ),
            models.UniqueConstraint(fields=["user", "kind", "starts_at"], name="presence_once"),
        ]
        indexes = [
            models.Index(fields=["user", "ends_at"], name="presence_user"),
            models.Index(fields=["ends_at"], name="presence_end"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.starts_at:%d/%m/%Y %H:%M}"
