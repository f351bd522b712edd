"""The database itself keeps a case out of a partner's hands (domain.md L04), on both engines."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from atdemain.organisation.enums import Role
from atdemain.organisation.models import InternalAdvisor, Unit, User
from atdemain.organisation.roles import set_roles
from cases.enums import Origin, ReasonFamily
from cases.models import Case, Client

pytestmark = pytest.mark.django_db


def account(username: str, *roles: Role) -> User:
    user = User.objects.create(username=username)
    set_roles(user, roles)
    return user


@pytest.fixture
def case() -> Case:
    unit = Unit.objects.create(code="uat-test", name="UAT Test")
    client = Client.objects.create(client_ref="C1", display_name="Client Essai")
    now = timezone.now()
    return Case.objects.create(
        ref="ATD-2026-000001",
        client=client,
        identity_key=f"client:{client.pk}",
        reason_family=ReasonFamily.NO_SYNC,
        origin=Origin.MANUAL,
        unit=unit,
        opened_at=now,
        last_event_at=now,
    )


def own(case: Case, user: User) -> None:
    """Raw SQL, with the deferred constraints asked at once."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE cases_case SET owner_id = %s WHERE id = %s", [user.pk, case.pk])
        connection.check_constraints()


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADVISOR])
def test_raw_sql_that_gives_a_case_to_anybody_but_an_advisor_is_refused(case: Case, role: Role) -> None:
    with pytest.raises(IntegrityError):
        own(case, account("autre", role))
    assert Case.objects.get(pk=case.pk).owner_id is None


def test_raw_sql_that_gives_a_case_to_an_advisor_passes(case: Case) -> None:
    advisor = account("c.roux", Role.ADVISOR)
    own(case, advisor)
    assert Case.objects.get(pk=case.pk).owner_id == advisor.pk


def test_the_profile_of_an_owner_is_not_erased(case: Case) -> None:
    advisor = account("c.roux", Role.ADVISOR)
    own(case, advisor)
    with pytest.raises(ProtectedError):
        InternalAdvisor.objects.get(pk=advisor.pk).delete()
    with pytest.raises(IntegrityError):
        erase_profile(advisor)


def erase_profile(advisor: User) -> None:
    with transaction.atomic():
        InternalAdvisor.objects.filter(pk=advisor.pk)._raw_delete("default")
        connection.check_constraints()


def test_no_role_but_advisor_makes_a_profile() -> None:
    for role in Role:
        if role is not Role.ADVISOR:
            account(role.value, role)
    assert not InternalAdvisor.objects.exists()


def by_sql(statement: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


def partner_group() -> int:
    return Group.objects.get(name=Role.PARTNER.value).pk


def test_raw_sql_that_gives_a_partner_a_profile_is_refused() -> None:
    partner, other = account("p1", Role.PARTNER), account("c.roux", Role.ADVISOR)
    with pytest.raises(IntegrityError, match="partenaire"):
        by_sql("INSERT INTO organisation_internaladvisor (user_id, active) VALUES (%s, %s)", partner.pk, True)
    with pytest.raises(IntegrityError, match="partenaire"):
        by_sql(
            "UPDATE organisation_internaladvisor SET user_id = %s WHERE user_id = %s", partner.pk, other.pk
        )
    assert list(InternalAdvisor.objects.values_list("pk", flat=True)) == [other.pk]


@pytest.mark.parametrize("active", [True, False])
def test_raw_sql_that_makes_a_partner_of_who_has_a_profile_is_refused(active: bool) -> None:
    advisor = account("c.roux", Role.ADVISOR)
    InternalAdvisor.objects.filter(pk=advisor.pk).update(active=active)
    with pytest.raises(IntegrityError, match="partenaire"):
        by_sql(
            "INSERT INTO organisation_user_groups (user_id, group_id) VALUES (%s, %s)",
            advisor.pk,
            partner_group(),
        )
    with pytest.raises(IntegrityError, match="partenaire"):
        by_sql(
            "UPDATE organisation_user_groups SET group_id = %s WHERE user_id = %s",
            partner_group(),
            advisor.pk,
        )
    assert advisor.groups.get().name == Role.ADVISOR.value


def test_a_partner_is_never_given_another_role_nor_an_advisor_made_a_partner() -> None:
    with pytest.raises(ValueError, match="aucun autre rôle"):
        account("p1", Role.PARTNER, Role.ADVISOR)
    with pytest.raises(ValueError, match="aucun autre rôle"):
        set_roles(account("c.roux", Role.ADVISOR), [Role.PARTNER])
    assert not User.objects.filter(groups__name=Role.PARTNER.value).exists()
