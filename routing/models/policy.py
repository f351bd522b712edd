from django.conf import settings
from django.db import models

from routing.policy import Policy


class RoutingPolicy(models.Model):
    """A version of the weights, caps and floors (domain.md §5.3); the latest begun is in force.

    Assignments lock the row in force: two deciders never look at the same loads at once.
    """

    version = models.PositiveIntegerField("version", unique=True)
    valid_from = models.DateTimeField("en vigueur depuis")
    settings_json = models.JSONField("réglages", default=dict)
    reason = models.CharField("motif du changement", max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "politique d’affectation"
        verbose_name_plural = "politiques d’affectation"
        ordering = ["-valid_from", "-version"]

    def __str__(self) -> str:
        return f"Politique version {self.version}"

    def policy(self) -> Policy:
        return Policy.from_json(self.settings_json, self.version)
