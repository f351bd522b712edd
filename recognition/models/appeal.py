from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from recognition.enums import AppealState, Ground, RevisionMode, SecondLevel

TEXT = 4_000


class AppealQuerySet(models.QuerySet["Appeal"]):
    def waiting(self) -> AppealQuerySet:
        return self.filter(state=AppealState.FILED)


class Appeal(models.Model):
    """One employee contests one's own award (domain.md §6.6). Managers never see it.

    `due_at`: fifteen business days of the employee's unit after it was filed. The second level is recorded on the same
    row: the joint committee met outside, `observer` is the staff representative whom the employee agreed to.
    """

    award = models.ForeignKey(
        "recognition.Award", models.PROTECT, related_name="appeals", verbose_name="attribution"
    )
    ground = models.CharField("motif", max_length=16, choices=Ground.choices)
    text = models.TextField("ce que vous contestez", max_length=TEXT)
    state = models.CharField("état", max_length=10, choices=AppealState.choices, default=AppealState.FILED)
    filed_at = models.DateTimeField("déposé le")
    due_at = models.DateTimeField("réponse attendue avant le")
    head_told_at = models.DateTimeField("responsable RH prévenu le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="décidé par",
    )
    decision_text = models.TextField("réponse motivée", max_length=TEXT, blank=True)
    observer_agreed = models.BooleanField("accepte un élu comme observateur", default=False)
    observer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="élu observateur",
    )
    second_on = models.DateField("commission du", null=True, blank=True)
    second_outcome = models.CharField(
        "avis de la commission", max_length=10, choices=SecondLevel.choices, blank=True
    )
    second_text = models.TextField("motif de l’avis", max_length=TEXT, blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField("version de la fiche", default=1)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = "recours"
        verbose_name_plural = "recours"
        ordering = ["due_at", "pk"]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="filed"), name="appeal_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["award"],
                condition=Q(state="filed"),
                name="appeal_one_open_per_award",
                violation_error_message="Un recours est déjà ouvert sur cette attribution.",
            ),
            models.CheckConstraint(
                name="appeal_decision_reasoned",
                condition=(
                    Q(state__in=["accepted", "rejected"], decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision_text="")
                )
                | Q(state__in=["filed", "withdrawn"], decided_at__isnull=True, decided_by__isnull=True),
                violation_error_message="Une décision est écrite, datée et signée.",
            ),
            models.CheckConstraint(
                name="appeal_observer_with_consent",
                condition=Q(observer__isnull=True) | Q(observer_agreed=True),
                violation_error_message="Un élu n’assiste à la commission que si le salarié l’accepte.",
            ),
            models.CheckConstraint(
                name="appeal_second_level_after_first",
                condition=Q(second_outcome="")
                | (Q(state="rejected", second_on__isnull=False) & ~Q(second_text="")),
                violation_error_message="La commission revoit un recours rejeté, et motive son avis.",
            ),
        ]

    def __str__(self) -> str:
        return f"recours n° {self.pk}"


class AwardRevision(models.Model):
    """What an accepted appeal made of one award: revised evidence, a computation of its own, paid from the reserve.

    The award itself keeps what the campaign gave. `after` is never below `before`: no claw-back.
    """

    award = models.ForeignKey("recognition.Award", models.PROTECT, related_name="revisions")
    appeal = models.OneToOneField(Appeal, models.PROTECT, related_name="revision")
    mode = models.CharField("preuves revues", max_length=10, choices=RevisionMode.choices)
    reason = models.CharField("motif de la correction", max_length=400, blank=True)
    cutoff = models.DateTimeField("preuves reçues jusqu’au")
    before_cents = models.PositiveIntegerField("avant (centimes)")
    after_cents = models.PositiveIntegerField("après (centimes)")
    level = models.CharField("niveau", max_length=20, blank=True)
    #: {"role:source": fact} as recognition/results.py writes facts; people and results likewise
    facts = models.JSONField("preuves", default=dict)
    person = models.JSONField("personne", default=dict)
    result = models.JSONField("calcul", default=dict)
    explanation = models.TextField("explication", blank=True)
    input_hash = models.CharField("empreinte des preuves", max_length=64)
    output_hash = models.CharField("empreinte du calcul", max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="par")
    at = models.DateTimeField("le")

    class Meta:
        verbose_name = "révision d’une attribution"
        verbose_name_plural = "révisions d’attributions"
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="revision_never_claws_back",
                condition=Q(after_cents__gte=F("before_cents")),
                violation_error_message="Un recours ne retire jamais ce qui est attribué.",
            ),
            models.CheckConstraint(
                name="revision_correction_reasoned",
                condition=Q(mode="fresh") | ~Q(reason=""),
                violation_error_message="Dites pourquoi la valeur est corrigée.",
            ),
        ]

    def __str__(self) -> str:
        return f"révision de {self.award_id}"

    @property
    def added_cents(self) -> int:
        return self.after_cents - self.before_cents
