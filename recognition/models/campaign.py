from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from recognition.enums import OPEN_STATES, CampaignState, MovementKind


class BudgetEnvelope(models.Model):
    """The money of one scheme version, in cents (domain.md §6.6, INV-18).

    `committed` is what campaigns and appeals gave, `reserve_used` the appeals' share of it. Each change of a column is
    a row of `EnvelopeMovement`; the columns are their sums.
    """

    scheme = models.OneToOneField(
        "recognition.SchemeVersion", models.PROTECT, related_name="envelope", verbose_name="version"
    )
    total_cents = models.PositiveBigIntegerField("enveloppe (centimes)")
    reserve_bp = models.PositiveSmallIntegerField(
        "réserve de recours", default=500, help_text="En centièmes de pour cent : 500 pour 5 %."
    )
    committed_cents = models.PositiveBigIntegerField("engagé (centimes)", default=0)
    reserve_used_cents = models.PositiveBigIntegerField("dont recours (centimes)", default=0)
    paid_cents = models.PositiveBigIntegerField("payé (centimes)", default=0)
    version = models.PositiveIntegerField("version de la fiche", default=1)

    class Meta:
        verbose_name = "enveloppe"
        verbose_name_plural = "enveloppes"
        constraints = [
            models.CheckConstraint(
                name="envelope_never_exceeded",
                condition=Q(committed_cents__lte=F("total_cents"))
                & Q(paid_cents__lte=F("committed_cents"))
                & Q(reserve_used_cents__lte=F("committed_cents")),
                violation_error_message="L’enveloppe ne couvre pas ce qui est déjà engagé.",
            ),
            models.CheckConstraint(name="envelope_reserve_share", condition=Q(reserve_bp__lte=10_000)),
        ]

    def __str__(self) -> str:
        return f"enveloppe de {self.scheme}"

    @property
    def reserve_cents(self) -> int:
        """Rounded half up (domain.md §11)."""
        return reserve_of(self.total_cents, self.reserve_bp)

    @property
    def ceiling_cents(self) -> int:
        """What campaigns may give in all: total − reserve."""
        return self.total_cents - self.reserve_cents

    @property
    def by_campaigns_cents(self) -> int:
        return self.committed_cents - self.reserve_used_cents

    @property
    def available_cents(self) -> int:
        """What the next campaign may still give; never more than what is left of the whole."""
        return min(self.ceiling_cents - self.by_campaigns_cents, self.remaining_cents)

    @property
    def reserve_left_cents(self) -> int:
        return max(0, self.reserve_cents - self.reserve_used_cents)

    @property
    def remaining_cents(self) -> int:
        return self.total_cents - self.committed_cents


def reserve_of(total_cents: int, reserve_bp: int) -> int:
    """Rounded half up (domain.md §11), cents."""
    return (total_cents * reserve_bp + 5_000) // 10_000


