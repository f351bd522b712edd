"""Which suggestions an account sees: all of them inside the company, its own entity's for a partner (domain.md §2.6)."""

from __future__ import annotations

from typing import Any, Self

from django.db import models
from django.db.models import Q

from atdemain.organisation.enums import Role
from cases.enums import Scope
from recognition.suggestions.enums import OPEN, UNCOUNTED

#: Who posts one; whoever posts also supports those of others.
AUTHORS = (Role.ADVISOR, Role.SUPPORT, Role.TRAINER, Role.BACK_OFFICE, Role.MANAGER, Role.STAFF_REP)
#: Who may answer those of their own entity.
ANSWERERS = (Role.BACK_OFFICE, Role.MANAGER, Role.PARTNER)
#: HR reads what counts as evidence, and posts nothing.
INSIDERS = (*AUTHORS, Role.HR)
READERS = (*INSIDERS, Role.PARTNER)


class SuggestionQuerySet(models.QuerySet):
    def visible_to(self, user: Any) -> Self:
        if user.has_role(*INSIDERS):
            return self
        return self.filter(owner_entity=user.entity_id or 0) if user.has_role(Role.PARTNER) else self.none()

    def scopes_of(self, user: Any) -> dict[Scope, Q]:
        """One right for everybody (`cases.filters.base`)."""
        return {Scope.UNIT: Q()} if user.has_role(*READERS) else {}

    def within(self, user: Any, scope: Scope) -> Self:
        return self.visible_to(user)

    def unanswered(self) -> Self:
        return self.filter(state__in=OPEN)

    def overdue(self, now: Any) -> Self:
        """Without an answer past the 20th business day."""
        return self.unanswered().filter(answer_due__lt=now)

    def counted(self) -> Self:
        """Neither a duplicate nor withdrawn."""
        return self.exclude(state__in=UNCOUNTED)

    def answerable_by(self, user: Any) -> Self:
        """Those of the account's own entity: where it is a specialist, or whose unit it manages, or that it heads."""
        if not user.has_role(*ANSWERERS):
            return self.none()
        own = Q(owner_entity__head=user.pk)
        if user.entity_id:
            own |= Q(owner_entity=user.entity_id)
        if user.unit_id and user.has_role(Role.MANAGER):
            own |= Q(owner_entity__unit=user.unit_id)
        return self.filter(own)
