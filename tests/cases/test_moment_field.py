"""A date and time as people type it: bounded, and honest about the two nights of the clock (domain.md §3.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from cases.forms.fields import MomentField
from cases.models import CallbackAttempt, MassIncident
from tests.cases.test_incident_pages import NEW, typed
from tests.office import Office, posted, text_of

PARIS, FORT_DE_FRANCE = ZoneInfo("Europe/Paris"), ZoneInfo("America/Martinique")
TWICE = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # 02:30 in Paris, summer time: the first of the two
FIELD = MomentField(input_formats=["%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M"])


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("2026-11-10T15:30", datetime(2026, 11, 10, 14, 30, tzinfo=UTC)),
        ("10/11/2026 15:30", datetime(2026, 11, 10, 14, 30, tzinfo=UTC)),
        (" 2026-11-10T15:30:20 ", datetime(2026, 11, 10, 14, 30, 20, tzinfo=UTC)),
        ("2026-11-10T15:30+04:00", datetime(2026, 11, 10, 11, 30, tzinfo=UTC)),
        ("2026-10-25T02:30", TWICE),
        ("2026-10-25T03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("2000-01-01T00:00", datetime(1999, 12, 31, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_the_zone_of_the_reader(text, at):
    with timezone.override(PARIS):
        cleaned = FIELD.clean(text)
    assert (cleaned, cleaned.utcoffset()) == (at, timedelta(0))


@pytest.mark.parametrize("zone", [PARIS, FORT_DE_FRANCE])
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("0001-01-01T00:00", "year"),
        ("1999-12-31T23:59", "year"),
        ("3000-01-01T00:00", "year"),
        ("9999-12-31T23:59", "year"),
        ("0001-01-01T00:00+14:00", "year"),
        ("2026-13-45T99:99", "invalid"),
        ("2026-02-30T10:00", "invalid"),
        ("hier", "invalid"),
    ],
)
def test_a_moment_out_of_bounds_or_unreadable_is_refused(zone, text, code):
    with timezone.override(zone), pytest.raises(ValidationError) as refusal:
        FIELD.clean(text)
    assert refusal.value.code == code


def test_an_hour_that_the_clock_skips_is_refused_with_its_reason():
    with timezone.override(PARIS), pytest.raises(ValidationError, match="l’horloge avance") as refusal:
        FIELD.clean("2026-03-29T02:30")
    assert refusal.value.code == "skipped"


def test_an_incident_may_begin_in_the_hour_that_comes_twice(office: Office):
    with time_machine.travel(TWICE + timedelta(hours=3), tick=False):
        sent = office.browser("support").post(NEW, typed(starts_at="2026-10-25T02:30"))
    assert sent.status_code == 302, text_of(sent)
    assert MassIncident.objects.get().starts_at == TWICE


def test_an_attempt_is_corrected_to_the_hour_that_comes_twice(office: Office):
    case = office.case("opened", at=TWICE - timedelta(hours=1))
    case = office.do(case, "log_attempt", "advisor", at=TWICE + timedelta(hours=3), outcome="reached")
    attempt = case.attempts.get()
    data = posted(
        case, attempt_id=attempt.pk, outcome="busy", at="2026-10-25T02:30", reason="Heure mal notée."
    )
    sent = office.browser("advisor").post(f"/cases/{case.ref}/correct_attempt/?attempt={attempt.pk}", data)
    assert sent.status_code == 302, text_of(sent)
    assert CallbackAttempt.objects.get(superseded_by=None).at == TWICE


@pytest.mark.parametrize("tz", ["Europe/Paris", "America/Martinique"])
@pytest.mark.parametrize("text", ["0001-01-01T00:00", "9999-12-31T23:59"])
def test_a_year_out_of_bounds_is_refused_on_the_page_whatever_the_zone(office: Office, tz: str, text: str):
    unit = office.units["lyon"]
    unit.tz = tz
    unit.save()
    sent = office.browser("manager").post(reverse("cases:incident_new"), typed(starts_at=text))
    assert sent.status_code == 422
    assert "Donnez une année entre" in text_of(sent)
    assert not MassIncident.objects.exists()
