from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from atdemain.organisation.enums import ParticipationMode
from atdemain.organisation.journalled_admin import JournalledAdmin, KeysChosen
from atdemain.organisation.models import ConsentEvent, Participation, Phase, Programme, UnitParticipation
from atdemain.organisation.participation import objections_to_leaving


class PhaseInline(KeysChosen, admin.TabularInline):
    model = Phase
    extra = 0
    can_delete = False
    autocomplete_fields = ["lead"]


@admin.register(Programme)
class ProgrammeAdmin(JournalledAdmin):
    inlines = [PhaseInline]
    list_display = ["name", "code", "lead"]
    search_fields = ["name", "code"]
    autocomplete_fields = ["lead"]


@admin.register(UnitParticipation)
class UnitParticipationAdmin(JournalledAdmin):
    list_display = ["unit", "programme", "participates", "reason_public", "valid_from", "valid_to"]
    list_filter = ["participates", "programme"]
    list_select_related = ["unit", "programme"]
    autocomplete_fields = ["programme", "unit"]


class ParticipationForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("mode") == ParticipationMode.DESIGNATED and not data.get("designated_by"):
            self.add_error("designated_by", "Une désignation dit par qui.")
        for name in ("ends_on", "starts_on"):
            if self.instance.pk and name in self.changed_data and self._leaves(name, data.get(name)):
                for reason in objections_to_leaving(self.instance.employee, timezone.now()):
                    self.add_error(name, reason)
        return data

    @staticmethod
    def _leaves(name: str, day: date | None) -> bool:
        """An end, or a start put off: whoever leaves, even later, first hands the open cases over."""
        return day is not None and (name == "ends_on" or day > timezone.localdate())


class ConsentInline(admin.TabularInline):
    """Read only: the employee alone answers, from their own account (domain.md L52)."""

    model = ConsentEvent
    extra = 0
    can_delete = False
    readonly_fields = ["at", "answer", "text_version"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Participation)
class ParticipationAdmin(JournalledAdmin):
    form = ParticipationForm
    inlines = [ConsentInline]
    list_display = ["employee", "programme", "role", "mode", "starts_on", "ends_on", "answer"]
    list_filter = ["programme", "mode", "consent", "role"]
    list_select_related = ["employee", "programme"]
    search_fields = ["employee__last_name", "employee__first_name", "employee__employee_number"]
    autocomplete_fields = ["employee", "programme", "designated_by"]
    readonly_fields = ["answer"]

    def get_readonly_fields(self, request: HttpRequest, obj: Participation | None = None) -> list[str]:
        """Whose participation it is does not change: the consents under it are that person's."""
        return [*self.readonly_fields, *(["employee", "programme"] if obj else [])]

    @admin.display(description="accord du salarié")
    def answer(self, participation: Participation) -> str:
        return participation.get_consent_display() or "Pas encore répondu"
