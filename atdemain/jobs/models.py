"""Long work asked for by one account: a row that a worker takes up, and goes on with after any stop."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from atdemain.jobs.enums import AT_REST, MOVING, Outcome, Status
from atdemain.organisation.models import User


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> JobQuerySet:
        """One's own, and those only."""
        return self.filter(asked_by=user.pk)

    def confirmed(self) -> JobQuerySet:
        return self.exclude(status=Status.PREVIEW)


class Job(models.Model):
    """`kind` names what does it (`atdemain.jobs.kinds`). `token` is the present worker's: a new one at each take.

    The counts are those of the rows settled, or of the lines written in a file.
    """

    kind = models.CharField("nature", max_length=40)
    title = models.CharField("titre", max_length=240)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs", verbose_name="demandé par"
    )
    parameters = models.JSONField("paramètres", default=dict)
    undoes = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, related_name="undone_by", verbose_name="annule"
    )
    status = models.CharField("état", max_length=10, choices=Status.choices, default=Status.QUEUED)
    token = models.CharField(max_length=32, blank=True)
    total = models.PositiveIntegerField("lignes", default=0)
    done = models.PositiveIntegerField("faites", default=0)
    already = models.PositiveIntegerField("déjà faites", default=0)
    refused = models.PositiveIntegerField("refusées", default=0)
    asked_at = models.DateTimeField("demandé le")
    updated_at = models.DateTimeField("mis à jour le")
    started_at = models.DateTimeField("commencé le", null=True, blank=True)
    finished_at = models.DateTimeField("terminé le", null=True, blank=True)
    file = models.CharField("fichier", max_length=80, blank=True)
    expires_at = models.DateTimeField("expire le", null=True, blank=True)
    error = models.CharField("erreur", max_length=400, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = "traitement"
        verbose_name_plural = "traitements"
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(fields=["asked_by", "-asked_at", "-id"], name="job_of_account"),
            models.Index(
                fields=["id"], condition=models.Q(status__in=[s.value for s in MOVING]), name="job_moving"
            ),
            models.Index(fields=["expires_at"], condition=~models.Q(file=""), name="job_file_expires"),
            models.Index(fields=["updated_at"], name="job_updated"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def settled(self) -> int:
        return self.done + self.already + self.refused

    @property
    def remaining(self) -> int:
        return max(self.total - self.settled, 0)

    @property
    def percent(self) -> int:
        """Whole percents, never 100 before the last row."""
        return 100 * self.settled // self.total if self.total else 0

    @property
    def settled_share(self) -> int:
        """What succeeded, in whole percents of the bar; `refused_share` stands after it."""
        return 100 * (self.done + self.already) // self.total if self.total else 0

    @property
    def refused_share(self) -> int:
        return -(-100 * self.refused // self.total) if self.total else 0

    @property
    def moving(self) -> bool:
        return self.status in MOVING

    @property
    def at_rest(self) -> bool:
        return self.status in AT_REST


class JobRow(models.Model):
    """One object of a job, settled once. `memory`: what its undoing will need."""

    job = models.ForeignKey(Job, models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField("rang")
    object_id = models.BigIntegerField("objet")
    label = models.CharField("référence", max_length=40)
    version = models.PositiveIntegerField("version vue", null=True, blank=True)
    outcome = models.CharField("issue", max_length=10, choices=Outcome.choices, default=Outcome.PENDING)
    reason = models.CharField("motif", max_length=400, blank=True)
    memory = models.JSONField(default=dict)
    settled_at = models.DateTimeField("réglée le", null=True, blank=True)

    class Meta:
        verbose_name = "ligne d’un traitement"
        verbose_name_plural = "lignes d’un traitement"
        ordering = ["job", "position"]
        constraints = [
            models.UniqueConstraint(fields=["job", "position"], name="job_row_position"),
            models.UniqueConstraint(fields=["job", "object_id"], name="job_row_object_once"),
        ]
        indexes = [models.Index(fields=["job", "outcome", "position"], name="job_row_outcome")]

    def __str__(self) -> str:
        return self.label
