"""Who is told of an appeal: HR when it is filed, the employee at each answer, the head of HR once it is late.

The inbox names the appeal by its number, never what it contests: managers may stand beside the screen.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.journal.record import record
from atdemain.notifications.inbox import Item, notify_many
from atdemain.organisation.enums import Role
from atdemain.organisation.models import User
from atdemain.pages.typography import french
from recognition.enums import AppealState
from recognition.models import Appeal

FILED, ANSWERED, LATE, SECOND = "appeal_filed", "appeal_answered", "appeal_late", "appeal_second_level"


def hr_people() -> list[int]:
    """Who may decide: HR accounts that are neither a manager's nor an administrator's."""
    people = User.objects.filter(is_active=True, groups__name=Role.HR.value).prefetch_related("groups")
    return [user.pk for user in people.order_by("pk") if user.roles.isdisjoint({Role.MANAGER, Role.ADMIN})]


def head_of_hr() -> list[int]:
    """The account that HR_HEAD names; all of HR where it names none."""
    named = (
        User.objects.filter(is_active=True, username=settings.HR_HEAD)
        if settings.HR_HEAD
        else User.objects.none()
    )
    return list(named.values_list("pk", flat=True)) or hr_people()


def filed(appeal: Appeal, now: datetime) -> None:
    due = timezone.localtime(appeal.due_at)
    _tell(
        [pk for pk in hr_people() if pk != appeal.award.employee_id], appeal, FILED, now,
        french(f"Recours n° {appeal.pk} : réponse attendue avant le {due:%d/%m/%Y}"),
    )  # fmt: skip


def answered(appeal: Appeal, now: datetime) -> None:
    words = "accepté" if appeal.state == AppealState.ACCEPTED else "rejeté"
    _tell(
        [appeal.award.employee_id], appeal, ANSWERED, now, french(f"Votre recours est {words} : lisez la réponse"),
        url=reverse("recognition:appeal", args=[appeal.pk]),
    )  # fmt: skip


def second_level(appeal: Appeal, now: datetime) -> None:
    _tell(
        [appeal.award.employee_id], appeal, SECOND, now,
        "La commission a rendu son avis sur votre recours", url=reverse("recognition:appeal", args=[appeal.pk]),
    )  # fmt: skip


def round_(now: datetime) -> None:
    """Appeals past their term, told once each to HR and to its head."""
    late = Appeal.objects.waiting().filter(due_at__lte=now, head_told_at=None).order_by("due_at", "pk")
    for pk in list(late.values_list("pk", flat=True)[:200]):
        with transaction.atomic():
            if not Appeal.objects.waiting().filter(pk=pk, head_told_at=None).update(head_told_at=now):
                continue
            appeal = Appeal.objects.select_related("award").get(pk=pk)
            people = dict.fromkeys([*head_of_hr(), *hr_people()])
            title = french(f"Recours n° {pk} sans réponse : le délai de 15 jours ouvrés est passé")
            _tell(
                [one for one in people if one != appeal.award.employee_id],
                appeal,
                LATE,
                now,
                title,
                urgent=True,
            )
            record("appeal", pk, "late", actor=system("clock"), at=now, to_state=appeal.state)


def _tell(
    people: list[int],
    appeal: Appeal,
    kind: str,
    now: datetime,
    title: str,
    *,
    url: str = "",
    urgent: bool = False,
) -> None:
    notify_many(
        Item(
            pk, kind, title, dedupe_key=f"appeal:{appeal.pk}:{kind}:{pk}", at=now,
            url=url or reverse("recognition:appeal_decide", args=[appeal.pk]), object_type="appeal",
            object_id=str(appeal.pk), urgent=urgent,
        )
        for pk in people
    )  # fmt: skip
