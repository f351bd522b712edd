from django.db import models

from atdemain.journal.enums import ActorKind


class AuditEvent(models.Model):
    """One change, refused or done. Append-only and hash-chained per object (architecture.md §4).

    Holds ids and codes only: names, free text and other personal values live in `AuditPayload`,
    whose salted hash this row carries, so that erasing them leaves the chain verifiable.
    """

    at = models.DateTimeField("le")
    object_type = models.CharField("objet", max_length=30)
    object_id = models.CharField("identifiant", max_length=40)
    seq = models.PositiveIntegerField("rang")
    actor_kind = models.CharField("acteur", max_length=10, choices=ActorKind.choices)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_role = models.CharField("rôle", max_length=20, blank=True)
    action = models.CharField("action", max_length=40)
    refused = models.BooleanField("refusé", default=False)
    from_state = models.CharField("état avant", max_length=20, blank=True)
    to_state = models.CharField("état après", max_length=20, blank=True)
    reason_code = models.CharField("motif", max_length=40, blank=True)
    changes = models.JSONField("changements", default=dict)
    object_version = models.PositiveIntegerField("version de l’objet", null=True, blank=True)
    request_id = models.CharField(max_length=40, blank=True)
    source = models.CharField("origine", max_length=40, blank=True)
    payload_hash = models.CharField(max_length=64, blank=True)
    prev_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        verbose_name = "événement du journal"
        verbose_name_plural = "journal"
        ordering = ["object_type", "object_id", "seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["object_type", "object_id", "seq"], name="journal_one_row_per_rank"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id} n° {self.seq} : {self.action}"


class AuditPayload(models.Model):
    """Personal values of an event (names, free text). Erasable: body and salt go, the event stays."""

    event = models.OneToOneField(AuditEvent, models.PROTECT, primary_key=True, related_name="payload")
    salt = models.CharField(max_length=32)
    body = models.JSONField()

    class Meta:
        verbose_name = "valeurs personnelles du journal"
        verbose_name_plural = "valeurs personnelles du journal"

    def __str__(self) -> str:
        return str(self.event_id)


class JournalHead(models.Model):
    """The last rank and hash of each object's chain; locked last (client → case → promise → head)."""

    object_type = models.CharField(max_length=30)
    object_id = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "tête de chaîne"
        verbose_name_plural = "têtes de chaîne"
        constraints = [models.UniqueConstraint(fields=["object_type", "object_id"], name="journal_one_head")]

    def __str__(self) -> str:
        return f"{self.object_type} {self.object_id} n° {self.seq}"
