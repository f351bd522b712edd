from __future__ import annotations

from collections import defaultdict
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.formsets import all_valid
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone

from atdemain.organisation import hours_effects
from atdemain.organisation.enums import HolidayZone
from atdemain.organisation.hours_form import DAY_FIELDS, HoursForm
from atdemain.organisation.journalled_admin import JournalledAdmin, KeysChosen
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
    history_children: ClassVar[dict[str, str]] = {"calendarexception": "unit"}
    form = HoursForm
    inlines = [CalendarExceptionInline]
    list_display = ["name", "code", "holidays", "tz", "head"]
    list_select_related = ["head"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["head"]
    fieldsets = [(None, {"fields": ["code", "name", "head"]}), HOURS_FIELDSET]

    change_form_template = "admin/organisation/unit/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("<int:pk>/preview/", view, name="organisation_unit_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the hours typed in the form would do: saved, read, and undone."""
        unit = get_object_or_404(Unit, pk=pk)
        if request.method != "POST":
            return redirect("admin:organisation_unit_change", pk)
        before, now = unit.calendar(), timezone.now()
        form = self.get_form(request, unit, change=True)(request.POST, instance=unit)
        valid = form.is_valid()
        formsets, _inlines = self._create_formsets(request, form.instance, change=True)
        if not (all_valid(formsets) and valid):
            return self.changeform_view(request, str(pk))
        with transaction.atomic():
            form.save()
            for formset in formsets:
                formset.save()
            after = Unit.objects.get(pk=pk).calendar()
            transaction.set_rollback(True)
        context = {
            **self.admin_site.each_context(request),
            "title": "Aperçu des horaires",
            "opts": self.opts,
            "unit": unit,
            "told": hours_effects.told(unit, before, after, now),
            "typed": [
                (name, value)
                for name in request.POST
                for value in request.POST.getlist(name)
                if not name.startswith(("csrf", "_"))
            ],
        }
        return render(request, "admin/organisation/unit/preview.html", context)

    @admin.display(description="jours fériés")
    def holidays(self, unit: Unit) -> str:
        return HolidayZone(unit.holiday_zone).label


class EntityContactForm(forms.ModelForm):
    class Meta:
        labels = {"verified_by": "vérifié par"}


class EntityContactInline(KeysChosen, admin.TabularInline):
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

    history_children: ClassVar[dict[str, str]] = {"entitycontact": "entity", "priorityline": "entity"}

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
