from django.db import models
from django.db.models import Q

from cases.enums import TimerKind, TimerStatus


class Timer(models.Model):
    """A row with a due time, swept every 20 s (architecture.md §4). Never a Celery ETA.

    `epoch` is the version of what it watches: the promise's version for the ladder, the case's
    version at planning for case timers, 1 for the clock of an escalation, planned once. INV-12: one row
    per (promise, kind, epoch). `retry_at` delays
    the next try of a row that failed.
    """

    kind = models.CharField("type", max_length=25, choices=TimerKind.choices)
    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="timers", verbose_name="dossier")
    promise = models.ForeignKey(
        "cases.Promise",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="timers",
        verbose_name="engagement",
    )
    escalation = models.ForeignKey(
        "cases.Escalation",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="timers",
        verbose_name="escalade",
    )
    epoch = models.PositiveIntegerField()
    due_at = models.DateTimeField("échéance")
    status = models.CharField(
        "statut", max_length=16, choices=TimerStatus.choices, default=TimerStatus.PENDING
    )
    done_at = models.DateTimeField("fait le", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("tentatives", default=0, db_default=0)
    retry_at = models.DateTimeField("prochain essai", null=True, blank=True)
    last_error = models.CharField("dernière erreur", max_length=400, blank=True, default="", db_default="")

    class Meta:
        verbose_name = "échéance"
        verbose_name_plural = "échéances"
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["promise", "kind", "epoch"],
                condition=Q(promise__isnull=False),
                name="timer_once_per_promise",
            ),
            models.UniqueConstraint(
                fields=["case", "kind", "epoch"],
                condition=Q(promise__isnull=True, escalation__isnull=True),
                name="timer_once_per_case",
            ),
            models.UniqueConstraint(
                fields=["escalation", "kind", "epoch"],
                condition=Q(escalation__isnull=False),
                name="timer_once_per_escalation",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status="pending"), name="timer_due"),
            models.Index(fields=["due_at"], condition=Q(status="dead"), name="timer_dead"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at:%d/%m/%Y %H:%M}"


class Heartbeat(models.Model):
    """When a background process last came round; readiness reads it (architecture.md §4)."""

    name = models.CharField("processus", max_length=60, unique=True)
    at = models.DateTimeField("vu le")

    class Meta:
        verbose_name = "signe de vie"
        verbose_name_plural = "signes de vie"
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%d/%m/%Y %H:%M:%S}"
