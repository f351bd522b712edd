"""Roles are groups, named by the value of `Role` (domain.md §2.6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import Group
from django.db.models import Aggregate, CharField, OuterRef, Subquery

from atdemain.organisation.enums import DPO, Role
from atdemain.organisation.models import InternalAdvisor, User


class NamesTogether(Aggregate):
    """Names in one string, comma between (a role has no comma), on both databases."""

    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        return super().as_sql(compiler, connection, function="GROUP_CONCAT", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, Any]:
        template = "STRING_AGG(%(expressions)s, ',')"
        return super().as_sql(compiler, connection, template=template, **context)


def role_names() -> Subquery:
    """The roles of each user of a query as one column: « advisor,manager », None without any."""
    names = Group.objects.filter(user=OuterRef("pk")).order_by().values("user")
    return Subquery(names.annotate(together=NamesTogether("name")).values("together"))


def read_roles(together: str | None) -> frozenset[Role]:
    """What `role_names` selected; groups that are no role are left out."""
    return frozenset(Role(name) for name in (together or "").split(",") if name in Role.values)


def set_dpo(user: User, given: bool) -> None:
    """Make the account a data-protection officer, or no longer; its roles stay."""
    group = Group.objects.get_or_create(name=DPO)[0]
    if given:
        user.groups.add(group)
    else:
        user.groups.remove(group)
    user.__dict__.pop("is_dpo", None)


def set_roles(user: User, roles: Iterable[Role]) -> None:
    """Give exactly these roles to the account; its other groups stay.

    What follows from them follows: an advisor has a profile able to own cases, one who no longer is
    keeps it switched off, and administrators enter the administration. Raises ValueError for a partner who
    would be something else too: a profile able to own cases above all (domain.md L04).
    """
    wanted = {Role(role).value for role in roles}
    if Role.PARTNER.value in wanted and (
        len(wanted) > 1 or InternalAdvisor.objects.filter(pk=user.pk).exists()
    ):
        raise ValueError("Un client partenaire n’a aucun autre rôle, et n’a jamais suivi de dossier.")
    groups = list(user.groups.all())
    held = {group.name for group in groups}
    kept = [group.pk for group in groups if group.name not in Role.values]
    user.groups.set([*kept, *Group.objects.filter(name__in=wanted).values_list("pk", flat=True)])
    user.__dict__.pop("roles", None)
    if Role.ADVISOR.value not in wanted:
        InternalAdvisor.objects.filter(user=user).update(active=False)
    elif Role.ADVISOR.value not in held:
        InternalAdvisor.objects.update_or_create(user=user, defaults={"active": True})
    is_staff = Role.ADMIN.value in wanted or user.is_superuser
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])
