from __future__ import annotations

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from recognition.enums import BudgetPolicy, LegalBasis, Renewal, SchemeState
from recognition.terms import Terms, read


class SchemeQuerySet(models.QuerySet["SchemeVersion"]):
    def public(self) -> Self:
        """What every employee reads: all that was published once."""
        return self.exclude(state=SchemeState.DRAFT)

    def standing(self) -> Self:
        """Those of them that no other took the place of: an amendment holds for the period of what it amends."""
        amended = self.model._base_manager.exclude(state=SchemeState.DRAFT).filter(amends=OuterRef("pk"))
        return self.public().filter(~Exists(amended))

    def holding(self, day: date) -> Self:
        """The version whose period holds `day`."""
        return self.standing().filter(period_start__lte=day, period_end__gte=day)


class SchemeVersion(models.Model):
    """The published rules of one period (domain.md §6.1). Published, nothing of it changes any more.

    Kept by `recognition.scheme.triggers` in the database: once it is no draft, only its state goes on (published, in
    force, ended), and its renewal may be stopped. `content_hash`: see `recognition.scheme.fingerprint`.
    """

    programme = models.ForeignKey(
        "organisation.Programme", models.PROTECT, related_name="schemes", verbose_name="programme"
    )
    number = models.PositiveSmallIntegerField("version")
    name = models.CharField("nom", max_length=60)
    state = models.CharField("état", max_length=10, choices=SchemeState.choices, default=SchemeState.DRAFT)
    legal_basis = models.CharField("fondement", max_length=24, choices=LegalBasis.choices, blank=True)
    decided_on = models.DateField("décidé le", null=True, blank=True)
    document_url = models.URLField("document", blank=True)
    #: [{"organisation": str, "signed": bool, "weight_bp": int}], weights in hundredths of a per cent
    signatories = models.JSONField("signataires", default=list, blank=True)
    referendum_approved = models.BooleanField("approuvé par référendum", default=False)
    period_start = models.DateField("du", null=True, blank=True)
    period_end = models.DateField("au", null=True, blank=True)
    renewal = models.CharField("reconduction", max_length=8, choices=Renewal.choices, blank=True)
    max_renewals = models.PositiveSmallIntegerField("reconductions au plus", null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField("préavis (jours)", null=True, blank=True)
    eligible_roles = models.JSONField("rôles concernés", default=list, blank=True)
    #: codes of organisation and recognition: the exit reasons that are just causes
    just_causes = models.JSONField("justes motifs", default=list, blank=True)
    #: {code: {"label", "source", "comparator", "threshold", "unit", "roles"}} (recognition/terms.py)
    criteria = models.JSONField("critères", default=dict, blank=True)
    #: [{"code", "rank", "label", "amounts": {role: cents}, "condition": tree}] (recognition/terms.py)
    levels = models.JSONField("niveaux", default=list, blank=True)
    proration = models.CharField("prorata", max_length=20, default="calendar_days")
    budget_policy = models.CharField(
        "si l’enveloppe est dépassée", max_length=8, choices=BudgetPolicy.choices, default=BudgetPolicy.BLOCK
    )
    appeal_days = models.PositiveSmallIntegerField("jours pour contester", null=True, blank=True)
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="amendments", verbose_name="améliore"
    )
    drafted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="rédigée par"
    )
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="publiée par",
    )
    #: every account that wrote something of it: none of them publishes it
    writers = models.JSONField("rédacteurs", default=list, blank=True, editable=False)
    changed_at = models.DateTimeField("modifiée le", null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="modifiée par",
    )
    renews = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="renewed_by", verbose_name="reconduit"
    )
    renewal_rank = models.PositiveSmallIntegerField("reconduction n°", default=0)
    renewal_stopped_on = models.DateField("reconduction arrêtée le", null=True, blank=True)
    published_at = models.DateTimeField("publiée le", null=True, blank=True)
    #: the day of `published_at` in Paris, or the day a tacit renewal was acquired: what INV-17 compares
    published_on = models.DateField("publiée le (jour)", null=True, blank=True)
    content_hash = models.CharField("empreinte", max_length=64, blank=True)
    version = models.PositiveIntegerField("version de la fiche", default=1)

    objects = SchemeQuerySet.as_manager()

    class Meta:
        verbose_name = "version du dispositif"
        verbose_name_plural = "versions du dispositif"
        ordering = ["programme", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="scheme_number_once"),
            models.CheckConstraint(
                name="scheme_period_in_order",
                condition=Q(period_end__gte=F("period_start")),
                violation_error_message="La période finit avant de commencer.",
            ),
            models.CheckConstraint(
                name="scheme_published_is_whole",
                condition=Q(state="draft")
                | (
                    Q(published_at__isnull=False)
                    & Q(published_on__isnull=False)
                    & Q(published_by__isnull=False)
                    & ~Q(content_hash="")
                    & Q(period_start__isnull=False)
                    & Q(period_end__isnull=False)
                    & ~Q(published_by=F("drafted_by"))
                ),
                violation_error_message="Une version publiée l’est par une autre personne que son auteur.",
            ),
            models.CheckConstraint(
                name="scheme_published_before_it_begins",
                condition=Q(state="draft") | Q(amends__isnull=False) | Q(published_on__lt=F("period_start")),
                violation_error_message="Une version se publie avant le début de sa période.",
            ),
            models.CheckConstraint(
                name="scheme_state_known",
                condition=Q(state__in=SchemeState.values),
                violation_error_message="Cet état n’existe pas.",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} « {self.name} »"

    def terms(self) -> Terms:
        """What decides of an award. Raises TermsRefused on a draft that does not say it all yet."""
        return read(
            {
                "number": self.number,
                "period_start": self.period_start,
                "period_end": self.period_end,
                "eligible_roles": self.eligible_roles,
                "criteria": self.criteria,
                "levels": self.levels,
                "budget_policy": self.budget_policy,
                "appeal_days": self.appeal_days,
            }
        )
