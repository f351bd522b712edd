"""Who sees what: every reading of personal data starts here (architecture.md §6, domain.md §2.6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from atdemain.organisation.enums import Role
from cases.enums import WORKING_STATES

if TYPE_CHECKING:
    from atdemain.organisation.models import User

#: Roles that see the clients and cases of their own unit.
UNIT_READERS = (Role.ADVISOR, Role.SUPPORT, Role.MANAGER)


class CaseQuerySet(models.QuerySet[Any]):
    def working(self) -> Self:
        return self.filter(state__in=WORKING_STATES)

    def update(self, **fields: Any) -> int:
        """Every field but the state, which only `cases.workflow` moves (INV-10)."""
        if "state" in fields:
            raise ValueError("The state of a case moves through cases.workflow only.")
        return super().update(**fields)

    update.alters_data = True  # type: ignore[attr-defined]

    def visible_to(self, user: User, *, now: datetime | None = None) -> Self:
        """Own unit, own and delegated for the front office; what was escalated to one's entity."""
        seen = Q(pk__in=[])
        if user.has_role(*UNIT_READERS):
            if user.unit_id:
                seen |= Q(unit=user.unit_id)
            seen |= Q(owner=user.pk) | Q(delegate=user.pk)
        if user.has_role(Role.BACK_OFFICE) and user.entity_id:
            seen |= Q(
                Exists(
                    self.model.escalations.rel.related_model.objects.filter(
                        case=OuterRef("pk"), target_entity=user.entity_id
                    )
                )
            )
        return self.filter(seen)


class ClientQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, *, now: datetime | None = None) -> Self:
        """Clients of one's unit or cases, and for 24 hours those whose contact one recorded."""
        now = now or timezone.now()
        cases = self.model.cases.rel.related_model.objects
        seen = Q(pk__in=[])
        if user.has_role(*UNIT_READERS):
            if user.unit_id:
                seen |= Q(unit=user.unit_id)
            seen |= Exists(cases.visible_to(user, now=now).filter(client=OuterRef("pk")))
            grants = self.model.access_grants.rel.related_model.objects
            seen |= Exists(grants.filter(client=OuterRef("pk"), user=user.pk, until__gt=now))
        elif user.has_role(Role.BACK_OFFICE):
            seen |= Exists(cases.visible_to(user, now=now).filter(client=OuterRef("pk")))
        return self.filter(seen)


class ContactQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User, *, now: datetime | None = None) -> Self:
        """The contacts of the clients one sees."""
        clients = self.model.client.field.related_model.objects
        return self.filter(Exists(clients.visible_to(user, now=now).filter(pk=OuterRef("client"))))


class FaultTicketQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """Those of the lines and cases of one's unit, those that name neither, those of one's entity."""
        seen = Q(pk__in=[])
        if user.has_role(*UNIT_READERS):
            seen |= Q(line=None, case=None)
            if user.unit_id:
                seen |= Q(line__unit=user.unit_id) | Q(case__unit=user.unit_id)
        if user.has_role(Role.BACK_OFFICE) and user.entity_id:
            seen |= Q(responsible_entity=user.entity_id)
        return self.filter(seen)

    def open_at(self, at: datetime) -> Self:
        """DEC(t): opened_at ≤ t < closed_at (domain.md §2.2), with each ticket's colour then (`colour_then`).

        A ticket closed and opened again was not open in between.
        """
        reports = self.model.changes_history.rel.related_model.objects.filter(ticket=OuterRef("pk"))
        known = reports.filter(at__lte=at).order_by("-at").values("colour")[:1]
        first = reports.order_by("at").values("colour")[:1]
        return (
            self.filter(Q(closed_at__isnull=True) | Q(closed_at__gt=at), opened_at__lte=at)
            .exclude(Exists(reports.filter(closed_from__lte=at, at__gt=at)))
            .annotate(colour_then=Coalesce(Subquery(known), Subquery(first), "colour"))
        )

    def with_unit(self) -> Self:
        """`of_unit`: the line's unit, else the case's."""
        return self.annotate(
            of_unit=Coalesce("line__unit", "case__unit"),
            of_unit_name=Coalesce("line__unit__name", "case__unit__name"),
        )
