from django.db import models
from django.db.models import Q


class UnitLoad(models.Model):
    """What stays of a day's loads in a unit of five people or more: sums, never an individual (§2.9, §5.4).

    x is one person's load points per available hour of the day, to a tenth. `parts`: component code →
    [count, points] added over the readings, points in hundredths; with the weights of `policy` they give the
    mean under other weights. `bands`: band → readings.
    """

    unit = models.ForeignKey("organisation.Unit", models.CASCADE, related_name="loads", verbose_name="unité")
    day = models.DateField("jour")
    policy = models.ForeignKey(
        "routing.RoutingPolicy", models.PROTECT, null=True, blank=True, related_name="+"
    )
    people = models.PositiveIntegerField("personnes")
    hours = models.DecimalField("heures disponibles", max_digits=9, decimal_places=2)
    point_hours = models.DecimalField("points × heures", max_digits=14, decimal_places=2)
    sum_x = models.DecimalField("Σx", max_digits=10, decimal_places=1)
    sum_x2 = models.DecimalField("Σx²", max_digits=14, decimal_places=2)
    jain = models.DecimalField("indice de Jain", max_digits=4, decimal_places=3)
    bands = models.JSONField("relevés par bande", default=dict)
    parts = models.JSONField("composantes", default=dict)

    class Meta:
        verbose_name = "charge d’une unité"
        verbose_name_plural = "charges des unités"
        ordering = ["-day", "unit"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "day"], name="unit_load_once"),
            models.CheckConstraint(name="unit_load_five_people", condition=Q(people__gte=5)),
        ]
        indexes = [models.Index(fields=["day"], name="unit_load_day")]

    def __str__(self) -> str:
        return f"{self.unit} {self.day:%d/%m/%Y}"
