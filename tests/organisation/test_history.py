"""The history of an object of the administration is read from the journal, in words."""

from __future__ import annotations

import pytest
from django.urls import reverse

from atdemain.organisation.models import CalendarException, User
from tests.office import text_of
from tests.organisation.test_admin import account_data, inline, unit_data, url

pytestmark = pytest.mark.django_db


def read(browser, model, pk) -> str:
    page = browser.get(url(model, "history", pk))
    assert page.status_code == 200
    return " ".join(text_of(page).split())


def test_a_change_of_hours_reads_with_who_when_and_the_days(office):
    unit, browser = office.units["lyon"], office.browser("admin")
    data = unit_data(code="lyon", name="UAT Lyon", hours_0="09:00-17:00", head=office.people["manager"].pk)
    assert browser.post(url("unit", "change", unit.pk), data).status_code == 302
    text = read(browser, "unit", unit.pk)
    assert "10/11/2026 15:30" in text
    assert "Admin Essai (admin)" in text
    assert "lundi 09:00-17:00" in text
    assert "<s>lundi 08:00-20:00" in text


def test_a_dated_exception_made_then_withdrawn_stays_in_the_history_of_its_unit(office):
    unit, browser = office.units["lyon"], office.browser("admin")
    keep = {"code": "lyon", "name": "UAT Lyon", "head": office.people["manager"].pk}
    row = {"unit": unit.pk, "date": "24/12/2026", "opens": "", "closes": "", "reason": "Inventaire"}
    browser.post(url("unit", "change", unit.pk), unit_data(**keep, **inline("calendar_exceptions", row)))
    made = CalendarException.objects.get()
    gone = row | {"id": made.pk, "DELETE": "on"}
    browser.post(
        url("unit", "change", unit.pk), unit_data(**keep, **inline("calendar_exceptions", gone, initial=1))
    )
    assert not CalendarException.objects.exists()
    text = read(browser, "unit", unit.pk)
    assert "Exception de calendrier : créé" in text
    assert "Exception de calendrier : retiré" in text
    assert "24/12/2026" in text
    assert "Inventaire" in text


def test_another_units_exceptions_are_not_in_it(office):
    browser = office.browser("admin")
    keep = {"code": "brest", "name": "UAT Brest", "head": ""}
    row = {
        "unit": office.units["brest"].pk,
        "date": "24/12/2026",
        "opens": "",
        "closes": "",
        "reason": "Ailleurs",
    }
    browser.post(
        url("unit", "change", office.units["brest"].pk),
        unit_data(**keep, **inline("calendar_exceptions", row)),
    )
    assert "Ailleurs" in read(browser, "unit", office.units["brest"].pk)
    assert "Ailleurs" not in read(browser, "unit", office.units["lyon"].pk)


def test_a_closed_account_reads_with_its_reason_and_its_roles(office):
    browser, user = office.browser("admin"), office.people["trainer"]
    browser.post(reverse("accounts:act", args=[user.pk, "close"]), {"close-reason": "Fin de mission."})
    text = read(browser, "user", user.pk)
    assert "compte fermé" in text
    assert "Fin de mission." in text
    assert "<s>oui</s> → non" in text


def test_an_object_nobody_touched_says_so(office):
    browser = office.browser("admin")
    assert "Rien n’a été changé" in read(browser, "unit", office.units["lyon"].pk)


def test_foreign_keys_read_as_names(office):
    browser, user = office.browser("admin"), office.people["hr"]
    data = account_data(user, roles=["hr"], unit=office.units["brest"].pk)
    assert browser.post(url("user", "change", user.pk), data).status_code == 302
    assert User.objects.get(pk=user.pk).unit == office.units["brest"]
    assert "<b>Unité</b> : <s>UAT Lyon</s> → UAT Brest" in read(browser, "user", user.pk)
