"""Who answers for an entity, and who is told what (domain.md §2.6, L33)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import reverse

from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity, Programme, User
from atdemain.pages.typography import NBSP
from recognition.models import Suggestion


def may_answer(user: User, suggestion: Suggestion) -> bool:
    """Of its own entity, and never one's own suggestion. One query."""
    if suggestion.author_id == user.pk:
        return False
    return Suggestion.objects.answerable_by(user).filter(pk=suggestion.pk).exists()


def answerers(entity: Entity) -> list[int]:
    """The accounts that answer for it; its head when nobody else does."""
    here = Q(entity=entity.pk, groups__name__in=[Role.BACK_OFFICE, Role.PARTNER, Role.MANAGER])
    if entity.unit_id:
        here |= Q(unit=entity.unit_id, groups__name=Role.MANAGER)
    found = User.objects.filter(here, is_active=True).order_by("pk").values_list("pk", flat=True).distinct()
    return list(found) or [pk for pk in (head_of(entity),) if pk]


def head_of(entity: Entity) -> int | None:
    """Who directs it: its head, else that of its unit."""
    return entity.head_id or (entity.unit.head_id if entity.unit_id and entity.unit else None)


def above(entity: Entity) -> list[int]:
    """Who is told that it does not answer: its head; without one, who leads the programme, else administrators."""
    head = head_of(entity)
    if head:
        return [head]
    leads = Programme.objects.filter(lead__isnull=False).order_by("pk").values_list("lead", flat=True)
    admins = User.objects.filter(groups__name=Role.ADMIN, is_active=True).order_by("pk")
    return list(dict.fromkeys(leads)) or list(admins.values_list("pk", flat=True))


def tell(
    suggestion: Suggestion,
    recipients: Iterable[int | None],
    what: str,
    words: str,
    now: datetime,
    *,
    key: str = "",
    body: str = "",
    urgent: bool = False,
) -> int:
    """« Proposition n° 57 acceptée : Un titre », once to each: `key` tells apart what may happen again."""
    title = f"Proposition n°{NBSP}{suggestion.pk} {words}{NBSP}: {suggestion.title}"
    return notify_many(
        Item(
            recipient,
            f"suggestion_{what}",
            title,
            f"suggestion:{suggestion.pk}:{what}:{key}:{recipient}",
            now,
            body=body,
            url=reverse("recognition:suggestion", args=[suggestion.pk]),
            object_type="suggestion",
            object_id=str(suggestion.pk),
            urgent=urgent,
        )
        for recipient in dict.fromkeys(recipients)
        if recipient
    )
