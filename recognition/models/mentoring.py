from django.conf import settings
from django.db import models
from django.db.models import F, Q

from recognition.mentoring.enums import LIVE, DisputeOutcome, SessionState
from recognition.querysets import SessionQuerySet


class MentoringSession(models.Model):
    """One session of a mentor with one to four colleagues (domain.md §6.4), from `starts_at` to `ends_at`, in UTC.

    `content_hash`: what everybody signs (`recognition.mentoring.content`). It changes through
    `recognition.mentoring.workflow` only.
    """

    mentor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="mentoring_given", verbose_name="tuteur"
    )
    skill = models.ForeignKey("routing.Skill", models.PROTECT, related_name="+", verbose_name="compétence")
    starts_at = models.DateTimeField("du")
    ends_at = models.DateTimeField("au")
    state = models.CharField("état", max_length=14, choices=SessionState.choices, default=SessionState.DRAFT)
    content_hash = models.CharField("empreinte", max_length=64)
    created_at = models.DateTimeField("notée le")
    reminded_at = models.DateTimeField("rappel de signature le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1)
    trainees = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="SessionTrainee",
        related_name="mentoring_received",
        verbose_name="collègues accompagnés",
    )

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "séance d’accompagnement"
        verbose_name_plural = "séances d’accompagnement"
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="mentoring_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="La séance finit après son début.",
            ),
        ]
        indexes = [
            models.Index(fields=["mentor", "starts_at"], name="mentoring_mentor"),
            models.Index(
                fields=["ends_at"],
                condition=Q(
                    state__in=[SessionState.DRAFT, SessionState.MENTOR_SIGNED, SessionState.CO_SIGNED]
                ),
                name="mentoring_to_sign",
            ),
            models.Index(fields=["skill", "starts_at"], name="mentoring_skill"),
        ]

    def __str__(self) -> str:
        return f"Accompagnement du {self.starts_at:%d/%m/%Y}"

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def live(self) -> bool:
        return self.state in LIVE

    @property
    def short_hash(self) -> str:
        return self.content_hash[:8]


class SessionTrainee(models.Model):
    """A colleague accompanied in a session: one to four of them, never the mentor."""

    session = models.ForeignKey(MentoringSession, models.CASCADE, related_name="seats")
    trainee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="collègue accompagné"
    )

    class Meta:
        verbose_name = "collègue accompagné"
        verbose_name_plural = "collègues accompagnés"
        ordering = ["session", "trainee"]
        constraints = [models.UniqueConstraint(fields=["session", "trainee"], name="mentoring_trainee_once")]

    def __str__(self) -> str:
        return f"{self.session_id} : {self.trainee_id}"


class SessionSignature(models.Model):
    """Somebody's own signature of one content; an edit voids it, and keeps the row."""

    session = models.ForeignKey(MentoringSession, models.CASCADE, related_name="signatures")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="signataire"
    )
    at = models.DateTimeField("le")
    content_hash = models.CharField("empreinte signée", max_length=64)
    voided_at = models.DateTimeField("annulée le", null=True, blank=True)

    class Meta:
        verbose_name = "signature"
        verbose_name_plural = "signatures"
        ordering = ["session", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "user"],
                condition=Q(voided_at__isnull=True),
                name="mentoring_signature_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.session_id} : {self.user_id} le {self.at:%d/%m/%Y}"


class SessionDispute(models.Model):
    """A trainee says that the session did not take place as written. The texts are in the journal's payloads.

    Whoever settles it heard the mentor and the trainee, on these days.
    """

    session = models.ForeignKey(MentoringSession, models.CASCADE, related_name="disputes")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="contestée par"
    )
    at = models.DateTimeField("le")
    mentor_heard_on = models.DateField("tuteur entendu le", null=True, blank=True)
    trainee_heard_on = models.DateField("collègue entendu le", null=True, blank=True)
    outcome = models.CharField("issue", max_length=10, choices=DisputeOutcome.choices, blank=True)
    settled_at = models.DateTimeField("tranchée le", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="tranchée par",
    )

    class Meta:
        verbose_name = "contestation de séance"
        verbose_name_plural = "contestations de séance"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=Q(outcome=""), name="mentoring_one_open_dispute"
            ),
            models.CheckConstraint(
                name="mentoring_dispute_settled_is_whole",
                condition=Q(outcome="", settled_at__isnull=True, settled_by__isnull=True)
                | (
                    ~Q(outcome="")
                    & Q(
                        settled_at__isnull=False,
                        settled_by__isnull=False,
                        mentor_heard_on__isnull=False,
                        trainee_heard_on__isnull=False,
                    )
                ),
                violation_error_message="Une contestation se tranche après avoir entendu les deux personnes.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} : {self.get_outcome_display() or 'à trancher'}"
