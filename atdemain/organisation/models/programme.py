from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinLengthValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length, Trim
from django.db.models.lookups import GreaterThanOrEqual

from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, PhaseKind, Role


class Programme(models.Model):
    code = models.SlugField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=80)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="pilote",
    )

    class Meta:
        verbose_name = "programme"
        verbose_name_plural = "programmes"

    def __str__(self) -> str:
        return self.name


class Phase(models.Model):
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="phases")
    kind = models.CharField("phase", max_length=10, choices=PhaseKind.choices)
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="pilote de la phase"
    )
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)

    class Meta:
        verbose_name = "phase"
        verbose_name_plural = "phases"
        ordering = ["programme", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="phase_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="La phase finit avant de commencer.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} : {self.get_kind_display()}"

    def clean(self) -> None:
        """Phases follow each other: a figure by phase adds up to the whole (domain.md L12)."""
        _check_period(self.starts_on, self.ends_on)
        others = Phase.objects.filter(programme_id=self.programme_id).exclude(pk=self.pk)
        _refuse_overlap(others, "starts_on", "ends_on", self.starts_on, self.ends_on)


class UnitParticipation(models.Model):
    """Whether a unit takes part; not taking part demands a public reason (domain.md L46, L47).

    `valid_from` empty = since always; a unit without a row does not take part.
    """

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="unit_participations")
    unit = models.ForeignKey(
        "organisation.Unit", models.PROTECT, related_name="participations", verbose_name="unité"
    )
    participates = models.BooleanField("participe")
    reason_public = models.TextField("motif public", blank=True, validators=[MinLengthValidator(20)])
    valid_from = models.DateField("du", null=True, blank=True)
    valid_to = models.DateField("au", null=True, blank=True)

    class Meta:
        verbose_name = "participation d’une unité"
        verbose_name_plural = "participations des unités"
        ordering = ["programme", "unit", "valid_from"]
        constraints = [
            models.CheckConstraint(
                name="unit_participation_reason",
                condition=Q(participates=True) | Q(GreaterThanOrEqual(Length(Trim("reason_public")), 20)),
                violation_error_message=(
                    "Dites pourquoi l’unité ne participe pas, en 20 caractères ou plus ; ce motif est public."
                ),
            ),
            models.UniqueConstraint(
                fields=["programme", "unit"],
                condition=Q(valid_to__isnull=True),
                name="unit_participation_one_current",
                violation_error_message="Cette unité a déjà une décision sans fin : terminez-la d’abord.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} : {'participe' if self.participates else 'ne participe pas'}"

    def clean(self) -> None:
        _check_period(self.valid_from, self.valid_to)
        others = UnitParticipation.objects.filter(programme_id=self.programme_id, unit_id=self.unit_id)
        _refuse_overlap(others.exclude(pk=self.pk), "valid_from", "valid_to", self.valid_from, self.valid_to)


class Participation(models.Model):
    """One employee's time in the programme. A new period is a new row."""

    employee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="participations", verbose_name="salarié"
    )
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="participations")
    role = models.CharField("rôle", max_length=20, choices=Role.choices)
    mode = models.CharField("mode", max_length=12, choices=ParticipationMode.choices)
    designated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="désigné par",
    )
    starts_on = models.DateField("du")
    ends_on = models.DateField("au", null=True, blank=True)
    declared_at = models.DateTimeField(
        "enregistrée le",
        null=True,
        editable=False,
        help_text="Quand le salarié s’est porté volontaire ou a été désigné.",
    )
    consent = models.CharField(
        "accord",
        max_length=10,
        choices=ConsentAnswer.choices,
        blank=True,
        editable=False,
        help_text="Le dernier accord du salarié ; vide tant qu’il n’a pas répondu.",
    )

    class Meta:
        verbose_name = "participation"
        verbose_name_plural = "participations"
        ordering = ["employee", "starts_on"]
        constraints = [
            models.CheckConstraint(
                name="participation_designated_by",
                condition=~Q(mode="designated") | Q(designated_by__isnull=False),
                violation_error_message="Une désignation dit par qui.",
            ),
            models.UniqueConstraint(
                fields=["employee", "programme"],
                condition=Q(ends_on__isnull=True),
                name="participation_one_current",
            ),
            models.CheckConstraint(
                name="participation_ends_after_it_starts",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                violation_error_message="La participation finit avant de commencer.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} ({self.get_mode_display().lower()})"

    def clean(self) -> None:
        _check_period(self.starts_on, self.ends_on)
        others = Participation.objects.filter(employee_id=self.employee_id, programme_id=self.programme_id)
        _refuse_overlap(others.exclude(pk=self.pk), "starts_on", "ends_on", self.starts_on, self.ends_on)


class ConsentEvent(models.Model):
    """The employee's own answer; the last one is copied on the participation."""

    participation = models.ForeignKey(Participation, models.PROTECT, related_name="consent_events")
    at = models.DateTimeField("le")
    answer = models.CharField("réponse", max_length=10, choices=ConsentAnswer.choices)
    text_version = models.CharField("version du texte", max_length=20)

    class Meta:
        verbose_name = "accord du salarié"
        verbose_name_plural = "accords des salariés"
        ordering = ["participation", "at"]

    def __str__(self) -> str:
        return f"{self.participation} : {self.get_answer_display()}"


def _check_period(start: date | None, end: date | None) -> None:
    if start and end and end < start:
        raise ValidationError("La période finit avant de commencer.")


def _refuse_overlap(
    others: models.QuerySet[Any], from_field: str, to_field: str, start: date | None, end: date | None
) -> None:
    """Both ends included, empty = unbounded. The message names the row already there."""
    clash = others
    if end is not None:
        clash = clash.filter(Q(**{f"{from_field}__isnull": True}) | Q(**{f"{from_field}__lte": end}))
    if start is not None:
        clash = clash.filter(Q(**{f"{to_field}__isnull": True}) | Q(**{f"{to_field}__gte": start}))
    other = clash.order_by(from_field).first()
    if other is not None:
        since, until = getattr(other, from_field), getattr(other, to_field)
        known = (f"depuis le {since:%d/%m/%Y}" if since else "depuis toujours") + (
            f" jusqu’au {until:%d/%m/%Y}" if until else ", sans fin"
        )
        raise ValidationError(
            f"Cette période en chevauche une autre ({known}) : terminez l’une avant de commencer l’autre."
        )
