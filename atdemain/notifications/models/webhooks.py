"""Where an entity is told of its escalations (Standard Webhooks), and what became of each attempt."""

from __future__ import annotations

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from atdemain.notifications.enums import DisabledReason, WebhookEvent

HTTPS = 443


class WebhookHost(models.Model):
    """A machine that an entity may be told at. An administrator writes it; no other target is ever reached."""

    entity = models.ForeignKey(
        "organisation.Entity", models.PROTECT, related_name="webhook_hosts", verbose_name="entité"
    )
    host = models.CharField("machine", max_length=200)
    port = models.PositiveIntegerField(
        "port", default=HTTPS, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField("ajoutée le")

    class Meta:
        verbose_name = "machine autorisée"
        verbose_name_plural = "machines autorisées"
        ordering = ["entity__name", "host", "port"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "host", "port"],
                name="webhook_host_once",
                violation_error_message="Cette machine est déjà autorisée pour cette entité.",
            ),
            models.CheckConstraint(
                name="webhook_host_port",
                condition=Q(port__range=(1, 65535)),
                violation_error_message="Un port va de 1 à 65535.",
            ),
        ]

    def __str__(self) -> str:
        return self.host if self.port == HTTPS else f"{self.host}:{self.port}"


class WebhookSubscriptionQuerySet(models.QuerySet[Any]):
    def standing(self) -> Self:
        """Those that were not ended."""
        return self.filter(ended_at__isnull=True)

    def of_entity(self, entity_id: int) -> Self:
        """What one entity sees of them: its own, and nothing of an ended one."""
        return self.standing().filter(entity=entity_id)


class WebhookSubscription(models.Model):
    """One address of an entity and what it is told. Ended, never erased, while its log is kept."""

    entity = models.ForeignKey(
        "organisation.Entity", models.PROTECT, related_name="webhooks", verbose_name="entité"
    )
    url = models.CharField("adresse", max_length=500)
    events = models.JSONField("événements", default=list)
    description = models.CharField("usage", max_length=120, blank=True)
    active = models.BooleanField("actif", default=True)
    disabled_reason = models.CharField(
        "motif d’arrêt", max_length=10, choices=DisabledReason.choices, blank=True
    )
    disabled_at = models.DateTimeField("arrêté le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)
    #: Failures in a row; after one, nothing is tried before `retry_at`: a dead target is asked now and then.
    failures = models.PositiveIntegerField("échecs de suite", default=0)
    retry_at = models.DateTimeField("pas avant", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField("créé le")
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = WebhookSubscriptionQuerySet.as_manager()

    class Meta:
        verbose_name = "abonnement webhook"
        verbose_name_plural = "abonnements webhook"
        ordering = ["entity__name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "url"],
                condition=Q(ended_at__isnull=True),
                name="webhook_url_once",
                violation_error_message="Cette entité a déjà un abonnement à cette adresse.",
            ),
            models.CheckConstraint(
                name="webhook_stopped_says_why",
                condition=Q(active=True, disabled_reason="", disabled_at__isnull=True, ended_at__isnull=True)
                | (Q(active=False, disabled_at__isnull=False) & ~Q(disabled_reason="")),
                violation_error_message="Un abonnement arrêté dit pourquoi et depuis quand.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity} : {self.url}"

    @property
    def event_labels(self) -> list[str]:
        return [str(event.label) for event in WebhookEvent if event.value in self.events]


class WebhookSecret(models.Model):
    """A signing key, sealed. Two places, so never more than two: the second while one replaces the other."""

    subscription = models.ForeignKey(WebhookSubscription, models.CASCADE, related_name="secrets")
    place = models.PositiveSmallIntegerField(choices=[(1, "1"), (2, "2")])
    sealed = models.CharField(max_length=400)
    created_at = models.DateTimeField("créée le")
    expires_at = models.DateTimeField("jusqu’à", null=True, blank=True)

    class Meta:
        verbose_name = "clé de signature"
        verbose_name_plural = "clés de signature"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "place"], name="webhook_secret_two_at_most"),
            models.UniqueConstraint(
                fields=["subscription"],
                condition=Q(expires_at__isnull=True),
                name="webhook_secret_one_lasting",
            ),
            models.CheckConstraint(name="webhook_secret_place", condition=Q(place__range=(1, 2))),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}.{self.place}"


class WebhookAttempt(models.Model):
    """One sending of one delivery: when, how long, what was answered. The answer's body is not kept."""

    delivery = models.ForeignKey("notifications.Delivery", models.CASCADE, related_name="attempts_made")
    number = models.PositiveSmallIntegerField("tentative")
    at = models.DateTimeField("le")
    duration_ms = models.PositiveIntegerField("durée (ms)")
    status_code = models.PositiveSmallIntegerField("réponse", null=True, blank=True)
    error = models.CharField("erreur", max_length=200, blank=True)

    class Meta:
        verbose_name = "tentative d’envoi"
        verbose_name_plural = "tentatives d’envoi"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.delivery_id} n° {self.number}"