class EnvelopeMovement(models.Model):
    """One change of an envelope, never edited. `cents` is signed: what it adds to the column of its kind."""

    envelope = models.ForeignKey(BudgetEnvelope, models.PROTECT, related_name="movements")
    kind = models.CharField("mouvement", max_length=10, choices=MovementKind.choices)
    cents = models.BigIntegerField("montant (centimes)", default=0)
    reserve_bp_before = models.PositiveSmallIntegerField("réserve avant", null=True, blank=True)
    reserve_bp_after = models.PositiveSmallIntegerField("réserve après", null=True, blank=True)
    reason = models.CharField("motif", max_length=400, blank=True)
    campaign = models.ForeignKey(
        "recognition.Campaign", models.PROTECT, null=True, blank=True, related_name="movements"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "mouvement d’enveloppe"
        verbose_name_plural = "mouvements d’enveloppe"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"],
                condition=Q(kind="commit"),
                name="envelope_committed_once_per_campaign",
                violation_error_message="Cette campagne est déjà engagée.",
            ),
            models.CheckConstraint(
                name="envelope_movement_has_reason",
                condition=~Q(kind__in=["top_up", "reserve"]) | ~Q(reason=""),
                violation_error_message="Dites pourquoi l’enveloppe change.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} : {self.cents}"

    @property
    def shares(self) -> str:
        """« 5 % → 4,5 % », for a change of the reserve."""
        return " → ".join(
            f"{bp / 100:g}\u202f%".replace(".", ",")
            for bp in (self.reserve_bp_before, self.reserve_bp_after)
            if bp is not None
        )


class Campaign(models.Model):
    """One computation of who gets what under one version (domain.md §6.6).

    `unit` None: every unit. `cutoff`: what is signed later is not evidence. Whoever has an award under the version
    already is left out of its other campaigns.
    """

    scheme = models.ForeignKey(
        "recognition.SchemeVersion", models.PROTECT, related_name="campaigns", verbose_name="version"
    )
    unit = models.ForeignKey(
        "organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="unité"
    )
    name = models.CharField("nom", max_length=80)
    reference_date = models.DateField("date de référence")
    state = models.CharField(
        "état", max_length=16, choices=CampaignState.choices, default=CampaignState.DRAFT
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="créée par"
    )
    created_at = models.DateTimeField("créée le", null=True)
    job = models.ForeignKey(
        "jobs.Job", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="traitement"
    )
    cutoff = models.DateTimeField("preuves reçues jusqu’au", null=True, blank=True)
    frozen_at = models.DateTimeField("preuves arrêtées le", null=True, blank=True)
    computed_at = models.DateTimeField("calculée le", null=True, blank=True)
    run = models.PositiveSmallIntegerField("calcul n°", default=0)
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    run_asked_at = models.DateTimeField("calcul lancé le", null=True, blank=True)
    run_reason = models.CharField("cause du calcul", max_length=160, blank=True)
    people = models.PositiveIntegerField("participations", default=0)
    already_awarded = models.PositiveIntegerField("déjà attributaires", default=0)
    input_hash = models.CharField("empreinte des preuves", max_length=64, blank=True)
    output_hash = models.CharField("empreinte du calcul", max_length=64, blank=True)
    total_cents = models.PositiveBigIntegerField("somme des attributions (centimes)", default=0)
    revised_cents = models.PositiveBigIntegerField("somme des révisions (centimes)", default=0)
    validated_at = models.DateTimeField("validée le", null=True, blank=True)
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    appeal_until = models.DateField("recours jusqu’au", null=True, blank=True)
    closed_at = models.DateTimeField("close le", null=True, blank=True)
    exported_at = models.DateTimeField("exportée le", null=True, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=1)

    class Meta:
        verbose_name = "campagne d’attribution"
        verbose_name_plural = "campagnes d’attribution"
        ordering = ["-reference_date", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme"],
                condition=Q(state__in=OPEN_STATES, unit__isnull=True),
                name="campaign_one_open_per_scheme",
                violation_error_message="Une campagne est déjà en cours pour cette version : terminez-la d’abord.",
            ),
            models.UniqueConstraint(
                fields=["scheme", "unit"],
                condition=Q(state__in=OPEN_STATES, unit__isnull=False),
                name="campaign_one_open_per_unit",
                violation_error_message="Une campagne est déjà en cours pour cette unité : terminez-la d’abord.",
            ),
            models.CheckConstraint(
                name="campaign_validated_is_computed",
                condition=Q(state__in=["draft", "evidence_frozen", "computed"])
                | (Q(validated_at__isnull=False, run__gte=1) & ~Q(output_hash="")),
            ),
            models.CheckConstraint(
                name="campaign_published_can_be_appealed",
                condition=Q(state__in=OPEN_STATES)
                | Q(published_at__isnull=False, appeal_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def given_cents(self) -> int:
        """Awards and revisions: what payroll pays."""
        return self.total_cents + self.revised_cents

    @property
    def is_published(self) -> bool:
        return self.published_at is not None


class CampaignValidation(models.Model):
    """One person's validation of one run: it holds for that run and its hash, and for no other."""

    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="validations")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="validée par"
    )
    run = models.PositiveSmallIntegerField("calcul n°")
    output_hash = models.CharField("empreinte du calcul", max_length=64)
    has_award = models.BooleanField("a une attribution dans la campagne")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "validation de campagne"
        verbose_name_plural = "validations de campagne"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "run", "person"],
                name="campaign_validated_by_two_people",
                violation_error_message="Vous avez déjà validé ce calcul : il faut une autre personne.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign}, calcul n° {self.run}"
