from django.db import models
from django.db.models import F, Q

from cases.enums import DissatisfactionCause


class SatisfactionAnswer(models.Model):
    """What the client answered once told that the case was resolved (domain.md §2.2, T09); one per resolution.

    Counted by unit, never per person: who typed it is in the journal alone. The client is the case's, so
    that records merged or split need not follow.
    """

    DISSATISFIED_UP_TO = 6

    case = models.ForeignKey(
        "cases.Case", models.CASCADE, related_name="satisfaction_answers", verbose_name="dossier"
    )
    resolved_at = models.DateTimeField("résolution jugée")
    at = models.DateTimeField("répondu le")
    score = models.PositiveSmallIntegerField("note")
    dissatisfied = models.GeneratedField(
        expression=Q(score__lte=DISSATISFIED_UP_TO), output_field=models.BooleanField(), db_persist=True
    )
    cause = models.CharField("cause", max_length=20, choices=DissatisfactionCause.choices, blank=True)

    class Meta:
        verbose_name = "réponse de satisfaction"
        verbose_name_plural = "réponses de satisfaction"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "resolved_at"], name="satisfaction_once_per_resolution"),
            models.CheckConstraint(
                name="satisfaction_score_0_to_10", condition=Q(score__gte=0, score__lte=10)
            ),
            models.CheckConstraint(
                name="satisfaction_cause_when_dissatisfied",
                condition=(Q(score__lte=6) & ~Q(cause="")) | Q(score__gt=6, cause=""),
            ),
            models.CheckConstraint(
                name="satisfaction_after_resolution", condition=Q(at__gte=F("resolved_at"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.score}/10"
