"""Managers, HR and administrators prove a second factor; nothing of the site goes round it."""

from __future__ import annotations

import logging
import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import get_resolver, reverse

from atdemain.journal.models import AuditEvent
from atdemain.organisation import second_factor
from atdemain.organisation.backends import AccountBackend
from atdemain.organisation.enums import Role
from atdemain.organisation.models import DemoState, User
from atdemain.organisation.second_factor import NEED, required
from atdemain.pages.second_factor.gate import TO_ENROL, TO_PROVE
from tests.office import NOW, Office, text_of
from tests.routes import named

pytestmark = pytest.mark.django_db

PASSWORD = "une-phrase-assez-longue"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
ENROL, PROVE = reverse("mfa_activate_totp"), reverse("mfa_reauthenticate")
HOME = reverse("home")


@pytest.fixture(autouse=True)
def _asked(settings) -> None:
    settings.SECOND_FACTOR = True


@pytest.fixture
def manager(office: Office) -> User:
    user = office.people["manager"]
    user.set_password(PASSWORD)
    user.save()
    return user


def enrolled(user: User) -> User:
    TOTP.activate(user, SECRET)
    return User.objects.get(pk=user.pk)


def code(secret: str = SECRET, shift: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift))


def log_in(user: User, browser: Browser | None = None):
    browser = browser or Browser()
    page = browser.post(reverse("account_login"), {"login": user.username, "password": PASSWORD})
    return browser, page


def inside(browser: Browser) -> bool:
    return browser.get(reverse("account_settings")).status_code == 200


# -- who is asked ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [*Role])
def test_the_roles_that_read_a_whole_unit_are_asked_and_no_other(office, role):
    names = {Role.BACK_OFFICE: "backoffice", Role.STAFF_REP: "staffrep"}
    assert required(office.people[names.get(role, role.value)]) is (role in NEED)


def test_a_data_protection_officer_is_asked_without_any_role_nor_query(office, django_assert_num_queries):
    officer = AccountBackend().get_user(office.people["dpo"].pk)
    with django_assert_num_queries(0):
        assert required(officer)


def test_an_account_with_every_right_is_asked_without_any_role(office):
    assert required(User.objects.create(username="root", is_superuser=True))


def test_a_demonstration_account_is_not_asked(office):
    DemoState.objects.create(seeded_at=NOW, seed=1, complete=True)
    assert not required(User.objects.get(username="manager"))
    assert office.browser("manager").get(HOME).status_code == 200


def test_a_site_with_its_own_sign_on_switches_it_off(office, settings):
    settings.SECOND_FACTOR = False
    assert office.browser("manager").get(HOME).status_code == 200


# -- no address goes round it ---------------------------------------------------------------------------


def addresses() -> list[tuple[str, str]]:
    """Every route of the site with something in place of its arguments."""
    found = []
    for name, where in named(get_resolver()):
        filled = re.sub(r"\^|\$|\\Z|\\", "", where)
        filled = re.sub(r"\(\?P<\w+>(?:[^()]|\([^()]*\))*\)", "1", filled)
        found.append((name, "/" + re.sub(r"<[^>]+>", "1", filled)))
    return found


def stranger_at(name: str, status: int) -> bool:
    """The API hears no session: whoever is logged in is nobody there."""
    return name.startswith("api:") and status in (400, 401, 405)


@pytest.mark.parametrize("method", ["get", "post", "put", "delete", "options"])
def test_no_address_opens_before_the_factor_is_added(office, method):
    browser = office.browser("manager")
    wrong = []
    for name, address in addresses():
        response = getattr(browser, method)(address)
        led = response.status_code == 302 and response["Location"].startswith(ENROL)
        apart = stranger_at(name, response.status_code)
        if not led and not apart and name not in TO_ENROL and response.status_code != 404:
            wrong.append((name, address, response.status_code))
        if name == "account_logout":
            browser = office.browser("manager")
    assert wrong == []


def test_no_address_opens_before_the_factor_is_proved(office):
    enrolled(office.people["manager"])
    browser = office.browser("manager")
    wrong = []
    for name, address in addresses():
        response = browser.get(address)
        led = response.status_code == 302 and response["Location"].startswith(PROVE)
        apart = stranger_at(name, response.status_code)
        if not led and not apart and name not in TO_PROVE and response.status_code != 404:
            wrong.append((name, address, response.status_code))
    assert wrong == []


def test_what_answers_404_before_the_factor_is_no_address_of_the_site(office):
    """The two tests above let a 404 pass: only addresses that resolve to nothing may answer it.

    The API's operations and problems have names, and none is « 1 »; their pages are everybody's.
    """
    browser = office.browser("manager")
    unknown = [name for name, address in addresses() if browser.get(address).status_code == 404]
    assert set(unknown) <= {"admin:auth_user_password_change", "api:operation", "api:problem"}, unknown


