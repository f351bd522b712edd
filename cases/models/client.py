from django.db import models
from django.db.models.functions import Upper

from cases.enums import PriorityReason, Segment, Technology
from cases.names import name_key
from cases.querysets import ClientQuerySet


class Client(models.Model):
    client_ref = models.CharField("référence", max_length=40, unique=True)
    display_name = models.CharField("nom", max_length=120, blank=True)
    name_key = models.CharField(max_length=120, blank=True, editable=False, db_index=True)
    segment = models.CharField("segment", max_length=10, choices=Segment.choices, default=Segment.CONSUMER)
    unit = models.ForeignKey(
        "organisation.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="clients",
        verbose_name="unité",
    )
    preferred_call_slots = models.CharField("préfère être appelé", max_length=120, blank=True)
    priority_client = models.BooleanField("client prioritaire", default=False)
    priority_reason = models.CharField(
        "motif de priorité", max_length=25, choices=PriorityReason.choices, blank=True
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_from",
        verbose_name="fusionné dans",
    )
    pseudonymised_at = models.DateTimeField("pseudonymisé le", null=True, blank=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = "client"
        verbose_name_plural = "clients"
        ordering = ["name_key", "pk"]
        # Migration 0005 adds `client_words` on PostgreSQL, which finds a name by any of its words.
        indexes = [models.Index(Upper("client_ref"), name="client_ref_upper")]

    def __str__(self) -> str:
        return self.display_name or ("Fiche pseudonymisée" if self.pseudonymised_at else self.client_ref)

    def save(self, *args, **kwargs) -> None:
        """Keeps `name_key` in step; set-based writers set it themselves with `names.name_key`."""
        self.name_key = name_key(self.display_name)
        super().save(*args, **kwargs)


class ClientPhone(models.Model):
    """A number of a client, E.164. A number is a hint, not an identity (domain.md §4.4)."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="phones")
    e164 = models.CharField("numéro", max_length=20, db_index=True)
    label = models.CharField("libellé", max_length=30, blank=True)

    class Meta:
        verbose_name = "téléphone"
        verbose_name_plural = "téléphones"
        ordering = ["client", "pk"]
        constraints = [models.UniqueConstraint(fields=["client", "e164"], name="client_phone_once")]

    def __str__(self) -> str:
        return self.e164


class Line(models.Model):
    line_ref = models.CharField("référence de ligne", max_length=40, unique=True)
    client = models.ForeignKey(Client, models.PROTECT, related_name="lines", verbose_name="client")
    technology = models.CharField("technologie", max_length=15, choices=Technology.choices)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="lines", verbose_name="unité")
    active_from = models.DateField("active du", null=True, blank=True)
    active_to = models.DateField("au", null=True, blank=True)

    class Meta:
        verbose_name = "ligne"
        verbose_name_plural = "lignes"
        ordering = ["client", "line_ref"]

    def __str__(self) -> str:
        return self.line_ref


class LineUnit(models.Model):
    """Dated history of the unit that looks after a line; [from, to)."""

    line = models.ForeignKey(Line, models.CASCADE, related_name="unit_history")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+")
    valid_from = models.DateField("du")
    valid_to = models.DateField("au", null=True, blank=True)

    class Meta:
        verbose_name = "unité d’une ligne"
        verbose_name_plural = "unités des lignes"
        ordering = ["line", "valid_from"]

    def __str__(self) -> str:
        return f"{self.line} : {self.unit}"
