"""The form of a list's filter: what is typed stays, and each error is said at its field."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from html import escape
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from .fields import FIRST_YEAR, LAST_YEAR

BAD_DAY = "Ce jour ne se lit pas. Donnez-le par exemple sous la forme 10/11/2026."
BAD_CHOICE = "Ce choix n’existe pas dans cette liste."


class LeanSelect(forms.Select):
    """A select written in one go: a template per option costs more than the rest of the page."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = "" if value is None else str(value)
        known = False
        options = []
        for key, label in self.choices:
            on = str(key) == chosen
            known = known or on
            options.append(
                f'<option value="{escape(str(key))}"{" selected" if on else ""}>{escape(str(label))}</option>'
            )
        if not known:  # what was asked stays in sight beside its error
            shown = escape(chosen)
            options.insert(0, f'<option value="{shown}" selected>{shown}</option>')
        context = self.get_context("", "", attrs)["widget"]["attrs"]
        pairs = "".join(
            format_html(' {}="{}"', *pair) for pair in context.items() if pair[1] not in (None, False)
        )
        return mark_safe(f'<select name="{escape(name)}"{pairs}>{"".join(options)}</select>')


class DayField(forms.DateField):
    """A day on the reader's clock."""

    default_error_messages = {"invalid": BAD_DAY}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(attrs={"class": "form-control"}, format="%Y-%m-%d"), **kwargs)
        self.widget.input_type = "date"

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value.replace("\x00", "?") if isinstance(value, str) else value)
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise forms.ValidationError(BAD_DAY, code="invalid")
        return day


class FilterForm(forms.Form):
    """Ids of its own (`f-…`), and the words of a select rather than Django's."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="f-%s", **kwargs)
        self.label_suffix = ""
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.error_messages["invalid_choice"] = BAD_CHOICE

    def full_clean(self) -> None:
        """A day that cannot be read is shown as it was typed: a date input would hide it."""
        super().full_clean()
        for name in self._errors or ():
            if name in self.fields and isinstance(self.fields[name].widget, forms.DateInput):
                self.fields[name].widget.input_type = "text"


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), timezone.get_current_timezone())


def until(day: date) -> datetime:
    """The end of that day."""
    return midnight(day + timedelta(days=1))
