"""Field types the action forms share: a slot of the grid, a person of the unit, a reason in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from cases.importing.values import Unreadable, in_zone

MAX_DIGITS = 18  # what a database's big integer holds
FIRST_YEAR, LAST_YEAR = 2000, 2999
DURATIONS = [(30, "30 minutes"), (60, "1 heure"), (120, "2 heures"), (240, "4 heures")]


class SlotField(forms.CharField):
    """A start, as the ISO time the grid's radio carries; cleans to an aware UTC datetime."""

    default_error_messages = {
        "required": "Choisissez un créneau dans la grille.",
        "invalid": "Ce créneau ne se lit pas. Choisissez-le dans la grille.",
    }

    def clean(self, value: Any) -> datetime | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            at = datetime.fromisoformat(text)
            if at.tzinfo is None or not FIRST_YEAR <= at.year <= LAST_YEAR:
                raise ValueError(text)
            return at.astimezone(UTC)
        except (ValueError, OverflowError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class MomentField(forms.DateTimeField):
    """A local date and time; cleans to an aware UTC datetime.

    Of an hour that the clock plays twice, the first; one that it skips is refused, and so said.
    """

    default_error_messages = {
        "invalid": "Cette date ne se lit pas. Donnez le jour et l’heure, par exemple 10/11/2026 15:30.",
        "year": f"Cette année n’est pas possible. Donnez une année entre {FIRST_YEAR} et {LAST_YEAR}.",
        "skipped": (
            "Cette heure n’existe pas : l’horloge avance cette nuit-là (changement d’heure). "
            "Donnez l’heure qu’elle affichait avant ou après."
        ),
    }

    def to_python(self, value: Any) -> datetime | None:
        if value in self.empty_values:
            return None
        at = value if isinstance(value, datetime) else self._read(str(value).strip())
        if not FIRST_YEAR <= at.year <= LAST_YEAR:
            raise ValidationError(self.error_messages["year"], code="year")
        try:
            return in_zone(at, timezone.get_current_timezone())
        except Unreadable:
            raise ValidationError(self.error_messages["skipped"], code="skipped") from None

    def _read(self, text: str) -> datetime:
        try:
            return parse_datetime(text) or super(forms.DateTimeField, self).to_python(text)
        except (ValueError, ValidationError):
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None


class RowField(forms.ModelChoiceField):
    """A choice among rows; an identifier no database can hold is one that is not proposed."""

    def to_python(self, value: Any) -> Any:
        typed = value not in self.empty_values and not isinstance(value, self.queryset.model)
        if typed and number_in(value) is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


def number_in(text: Any) -> int | None:
    """The identifier an address carries (`?escalation=12`); None for what is none."""
    text = str(text or "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS else None


def text(
    label: str,
    *,
    rows: int = 3,
    minimum: int = 0,
    maximum: int = 2000,
    required: bool = True,
    conditional: bool = False,
    help_text: str = "",
) -> forms.CharField:
    """A free text; `minimum` characters, said in French with what is missing.

    `conditional`: its form decides whether it may stay empty, so it is not shown as optional.
    """
    field = forms.CharField(
        label=label,
        required=required,
        min_length=minimum or None,
        max_length=maximum,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "class": "form-control"}),
    )
    field.conditional = conditional  # type: ignore[attr-defined]
    if minimum:
        for validator in field.validators:
            if getattr(validator, "code", "") == "min_length":
                validator.message = f"Écrivez au moins {minimum} caractères (vous en avez %(show_value)s)."
    return field


def select(
    label: str, choices: Any, *, required: bool = True, help_text: str = "", blank: str = "Choisir…"
) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=required,
        help_text=help_text,
        choices=[("", blank), *choices],
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": "Choisissez une valeur."},
    )


def radios(label: str, choices: Any, *, required: bool = True, initial: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        required=required,
        choices=list(choices),
        initial=initial,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": "Choisissez une réponse."},
    )


class Minutes(forms.TypedChoiceField):
    def __init__(self) -> None:
        super().__init__(
            label="Durée de la fenêtre",
            choices=DURATIONS,
            coerce=int,
            initial=60,
            required=False,
            empty_value=60,
        )
