"""Who sees which mentoring session (domain.md §2.6): access starts here."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from atdemain.organisation.enums import Role


class SessionQuerySet(models.QuerySet[Any]):
    def of(self, user: Any) -> SessionQuerySet:
        """One's own sessions, as mentor or trainee."""
        seats = self.model._meta.get_field("trainees").remote_field.through
        return self.filter(
            Q(mentor=user.pk) | Exists(seats._default_manager.filter(session=OuterRef("pk"), trainee=user.pk))
        )

    def ever_disputed(self) -> SessionQuerySet:
        disputes = self.model._meta.get_field("disputes").related_model
        return self.filter(Exists(disputes._default_manager.filter(session=OuterRef("pk"))))

    def to_settle_by(self, user: Any) -> SessionQuerySet:
        """Disputed once, whoever settled: HR everywhere, a support in the mentor's unit."""
        if user.has_role(Role.HR):
            return self.ever_disputed()
        if user.has_role(Role.SUPPORT):
            return self.ever_disputed().filter(mentor__unit=user.unit_id or 0)
        return self.none()

    def visible_to(self, user: Any) -> SessionQuerySet:
        """One's own; the disputed ones for who settles them; all of them for HR, who decides on what they prove."""
        if user.has_role(Role.HR):
            return self.all()
        own = self.of(user)
        return own | self.to_settle_by(user) if user.has_role(Role.SUPPORT) else own
