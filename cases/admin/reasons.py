from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest

from atdemain.organisation.journalled_admin import JournalledAdmin
from cases.models import Contact, Reason


@admin.register(Reason)
class ReasonAdmin(JournalledAdmin):
    list_display = ["label", "code", "family"]
    list_filter = ["family"]
    search_fields = ["label", "code"]
    ordering = ["family", "label"]

    def get_readonly_fields(self, request: HttpRequest, obj: Reason | None = None) -> list[str]:
        """The sources' files name a reason by its code: it does not change."""
        return ["code"] if obj else []

    def save_model(self, request: HttpRequest, obj: Reason, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and "family" in form.changed_data and Contact.objects.filter(reason=obj).exists():
            messages.warning(
                request,
                "Des contacts portent déjà ce motif : leurs verdicts changent avec « manage.py backfill ».",
            )
