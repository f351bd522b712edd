"""Administration of what the engine reads: skills, planning, agreements, policies (domain.md §2.3, §5)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from atdemain.organisation.journalled_admin import JournalledAdmin, admin_actor
from routing import policies, presence
from routing.forms.policy import PolicyForm
from routing.models import AdvisorSkill, FlowCompensation, Presence, RoutingPolicy, Skill, UnitSharing
from routing.policy import LABELS


@admin.register(Skill)
class SkillAdmin(JournalledAdmin):
    list_display = ["label", "code", "reason_family"]
    search_fields = ["label", "code"]


@admin.register(AdvisorSkill)
class AdvisorSkillAdmin(JournalledAdmin):
    list_display = ["user", "skill", "level", "validated_on", "expires_on"]
    list_filter = ["skill", "level"]
    list_select_related = ["user", "skill"]
    date_hierarchy = "expires_on"
    search_fields = ["user__last_name", "user__username", "user__employee_number"]
    autocomplete_fields = ["user", "skill", "validated_by"]


class PresenceForm(forms.ModelForm):
    class Meta:
        model = Presence
        fields = ["user", "kind", "starts_at", "ends_at"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if all(data.get(name) for name in ("user", "kind", "starts_at", "ends_at")):
            try:
                presence.check_free(
                    data["user"], data["kind"], data["starts_at"], data["ends_at"], but=self.instance.pk
                )
            except presence.PresenceRefused as refused:
                raise ValidationError({refused.field or "kind": refused.message}) from refused
        return data


@admin.register(Presence)
class PresenceAdmin(JournalledAdmin):
    """The planning. No journal row: what is erased after its days must not stay written elsewhere."""

    form = PresenceForm
    list_display = ["user", "kind", "starts_at", "ends_at", "source"]
    list_filter = ["kind", "source"]
    list_select_related = ["user"]
    date_hierarchy = "starts_at"
    search_fields = ["user__last_name", "user__username", "user__employee_number"]
    autocomplete_fields = ["user"]

    def journal(self, request: HttpRequest, obj: models.Model, action: str, before: Any) -> None:
        return None

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return admin.ModelAdmin.has_delete_permission(self, request, obj)


@admin.register(UnitSharing)
class UnitSharingAdmin(JournalledAdmin):
    list_display = ["unit", "helper", "valid_from", "valid_to"]
    list_select_related = ["unit", "helper"]
    autocomplete_fields = ["unit", "helper"]


@admin.register(RoutingPolicy)
class RoutingPolicyAdmin(JournalledAdmin):
    """Versions follow each other; none is edited: what decided yesterday stays readable."""

    form = PolicyForm
    list_display = ["version", "valid_from", "reason", "created_by"]
    list_select_related = ["created_by"]
    fieldsets = [(None, {"fields": ["valid_from", "reason"]}), ("Réglages", {"fields": list(LABELS)})]

    def get_fieldsets(self, request: HttpRequest, obj: RoutingPolicy | None = None) -> Any:
        if obj is not None:
            return [(None, {"fields": ["version", "valid_from", "reason", "created_by", "settings_read"]})]
        return super().get_fieldsets(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: RoutingPolicy | None = None) -> list[str]:
        return ["version", "valid_from", "reason", "created_by", "settings_read"] if obj else []

    @admin.display(description="réglages")
    def settings_read(self, obj: RoutingPolicy) -> str:
        return " ; ".join(f"{LABELS[name]} : {value}" for name, value in obj.policy().to_json().items())

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: RoutingPolicy, form: Any, change: bool) -> None:
        made = policies.publish(
            obj.settings_json,
            valid_from=obj.valid_from,
            reason=obj.reason,
            by=request.user,
            actor=admin_actor(request),
            now=timezone.now(),
        )
        obj.pk, obj.version = made.pk, made.version


@admin.register(FlowCompensation)
class FlowCompensationAdmin(JournalledAdmin):
    """What was handed to each partner, month by month; « repris » left at 0 is counted from the contacts."""

    list_display = ["month", "entity", "absorbed", "delivered"]
    list_select_related = ["entity"]
    list_filter = ["entity"]
    date_hierarchy = "month"
