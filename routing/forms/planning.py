"""The planning's form and the absence's: local days and hours, refused by field."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django import forms

from atdemain.organisation.models import User
from routing import planning
from routing.presence import PresenceRefused

DAY_ERRORS = {"required": "Donnez le jour.", "invalid": "Ce jour ne se lit pas : écrivez JJ/MM/AAAA."}
TIME_ERRORS = {"required": "Donnez l’heure.", "invalid": "Cette heure ne se lit pas : écrivez hh:mm."}
FIRST, LAST = date(2018, 1, 1), date(2099, 12, 31)


def day_field(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d/%m/%Y"],
        error_messages=DAY_ERRORS,
        **more,
    )


def time_field(label: str, **more: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time", "class": "form-control"}, format="%H:%M"),
        input_formats=["%H:%M"],
        error_messages=TIME_ERRORS,
        **more,
    )


class _Form(forms.Form):
    def clean_day(self) -> date:
        return _in_range(self.cleaned_data["day"])

    def clean_until(self) -> date | None:
        return _in_range(self.cleaned_data["until"]) if self.cleaned_data.get("until") else None

    def refuse(self, refused: PresenceRefused) -> None:
        self.add_error(refused.field if refused.field in self.fields else None, refused.message)


def _in_range(day: date) -> date:
    if not FIRST <= day <= LAST:
        raise forms.ValidationError("Ce jour est hors du calendrier : vérifiez l’année.")
    return day


class PersonField(forms.ModelChoiceField):
    """Somebody of the manager's own team, in alphabetical order."""

    def __init__(self, **more: Any) -> None:
        errors = {
            "required": "Choisissez la personne.",
            "invalid_choice": "Cette personne n’est pas de votre équipe : choisissez dans la liste.",
        }
        widget = forms.Select(attrs={"class": "form-select"})
        super().__init__(
            User.objects.none(),
            label="Personne",
            empty_label="Choisir…",
            error_messages=errors,
            widget=widget,
            **more,
        )

    def label_from_instance(self, obj: User) -> str:
        return obj.short_name


class HoursForm(_Form):
    """One presence: kind, day and hours."""

    kind = forms.ChoiceField(
        label="Type",
        choices=planning.EDITED_KINDS,
        widget=forms.Select(attrs={"class": "form-select"}),
        error_messages={
            "required": "Choisissez le type.",
            "invalid_choice": "Choisissez le type dans la liste. Une absence se déclare dans « Absences ».",
        },
    )
    day = day_field("Jour")
    start = time_field("Début")
    end = time_field("Fin")
    next_day = forms.BooleanField(
        label="Se termine le lendemain",
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )

    def bounds(self, user: User) -> tuple[datetime, datetime]:
        """UTC, on the clock of the person's unit. Raises PresenceRefused."""
        data = self.cleaned_data
        return planning.bounds(
            data["day"], data["start"], data["end"], planning.zone_of(user), next_day=data["next_day"]
        )


class AddForm(HoursForm):
    person = PersonField()
    until = day_field(
        "Répéter jusqu’au", required=False, help_text="Inclus ; les jours où l’unité est fermée sont sautés."
    )
    field_order = ["person", "kind", "day", "start", "end", "next_day", "until"]

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people


class EditForm(HoursForm):
    seen = forms.CharField(widget=forms.HiddenInput, max_length=60, required=False)


class AbsenceForm(_Form):
    """Whole days unless hours are given. « until » is included."""

    person = PersonField()
    day = day_field("Premier jour")
    start = time_field("À partir de", required=False, help_text="Sinon dès le matin.")
    until = day_field("Dernier jour")
    end = time_field("Jusqu’à", required=False, help_text="Sinon jusqu’au soir.")
    field_order = ["person", "day", "start", "until", "end"]

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = people

    def bounds(self) -> tuple[datetime, datetime]:
        """UTC. Raises PresenceRefused with a field of this form."""
        data = self.cleaned_data
        tz = planning.zone_of(data["person"])
        if data["until"] < data["day"]:
            raise PresenceRefused("Le dernier jour ne vient pas avant le premier.", "until")
        start = planning.instant(data["day"], data["start"], tz, "start")
        if data["end"]:
            return start, planning.instant(data["until"], data["end"], tz, "end")
        return start, planning.instant(data["until"] + timedelta(days=1), None, tz, "until")
