from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from atdemain.organisation.calendar import BusinessCalendar, DatedException
from atdemain.organisation.enums import HolidayZone
from atdemain.organisation.opening_hours import (
    InvalidHours,
    parse_interval,
    parse_weekly_hours,
    sorted_day,
)
from atdemain.statements import Param, Statement

DEFAULT_HOURS = [[["08:00", "20:00"]]] * 6 + [[]]


def default_hours() -> list:
    """Mon–Sat 08:00–20:00 (domain.md §3.4)."""
    return [list(day) for day in DEFAULT_HOURS]


NO_HOURS = (
    "Gardez au moins une ouverture par semaine : les échéances et les rappels des dossiers de l’unité se "
    "comptent dans ses heures. Pour la fermer un temps, laissez ses horaires et ajoutez une exception de "
    "calendrier par jour fermé."
)


def validate_hours(value: object) -> None:
    try:
        parse_weekly_hours(value)
    except InvalidHours as error:
        raise ValidationError(str(error)) from error


def validate_zone(value: str) -> None:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError) as error:
        raise ValidationError(
            f"« {value} » n’est pas un fuseau horaire (écrivez par exemple Europe/Paris)."
        ) from error


class WithHours(models.Model):
    """Opening hours in a zone: seven lists (Monday first) of ["HH:MM", "HH:MM"], [open, close)."""

    tz = models.CharField("fuseau horaire", max_length=40, default="Europe/Paris", validators=[validate_zone])
    holiday_zone = models.CharField(
        "jours fériés", max_length=20, choices=HolidayZone.choices, default=HolidayZone.METROPOLE
    )
    weekly_hours = models.JSONField("horaires", default=default_hours, validators=[validate_hours])

    class Meta:
        abstract = True


class Unit(WithHours):
    """A technical assistance unit (UAT)."""

    code = models.SlugField("code", max_length=20, unique=True)
    name = models.CharField("nom", max_length=80)
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="direction",
    )

    class Meta:
        verbose_name = "unité"
        verbose_name_plural = "unités"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def calendar(self) -> BusinessCalendar:
        """The unit's business time, dated exceptions included (one query)."""
        return BusinessCalendar.build(
            tz=self.tz,
            holiday_zone=self.holiday_zone,
            weekly_hours=self.weekly_hours,
            exceptions=_EXCEPTIONS(unit=self.pk),
            unit_id=self.pk,
            name=self.name,
        )

    def clean(self) -> None:
        """Refuses a week without an hour: what is due on its cases is counted in them. An entity may."""
        if isinstance(self.weekly_hours, list) and not any(self.weekly_hours):
            raise ValidationError(NO_HOURS, code="no_hours")


class CalendarException(models.Model):
    """A dated exception: it replaces the whole day's hours, holidays included.

    `opens`/`closes` are "HH:MM" ("24:00" allowed); both empty = closed the whole day.
    """

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="calendar_exceptions", verbose_name="unité")
    date = models.DateField("date")
    opens = models.CharField("ouvre à", max_length=5, blank=True)
    closes = models.CharField("ferme à", max_length=5, blank=True)
    reason = models.CharField("motif", max_length=120)

    class Meta:
        verbose_name = "exception de calendrier"
        verbose_name_plural = "exceptions de calendrier"
        ordering = ["unit", "date", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "date", "opens"], name="calendar_exception_unique"),
            models.CheckConstraint(
                name="calendar_exception_both_or_none",
                condition=models.Q(opens="", closes="") | (~models.Q(opens="") & ~models.Q(closes="")),
                violation_error_message=(
                    "Donnez l’heure d’ouverture et l’heure de fermeture, ou aucune des deux."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.date:%d/%m/%Y}"

    def clean(self) -> None:
        """Refuses hours that cannot be read; the other rows of the day are `check_exceptions`' business."""
        if self.opens or self.closes:
            try:
                parse_interval(self.opens, self.closes, "Ce jour")
            except InvalidHours as error:
                raise ValidationError(str(error)) from error


_EXCEPTIONS: Statement[DatedException] = Statement(
    lambda: (
        CalendarException.objects.filter(unit=Param("unit"))
        .order_by("date", "opens")
        .values_list("date", "opens", "closes", "reason")
    )
)


def check_exceptions(rows: list[tuple[str, str]], where: str) -> None:
    """One day's exceptions together: readable, apart, and alone if the day is closed.

    Raises `InvalidHours`, whose French message opens with `where`.
    """
    openings = [(opens, closes) for opens, closes in rows if opens or closes]
    if openings and len(openings) < len(rows):
        raise InvalidHours(f"{where} : un jour fermé n’a pas d’autre horaire ; retirez l’une des exceptions.")
    if not openings and len(rows) > 1:
        raise InvalidHours(f"{where} : ce jour est déjà fermé par une autre exception.")
    sorted_day((parse_interval(opens, closes, where) for opens, closes in openings), where)
