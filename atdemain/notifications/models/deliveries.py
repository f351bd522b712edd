from django.db import models
from django.db.models import Q

from atdemain.notifications.enums import Channel, DeliveryStatus


class Delivery(models.Model):
    """Something to send outside. Claimed by a lease and a token, sent at least once under a stable key."""

    channel = models.CharField("canal", max_length=10, choices=Channel.choices)
    recipient = models.CharField("destinataire", max_length=254)
    subject = models.CharField("objet", max_length=200, blank=True)
    body = models.TextField("corps")
    key = models.CharField("clé stable", max_length=120, unique=True)
    status = models.CharField(
        "statut", max_length=10, choices=DeliveryStatus.choices, default=DeliveryStatus.PENDING
    )
    attempts = models.PositiveSmallIntegerField("tentatives", default=0)
    next_attempt_at = models.DateTimeField("prochain envoi")
    lease_until = models.DateTimeField("réservé jusqu’à", null=True, blank=True)
    token = models.CharField(max_length=32, blank=True)
    last_error = models.CharField("dernière erreur", max_length=400, blank=True)
    created_at = models.DateTimeField("créé le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    #: Of a webhook: to whom, and which event; `key` is its `webhook-id`.
    subscription = models.ForeignKey(
        "notifications.WebhookSubscription",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name="abonnement",
        db_index=False,
    )
    event = models.CharField("événement", max_length=40, blank=True)

    class Meta:
        verbose_name = "envoi"
        verbose_name_plural = "envois"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status__in=["pending", "claimed"]),
                name="delivery_due",
            ),
            models.Index(
                fields=["subscription", "-created_at"],
                condition=Q(subscription__isnull=False),
                name="delivery_subscription",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="delivery_webhook_has_a_subscription",
                condition=Q(channel="webhook", subscription__isnull=False)
                | (~Q(channel="webhook") & Q(subscription__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.key}"


class OutgoingHold(models.Model):
    """While one row is not released, no delivery leaves (set after a restore)."""

    reason = models.CharField("motif", max_length=200)
    set_at = models.DateTimeField("posé le")
    released_at = models.DateTimeField("levé le", null=True, blank=True)

    class Meta:
        verbose_name = "suspension des envois"
        verbose_name_plural = "suspensions des envois"

    def __str__(self) -> str:
        return self.reason
