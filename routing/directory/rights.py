"""Who reads the directory and who keeps it up to date (domain.md §2.6, « Directory edit »)."""

from __future__ import annotations

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Entity, User

READERS = (Role.ADVISOR, Role.SUPPORT, Role.BACK_OFFICE, Role.MANAGER, Role.ADMIN)
#: Roles that ever edit: support and administrators everywhere, the others their own entity.
EDITORS = (Role.SUPPORT, Role.BACK_OFFICE, Role.MANAGER, Role.ADMIN)


def may_edit(user: User, entity: Entity) -> bool:
    if user.has_role(Role.ADMIN, Role.SUPPORT):
        return True
    if user.has_role(Role.BACK_OFFICE, Role.MANAGER) and user.entity_id == entity.pk:
        return True
    return user.has_role(Role.MANAGER) and entity.unit_id is not None and entity.unit_id == user.unit_id
