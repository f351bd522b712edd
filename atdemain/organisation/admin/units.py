from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from atdemain.organisation.enums import HolidayZone
from atdemain.organisation.hours_form import DAY_FIELDS, HoursForm
from atdemain.organisation.journalled_admin import JournalledAdmin
from atdemain.organisation.models import CalendarException, Entity, EntityContact, PriorityLine, Unit
from atdemain.organisation.models.units import check_exceptions
from atdemain.organisation.opening_hours import InvalidHours


class ExceptionsFormSet(forms.BaseInlineFormSet):
    """The dated exceptions of one unit, checked together: what is removed no longer counts."""

    def clean(self) -> None:
        super().clean()
        days: dict[Any, list[tuple[str, str]]] = defaultdict(list)
        for form in self.forms:
            data = getattr(form, "cleaned_data", None)
            if data and data.get("date") and not data.get("DELETE"):
                days[data["date"]].append((data.get("opens", ""), data.get("closes", "")))
        for day, rows in sorted(days.items()):
            try:
                check_exceptions(rows, f"Le {day:%d/%m/%Y}")
            except InvalidHours as error:
                raise ValidationError(str(error)) from error


class CalendarExceptionInline(admin.TabularInline):
    model = CalendarException
    formset = ExceptionsFormSet
    extra = 1


HOURS_FIELDSET = ("Horaires", {"fields": ["tz", "holiday_zone", *DAY_FIELDS]})


@admin.register(Unit)
class UnitAdmin(JournalledAdmin):
    form = HoursForm
    inlines = [CalendarExceptionInline]
    list_display = ["name", "code", "holidays", "tz", "head"]
    list_select_related = ["head"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["head"]
    fieldsets = [(None, {"fields": ["code", "name", "head"]}), HOURS_FIELDSET]

    @admin.display(description="jours fériés")
    def holidays(self, unit: Unit) -> str:
        return HolidayZone(unit.holiday_zone).label


class EntityContactForm(forms.ModelForm):
    class Meta:
        labels = {"verified_by": "vérifié par"}


class EntityContactInline(admin.TabularInline):
    model = EntityContact
    form = EntityContactForm
    extra = 1
    can_delete = False
    autocomplete_fields = ["verified_by"]


class PriorityLineInline(admin.TabularInline):
    model = PriorityLine
    extra = 0
    can_delete = False
    exclude = ["weekly_hours"]


@admin.register(Entity)
class EntityAdmin(JournalledAdmin):
    """The directory's own pages check the version that they showed: a change made here counts too."""

    form = HoursForm
    inlines = [PriorityLineInline, EntityContactInline]
    list_display = ["name", "code", "kind", "internal", "accepts_escalations", "head"]
    list_filter = ["kind", "internal", "accepts_escalations"]
    list_select_related = ["head"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["head", "unit"]
    fieldsets = [
        (None, {"fields": ["code", "name", "kind", "internal", "unit", "accepts_escalations", "head"]}),
        HOURS_FIELDSET,
    ]

    def save_model(self, request: HttpRequest, obj: Entity, form: Any, change: bool) -> None:
        obj.version += change
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for one in formset.initial_forms:
            one.instance.version += one.has_changed()
        super().save_formset(request, form, formset, change)
