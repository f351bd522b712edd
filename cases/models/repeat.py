from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.enums import Channel, IdentityScope, Mode, ReasonScope, Segment, VerdictValue, WindowMode


def all_channels() -> list[str]:
    return [channel.value for channel in Channel]


class RepeatRule(models.Model):
    """A version of the repeat rule (domain.md §4.6). Valid on [valid_from, valid_to), empty = unbounded.

    The most specific rule in force at *event time* applies: unit+segment > unit > segment > programme.
    """

    code = models.SlugField("code", max_length=20)
    version = models.PositiveSmallIntegerField("version")
    programme = models.ForeignKey(
        "organisation.Programme", models.PROTECT, related_name="repeat_rules", verbose_name="programme"
    )
    unit = models.ForeignKey(
        "organisation.Unit",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="repeat_rules",
        verbose_name="unité",
    )
    segment = models.CharField("segment", max_length=10, choices=Segment.choices, blank=True)
    channels = models.JSONField("canaux", default=all_channels)
    threshold = models.PositiveSmallIntegerField("seuil", default=3)
    window_hours = models.PositiveSmallIntegerField("fenêtre (h)", default=168)
    window_mode = models.CharField(
        "mode de fenêtre", max_length=10, choices=WindowMode.choices, default=WindowMode.ROLLING
    )
    identity_scope = models.CharField(
        "identité", max_length=20, choices=IdentityScope.choices, default=IdentityScope.CLIENT
    )
    reason_scope = models.CharField(
        "motifs", max_length=15, choices=ReasonScope.choices, default=ReasonScope.TECHNICAL
    )
    min_talk_s = models.PositiveSmallIntegerField("conversation minimale (s)", default=10)
    reconnect_s = models.PositiveSmallIntegerField("reprise après coupure (s)", default=300)
    callback_return_h = models.PositiveSmallIntegerField("retour de rappel (h)", default=4)
    mode = models.CharField("mode", max_length=10, choices=Mode.choices, default=Mode.SHADOW)
    valid_from = models.DateTimeField("en vigueur du", null=True, blank=True)
    valid_to = models.DateTimeField("au", null=True, blank=True)

    class Meta:
        verbose_name = "règle de réitération"
        verbose_name_plural = "règles de réitération"
        ordering = ["code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="repeat_rule_version"),
            models.CheckConstraint(name="repeat_rule_threshold", condition=Q(threshold__range=(2, 9))),
            models.CheckConstraint(name="repeat_rule_window", condition=Q(window_hours__range=(24, 720))),
            models.CheckConstraint(
                name="repeat_rule_period",
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_to__gt=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} version {self.version}"


class RepeatVerdict(models.Model):
    """A computed RD3+ verdict, or what superseded one. Superseded, never edited."""

    contact = models.ForeignKey("cases.Contact", models.CASCADE, related_name="verdicts")
    rule = models.ForeignKey(RepeatRule, models.PROTECT, related_name="verdicts")
    identity_key = models.CharField(max_length=60)
    count = models.PositiveSmallIntegerField("nombre")
    window_start = models.DateTimeField("début de fenêtre")
    contact_ids = models.JSONField("contacts comptés", default=list)
    verdict = models.CharField(max_length=10, choices=VerdictValue.choices)
    mode = models.CharField(max_length=10, choices=Mode.choices)
    computed_at = models.DateTimeField("calculé le")
    superseded_at = models.DateTimeField("remplacé le", null=True, blank=True)

    class Meta:
        verbose_name = "verdict"
        verbose_name_plural = "verdicts"
        ordering = ["-computed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(superseded_at__isnull=True),
                name="verdict_one_current_per_contact",
            ),
        ]
        indexes = [models.Index(fields=["identity_key", "window_start"], name="verdict_identity")]

    def __str__(self) -> str:
        return f"{self.identity_key} : {self.count}"


class MassIncident(models.Model):
    """A collective outage: its contacts count but attach to the parent case (domain.md §4.3)."""

    ref = models.CharField("référence", max_length=40, unique=True)
    label = models.CharField("libellé", max_length=120)
    unit = models.ForeignKey(
        "organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="unité"
    )
    lines = models.ManyToManyField(
        "cases.Line", blank=True, related_name="mass_incidents", verbose_name="lignes"
    )
    starts_at = models.DateTimeField("début")
    ends_at = models.DateTimeField("fin", null=True, blank=True)
    parent_case = models.ForeignKey(
        "cases.Case", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="dossier parent"
    )
    cause = models.CharField("cause", max_length=120, blank=True)
    message = models.CharField(
        "consigne aux conseillers", max_length=400, blank=True, help_text="Affichée tant que l’incident dure."
    )
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="déclaré par",
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="terminé par",
    )
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "incident collectif"
        verbose_name_plural = "incidents collectifs"
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(
                name="mass_incident_ends_after_start",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message="La fin de l’incident est après son début.",
            )
        ]

    def __str__(self) -> str:
        return self.label
