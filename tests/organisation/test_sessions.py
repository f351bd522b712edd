"""A session ends at once with the account, the password or the roles it was opened for."""

from __future__ import annotations

import pytest
from django.contrib import admin as admin_site
from django.test import Client as Browser
from django.urls import reverse

from atdemain.organisation.enums import Role
from atdemain.organisation.models import Unit, User
from atdemain.organisation.roles import set_roles
from tests.organisation.test_admin import account_data

pytestmark = pytest.mark.django_db
PASSWORD = "une-phrase-assez-longue"


@pytest.fixture
def account() -> User:
    user = User(username="c.roux", email="c.roux@example.org")
    user.set_password(PASSWORD)
    user.save()
    set_roles(user, [Role.SUPPORT])
    return user


def logged_in() -> Browser:
    browser = Browser()
    page = browser.post(reverse("account_login"), {"login": "c.roux", "password": PASSWORD})
    assert page.status_code == 302
    assert in_session(browser)
    return browser


def in_session(browser: Browser) -> bool:
    return browser.get(reverse("account_settings")).status_code == 200


def test_a_deactivated_account_is_out_at_its_next_gesture_and_does_not_come_back(account: User) -> None:
    browser = logged_in()
    User.objects.filter(pk=account.pk).update(is_active=False)
    assert not in_session(browser)
    again = Browser()
    again.post(reverse("account_login"), {"login": "c.roux", "password": PASSWORD})
    assert not in_session(again)


@pytest.mark.parametrize("roles", [[], [Role.SUPPORT, Role.ADMIN], [Role.TRAINER]])
def test_a_change_of_roles_ends_every_session_of_the_account(account: User, roles: list[Role]) -> None:
    first, second = logged_in(), logged_in()
    set_roles(account, roles)
    assert not in_session(first)
    assert not in_session(second)
    assert in_session(logged_in())


def test_the_same_roles_given_again_end_nothing(account: User) -> None:
    browser = logged_in()
    set_roles(account, [Role.SUPPORT])
    assert in_session(browser)


def test_a_change_of_roles_of_another_ends_nothing(account: User) -> None:
    browser = logged_in()
    set_roles(User.objects.create(username="autre"), [Role.ADMIN])
    assert in_session(browser)


def test_a_password_changed_by_its_owner_ends_the_other_sessions_and_keeps_this_one(account: User) -> None:
    here, elsewhere = logged_in(), logged_in()
    data = {
        "oldpassword": PASSWORD,
        "password1": "une-autre-phrase-longue",
        "password2": "une-autre-phrase-longue",
    }
    assert here.post(reverse("account_change_password"), data).status_code == 302
    assert in_session(here)
    assert not in_session(elsewhere)


def test_a_password_set_by_the_administrator_ends_every_session(account: User) -> None:
    browser = logged_in()
    admin = User.objects.create(username="admin")
    set_roles(admin, [Role.ADMIN])
    desk = Browser()
    desk.force_login(admin)
    data = {"usable_password": "true", "password1": "une-autre-phrase-longue"}
    data["password2"] = data["password1"]
    assert desk.post(reverse("admin:auth_user_password_change", args=[account.pk]), data).status_code == 302
    assert not in_session(browser)


def test_the_session_hash_costs_a_page_no_query(account: User, django_assert_num_queries) -> None:
    from atdemain.organisation.backends import AccountBackend

    loaded = AccountBackend().get_user(account.pk)
    with django_assert_num_queries(0):
        assert loaded.get_session_auth_hash() == User.objects.none().model.get_session_auth_hash(loaded)


# -- by the administrator's pages -----------------------------------------------------------------------


@pytest.fixture
def desk() -> Browser:
    admin = User.objects.create(username="admin")
    set_roles(admin, [Role.ADMIN])
    browser = Browser()
    browser.force_login(admin)
    return browser


@pytest.mark.parametrize("changes", [{"roles": ["trainer"]}, {"roles": []}])
def test_the_administrators_form_ends_the_sessions_with_the_roles(
    account: User, desk: Browser, changes: dict
) -> None:
    browser = logged_in()
    unit = Unit.objects.create(code="uat", name="UAT")
    address = reverse("admin:organisation_user_change", args=[account.pk])
    data = account_data(account, unit=unit.pk, **changes)
    assert desk.post(address, data).status_code == 302
    assert not in_session(browser)


def test_the_closed_account_page_ends_the_sessions(account: User, desk: Browser) -> None:
    browser = logged_in()
    desk.post(reverse("accounts:act", args=[account.pk, "close"]), {"close-reason": "Fin de mission."})
    assert not in_session(browser)


def test_a_session_does_not_live_again_with_an_account_reopened(account: User, desk: Browser) -> None:
    browser = logged_in()
    desk.post(reverse("accounts:act", args=[account.pk, "close"]), {"close-reason": "Fin de mission."})
    User.objects.filter(pk=account.pk).update(is_active=True)
    assert not in_session(browser)
    assert in_session(logged_in())


def test_the_list_of_accounts_has_no_gesture_that_goes_round_the_form(desk: Browser, rf) -> None:
    page = admin_site.site.get_model_admin(User)
    request = rf.get("/")
    request.user = User.objects.get(username="admin")
    assert page.get_actions(request) == {}
    assert page.list_editable == ()
    assert desk.get("/admin/auth/group/").status_code == 404
