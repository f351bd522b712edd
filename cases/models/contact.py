from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.enums import (
    Channel,
    ContactOutcome,
    Direction,
    ExclusionCode,
    Identification,
    Nature,
    ReasonFamily,
)
from cases.querysets import ContactQuerySet


class Reason(models.Model):
    code = models.SlugField("code", max_length=40, unique=True)
    label = models.CharField("libellé", max_length=120)
    family = models.CharField("famille", max_length=20, choices=ReasonFamily.choices)

    class Meta:
        verbose_name = "motif"
        verbose_name_plural = "motifs"
        ordering = ["label"]

    def __str__(self) -> str:
        return self.label


class Contact(models.Model):
    """One contact of a client, on any channel; unique by (source_system, source_id).

    Times are aware UTC, durations whole seconds (None = unknown). `exclusion_code` empty means it
    counts, and then `n_in_window` is N(c) of domain.md §4.1. Written by `cases.intake` in SQL.
    """

    source_system = models.CharField("système source", max_length=30)
    source_id = models.CharField("identifiant source", max_length=120)
    nature = models.CharField("nature", max_length=12, choices=Nature.choices, default=Nature.CLIENT)
    client = models.ForeignKey(
        "cases.Client",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name="client",
        db_index=False,
    )
    line = models.ForeignKey(
        "cases.Line",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name="ligne",
        db_index=False,
    )
    unit = models.ForeignKey(
        "organisation.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="unité",
        db_index=False,
    )
    identification = models.CharField(
        max_length=10, choices=Identification.choices, default=Identification.CERTAIN
    )
    caller_number = models.CharField("numéro présenté", max_length=20, blank=True)
    interaction_id = models.CharField("interaction", max_length=80, blank=True)
    leg_no = models.PositiveSmallIntegerField("segment", default=1)
    channel = models.CharField("canal", max_length=20, choices=Channel.choices)
    direction = models.CharField("sens", max_length=3, choices=Direction.choices)
    arrived_at = models.DateTimeField("arrivée")
    answered_at = models.DateTimeField("réponse", null=True, blank=True)
    ended_at = models.DateTimeField("fin", null=True, blank=True)
    has_answer_times = models.BooleanField(
        "la source donne l’heure de réponse",
        default=False,
        help_text="Alors un contact sans heure de réponse n’a pas été pris.",
    )
    wait_s = models.PositiveIntegerField("attente (s)", null=True, blank=True)
    talk_s = models.PositiveIntegerField("conversation (s)", null=True, blank=True)
    hold_s = models.PositiveIntegerField("mise en attente (s)", null=True, blank=True)
    outcome = models.CharField("issue", max_length=12, choices=ContactOutcome.choices)
    reason = models.ForeignKey(
        Reason, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="motif", db_index=False
    )
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="traité par",
        db_index=False,
    )
    handler_ref = models.CharField("agent (source)", max_length=40, blank=True)
    handling_entity = models.ForeignKey(
        "organisation.Entity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="entité",
        db_index=False,
    )
    conflictual = models.BooleanField("conflictuel", default=False)
    conflictual_at = models.DateTimeField("déclaré conflictuel le", null=True, blank=True)
    summary = models.CharField("résumé", max_length=400, blank=True)
    mass_incident = models.ForeignKey(
        "cases.MassIncident", models.PROTECT, null=True, blank=True, related_name="contacts", db_index=False
    )
    import_run = models.ForeignKey(
        "cases.ImportRun", models.SET_NULL, null=True, blank=True, related_name="contacts", db_index=False
    )
    case = models.ForeignKey(
        "cases.Case",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="contacts",
        verbose_name="dossier",
        db_index=False,
    )
    exclusion_code = models.CharField("non compté", max_length=16, choices=ExclusionCode.choices, blank=True)
    n_in_window = models.PositiveSmallIntegerField("rang dans la fenêtre", null=True, blank=True)
    content_hash = models.CharField(max_length=32, blank=True)
    received_at = models.DateTimeField("reçu le")

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = "contact"
        verbose_name_plural = "contacts"
        ordering = ["-arrived_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["source_system", "source_id"], name="contact_source_unique"),
            models.CheckConstraint(
                name="contact_ends_after_start",
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("arrived_at")),
                violation_error_message="La fin du contact précède son arrivée.",
            ),
            models.CheckConstraint(
                name="contact_line_has_client", condition=Q(line__isnull=True) | Q(client__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["client", "arrived_at"], name="contact_client_arrived"),
            models.Index(
                fields=["unit", "arrived_at", "channel"], include=["client"], name="contact_unit_arrived"
            ),
            models.Index(fields=["case"], condition=Q(case__isnull=False), name="contact_case"),
            models.Index(
                fields=["handled_by", "conflictual_at"],
                condition=Q(conflictual_at__isnull=False),
                name="contact_conflictual",
            ),
            models.Index(
                fields=["mass_incident", "arrived_at"],
                condition=Q(mass_incident__isnull=False),
                name="contact_incident",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.source_system}:{self.source_id}"

    @property
    def counts(self) -> bool:
        return not self.exclusion_code
