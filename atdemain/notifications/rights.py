"""A right that opens other people's data was given: the other administrators and the officers read it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from atdemain.journal.actors import Actor
from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.enums import DPO, Role
from atdemain.organisation.models import User


def tell_right_given(user: User, names: list[str], actor: Actor, at: datetime) -> None:
    told = (
        User.objects.filter(is_active=True, groups__name__in=[Role.ADMIN.value, DPO])
        .exclude(pk__in=[pk for pk in (user.pk, actor.id) if pk])
        .prefetch_related("groups")
        .order_by("pk")
        .distinct()
    )
    rights = ", ".join(names)
    notify_many(
        Item(
            reader.pk,
            "right_given",
            f"{user} ({user.username}) a reçu un droit : {rights}",
            f"right_given:{user.pk}:{reader.pk}:{at:%Y%m%d%H%M%S%f}",
            at,
            body=f"Donné par {actor.user or 'AT Demain'}. Si cela ne devait pas être, parlez-en sans attendre.",
            url=reverse("accounts:account", args=[user.pk]) if reader.has_role(Role.ADMIN) else "",
        )
        for reader in told
    )
