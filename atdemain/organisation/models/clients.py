from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from oauth2_provider.models import AbstractApplication

from atdemain.organisation.api_scopes import in_order

#: Live clients of one entity: the one in use, and during a rotation the one that takes its place.
SLOTS = (1, 2)
DEFAULT_PER_MINUTE = 600
MOST_PER_MINUTE = 60_000
LONGEST_NAME = 80


class ApiClient(AbstractApplication):
    """A partner's REST client: one client = one entity (domain.md §2.8).

    `name` is what its entity calls it, `scopes` what it may do, `requests_per_minute` how often. It is live
    until `revoked_at`; its secret is kept hashed.
    """

    entity = models.ForeignKey(
        "organisation.Entity", models.PROTECT, related_name="api_clients", verbose_name="entité"
    )
    scopes = models.CharField("droits", max_length=400, blank=True, default="")
    requests_per_minute = models.PositiveIntegerField(
        "requêtes par minute",
        default=DEFAULT_PER_MINUTE,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PER_MINUTE)],
    )
    slot = models.PositiveSmallIntegerField(default=1, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="créé par",
    )
    revoked_at = models.DateTimeField("révoqué le", null=True, blank=True)

    class Meta(AbstractApplication.Meta):
        verbose_name = "client d’API"
        verbose_name_plural = "clients d’API"
        ordering = ["entity__name", "-created", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "slot"],
                condition=Q(revoked_at__isnull=True),
                name="api_client_two_live_per_entity",
                violation_error_message="Cette entité a déjà deux clients en service.",
            ),
            models.CheckConstraint(name="api_client_slot", condition=Q(slot__range=(SLOTS[0], SLOTS[-1]))),
        ]

    @property
    def live(self) -> bool:
        return self.revoked_at is None

    @property
    def granted(self) -> list[str]:
        """The scopes, in the order they are presented."""
        return in_order(self.scopes.split())

    def is_usable(self, request: Any) -> bool:
        """What the token view asks before it gives a token."""
        return self.live


class RequestCount(models.Model):
    """Requests of one caller in the present minute, and the last of all: one row, one statement per request.

    `key`: « client:12 », or what identifies an attempt at a token (a fingerprint, no address).
    """

    key = models.CharField(max_length=80, primary_key=True)
    minute = models.BigIntegerField()  # minutes since 1970
    used = models.PositiveIntegerField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = "compte de requêtes"
        verbose_name_plural = "comptes de requêtes"

    def __str__(self) -> str:
        return self.key


class IdempotentAnswer(models.Model):
    """What a POST sent with an `Idempotency-Key` was answered; without a status it is still in flight."""

    client = models.ForeignKey(ApiClient, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    token = models.CharField(max_length=32)
    claimed_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        verbose_name = "réponse gardée d’un client d’API"
        verbose_name_plural = "réponses gardées des clients d’API"
        constraints = [models.UniqueConstraint(fields=["client", "key"], name="idempotent_answer_once")]
        indexes = [models.Index(fields=["claimed_at"], name="idempotent_answer_age")]

    def __str__(self) -> str:
        return self.key
