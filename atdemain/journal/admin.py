"""The administrator reads the journal, and can do nothing else with it.

Ids and codes only: names and free text are read where they belong, on the case's own page. The access log is
not here: who looked at what is asked for with a reason, by the data-protection officer (`cases.views.access_log`).
"""

from __future__ import annotations

from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest
from django.utils.functional import cached_property

from atdemain.journal.models import AuditEvent

COUNTED = 10_000


class CappedPaginator(Paginator):
    """Counts no further than `COUNTED` rows: an exact count of millions is not worth its wait."""

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[:COUNTED].count()


class ReadOnlyAdmin(admin.ModelAdmin):
    """Lists and shows; the add, change and delete pages answer 403."""

    paginator = CappedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "object_type", "object_id", "seq", "action", "actor_kind", "account", "refused"]
    fields = [
        "at",
        ("object_type", "object_id", "seq", "object_version"),
        ("actor_kind", "account", "actor_role", "source"),
        ("action", "refused", "reason_code"),
        ("from_state", "to_state"),
        "changes",
        "seal",
    ]
    list_filter = ["refused", "actor_kind"]
    search_fields = ["=object_id"]
    search_help_text = "L’identifiant exact de l’objet (un dossier : son numéro interne)."
    ordering = ["-pk"]
    sortable_by: list[str] = []

    @admin.display(description="compte")
    def account(self, event: AuditEvent) -> str:
        return "" if event.actor_id is None else f"n° {event.actor_id}"

    @admin.display(description="empreinte")
    def seal(self, event: AuditEvent) -> str:
        return event.hash
