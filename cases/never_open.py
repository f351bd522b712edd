"""A unit without any hour to come: its deadlines run in plain time, and the administrators are told so once."""

from __future__ import annotations

from datetime import datetime

from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.calendar import BusinessCalendar
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User


def tell_administrators(calendar: BusinessCalendar, now: datetime) -> None:
    """No query while the unit opens some day; else one item per administrator, whatever the number of calls."""
    if calendar.unit_id is None or calendar.ever_opens(now):
        return
    people = User.objects.filter(is_active=True, groups__name=Role.ADMIN.value).order_by("pk")
    notify_many(
        Item(
            pk,
            "unit_never_open",
            f"L’unité {calendar.name} n’a aucune heure d’ouverture\u00a0: donnez-lui des horaires",
            f"unit:{calendar.unit_id}:never_open:{pk}",
            now,
            body="Les échéances de ses dossiers courent en temps ordinaire et aucun rappel ne peut y être promis.",
            url=f"/admin/organisation/unit/{calendar.unit_id}/change/",
            object_type="unit",
            object_id=str(calendar.unit_id),
            urgent=True,
        )
        for pk in people.values_list("pk", flat=True)
    )
