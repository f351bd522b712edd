"""Who is logged in, in one query: unit, team, entity, advisor profile and roles come along."""

from __future__ import annotations

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db.models import OuterRef, QuerySet, Subquery

from atdemain.organisation.enums import DPO, Role
from atdemain.organisation.models import DemoState, User
from atdemain.organisation.roles import read_roles, role_names
from atdemain.statements import Param, Statement


def _account() -> QuerySet[User]:
    seeded_at = Subquery(DemoState.objects.order_by().values("seeded_at")[:1])
    second = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP).order_by()
    since = Subquery(second.values("created_at")[:1])
    related = User.objects.select_related("unit", "team", "entity", "advisor_profile")
    annotated = related.annotate(_roles=role_names(), _demo=seeded_at, _second=since)
    return annotated.filter(pk=Param("id")).order_by()


#: Every page starts from it.
_ACCOUNT = Statement(_account)


class AccountBackend(AuthenticationBackend):
    """allauth's log-in; `get_user` is called on every page, so it costs one query.

    The administrator role opens the administration of every model (domain.md §2.6): what it may not do
    (a case's state, the journal) each admin page refuses itself.
    """

    def get_user(self, user_id: int) -> User | None:
        user = _ACCOUNT.first(id=user_id)
        if user is None or not self.user_can_authenticate(user):
            return None
        held = user.__dict__.pop("_roles")
        user.__dict__["roles"] = read_roles(held)
        user.__dict__["is_dpo"] = DPO in (held or "").split(",")
        user.__dict__["demo_seeded_at"] = user.__dict__.pop("_demo")
        user.__dict__["second_factor_since"] = user.__dict__.pop("_second")
        return user

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        if user_obj.is_active and user_obj.has_role(Role.ADMIN):
            return True
        return super().has_perm(user_obj, perm, obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        if user_obj.is_active and user_obj.has_role(Role.ADMIN):
            return True
        return super().has_module_perms(user_obj, app_label)
