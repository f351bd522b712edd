"""The day an eligibility is checked on."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from recognition.forms.fields import KeepsDays, day


class DayForm(KeepsDays):
    """The day the check is made on: today or before, nobody knows what comes."""

    on = day("À la date du")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)
        self.today = today
        self.fields["on"].widget.attrs["max"] = today.isoformat()

    def clean_on(self) -> date:
        on: date = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(
                "Choisissez aujourd’hui ou une date passée : la suite n’est pas connue."
            )
        return on
