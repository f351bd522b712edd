"""The administrator's stories about time (domain.md §8, Admin 4 and 5): typed in the administration, read elsewhere."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from atdemain.organisation.models import Unit, User
from tests.office import HOUR, Office, text_of
from tests.organisation.test_admin import exception, inline, unit_data, url

pytestmark = pytest.mark.django_db

PENTECOST_MONDAY = date(2027, 5, 17)
THURSDAY_BEFORE = datetime(2027, 5, 13, 8, 0, tzinfo=UTC)
AT_TEN = datetime(2027, 5, 17, 8, 0, tzinfo=UTC)  # in Paris


def slots(office: Office, who: str, case) -> str:
    return text_of(office.browser(who).get(f"/cases/{case.ref}/promise_callback/"))


def test_admin_4_pentecost_monday_is_opened_for_one_unit_and_stays_shut_for_the_other(office, clock):
    clock.move_to(THURSDAY_BEFORE, tick=False)
    ours = office.case(at=THURSDAY_BEFORE - HOUR)
    theirs = office.case(owner="stranger", unit="brest", at=THURSDAY_BEFORE - HOUR)
    assert "lun. 17/05" not in slots(office, "advisor", ours)
    lyon = office.units["lyon"]
    row = exception(lyon, PENTECOST_MONDAY, "09:00", "17:00", reason="Lundi de Pentecôte travaillé")
    data = unit_data(code="lyon", name=lyon.name, head=lyon.head_id, **inline("calendar_exceptions", row))
    assert office.browser("admin").post(url("unit", "change", lyon.pk), data).status_code == 302
    assert Unit.objects.get(code="lyon").calendar().is_open(AT_TEN)
    assert not Unit.objects.get(code="brest").calendar().is_open(AT_TEN)
    offered = slots(office, "advisor", ours)
    assert "lun. 17/05, 09:00" in offered
    assert "lun. 17/05, 08:00" not in offered
    assert "lun. 17/05, 17:00" not in offered
    assert "lun. 17/05" not in slots(office, "stranger", theirs).replace("lun.<small>17/05", "")


def test_admin_5_a_unit_of_la_reunion_is_added_and_its_due_times_are_read_on_its_clock(office):
    new = unit_data(code="reunion", name="UAT Réunion", tz="Indian/Reunion", holiday_zone="reunion")
    assert office.browser("admin").post(url("unit", "add"), new).status_code == 302
    office.units["reunion"] = unit = Unit.objects.get(code="reunion")
    User.objects.filter(username__in=["stranger", "far_manager"]).update(unit=unit)
    office.people |= {user.username: user for user in User.objects.filter(unit=unit)}
    case = office.case("escalated", owner="stranger", unit="reunion")  # sent at 09:30 in Paris, 12:30 there
    assert case.escalations.get().ack_due == datetime(2026, 11, 10, 12, 30, tzinfo=UTC)
    page = text_of(office.browser("stranger").get(f"/cases/{case.ref}/"))
    assert "attendu 16:30" in page
    assert "accusé attendu 10/11 16:30" in page  # as the story of the case tells it
    assert "entre 13:00 et 14:00" in page
    assert "13:00–14:00" in page  # promised at 09:00 UTC: 10:00 in Paris
