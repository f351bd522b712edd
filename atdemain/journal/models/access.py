from django.conf import settings
from django.db import models


class AccessLog(models.Model):
    """Who looked at a client's data, and why. Never feeds a performance figure (architecture.md §6)."""

    at = models.DateTimeField("le")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="compte"
    )
    role = models.CharField("rôle", max_length=20, blank=True)
    action = models.CharField("action", max_length=20)  # view, search, export, record
    object_type = models.CharField("objet", max_length=30)
    object_id = models.CharField("identifiant", max_length=40, blank=True)
    client_id = models.BigIntegerField("client", null=True, blank=True)
    purpose = models.CharField("finalité", max_length=40, blank=True)
    rows = models.PositiveIntegerField("lignes", null=True, blank=True)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = "consultation"
        verbose_name_plural = "consultations"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["client_id", "at"], name="access_client_at")]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
