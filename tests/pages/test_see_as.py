"""« Voir comme »: a demonstration is read as another role, and nobody ever becomes somebody else."""

from __future__ import annotations

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import get_resolver, reverse

from atdemain.journal.models import AccessLog, AuditEvent
from atdemain.organisation.models import DemoState, User
from tests.office import NOW, text_of
from tests.organisation.test_second_factor import addresses
from tests.routes import named

pytestmark = [pytest.mark.django_db, pytest.mark.once]

MANAGER = reverse("see_as", args=["manager"])
END = reverse("see_as_end")


@pytest.fixture
def demonstration(office, settings):
    settings.SEE_AS_ROLE = True
    DemoState.objects.create(seeded_at=NOW, seed=1, complete=True)
    return office


@pytest.fixture
def browser(demonstration):
    browser = demonstration.browser("admin")
    assert browser.post(MANAGER).status_code == 302
    return browser


def test_the_administrator_reads_what_the_role_reads_under_a_banner(browser):
    page = browser.get(reverse("cases:team"))
    assert page.status_code == 200
    assert "Vous voyez le site comme Manager Essai, manager." in text_of(page)
    assert browser.get(reverse("permissions")).status_code == 403
    assert browser.get(reverse("admin:index")).status_code in (302, 403)


def test_nothing_is_done_from_there(browser, demonstration):
    case = demonstration.case()
    noted = browser.post(
        reverse("cases:act", args=[case.ref, "add_note"]), {"text": "Essai", "version": case.version}
    )
    assert noted.status_code == 403
    assert "Rien ne se fait d’ici" in text_of(noted)
    assert browser.post(reverse("account_settings"), {"theme": "dark"}).status_code == 403
    assert User.objects.get(username="manager").theme == "auto"


def test_the_access_log_and_the_journal_name_the_administrator(browser, demonstration):
    case, admin = demonstration.case(), demonstration.people["admin"]
    assert browser.get(reverse("cases:case", args=[case.ref])).status_code == 200
    seen = AccessLog.objects.filter(object_type="case", object_id=str(case.pk)).get()
    assert (seen.user_id, seen.role) == (admin.pk, "admin")
    event = AuditEvent.objects.get(action="seen_as")
    assert (event.actor_id, event.object_id, event.source) == (admin.pk, str(admin.pk), "see_as")
    assert event.changes == {"account": demonstration.people["manager"].pk}


def test_the_session_stays_the_administrators_and_the_way_out_leads_back(browser, demonstration):
    assert browser.session[SESSION_KEY] == str(demonstration.people["admin"].pk)
    assert browser.post(END)["Location"] == reverse("permissions")
    page = browser.get(reverse("permissions"))
    assert page.status_code == 200
    assert "Vous voyez le site comme" not in text_of(page)


def test_it_stops_at_once_when_the_setting_or_the_demonstration_goes(browser, settings):
    settings.SEE_AS_ROLE = False
    assert browser.get(reverse("cases:team")).status_code == 403
    settings.SEE_AS_ROLE = True
    assert browser.get(reverse("cases:team")).status_code == 403  # and it does not come back by itself


@pytest.mark.parametrize(("setting", "demo"), [(False, True), (True, False), (False, False)])
def test_it_does_not_exist_without_both_the_setting_and_demonstration_data(office, settings, setting, demo):
    settings.SEE_AS_ROLE = setting
    if demo:
        DemoState.objects.create(seeded_at=NOW, seed=1, complete=True)
    browser = office.browser("admin")
    assert browser.post(MANAGER).status_code == 404
    assert 'id="h-see"' not in text_of(browser.get(reverse("permissions")))


@pytest.mark.parametrize("who", ["advisor", "manager", "hr", "partner"])
def test_no_other_role_has_it(demonstration, who):
    assert demonstration.browser(who).post(MANAGER).status_code == 403


def test_only_the_demonstrations_accounts_are_seen_and_never_an_administrator(demonstration):
    browser = demonstration.browser("admin")
    for name in ("admin", "partner", "stranger", "personne"):
        assert browser.post(reverse("see_as", args=[name])).status_code == 404


def test_no_address_of_the_site_logs_in_as_another_account(office):
    """Whatever an administrator sends anywhere, their session is theirs or is over."""
    admin, victim = office.people["admin"], office.people["advisor"]
    names = (
        "user",
        "user_id",
        "pk",
        "id",
        "username",
        "login",
        "account",
        "as",
        "become",
        "hijack",
        "_auth_user_id",
    )
    data = {name: victim.username if name in ("username", "login") else victim.pk for name in names}
    browser = office.browser("admin")
    for name, address in [*addresses(), *[(n, a.replace("/1/", f"/{victim.pk}/")) for n, a in addresses()]]:
        for send in (browser.get, browser.post):
            send(address, data)
            who = browser.session.get(SESSION_KEY)
            assert who in (None, str(admin.pk)), (name, address)
            if who is None:
                browser = office.browser("admin")


def test_the_addresses_tried_above_are_those_of_the_site():
    assert len(addresses()) == len(list(named(get_resolver())))
