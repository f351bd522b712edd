from django.db import models
from django.db.models import F, Q

from cases.enums import Colour, FaultStatus, FaultSystem
from cases.querysets import FaultTicketQuerySet


class FaultTicket(models.Model):
    """An open fault of another system (Océane, other): an item of the DEC.

    DEC(t) = tickets with opened_at ≤ t < closed_at (domain.md §2.2). A partner that tells its own faults has its
    own references (`feed`): whether another one uses the same cannot be learnt.
    """

    system = models.CharField("système", max_length=10, choices=FaultSystem.choices)
    ref = models.CharField("référence", max_length=40)
    line = models.ForeignKey(
        "cases.Line",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="fault_tickets",
        verbose_name="ligne",
    )
    case = models.ForeignKey(
        "cases.Case",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="fault_tickets",
        verbose_name="dossier",
    )
    responsible_entity = models.ForeignKey(
        "organisation.Entity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="fault_tickets",
        verbose_name="entité responsable",
    )
    feed = models.ForeignKey(
        "organisation.Entity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="transmis par",
    )
    colour = models.CharField("couleur", max_length=8, choices=Colour.choices, default=Colour.ORANGE)
    status = models.CharField("statut", max_length=12, choices=FaultStatus.choices, default=FaultStatus.OPEN)
    opened_at = models.DateTimeField("ouvert le")
    closed_at = models.DateTimeField("fermé le", null=True, blank=True)
    updated_at = models.DateTimeField("mis à jour le")

    objects = FaultTicketQuerySet.as_manager()

    class Meta:
        verbose_name = "dérangement"
        verbose_name_plural = "dérangements"
        ordering = ["-opened_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "ref"], condition=Q(feed__isnull=True), name="fault_ticket_once"
            ),
            models.UniqueConstraint(fields=["system", "ref", "feed"], name="fault_ticket_once_per_feed"),
            models.CheckConstraint(
                name="fault_closes_after_opening",
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                violation_error_message="Le dérangement se ferme après son ouverture.",
            ),
            models.CheckConstraint(
                name="fault_closed_has_a_date",
                condition=(Q(status="closed") & Q(closed_at__isnull=False))
                | (~Q(status="closed") & Q(closed_at__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(fields=["line", "opened_at"], name="fault_ticket_line"),
            models.Index(fields=["opened_at", "closed_at"], name="fault_ticket_stock"),
        ]

    def __str__(self) -> str:
        return f"{self.get_system_display()} {self.ref}"


class FaultTicketChange(models.Model):
    """What the other system said of a ticket at one moment, and what that changed.

    `said` holds the fields it gave, `changes` [before, after] of those that differ from what was known then:
    a report that comes late takes its place in time, and both are worked out again (`cases.fault_history`).
    `colour` is the ticket's after it; `closed_from`, on a report that opens it again, is the closing it undoes.
    """

    ticket = models.ForeignKey(FaultTicket, models.CASCADE, related_name="changes_history")
    at = models.DateTimeField("le")
    said = models.JSONField("dit", default=dict)
    changes = models.JSONField("changements", default=dict)  # field: [before, after]
    colour = models.CharField("couleur alors", max_length=8, choices=Colour.choices, blank=True)
    closed_from = models.DateTimeField("fermé depuis, jusqu’à cette réouverture", null=True, blank=True)
    source = models.CharField("source", max_length=40, blank=True)

    class Meta:
        verbose_name = "changement d’un dérangement"
        verbose_name_plural = "changements des dérangements"
        ordering = ["at", "pk"]
        constraints = [models.UniqueConstraint(fields=["ticket", "at"], name="fault_report_once")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.at:%d/%m/%Y %H:%M}"
