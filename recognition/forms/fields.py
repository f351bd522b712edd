"""Fields that the forms of recognition share: a day that exists, a person one may name, a text."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from cases.forms.fields import FIRST_YEAR, LAST_YEAR, RowField, text

NO_CAUSE = "Ni santé, ni grève, ni mandat, ni vie privée : le salarié lira ce texte."


class DayField(forms.DateField):
    """A day of the calendar; 29 February of a common year is said not to exist."""

    default_error_messages = {
        "required": "Donnez une date.",
        "invalid": "Ce jour n’existe pas ou ne se lit pas. Donnez-le par exemple sous la forme 28/02/2027.",
        "year": f"Cette année n’est pas possible : de {FIRST_YEAR} à {LAST_YEAR}.",
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
            input_formats=["%Y-%m-%d", "%d/%m/%Y"],
            **kwargs,
        )

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value.replace("\x00", "?") if isinstance(value, str) else value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(self.error_messages["year"], code="year")
        return day


class KeepsDays(forms.Form):
    """A day that cannot be read is shown as it was typed: a date input would hide it."""

    def full_clean(self) -> None:
        super().full_clean()
        for name in self._errors or ():
            if name in self.fields and isinstance(self.fields[name], DayField):
                self.fields[name].widget.input_type = "text"
                self.fields[name].widget.attrs.pop("max", None)


class NamedRow(RowField):
    """A row by the name it has in a list; accounts with their number, for namesakes."""

    def label_from_instance(self, obj: Any) -> str:
        number = getattr(obj, "employee_number", None)
        return f"{obj} ({number})" if number else str(obj)


def day(label: str, *, required: bool = True, help_text: str = "") -> DayField:
    return DayField(label=label, required=required, help_text=help_text)


def row(label: str, rows: QuerySet[Any], *, ask: str, help_text: str = "") -> NamedRow:
    return NamedRow(
        label=label,
        queryset=rows,
        empty_label="Choisir…",
        help_text=help_text,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": ask,
            "invalid_choice": "Ce choix n’est plus proposé : choisissez dans la liste.",
        },
    )


def choice(label: str, *, ask: str, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=help_text,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={"required": ask, "invalid_choice": "Choisissez dans la liste."},
    )


def radio(label: str, choices: list[tuple[str, str]], *, ask: str, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=choices,
        help_text=help_text,
        widget=forms.RadioSelect(attrs={"class": "form-check-input"}),
        error_messages={"required": ask, "invalid_choice": ask},
    )


def whole_number(label: str, *, least: int, most: int, ask: str, help_text: str = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        help_text=help_text,
        widget=forms.NumberInput(attrs={"class": "form-control", "inputmode": "numeric"}),
        error_messages={
            "required": ask,
            "invalid": "Écrivez un nombre entier.",
            "min_value": f"{least} au moins.",
            "max_value": f"{most} au plus.",
        },
    )


REQUIRED = "Ce champ est nécessaire."


def long_text(
    label: str, *, help_text: str = "", rows: int = 4, required: bool = True, most: int = 4_000
) -> forms.CharField:
    return forms.CharField(
        label=label, required=required, max_length=most, help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows, "class": "form-control"}), error_messages={"required": REQUIRED},
    )  # fmt: skip


__all__ = [
    "NO_CAUSE", "DayField", "KeepsDays", "choice", "day", "long_text", "radio", "row", "text", "whole_number",
]  # fmt: skip
