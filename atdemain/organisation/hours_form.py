"""Opening hours as seven lines to type, one per weekday."""

from __future__ import annotations

from typing import Any

from django import forms

from atdemain.organisation.opening_hours import WEEKDAYS, InvalidHours, day_as_text, read_day

DAY_FIELDS = [f"hours_{number}" for number in range(7)]
HELP = "Par exemple 08:00-20:00, ou 08:00-12:00, 14:00-18:00. Vide : fermé. La fin peut être 24:00."


class HoursForm(forms.ModelForm):
    """Seven lines to type, one per weekday, in place of the stored structure."""

    hours_0 = forms.CharField(label="Lundi", required=False, help_text=HELP)
    hours_1 = forms.CharField(label="Mardi", required=False)
    hours_2 = forms.CharField(label="Mercredi", required=False)
    hours_3 = forms.CharField(label="Jeudi", required=False)
    hours_4 = forms.CharField(label="Vendredi", required=False)
    hours_5 = forms.CharField(label="Samedi", required=False)
    hours_6 = forms.CharField(label="Dimanche", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A row may have no hours of its own (null).
        for name, day in zip(DAY_FIELDS, self.instance.weekly_hours or [[]] * 7, strict=True):
            self.fields[name].initial = day_as_text(day)
            self.fields[name].conditional = True  # type: ignore[attr-defined]  # an empty day says something

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        week = []
        for name, weekday in zip(DAY_FIELDS, WEEKDAYS, strict=True):
            try:
                week.append(read_day(data.get(name, ""), weekday.capitalize()))
            except InvalidHours as error:
                self.add_error(name, str(error))
        if len(week) == len(DAY_FIELDS):
            self.instance.weekly_hours = week
        return data
