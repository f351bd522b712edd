from django.conf import settings
from django.db import models
from django.db.models import Q

from routing.enums import RecoveryAnswer


class LoadSnapshot(models.Model):
    """One advisor's load at one moment, in hundredths of a point; erased after seven days (§2.9)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField("le")
    components = models.JSONField(default=list)
    score = models.PositiveIntegerField("points")
    cap = models.PositiveIntegerField("plafond")

    class Meta:
        verbose_name = "charge d’un conseiller"
        verbose_name_plural = "charges des conseillers"
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["user", "at"], name="load_snapshot_once")]
        indexes = [models.Index(fields=["at"], name="load_snapshot_at")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%d/%m/%Y %H:%M}"


class TeamLoad(models.Model):
    """What stays of a day's loads: a team of five people or more, never an individual."""

    team = models.ForeignKey("organisation.Team", models.CASCADE, related_name="loads")
    day = models.DateField("jour")
    people = models.PositiveIntegerField("personnes")
    mean_pct = models.DecimalField("charge moyenne (%)", max_digits=5, decimal_places=1)
    p90_pct = models.DecimalField("90e centile (%)", max_digits=5, decimal_places=1)
    red_share = models.DecimalField("temps à 85 % et plus (%)", max_digits=5, decimal_places=1)
    jain = models.DecimalField("indice de Jain", max_digits=4, decimal_places=3)

    class Meta:
        verbose_name = "charge d’une équipe"
        verbose_name_plural = "charges des équipes"
        ordering = ["-day", "team"]
        constraints = [
            models.UniqueConstraint(fields=["team", "day"], name="team_load_once"),
            models.CheckConstraint(name="team_load_five_people", condition=Q(people__gte=5)),
        ]

    def __str__(self) -> str:
        return f"{self.team} {self.day:%d/%m/%Y}"


class RecoveryOffer(models.Model):
    """Ten minutes offered after two hard contacts in a row, or after one declared; never imposed (L15)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="recovery_offers")
    offered_at = models.DateTimeField("proposée le")
    expires_at = models.DateTimeField("jusqu’à")
    blocking = models.BooleanField("suspend l’affectation", default=False)
    answer = models.CharField("réponse", max_length=10, choices=RecoveryAnswer.choices, blank=True)
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)

    class Meta:
        verbose_name = "récupération proposée"
        verbose_name_plural = "récupérations proposées"
        ordering = ["-offered_at"]
        indexes = [models.Index(fields=["user", "offered_at"], name="recovery_user")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.offered_at:%d/%m/%Y %H:%M}"
