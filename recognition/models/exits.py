from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from atdemain.organisation.models import Participation
from recognition.enums import ExitBy, ExitReason, JustCause, JustCauseBasis, Opinion

TEXT = 2_000
#: Every free text of the file: all of them stay empty unless the exit is said to be unjustified.
TEXTS = ("facts", "answer", "opinion_text", "hearing_notes", "decision_text")


class ParticipationExit(models.Model):
    """How one participation ended, or will (domain.md §6.3). Its last day is the participation's.

    Any reason but `unjustified` is a just cause at once and carries no text at all: nothing about health, a
    strike or a mandate can be written (INV-25). `unjustified` is said by the management, and stays `pending` until
    HR decides, or until `due_at` passes: silence is a just cause.
    """

    participation = models.OneToOneField(
        Participation, models.PROTECT, related_name="exit", verbose_name="participation"
    )
    reason = models.CharField("motif", max_length=24, choices=ExitReason.choices)
    exit_by = models.CharField("à l’initiative de", max_length=12, choices=ExitBy.choices)
    last_day = models.DateField("dernier jour")
    announced_at = models.DateTimeField("enregistrée le")
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="enregistrée par"
    )
    facts = models.TextField("faits reprochés", max_length=TEXT, blank=True)
    just_cause = models.CharField("juste motif", max_length=7, choices=JustCause.choices)
    basis = models.CharField("fondement", max_length=10, choices=JustCauseBasis.choices, blank=True)
    due_at = models.DateTimeField("à décider avant le", null=True, blank=True)
    answer = models.TextField("réponse du salarié", max_length=TEXT, blank=True)
    answered_at = models.DateTimeField("réponse donnée le", null=True, blank=True)
    opinion = models.CharField("avis du manager", max_length=8, choices=Opinion.choices, blank=True)
    opinion_text = models.TextField("avis motivé", max_length=TEXT, blank=True)
    opinion_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="avis de",
    )
    opinion_at = models.DateTimeField("avis donné le", null=True, blank=True)
    heard_on = models.DateField("salarié entendu le", null=True, blank=True)
    hearing_notes = models.TextField("ce que le salarié a dit", max_length=TEXT, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidé par",
    )
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decision_text = models.TextField("motif de la décision", max_length=TEXT, blank=True)

    class Meta:
        verbose_name = "sortie du programme"
        verbose_name_plural = "sorties du programme"
        ordering = ["-last_day", "-pk"]
        indexes = [models.Index(fields=["due_at"], condition=Q(just_cause="pending"), name="exit_pending")]
        constraints = [
            models.CheckConstraint(
                name="exit_reason_known",
                condition=Q(reason__in=ExitReason.values, exit_by__in=ExitBy.values),
                violation_error_message="Ce motif de sortie n’existe pas.",
            ),
            models.CheckConstraint(
                name="exit_text_only_unjustified",
                condition=Q(reason="unjustified") | Q(**dict.fromkeys(TEXTS, ""), opinion=""),
                violation_error_message="Ce motif ne se commente pas : aucun texte n’est gardé.",
            ),
            models.CheckConstraint(
                name="exit_unjustified_by_management",
                condition=~Q(reason="unjustified") | Q(exit_by="management"),
                violation_error_message="Seul l’encadrement peut dire une sortie sans juste motif.",
            ),
            models.CheckConstraint(
                name="exit_contract_end_both",
                condition=Q(reason="contract_end", exit_by="contract_end")
                | (~Q(reason="contract_end") & ~Q(exit_by="contract_end")),
                violation_error_message="Une fin de contrat n’est à l’initiative de personne.",
            ),
            models.CheckConstraint(
                name="exit_pending_is_due",
                condition=Q(
                    just_cause="pending",
                    reason="unjustified",
                    basis="",
                    due_at__isnull=False,
                    decided_at__isnull=True,
                    decided_by__isnull=True,
                )
                | (
                    Q(just_cause__in=["yes", "no"], decided_at__isnull=False)
                    & Q(basis__in=JustCauseBasis.values)
                ),
                violation_error_message="Un juste motif à décider a une échéance ; un juste motif décidé, une date.",
            ),
            models.CheckConstraint(
                name="exit_decision_heard_and_reasoned",
                condition=(
                    Q(basis="decision", decided_by__isnull=False, heard_on__isnull=False)
                    & Q(just_cause__in=["yes", "no"])
                    & ~Q(decision_text="")
                )
                | (~Q(basis="decision") & ~Q(just_cause="no") & Q(decided_by__isnull=True, decision_text="")),
                violation_error_message=(
                    "Une décision est écrite, motivée et prise après avoir entendu le salarié ; "
                    "sans elle, le juste motif est acquis."
                ),
            ),
            models.CheckConstraint(
                name="exit_opinion_signed",
                condition=Q(opinion="", opinion_text="", opinion_by__isnull=True, opinion_at__isnull=True)
                | (~Q(opinion="") & Q(opinion_by__isnull=False, opinion_at__isnull=False)),
                violation_error_message="Un avis dit de qui il est, et quand.",
            ),
            models.CheckConstraint(
                name="exit_decider_is_not_accuser",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("announced_by")),
                violation_error_message="Qui a enregistré la sortie ne décide pas du juste motif.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participation} : {self.get_reason_display().lower()}"

    @property
    def automatic(self) -> bool:
        """Whether nobody judged: the reason, the missing consent or the silence settled it."""
        return self.basis not in ("", JustCauseBasis.DECISION)

    @property
    def due_on(self) -> date | None:
        """The day of `due_at` in Paris, or None."""
        return timezone.localdate(self.due_at) if self.due_at else None

    @property
    def pending(self) -> bool:
        return self.just_cause == JustCause.PENDING
