"""What leaves the machine, seen by the administrator: the abandoned deliveries first, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone

from atdemain.journal.record import Entry, record_many
from atdemain.notifications.deliveries import send_again
from atdemain.notifications.enums import DeliveryStatus
from atdemain.notifications.models import Delivery, OutgoingHold
from atdemain.organisation.journalled_admin import JournalledAdmin, admin_actor


class StatusFilter(admin.SimpleListFilter):
    """Opens on what needs somebody: the abandoned deliveries."""

    title = "statut"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("all", "Tous"), *DeliveryStatus.choices]

    def choices(self, changelist: Any) -> Any:
        for value, label in self.lookup_choices:
            yield {
                "selected": (self.value() or DeliveryStatus.DEAD) == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": label,
            }

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Delivery]) -> Any:
        wanted = self.value() or DeliveryStatus.DEAD
        return queryset if wanted == "all" else queryset.filter(status=wanted)


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin):
    """Read, and send again; a delivery is not written by hand."""

    list_display = [
        "key",
        "channel",
        "recipient",
        "status",
        "attempts",
        "last_error",
        "next_attempt_at",
        "sent_at",
    ]
    list_filter = [StatusFilter, "channel"]
    search_fields = ["recipient", "key"]
    ordering = ["-created_at", "-pk"]
    show_full_result_count = False
    fields = [
        "channel",
        "recipient",
        "subject",
        "key",
        "status",
        "attempts",
        "next_attempt_at",
        "lease_until",
        "last_error",
        "created_at",
        "sent_at",
    ]
    actions = ["send_again"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    @admin.action(description="Renvoyer les envois abandonnés (même clé)")
    def send_again(self, request: HttpRequest, queryset: models.QuerySet[Delivery]) -> None:
        now = timezone.now()
        with transaction.atomic():
            dead = list(
                queryset.filter(status=DeliveryStatus.DEAD).order_by("pk").values_list("pk", flat=True)
            )
            number = send_again(dead, now)
            record_many(
                Entry(
                    "delivery",
                    pk,
                    "sent_again",
                    admin_actor(request),
                    now,
                    changes={"status": [DeliveryStatus.DEAD.value, DeliveryStatus.PENDING.value]},
                )
                for pk in dead
            )
        if number:
            messages.success(request, f"{number} envoi(s) remis dans la file.")
        else:
            messages.warning(request, "Aucun envoi abandonné parmi ceux que vous avez choisis.")


@admin.register(OutgoingHold)
class OutgoingHoldAdmin(JournalledAdmin):
    """Suspend everything that leaves, then let it go: two gestures, both in the journal."""

    list_display = ["reason", "set_at", "released_at"]
    fields = ["reason"]
    ordering = ["-set_at", "-pk"]
    actions = ["release"]

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """It is set and released, never rewritten."""
        return obj is None

    def save_model(self, request: HttpRequest, obj: OutgoingHold, form: Any, change: bool) -> None:
        obj.set_at = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.action(description="Lever la suspension : les envois repartent")
    def release(self, request: HttpRequest, queryset: models.QuerySet[OutgoingHold]) -> None:
        with transaction.atomic():
            standing = list(queryset.select_for_update().filter(released_at__isnull=True).order_by("pk"))
            for hold in standing:
                before = OutgoingHold(pk=hold.pk, reason=hold.reason, set_at=hold.set_at)
                hold.released_at = timezone.now()
                hold.save(update_fields=["released_at"])
                self.journal(request, hold, "changed", before)
        if standing:
            messages.success(request, "Suspension levée : les envois repartent au prochain passage.")
        else:
            messages.warning(request, "Cette suspension est déjà levée.")