def test_a_part_of_a_page_sends_the_whole_page_to_the_factor(office):
    page = office.browser("manager").get(reverse("cases:team"), headers={"hx-request": "true"})
    assert page["HX-Redirect"] == ENROL


def test_who_needs_no_factor_goes_everywhere_as_before(office):
    assert office.browser("advisor").get(HOME).status_code == 200


# -- adding it ------------------------------------------------------------------------------------------


def test_the_first_log_in_leads_to_adding_one_and_the_session_then_works(manager):
    browser, _ = log_in(manager)
    assert browser.get(HOME)["Location"].startswith(ENROL)
    shown = browser.get(ENROL)
    assert shown.status_code == 200
    assert 'src="data:image/svg+xml;base64,' in shown.content.decode()
    secret = shown.context["form"].secret
    added = browser.post(ENROL, {"code": code(secret)})
    assert added["Location"] == reverse("mfa_view_recovery_codes")
    codes = text_of(browser.get(added["Location"]))
    assert len(re.findall(r"<li>\d{8}</li>", codes)) == 10
    assert "Ils ont déjà été montrés" in text_of(browser.get(added["Location"]))
    assert browser.get(HOME).status_code == 200
    event = AuditEvent.objects.get(object_type="user", object_id=str(manager.pk))
    assert (event.action, event.actor_id) == ("second_factor_added", manager.pk)


def test_a_wrong_code_adds_nothing(manager):
    browser, _ = log_in(manager)
    browser.get(ENROL)
    page = browser.post(ENROL, {"code": "000000"})
    assert "Ce code n’est pas le bon" in text_of(page)
    assert not Authenticator.objects.exists()


def test_adding_one_in_an_old_session_asks_for_the_password(manager, clock):
    browser, _ = log_in(manager)
    browser.get(ENROL)
    clock.shift(timedelta(minutes=6))
    assert browser.get(ENROL)["Location"].startswith(reverse("account_reauthenticate"))


def test_the_secret_is_not_readable_in_the_database(manager):
    stored = enrolled(manager) and Authenticator.objects.get(user=manager)
    assert SECRET not in str(stored.data)
    assert second_factor.SecondFactorAdapter().decrypt(stored.data["secret"]) == SECRET


def test_a_secret_is_still_read_after_the_site_changed_its_key(manager, settings):
    enrolled(manager)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "une-autre-cle-" + "y" * 40
    stored = Authenticator.objects.get(user=manager)
    assert second_factor.SecondFactorAdapter().decrypt(stored.data["secret"]) == SECRET


# -- logging in with it ---------------------------------------------------------------------------------


def test_the_password_alone_does_not_open_a_session(manager):
    browser, page = log_in(enrolled(manager))
    assert page["Location"] == reverse("mfa_authenticate")
    assert not inside(browser)
    assert browser.post(page["Location"], {"code": code()}).status_code == 302
    assert inside(browser)


def test_a_code_serves_once(manager):
    first, page = log_in(enrolled(manager))
    first.post(page["Location"], {"code": code()})
    second, page = log_in(manager)
    again = second.post(page["Location"], {"code": code()})
    assert "il a déjà servi" in text_of(again)
    assert not inside(second)


@pytest.mark.parametrize("shift", [-1, 1])
def test_a_code_of_another_half_minute_is_refused(manager, shift):
    browser, page = log_in(enrolled(manager))
    browser.post(page["Location"], {"code": code(shift=shift)})
    assert not inside(browser)


def test_a_recovery_code_replaces_the_device_once(manager):
    one = RecoveryCodes.activate(enrolled(manager)).get_unused_codes()[0]
    browser, page = log_in(manager)
    browser.post(page["Location"], {"code": one})
    assert browser.get(HOME).status_code == 200
    again, page = log_in(manager)
    again.post(page["Location"], {"code": one})
    assert not inside(again)


def test_ten_codes_are_tried_in_a_quarter_of_an_hour_and_the_right_one_is_then_refused(manager, clock):
    browser, page = log_in(enrolled(manager))
    for _ in range(10):
        browser.post(page["Location"], {"code": "000000"})
    browser.post(page["Location"], {"code": code()})
    assert not inside(browser)
    clock.shift(timedelta(minutes=16))
    browser, page = log_in(manager)
    browser.post(page["Location"], {"code": code()})
    assert inside(browser)


