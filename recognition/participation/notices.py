"""Who is told what about a participation: the person, those who manage them, HR. Never why somebody left."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User


def hr_of(employee: User) -> list[int]:
    """The HR people of this person's unit, else all of them."""
    everybody = User.objects.filter(is_active=True, groups__name=Role.HR.value).order_by("pk")
    near = (
        list(everybody.filter(unit=employee.unit_id).values_list("pk", flat=True)) if employee.unit_id else []
    )
    found = near or list(everybody.values_list("pk", flat=True))
    return [pk for pk in found if pk != employee.pk]


def manager_of(employee: User) -> list[int]:
    """Who this person answers to: by name, by the team, else the head of the unit."""
    unit_head = employee.unit.head_id if employee.unit else None
    team = employee.team.manager_id if employee.team else None
    found = employee.manager_id or team or unit_head
    return [found] if found and found != employee.pk else []


def tell(
    people: Iterable[int | None],
    kind: str,
    title: str,
    *,
    key: str,
    at: datetime,
    url: str,
    body: str = "",
    object_id: int,
    urgent: bool = False,
) -> None:
    """Once each; `key` makes the notice unique for a person."""
    notify_many(
        Item(
            pk,
            kind,
            title,
            f"{kind}:{key}:{pk}",
            at,
            body=body,
            url=url,
            object_type="participationexit",
            object_id=str(object_id),
            urgent=urgent,
        )
        for pk in dict.fromkeys(people)
        if pk
    )
