from django.conf import settings
from django.db import models
from django.db.models import F, Q

from atdemain.journal.enums import AccessAction, Purpose


class AccessLog(models.Model):
    """Who looked at a client's data, and why. Never feeds a performance figure (architecture.md §6)."""

    at = models.DateTimeField("le")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="compte",
        db_index=False,
    )
    #: Who looked through the API, where it is no account.
    api_client_id = models.BigIntegerField("client d’API", null=True, blank=True)
    role = models.CharField("rôle", max_length=20, blank=True)
    action = models.CharField("action", max_length=20, choices=AccessAction.choices)
    object_type = models.CharField("objet", max_length=30)
    object_id = models.CharField("identifiant", max_length=40, blank=True)
    client_id = models.BigIntegerField("client", null=True, blank=True)
    purpose = models.CharField("finalité", max_length=40, choices=Purpose.choices, blank=True)
    rows = models.PositiveIntegerField("lignes", null=True, blank=True)
    filters = models.CharField("filtre", max_length=300, blank=True, default="", db_default="")
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        verbose_name = "consultation"
        verbose_name_plural = "consultations"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["client_id", "at"], name="access_client_at"),
            models.Index(fields=["user", "at"], name="access_user_at"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"


class AccessQuestion(models.Model):
    """What the data-protection officer asked of the access log, of whom and why: asking leaves its own trace.

    About a client (who saw this file) or about a person (what did they look at), never both.
    """

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="demandé par"
    )
    asked_at = models.DateTimeField("demandé le")
    client_id = models.BigIntegerField("client", null=True, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="personne",
    )
    starts_on = models.DateField("du")
    ends_on = models.DateField("au")
    reason = models.CharField("motif", max_length=400)

    class Meta:
        verbose_name = "question au journal des consultations"
        verbose_name_plural = "questions au journal des consultations"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="access_question_of_one_subject",
                condition=Q(client_id__isnull=True, person__isnull=False)
                | Q(client_id__isnull=False, person__isnull=True),
            ),
            models.CheckConstraint(
                name="access_question_days_in_order", condition=Q(ends_on__gte=F("starts_on"))
            ),
            models.CheckConstraint(name="access_question_says_why", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"n° {self.pk}"
