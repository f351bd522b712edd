from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from atdemain.organisation.journalled_admin import JournalledAdmin
from atdemain.organisation.models import User
from cases.models import PhoneExtension
from cases.models.telephony import RINGERS


@admin.register(PhoneExtension)
class PhoneExtensionAdmin(JournalledAdmin):
    """Whose telephone rings when the switch announces an extension."""

    list_display = ["number", "user", "unit"]
    list_select_related = ["user__unit"]
    search_fields = ["number", "user__username", "user__last_name"]
    ordering = ["number"]
    fields = ["number", "user"]

    @admin.display(description="unité", ordering="user__unit__name")
    def unit(self, extension: PhoneExtension) -> str:
        return str(extension.user.unit or "")

    def formfield_for_foreignkey(self, field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if field.name == "user":
            told = User.objects.filter(is_active=True, groups__name__in=RINGERS).order_by(
                "last_name", "first_name", "pk"
            )
            kwargs["queryset"] = told.distinct()
        return super().formfield_for_foreignkey(field, request, **kwargs)

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """A telephone that nobody has any more is taken off: nothing refers to it."""
        return True

    def delete_model(self, request: HttpRequest, obj: PhoneExtension) -> None:
        self.journal(request, obj, "deleted", obj)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet[PhoneExtension]) -> None:
        for one in queryset.order_by("pk"):
            self.delete_model(request, one)
