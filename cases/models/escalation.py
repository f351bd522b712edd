from datetime import datetime

from django.conf import settings
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cases.enums import (
    AnswerCode,
    Colour,
    EscalationMode,
    EscalationNoteKind,
    EscalationReason,
    EscalationStatus,
)
from cases.querysets import EscalationQuerySet


class Escalation(models.Model):
    """Another entity must act; ownership of the case does not move (INV-02)."""

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="escalations", verbose_name="dossier")
    target_entity = models.ForeignKey(
        "organisation.Entity", models.PROTECT, related_name="escalations", verbose_name="entité"
    )
    named_contact = models.ForeignKey(
        "organisation.EntityContact",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="interlocuteur",
    )
    mode = models.CharField(
        "mode", max_length=15, choices=EscalationMode.choices, default=EscalationMode.CASE
    )
    reason = models.CharField("motif", max_length=20, choices=EscalationReason.choices)
    fault_ticket = models.ForeignKey(
        "cases.FaultTicket",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="escalations",
        verbose_name="dérangement",
    )
    summary = models.TextField("résumé", max_length=2000, validators=[MinLengthValidator(20)])
    colour = models.CharField("couleur", max_length=8, choices=Colour.choices)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sent_at = models.DateTimeField("envoyée le")
    ack_due = models.DateTimeField("accusé attendu")
    ack_at = models.DateTimeField("accusée le", null=True, blank=True)
    ack_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer_due = models.DateTimeField("réponse attendue")
    answered_at = models.DateTimeField("répondue le", null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answer_code = models.CharField("réponse", max_length=15, choices=AnswerCode.choices, blank=True)
    answer_text = models.TextField("texte de la réponse", max_length=2000, blank=True)
    appointment_at = models.DateTimeField("rendez-vous le", null=True, blank=True)
    duplicate_of = models.CharField("doublon de", max_length=60, blank=True, default="")
    tell_client_now = models.BooleanField("à dire au client sans attendre", default=False)
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="prise par",
    )
    status_asked_at = models.DateTimeField("nouvelles demandées le", null=True, blank=True)
    info_asked_at = models.DateTimeField("précision demandée le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retirée le", null=True, blank=True)
    withdrawn_reason = models.CharField("motif du retrait", max_length=200, blank=True)
    status = models.CharField(
        "statut", max_length=15, choices=EscalationStatus.choices, default=EscalationStatus.SENT
    )
    version = models.PositiveIntegerField("version", default=1)
    #: Moves with the version: what an entity asks for since the last time (cases/api).
    updated_at = models.DateTimeField("changée le", default=timezone.now, editable=False)
    #: Of its case; kept by the database (cases/copies.py), so that a unit's list has an index.
    unit = models.ForeignKey(
        "organisation.Unit", models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )

    objects = EscalationQuerySet.as_manager()

    class Meta:
        verbose_name = "escalade"
        verbose_name_plural = "escalades"
        ordering = ["-sent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "target_entity"],
                condition=Q(status__in=["sent", "acknowledged"]),
                name="escalation_one_open_per_entity",
                violation_error_message="Cette entité est déjà saisie.",
            ),
            models.CheckConstraint(
                name="escalation_answer_is_whole",
                condition=~Q(status="answered") | (Q(answered_at__isnull=False) & ~Q(answer_code="")),
            ),
        ]
        indexes = [
            models.Index(
                fields=["target_entity", "answer_due"],
                condition=Q(status__in=["sent", "acknowledged"]),
                name="escalation_entity_queue",
            ),
            models.Index(
                fields=["unit", "answer_due", "id"],
                include=["colour"],
                condition=Q(status__in=["sent", "acknowledged"]),
                name="escalation_unit_open",
            ),
            models.Index(fields=["unit", "status", "answer_due", "id"], name="escalation_unit_status"),
            models.Index(fields=["target_entity", "updated_at", "id"], name="escalation_entity_updated"),
            *(
                models.Index(
                    fields=[whose, column, "id"],
                    include=["status", "colour"],
                    name=f"escalation_{short}_{name}",
                )
                for whose, short in (("unit", "unit"), ("target_entity", "entity"))
                for column, name in (("answer_due", "due"), ("sent_at", "sent"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_entity} {self.sent_at:%d/%m/%Y}"

    def touch(self, now: datetime) -> tuple[str, str]:
        """Another version, as of now; the columns to save with it."""
        self.version += 1
        self.updated_at = now
        return "version", "updated_at"


class EscalationNote(models.Model):
    """A question or an answer on an open escalation, either way (domain.md §2.8, L18)."""

    escalation = models.ForeignKey(Escalation, models.CASCADE, related_name="notes")
    kind = models.CharField("type", max_length=15, choices=EscalationNoteKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField("le")
    text = models.TextField("texte", max_length=2000, blank=True)

    class Meta:
        verbose_name = "échange sur une escalade"
        verbose_name_plural = "échanges sur une escalade"
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%d/%m/%Y %H:%M}"


class CallLeg(models.Model):
    """The live call handed to a specialist: a leg of the client's contact, never a contact (domain.md L09).

    It lies outside the contacts, so that no rule ever counts it. `contact` is the client's call it went on
    from, when that one is already known.
    """

    escalation = models.OneToOneField(Escalation, models.CASCADE, related_name="leg", verbose_name="escalade")
    contact = models.ForeignKey(
        "cases.Contact", models.SET_NULL, null=True, blank=True, related_name="legs", verbose_name="contact"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="par")
    started_at = models.DateTimeField("transféré le")
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="repris par",
    )
    taken_at = models.DateTimeField("repris le", null=True, blank=True)

    class Meta:
        verbose_name = "segment d’appel"
        verbose_name_plural = "segments d’appel"
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="call_leg_taken_is_whole",
                condition=Q(taken_at__isnull=True, taken_by__isnull=True)
                | Q(taken_at__isnull=False, taken_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.started_at:%d/%m/%Y %H:%M}"
