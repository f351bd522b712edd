from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.enums import AttemptOutcome, Direction, PromiseKind, PromiseStatus
from cases.querysets import PromiseQuerySet


class Promise(models.Model):
    """A callback promised to the client in [window_start, window_end].

    `closed_at` empty = still owed (pending, or missed and not yet settled); at most one per case.
    `call_by`: an entity answered, call by then; earlier than the window told, never later (T05).
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="promises", verbose_name="dossier")
    kind = models.CharField("type", max_length=16, choices=PromiseKind.choices, default=PromiseKind.PROGRESS)
    window_start = models.DateTimeField("de")
    window_end = models.DateTimeField("à")
    call_by = models.DateTimeField("à appeler avant", null=True, blank=True)
    note = models.CharField("note", max_length=400, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="promis par"
    )
    made_at = models.DateTimeField("promis le")
    owner_at_promise = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="conseiller en charge alors"
    )
    status = models.CharField(
        "statut", max_length=22, choices=PromiseStatus.choices, default=PromiseStatus.PENDING
    )
    done_attempt = models.ForeignKey(
        "cases.CallbackAttempt", models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField("soldé le", null=True, blank=True)
    version = models.PositiveIntegerField("version", default=1)
    #: Of its case; kept by the database (cases/copies.py), so that a unit's list has an index.
    unit = models.ForeignKey(
        "organisation.Unit", models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    objects = PromiseQuerySet.as_manager()

    class Meta:
        verbose_name = "engagement de rappel"
        verbose_name_plural = "engagements de rappel"
        ordering = ["-window_start", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="promise_window_in_order",
                condition=Q(window_end__gt=F("window_start")) & Q(window_start__gte=F("made_at")),
                violation_error_message="La fenêtre finit après son début et commence après l’engagement.",
            ),
            models.CheckConstraint(
                name="promise_pending_is_open",
                condition=~Q(status="pending") | Q(closed_at__isnull=True),
            ),
            models.CheckConstraint(
                name="promise_open_is_owed",
                condition=Q(closed_at__isnull=False) | Q(status__in=["pending", "missed"]),
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(closed_at__isnull=True),
                name="promise_one_owed_per_case",
                violation_error_message="Un rappel est déjà promis sur ce dossier.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["unit", "window_start", "id"], include=["status", "kind"], name="promise_unit_window"
            ),
            models.Index(
                fields=["unit", "window_start", "id"],
                condition=Q(closed_at__isnull=True),
                name="promise_unit_owed",
            ),
            models.Index(
                fields=["unit", "made_at", "id"], include=["status", "kind"], name="promise_unit_made"
            ),
            models.Index(fields=["unit", "status", "window_start", "id"], name="promise_unit_status"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.window_start:%d/%m/%Y %H:%M}"


class CallbackAttempt(models.Model):
    """A call to the client, or the client's own call that stood for it (`direction` in).

    A wrongly logged attempt is replaced, never erased: `superseded_by` names what replaces it.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="attempts", verbose_name="dossier")
    promise = models.ForeignKey(Promise, models.PROTECT, null=True, blank=True, related_name="attempts")
    contact = models.ForeignKey(
        "cases.Contact", models.PROTECT, null=True, blank=True, related_name="attempts"
    )
    direction = models.CharField("sens", max_length=3, choices=Direction.choices, default=Direction.OUT)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")
    outcome = models.CharField("issue", max_length=15, choices=AttemptOutcome.choices)
    told = models.TextField("ce qui a été dit", max_length=2000, blank=True)
    superseded_by = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="corrects", verbose_name="corrigé par"
    )
    correction_reason = models.CharField("motif de correction", max_length=200, blank=True)

    class Meta:
        verbose_name = "tentative de rappel"
        verbose_name_plural = "tentatives de rappel"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["by", "at"], name="attempt_by_at")]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} {self.at:%d/%m/%Y %H:%M}"
