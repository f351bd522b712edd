from django.conf import settings
from django.db import models
from django.db.models import F, Q


class NeutralisedDays(models.Model):
    """Days that count as active though no participation covers them (domain.md §6.5, §11).

    A number, a person and a period. The cause is nobody's business here: there is no field to write it in.
    """

    employee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="neutralised_days", verbose_name="salarié"
    )
    from_on = models.DateField("du")
    to_on = models.DateField("au")
    days = models.PositiveSmallIntegerField("nombre de jours")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="saisi par"
    )
    entered_at = models.DateTimeField("saisi le")

    class Meta:
        verbose_name = "jours neutralisés"
        verbose_name_plural = "jours neutralisés"
        ordering = ["employee", "from_on"]
        constraints = [
            models.CheckConstraint(
                name="neutralised_period",
                condition=Q(to_on__gte=F("from_on")),
                violation_error_message="La période finit avant de commencer.",
            ),
            models.CheckConstraint(
                name="neutralised_one_day_or_more",
                condition=Q(days__gte=1),
                violation_error_message="Comptez au moins un jour.",
            ),
            models.UniqueConstraint(
                fields=["employee", "from_on"],
                name="neutralised_once",
                violation_error_message="Des jours sont déjà saisis à partir de cette date.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} : {self.days} j, du {self.from_on:%d/%m/%Y} au {self.to_on:%d/%m/%Y}"
