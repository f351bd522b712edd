from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.enums import AssignmentReason
from routing.enums import AssignmentMode, RequestCause


class RoutingRequest(models.Model):
    """A case asks for an owner. Written with the event; decided at once, or by the next sweep.

    `tried_at` and `histogram` tell what the last attempt found when nobody was eligible.
    """

    case = models.OneToOneField(
        "cases.Case", models.CASCADE, related_name="routing_request", verbose_name="dossier"
    )
    cause = models.CharField("cause", max_length=10, choices=RequestCause.choices)
    requested_at = models.DateTimeField("demandé le")
    tried_at = models.DateTimeField("dernier essai", null=True, blank=True)
    next_try_at = models.DateTimeField("prochain essai")
    former_owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    histogram = models.JSONField("motifs", default=dict)
    explanation = models.JSONField("explication", default=dict)

    class Meta:
        verbose_name = "demande d’affectation"
        verbose_name_plural = "demandes d’affectation"
        ordering = ["requested_at", "pk"]
        indexes = [models.Index(fields=["next_try_at"], name="routing_request_due")]

    def __str__(self) -> str:
        return f"{self.case_id} : {self.get_cause_display()}"


class Assignment(models.Model):
    """Who got the case, from whom, how and why; individual figures are erased after seven days."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="assignments", verbose_name="dossier")
    from_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="de"
    )
    to_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="à"
    )
    mode = models.CharField("mode", max_length=12, choices=AssignmentMode.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="par"
    )
    reason_code = models.CharField("motif", max_length=20, choices=AssignmentReason.choices, blank=True)
    reason_text = models.CharField("précision", max_length=400, blank=True)
    policy = models.ForeignKey(
        "routing.RoutingPolicy", models.PROTECT, null=True, blank=True, related_name="+"
    )
    explanation = models.JSONField("explication", default=dict)
    over_cap = models.BooleanField("au-delà du plafond", default=False)
    rd3plus = models.BooleanField("RD3+", default=False)
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "affectation"
        verbose_name_plural = "affectations"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["to_user", "at"], name="assignment_to"),
            models.Index(fields=["at"], condition=Q(over_cap=True), name="assignment_over_cap"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} → {self.to_user_id} ({self.get_mode_display().lower()})"


class ClientExclusion(models.Model):
    """A manager's decision after an incident: this client is not routed to this advisor (E8)."""

    client = models.ForeignKey("cases.Client", models.CASCADE, related_name="+", verbose_name="client")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="conseiller"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="décidé par"
    )
    decided_at = models.DateTimeField("le")

    class Meta:
        verbose_name = "client non adressé"
        verbose_name_plural = "clients non adressés"
        constraints = [models.UniqueConstraint(fields=["client", "user"], name="client_exclusion_once")]

    def __str__(self) -> str:
        return f"{self.client_id} / {self.user_id}"


class UnitSharing(models.Model):
    """An agreement: cases of `unit` may overflow to `helper` (domain.md §5.5)."""

    unit = models.ForeignKey(
        "organisation.Unit", models.CASCADE, related_name="sharing", verbose_name="unité aidée"
    )
    helper = models.ForeignKey(
        "organisation.Unit", models.CASCADE, related_name="+", verbose_name="unité qui aide"
    )
    valid_from = models.DateField("du", null=True, blank=True)
    valid_to = models.DateField("au", null=True, blank=True)

    class Meta:
        verbose_name = "accord d’entraide entre unités"
        verbose_name_plural = "accords d’entraide entre unités"
        ordering = ["unit", "helper"]
        constraints = [
            models.CheckConstraint(
                name="unit_sharing_two_units",
                condition=~Q(unit=F("helper")),
                violation_error_message="Une unité ne s’aide pas elle-même.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} → {self.helper}"
