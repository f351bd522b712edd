"""Guessing a password: few are ever tried, the neighbours are not shut out, and nothing tells who exists."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client as Browser
from django.urls import reverse

from atdemain.organisation.models import User
from tests.office import text_of

pytestmark = pytest.mark.django_db

LOGIN = reverse("account_login")
PASSWORD = "une-phrase-assez-longue"
PROXY = {"REMOTE_ADDR": "10.0.0.7"}


@pytest.fixture
def account(office) -> User:
    user = office.people["advisor"]
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """Every password that was hashed, whatever for: what an attempt costs, and whether it was one."""
    seen = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        seen.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return seen


def attempt(name: str, password: str = "faux", browser: Browser | None = None):
    return (browser or Browser(**PROXY)).post(LOGIN, {"login": name, "password": password})


def test_of_two_hundred_wrong_passwords_ten_are_evaluated_in_a_quarter_of_an_hour(account, hashed, clock):
    for number in range(200):
        attempt("advisor", f"essai-{number}")
        if number % 20 == 0:
            clock.shift(timedelta(minutes=1))
    assert 1 <= len(hashed) <= 10


def test_the_right_password_is_refused_too_once_the_limit_is_reached_and_works_after_it(account, clock):
    for _ in range(11):
        attempt("advisor")
    assert "Trop de tentatives" in text_of(attempt("advisor", PASSWORD))
    clock.shift(timedelta(minutes=16))
    assert attempt("advisor", PASSWORD).status_code == 302


def test_another_spelling_of_the_name_is_the_same_account(account, hashed):
    for number in range(30):
        attempt(["advisor", "ADVISOR", " advisor "][number % 3])
    assert len(hashed) <= 10


def test_the_neighbour_behind_the_same_proxy_still_logs_in(account, office):
    neighbour = office.people["colleague"]
    neighbour.set_password(PASSWORD)
    neighbour.save()
    for number in range(200):
        attempt("advisor", f"essai-{number}")
    browser = Browser(**PROXY)
    assert attempt("colleague", PASSWORD, browser).status_code == 302
    assert browser.get(reverse("account_settings")).status_code == 200


@pytest.mark.parametrize("name", ["advisor", "personne", "closed", "invited"])
def test_a_wrong_password_costs_the_same_and_says_the_same_whoever_it_is_for(account, office, hashed, name):
    """Known, unknown, closed, or invited and without a password yet: one hash of the same kind, one sentence."""
    User.objects.create(username="closed", password=account.password, is_active=False)
    invited = User.objects.create(username="invited")
    invited.set_unusable_password()
    invited.save()
    page = attempt(name)
    assert len(hashed) == 1
    assert page.status_code == 200
    assert "ne sont pas corrects" in text_of(page) or "incorrect" in text_of(page)
    assert reverse("account_inactive") not in page.headers.get("Location", "")


def test_a_forgotten_password_says_the_same_of_a_known_and_an_unknown_address(account):
    known = Browser().post(reverse("account_reset_password"), {"email": account.email})
    unknown = Browser().post(reverse("account_reset_password"), {"email": "personne@exemple.fr"})
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_an_open_session_is_no_second_way_to_guess_the_password(account, office, hashed):
    """Neither by the page that changes a password nor by the one that asks for it again."""
    browser, address = office.browser("advisor"), reverse("account_change_password")
    for number in range(5):
        attempt("advisor", f"essai-{number}")
    for number in range(30):
        new = "une-autre-phrase-longue"
        data = {"oldpassword": f"essai-{number}", "password1": new, "password2": new}
        browser.post(address, data)
        browser.post(reverse("account_reauthenticate"), {"password": f"essai-{number}"})
    assert len(hashed) <= 10
    assert "Trop de tentatives" in text_of(attempt("advisor", PASSWORD))


def test_the_administration_has_no_page_of_its_own_to_try_a_password(office):
    page = office.browser("admin").post(reverse("admin:password_change"), {"old_password": "essai"})
    assert page["Location"] == reverse("account_change_password")


def test_too_many_requests_are_told_in_french(account, office):
    browser, page = office.browser("advisor"), None
    for _ in range(12):
        page = browser.post(reverse("account_change_password"), {"oldpassword": "x"})
    assert page.status_code == 429
    assert "Trop de demandes" in text_of(page)
