"""Who sees what: every reading of personal data starts here (architecture.md §6, domain.md §2.6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from atdemain.organisation.enums import Role
from cases.enums import OPEN_ESCALATION, WORKING_STATES, Scope

if TYPE_CHECKING:
    from atdemain.organisation.models import User

#: Roles that see the clients and cases of their own unit.
UNIT_READERS = (Role.ADVISOR, Role.SUPPORT, Role.MANAGER)


class ScopedQuerySet(models.QuerySet[Any]):
    """`visible_to` is the sum of a few rights, each with an index of its own (docs/decisions.md, lists).

    A page of a list asks for one of them at a time: their sum is an OR that no index gives in order.
    """

    #: The case, from this model: "" on the case itself, else "case__".
    of_case = ""

    def scopes_of(self, user: User, *, now: datetime | None = None) -> dict[Scope, Q]:
        """What this account may see and by which right, the widest first; empty when it sees nothing."""
        found: dict[Scope, Q] = {}
        if user.has_role(*UNIT_READERS):
            if user.unit_id:
                found[Scope.UNIT] = Q(unit=user.unit_id)
            found[Scope.MINE] = self._owned(user) | self._in_office(user, now or timezone.now())
        if user.has_role(Role.BACK_OFFICE) and user.entity_id:
            found[Scope.ENTITY] = self._escalated_to(user)
        return found

    def _owned(self, user: User) -> Q:
        return Q(**{f"{self.of_case}owner": user.pk})

    def _in_office(self, user: User, now: datetime) -> Q:
        """Delegate at this moment: the right begins and ends with the delegation, as in `Case.in_charge`."""
        of = f"{self.of_case}delegate"
        begun = Q(**{f"{of}_from__isnull": True}) | Q(**{f"{of}_from__lte": now})
        lasts = Q(**{f"{of}_to__isnull": True}) | Q(**{f"{of}_to__gt": now})
        return Q(**{of: user.pk}) & begun & lasts

    def _escalated_to(self, user: User) -> Q:
        raise NotImplementedError

    def visible_to(self, user: User, *, now: datetime | None = None) -> Self:
        """Own unit, own and delegated at `now` for the front office; what was escalated to one's entity."""
        seen = Q(pk__in=[])
        for right in self.scopes_of(user, now=now).values():
            seen |= right
        return self.filter(seen)

    def within(self, user: User, scope: Scope, *, now: datetime | None = None) -> Self:
        """Of what is visible to this account, what it sees by this right; nothing without it."""
        right = self.scopes_of(user, now=now).get(scope)
        return self.none() if right is None else self.filter(right)


class CaseQuerySet(ScopedQuerySet):
    def working(self) -> Self:
        return self.filter(state__in=WORKING_STATES)

    def update(self, **fields: Any) -> int:
        """Every field but the state, which only `cases.workflow` moves (INV-10)."""
        if "state" in fields:
            raise ValueError("The state of a case moves through cases.workflow only.")
        return super().update(**fields)

    update.alters_data = True  # type: ignore[attr-defined]

    def _escalated_to(self, user: User, **which: Any) -> Q:
        escalations = self.model.escalations.rel.related_model.objects
        return Q(Exists(escalations.filter(case=OuterRef("pk"), target_entity=user.entity_id, **which)))

    def asked_of(self, entity: int) -> Self:
        """Those that were escalated to this entity, whatever became of it (a client of the API)."""
        escalations = self.model.escalations.rel.related_model.objects
        return self.filter(Exists(escalations.filter(case=OuterRef("pk"), target_entity=entity)))

    def asked_of_entity(self, user: User) -> Self:
        """Of what an entity sees, what still waits for its answer."""
        if Scope.ENTITY not in self.scopes_of(user):
            return self.none()
        return self.filter(self._escalated_to(user, status__in=OPEN_ESCALATION))


class PromiseQuerySet(ScopedQuerySet):
    of_case = "case__"

    def _escalated_to(self, user: User) -> Q:
        escalations = self.model.case.field.related_model.escalations.rel.related_model.objects
        return Q(Exists(escalations.filter(case=OuterRef("case"), target_entity=user.entity_id)))


class EscalationQuerySet(ScopedQuerySet):
    of_case = "case__"

    def of_entity(self, entity: int) -> Self:
        """What a client of the API sees: what was asked of the entity it speaks for."""
        return self.filter(target_entity=entity)

    def _escalated_to(self, user: User) -> Q:
        return Q(target_entity=user.entity_id)


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
    def scopes_of(self, user: User) -> dict[Scope, Q]:
        """The contacts a unit received; another's are reached through their client."""
        seen = user.has_role(*UNIT_READERS) and user.unit_id
        return {Scope.UNIT: Q(unit=user.unit_id)} if seen else {}

    def visible_to(self, user: User, *, now: datetime | None = None) -> Self:
        """The contacts of the clients one sees."""
        clients = self.model.client.field.related_model.objects
        return self.filter(Exists(clients.visible_to(user, now=now).filter(pk=OuterRef("client"))))

    def within(self, user: User, scope: Scope) -> Self:
        """Of what is visible to this account, what it sees by this right; nothing without it."""
        right = self.scopes_of(user).get(scope)
        return self.none() if right is None else self.visible_to(user).filter(right)


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

    def told_to(self, entity_id: int) -> Self:
        """What a partner sees of a case it was asked about: its own and the house's, none of another partner's."""
        house = Q(responsible_entity__isnull=True, feed__isnull=True) | Q(responsible_entity__internal=True)
        return self.filter(house | Q(responsible_entity=entity_id))

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
