import secrets

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from recognition.surveys.enums import SurveyState


def random_key() -> str:
    """128 bits of chance: tells nothing of the order in which rows were made."""
    return secrets.token_hex(16)


class Survey(models.Model):
    """Questions as data, to an audience of roles and units, from `opens_at` to `closes_at`.

    `questions`: [{"key": "q1", "kind": QuestionKind, "text": …, "choices": [[code, label], …]}]. `units` empty: all.
    `invited`, once open: [[role, unit id or None, people], …] by the group that answers bear.
    """

    title = models.CharField("titre", max_length=120)
    intro = models.TextField("pourquoi cette enquête", max_length=1_000, blank=True)
    questions = models.JSONField("questions", default=list)
    roles = models.JSONField("rôles", default=list)
    units = models.ManyToManyField("organisation.Unit", blank=True, related_name="+", verbose_name="unités")
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="lancée par"
    )
    state = models.CharField("état", max_length=6, choices=SurveyState.choices, default=SurveyState.DRAFT)
    created_at = models.DateTimeField("créée le")
    opens_at = models.DateTimeField("ouverte le", null=True, blank=True)
    closes_at = models.DateTimeField("close le")
    invited = models.JSONField("personnes interrogées", default=list, editable=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "enquête"
        verbose_name_plural = "enquêtes"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="survey_opened",
                condition=(Q(state="draft") & Q(opens_at__isnull=True))
                | (~Q(state="draft") & Q(opens_at__isnull=False) & Q(closes_at__gte=F("opens_at"))),
                violation_error_message="Une enquête ne se clôt pas avant son ouverture.",
            ),
        ]
        indexes = [models.Index(fields=["closes_at"], condition=Q(state="open"), name="survey_to_close")]

    def __str__(self) -> str:
        return self.title


class SurveyTicket(models.Model):
    """That one of those asked has answered, or not yet: which one, only the site's secret tells (`surveys.ballot`).

    All made at once when the survey opens, deleted when it closes. `role` and `unit` are those the answer will bear:
    of five people at least (`surveys.crowd`).
    """

    key = models.CharField(primary_key=True, max_length=64, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="tickets")
    role = models.CharField("rôle", max_length=20, blank=True)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    used = models.BooleanField("a répondu", default=False)

    class Meta:
        verbose_name = "bulletin d’enquête"
        verbose_name_plural = "bulletins d’enquête"
        ordering = ["key"]

    def __str__(self) -> str:
        return "bulletin anonyme"


class SurveyAnswer(models.Model):
    """One answer, from nobody: no account, no time, no rank. Written by `recognition.surveys.ballot` only, which
    lays all the answers of a survey down again, in the order of chance, at each new one."""

    key = models.CharField(primary_key=True, max_length=32, default=random_key, editable=False)
    survey = models.ForeignKey(Survey, models.CASCADE, related_name="answers")
    role = models.CharField("rôle", max_length=20, blank=True)
    unit = models.ForeignKey("organisation.Unit", models.PROTECT, null=True, blank=True, related_name="+")
    answers = models.JSONField("réponses")

    class Meta:
        verbose_name = "réponse d’enquête"
        verbose_name_plural = "réponses d’enquête"
        ordering = ["key"]

    def __str__(self) -> str:
        return "réponse anonyme"
