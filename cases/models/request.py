from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.enums import CancelReason, RequestStatus


class CancelRequest(models.Model):
    """The person in charge asks the manager to cancel the case (domain.md §2.6); no state moves.

    Accepted by the cancellation itself, refused with a reason, lapsed once the case is worked on no more.
    """

    case = models.ForeignKey("cases.Case", models.CASCADE, related_name="cancel_requests")
    reason = models.CharField("motif", max_length=20, choices=CancelReason.choices)
    text = models.TextField("explication", max_length=400)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="demandée par"
    )
    at = models.DateTimeField("demandée le")
    status = models.CharField(
        "statut", max_length=10, choices=RequestStatus.choices, default=RequestStatus.OPEN
    )
    decided_at = models.DateTimeField("tranchée le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="tranchée par",
    )
    refusal = models.CharField("motif du refus", max_length=400, blank=True)

    class Meta:
        verbose_name = "demande d’annulation"
        verbose_name_plural = "demandes d’annulation"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(status="open"),
                name="cancel_request_one_open_per_case",
                violation_error_message="Une demande d’annulation attend déjà une décision.",
            ),
            models.CheckConstraint(
                name="cancel_request_decision_is_whole",
                condition=Q(status="open", decided_at__isnull=True)
                | (~Q(status="open") & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="cancel_request_refusal_says_why",
                condition=~Q(status="refused") | (~Q(refusal="") & Q(decided_by__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.at:%d/%m/%Y %H:%M}"