def test_a_session_opened_before_the_factor_was_added_proves_it_too(manager):
    elsewhere, _ = log_in(manager)
    here, _ = log_in(manager)
    secret = here.get(ENROL).context["form"].secret
    here.post(ENROL, {"code": code(secret)})
    assert elsewhere.get(HOME)["Location"].startswith(PROVE)
    elsewhere.post(PROVE, {"code": code(secret, 0)})
    assert here.get(HOME).status_code == 200


def test_the_role_keeps_its_factor_and_who_need_not_have_one_may_take_it_away(manager, office):
    browser, page = log_in(enrolled(manager))
    browser.post(page["Location"], {"code": code()})
    refused = browser.post(reverse("mfa_deactivate_totp"))
    assert "elle reste active" in text_of(refused)
    assert Authenticator.objects.filter(user=manager).exists()
    advisor = office.people["advisor"]
    advisor.set_password(PASSWORD)
    advisor.save()
    browser, page = log_in(enrolled(advisor))
    browser.post(page["Location"], {"code": code()})
    browser.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=advisor).exists()
    assert AuditEvent.objects.filter(action="second_factor_removed").exists()


# -- the lost device ------------------------------------------------------------------------------------


def test_a_reset_takes_the_factor_away_ends_the_sessions_and_says_why_in_the_journal(manager, office):
    browser, page = log_in(enrolled(manager))
    browser.post(page["Location"], {"code": code()})
    other = office.browser("advisor")
    assert inside(other)
    assert second_factor.reset(manager, actor=office.actor("admin"), at=NOW, reason="Téléphone volé.")
    assert not inside(browser)
    assert inside(other)
    event = AuditEvent.objects.get(action="second_factor_reset")
    assert event.actor_id == office.people["admin"].pk
    assert event.payload.body == {"reason": ["", "Téléphone volé."]}
    browser, _ = log_in(manager)
    assert browser.get(HOME)["Location"].startswith(ENROL)
    assert not second_factor.reset(manager, actor=office.actor("admin"), at=NOW, reason="Encore.")


def test_an_administrator_does_not_take_their_own_factor_away(office, settings):
    settings.SECOND_FACTOR = False
    user = enrolled(office.people["admin"])
    browser = office.browser("admin")
    address = reverse("accounts:account", args=[user.pk])
    assert "un autre administrateur peut la retirer" in text_of(browser.get(address))
    refused = browser.post(
        reverse("accounts:act", args=[user.pk, "reset"]), {"reset-reason": "Plus simple ainsi."}
    )
    assert refused.status_code == 422
    assert "votre propre vérification" in text_of(refused)
    assert Authenticator.objects.filter(user=user).exists()


# -- what the logs keep ---------------------------------------------------------------------------------


def test_no_password_code_secret_or_session_is_in_any_log(manager, caplog, capsys):
    """Through a wrong password, a log-in, the factor added and proved, and the password changed and reset."""
    caplog.set_level(logging.DEBUG)
    browser, _ = log_in(manager)
    wrong = Browser()
    wrong.post(reverse("account_login"), {"login": "manager", "password": "mot-de-passe-rate"})
    secret = browser.get(ENROL).context["form"].secret
    given = code(secret)
    browser.post(ENROL, {"code": given})
    recovery = re.findall(r"<li>(\d{8})</li>", text_of(browser.get(reverse("mfa_view_recovery_codes"))))
    new = "une-autre-phrase-longue"
    browser.post(
        reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    browser.post(reverse("account_reset_password"), {"email": manager.email})
    link = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[-1].body)
    assert link
    Browser().get(link.group(), follow=True)
    session = browser.cookies["sessionid"].value
    csrf = browser.cookies["csrftoken"].value if "csrftoken" in browser.cookies else ""
    said = caplog.text + "".join(map(str, capsys.readouterr()))
    token = link.group().split("/key/")[1].strip("/")
    hidden = [PASSWORD, "mot-de-passe-rate", new, secret, given, *recovery, session, token]
    for kept in filter(None, [*hidden, csrf]):
        assert kept not in said


# -- on the server --------------------------------------------------------------------------------------


def test_the_command_lets_the_only_administrator_back_in(manager):
    enrolled(manager)
    call_command("reset_second_factor", "manager", reason="Téléphone cassé.")
    assert not Authenticator.objects.exists()
    assert AuditEvent.objects.get(action="second_factor_reset").source == "command"
    for name in ("manager", "personne"):
        with pytest.raises(CommandError):
            call_command("reset_second_factor", name, reason="Encore.")


def test_a_secret_that_no_key_reads_lets_nobody_in(manager, settings):
    enrolled(manager)
    settings.SECRET_KEY = "une-autre-cle-" + "y" * 40
    browser, page = log_in(manager)
    answer = browser.post(page["Location"], {"code": code()})
    assert "Ce code n’est pas le bon" in text_of(answer)
    assert not inside(browser)
