from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from atdemain.organisation.enums import Role


class Simulation(models.Model):
    """The same evidence under two versions (domain.md L68, §6.6): who would get what. It decides nothing.

    Worked out by a job, some people at a time; the figures are read once it is finished.
    """

    before = models.ForeignKey(
        "recognition.SchemeVersion", models.CASCADE, related_name="+", verbose_name="première version"
    )
    after = models.ForeignKey(
        "recognition.SchemeVersion", models.CASCADE, related_name="+", verbose_name="seconde version"
    )
    #: both versions are read over this one period, so that only their rules differ
    period_start = models.DateField("du")
    period_end = models.DateField("au")
    cutoff = models.DateTimeField("preuves connues le")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("demandée le")
    job = models.OneToOneField(
        "jobs.Job", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="traitement"
    )

    class Meta:
        verbose_name = "simulation"
        verbose_name_plural = "simulations"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="simulation_two_versions",
                condition=~Q(before=F("after")),
                violation_error_message="Une simulation compare deux versions différentes.",
            ),
            models.CheckConstraint(
                name="simulation_period_in_order",
                condition=Q(period_end__gte=F("period_start")),
                violation_error_message="La période finit avant de commencer.",
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.before.number} et version {self.after.number}"


class SimulatedPerson(models.Model):
    """One person under both. Contract and mode are read here, to show nobody is left out; the rules never see them."""

    simulation = models.ForeignKey(Simulation, models.CASCADE, related_name="people")
    employee = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    unit = models.ForeignKey("organisation.Unit", models.SET_NULL, null=True, related_name="+")
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    before_level = models.CharField("niveau, première", max_length=20, blank=True)
    before_cents = models.PositiveIntegerField("montant, première (centimes)", default=0)
    before_blocked = models.BooleanField("donnée insuffisante, première", default=False)
    after_level = models.CharField("niveau, seconde", max_length=20, blank=True)
    after_cents = models.PositiveIntegerField("montant, seconde (centimes)", default=0)
    after_blocked = models.BooleanField("donnée insuffisante, seconde", default=False)
    left = models.BooleanField("sorti du projet", default=False)
    work_study = models.BooleanField("alternant", default=False)
    designated = models.BooleanField("désigné", default=False)

    class Meta:
        verbose_name = "personne simulée"
        verbose_name_plural = "personnes simulées"
        ordering = ["simulation", "employee"]
        constraints = [
            models.UniqueConstraint(fields=["simulation", "employee"], name="simulated_once"),
        ]

    def __str__(self) -> str:
        return f"{self.simulation_id} {self.employee_id}"
