from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from cases.enums import SubjectChannel


class SubjectRequest(models.Model):
    """A client asks for what is held about them, or for its erasure: who received it, how, and what was done.

    It opens the client's data to who handles it for a month (`READABLE`), the time the law gives to answer.
    The reason may name the client: it is erased with the rest.
    """

    READABLE = timedelta(days=31)

    client = models.ForeignKey(
        "cases.Client", models.PROTECT, related_name="subject_requests", verbose_name="client"
    )
    channel = models.CharField("reçue par", max_length=20, choices=SubjectChannel.choices)
    reason = models.CharField("demande", max_length=400, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="traitée par"
    )
    at = models.DateTimeField("enregistrée le")
    erased_at = models.DateTimeField("données effacées le", null=True, blank=True)

    class Meta:
        verbose_name = "demande d’un client sur ses données"
        verbose_name_plural = "demandes des clients sur leurs données"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"n° {self.pk}"

    def readable(self, now: datetime) -> bool:
        """Whether it still opens the client's data."""
        return self.erased_at is None and now < self.at + self.READABLE
