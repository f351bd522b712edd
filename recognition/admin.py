"""Administration of what recognition reads: the competencies that a dossier may hold."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from atdemain.organisation.journalled_admin import JournalledAdmin
from recognition.models import Competency


@admin.register(Competency)
class CompetencyAdmin(JournalledAdmin):
    list_display = ["label", "code", "rank"]
    search_fields = ["label", "code"]
    ordering = ["rank", "label"]

    def get_readonly_fields(self, request: HttpRequest, obj: Competency | None = None) -> list[str]:
        """Records and exports name a competency by its code: it does not change."""
        return ["code"] if obj else []
