"""Field types the action forms share: a slot of the grid, a person of the unit, a reason in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

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
    """A local date and time; one that the clock change skips is refused in the reader's words."""

    default_error_messages = {
        "invalid": "Cette date ne se lit pas, ou n’existe pas (changement d’heure).",
    }

    def to_python(self, value: Any) -> datetime | None:
        try:
            return super().to_python(value)
        except ValidationError:
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
