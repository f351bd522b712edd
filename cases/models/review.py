from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.enums import ReviewAnswer, ReviewCriterion


class QualityReview(models.Model):
    """What a manager found on reading a case through, told to the advisor then in charge, who may answer once.

    Never a score, and never counted by person (domain.md §3.2 A7). A review is corrected by the next one
    about the same person, which leaves it as it was: `replaced_at` says since when it no longer stands.
    """

    case = models.ForeignKey("cases.Case", models.PROTECT, related_name="reviews", verbose_name="dossier")
    about = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="conseiller alors en charge"
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="relu par"
    )
    at = models.DateTimeField("le")
    comment = models.CharField("appréciation d’ensemble", max_length=2000)
    improvement = models.CharField("progrès convenu", max_length=1000, blank=True)
    reply = models.CharField("réponse du conseiller", max_length=2000, blank=True)
    replied_at = models.DateTimeField("répondu le", null=True, blank=True)
    replaced_at = models.DateTimeField("remplacée le", null=True, blank=True)

    class Meta:
        verbose_name = "relecture qualité"
        verbose_name_plural = "relectures qualité"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "about"],
                condition=Q(replaced_at__isnull=True),
                name="review_one_stands_per_person",
                violation_error_message="Une relecture de ce dossier est déjà en vigueur pour ce conseiller.",
            ),
            models.CheckConstraint(name="review_not_of_oneself", condition=~Q(by=F("about"))),
            models.CheckConstraint(
                name="review_reply_is_whole",
                condition=Q(reply="", replied_at__isnull=True) | (~Q(reply="") & Q(replied_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%d/%m/%Y %H:%M}"


class ReviewMark(models.Model):
    """The answer to one criterion, and why where it is not a plain yes."""

    review = models.ForeignKey(QualityReview, models.CASCADE, related_name="marks")
    criterion = models.CharField("critère", max_length=20, choices=ReviewCriterion.choices)
    answer = models.CharField("réponse", max_length=15, choices=ReviewAnswer.choices)
    comment = models.CharField("précision", max_length=400, blank=True)

    class Meta:
        verbose_name = "critère relu"
        verbose_name_plural = "critères relus"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "criterion"], name="review_criterion_once"),
            models.CheckConstraint(
                name="review_reservation_says_why",
                condition=Q(answer__in=["yes", "not_concerned"]) | ~Q(comment=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_criterion_display()} : {self.get_answer_display()}"
