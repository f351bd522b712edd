from django.conf import settings
from django.db import models
from django.db.models import F, Q

from routing.enums import BriefingState, HelpOutcome, HelpState


class MutualHelpRequest(models.Model):
    """An advisor asks for help inside a case; a colleague answers (L28). Evidence for recognition."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="help_requests")
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+", verbose_name="unité")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="demandée par"
    )
    asked_at = models.DateTimeField("demandée le")
    question = models.CharField("question", max_length=400)
    expires_at = models.DateTimeField("attend jusqu’à")
    state = models.CharField("état", max_length=10, choices=HelpState.choices, default=HelpState.ASKED)
    helper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="acceptée par",
    )
    accepted_at = models.DateTimeField("acceptée le", null=True, blank=True)
    closed_at = models.DateTimeField("terminée le", null=True, blank=True)
    minutes = models.PositiveSmallIntegerField("durée (min)", null=True, blank=True)
    outcome = models.CharField("issue", max_length=12, choices=HelpOutcome.choices, blank=True)

    class Meta:
        verbose_name = "entraide"
        verbose_name_plural = "entraides"
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state__in=["asked", "accepted"]), name="help_one_open_per_case"
            ),
            models.CheckConstraint(
                name="help_closed_is_whole",
                condition=~Q(state="closed")
                | (Q(helper__isnull=False) & Q(minutes__isnull=False) & ~Q(outcome="")),
            ),
            models.CheckConstraint(name="help_not_oneself", condition=~Q(helper=F("asked_by"))),
        ]
        indexes = [models.Index(fields=["unit", "asked_at"], condition=Q(state="asked"), name="help_waiting")]

    def __str__(self) -> str:
        return f"{self.case_id} : {self.get_state_display().lower()}"


class Briefing(models.Model):
    """A team briefing: who attended and how long; nobody is routed to during it (L27)."""

    unit = models.ForeignKey("organisation.Unit", models.PROTECT, related_name="+", verbose_name="unité")
    team = models.ForeignKey(
        "organisation.Team",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="équipe",
    )
    subject = models.CharField("objet", max_length=120)
    starts_at = models.DateTimeField("du")
    ends_at = models.DateTimeField("au")
    led_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="animé par"
    )
    attendees = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="briefings", blank=True, verbose_name="présents"
    )
    state = models.CharField(
        "état", max_length=10, choices=BriefingState.choices, default=BriefingState.PLANNED
    )
    held_until = models.DateTimeField("fin réelle", null=True, blank=True)
    closed_at = models.DateTimeField("clos le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1)

    class Meta:
        verbose_name = "briefing"
        verbose_name_plural = "briefings"
        ordering = ["-starts_at"]
        constraints = [
            models.CheckConstraint(name="briefing_ends_after_start", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="briefing_held_has_a_duration",
                condition=(Q(state="held") & Q(held_until__gt=F("starts_at")))
                | (~Q(state="held") & Q(held_until__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["unit", "starts_at"], name="briefing_unit")]

    def __str__(self) -> str:
        return self.subject

    @property
    def minutes(self) -> int:
        """What it took once held, else what is planned."""
        return round(((self.held_until or self.ends_at) - self.starts_at).total_seconds() / 60)


class BriefingInvite(models.Model):
    """Somebody invited to a briefing, and when they said they would come."""

    briefing = models.ForeignKey(Briefing, models.CASCADE, related_name="invites")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="briefing_invites", verbose_name="invité"
    )
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)

    class Meta:
        verbose_name = "invitation à un briefing"
        verbose_name_plural = "invitations à un briefing"
        ordering = ["briefing", "user"]
        constraints = [models.UniqueConstraint(fields=["briefing", "user"], name="briefing_invite_once")]

    def __str__(self) -> str:
        return f"{self.briefing_id} : {self.user_id}"
