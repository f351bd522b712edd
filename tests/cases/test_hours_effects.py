"""Before a unit's hours are saved, its administrator reads which promised callbacks would fall outside."""

from __future__ import annotations

import pytest
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.organisation.models import CalendarException, Unit
from tests.office import THURSDAY, text_of
from tests.organisation.test_admin import inline, unit_data

pytestmark = pytest.mark.django_db


def preview(office, code="lyon", **changes):
    unit = office.units[code]
    data = unit_data(code=code, name=unit.name, head=unit.head_id or "", **changes)
    return office.browser("admin").post(reverse("admin:organisation_unit_preview", args=[unit.pk]), data)


def test_a_promise_outside_the_new_hours_is_named_and_nothing_is_saved(office):
    case = office.case("callback_due", start=THURSDAY)
    page = text_of(preview(office, hours_3="14:00-18:00"))
    assert f"1 rappel promis sur 1 tomberait en dehors des heures ({case.ref})" in page
    assert 'name="hours_3" value="14:00-18:00"' in page
    assert Unit.objects.get(code="lyon").weekly_hours[3] == [["08:00", "20:00"]]
    assert not AuditEvent.objects.filter(object_type="unit").exists()


def test_a_day_closed_by_an_exception_counts_too_and_is_not_saved(office):
    office.case("callback_due", start=THURSDAY)
    row = {
        "unit": office.units["lyon"].pk,
        "date": "12/11/2026",
        "opens": "",
        "closes": "",
        "reason": "Grève",
    }
    assert "1 rappel promis sur 1" in text_of(preview(office, **inline("calendar_exceptions", row)))
    assert not CalendarException.objects.exists()


def test_hours_that_keep_every_promise_say_so(office):
    office.case("callback_due", start=THURSDAY)
    assert "Aucun rappel promis ne tomberait" in text_of(preview(office, hours_3="09:00-12:00"))


def test_another_units_promises_are_not_counted(office):
    office.case("callback_due", owner="stranger", unit="brest", start=THURSDAY)
    assert "Aucun rappel promis ne tomberait" in text_of(preview(office, hours_3=""))
    assert "1 rappel promis sur 1" in text_of(preview(office, "brest", hours_3=""))


def test_hours_that_cannot_be_read_go_back_to_the_form(office):
    assert "Jeudi : « midi » n’est pas une ouverture" in text_of(preview(office, hours_3="midi"))


def test_what_the_preview_shows_is_what_its_button_saves(office):
    page = preview(office, hours_3="09:00-12:00")
    fields = dict(page.context["typed"]) | {"_save": "1"}
    address = reverse("admin:organisation_unit_change", args=[office.units["lyon"].pk])
    assert office.browser("admin").post(address, fields).status_code == 302
    assert Unit.objects.get(code="lyon").weekly_hours[3] == [["09:00", "12:00"]]
