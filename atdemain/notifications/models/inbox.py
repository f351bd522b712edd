from django.conf import settings
from django.db import models


class Notification(models.Model):
    """One item of somebody's inbox. Exactly once: `dedupe_key` is unique.

    `title` is the French sentence shown; `url` a path of this site; `object_type`/`object_id` what it is about.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications", verbose_name="destinataire"
    )
    kind = models.CharField("type", max_length=40)
    title = models.CharField("titre", max_length=240)
    body = models.CharField("détail", max_length=400, blank=True)
    url = models.CharField("adresse", max_length=200, blank=True)
    object_type = models.CharField("objet", max_length=30, blank=True)
    object_id = models.CharField("identifiant", max_length=40, blank=True)
    urgent = models.BooleanField("urgent", default=False)
    created_at = models.DateTimeField("créé le")
    read_at = models.DateTimeField("lu le", null=True, blank=True)
    dedupe_key = models.CharField(max_length=120, unique=True)

    class Meta:
        verbose_name = "notification"
        verbose_name_plural = "notifications"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["recipient", "-created_at"],
                condition=models.Q(read_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(fields=["recipient", "-created_at"], name="notification_recipient"),
        ]

    def __str__(self) -> str:
        return self.title
