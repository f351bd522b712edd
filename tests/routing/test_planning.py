"""The planning of the own team, edited by its manager and read by its advisor (domain.md §2.3)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from routing import planning
from routing.models import Absence, Presence
from routing.presence import PresenceRefused
from tests.office import NOW, Office, text_of

from .cast import present

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
URL = "/team/planning/"
PARIS = planning.PARIS


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


def row(office: Office, **fields: object) -> dict:
    base = {
        "person": office.people["advisor"].pk,
        "kind": "shift",
        "day": "2026-11-12",
        "start": "08:00",
        "end": "16:00",
    }
    return base | fields


def add(office: Office, **fields: object):
    return office.browser("manager").post(URL, row(office, **fields), follow=True)


def test_shift_is_added_on_the_units_clock_and_read_by_the_advisor(office):
    page = add(office)
    assert "1 ligne ajoutée au planning de A. Essai" in text_of(page)
    assert Presence.objects.get().starts_at == datetime(2026, 11, 12, 7, tzinfo=UTC)
    mine = text_of(office.browser("advisor").get("/planning/?week=2026-11-12"))
    assert "08:00–16:00" in mine
    assert "8 h de service" in mine


def test_same_line_twice_is_one(office):
    add(office)
    assert "le prévoyait déjà" in text_of(add(office))
    assert Presence.objects.count() == 1


def test_line_repeats_over_open_days_only(office):
    add(office, day="2026-11-09", until="2026-11-15")
    days = {one.starts_at.astimezone(PARIS).day for one in Presence.objects.order_by("starts_at")}
    assert days == {9, 10, 12, 13, 14}  # the 11th is a holiday, the 15th a Sunday


def test_overlap_is_refused_naming_the_other_and_what_was_typed_stays(office):
    add(office)
    page = add(office, start="15:00", end="19:00")
    assert page.status_code == 422
    assert (
        "Chevauche « en service » du 12/11/2026 08:00 au 12/11/2026 16:00 : modifiez l’une des deux."
        in text_of(page)
    )
    assert 'value="19:00"' in page.content.decode()
    assert Presence.objects.count() == 1


def test_repeated_line_that_overlaps_one_day_adds_none(office):
    add(office, day="2026-11-14")
    assert add(office, day="2026-11-12", until="2026-11-14", start="09:00").status_code == 422
    assert Presence.objects.count() == 1


def test_end_before_start_asks_whether_it_passes_midnight(office):
    page = text_of(add(office, start="22:00", end="06:00"))
    assert "cochez « se termine le lendemain »" in page
    add(office, start="22:00", end="06:00", next_day="on")
    one = Presence.objects.get()
    assert one.ends_at - one.starts_at == timedelta(hours=8)
    mine = text_of(office.browser("advisor").get("/planning/?week=2026-11-12"))
    assert "22:00–06:00 <span" in mine


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 10, 24), 9), (date(2027, 3, 27), 7)],  # the clock goes back, then forward
)
def test_night_shift_across_a_clock_change_lasts_what_it_lasts(day, hours):
    start, end = planning.bounds(day, time(22), time(6), PARIS, next_day=True)
    assert end - start == timedelta(hours=hours)


def test_hour_that_the_clock_skips_is_refused_and_one_that_comes_twice_follows_the_start():
    with pytest.raises(PresenceRefused) as refused:
        planning.bounds(date(2027, 3, 28), time(2, 30), time(6), PARIS, next_day=False)
    assert refused.value.field == "start"
    assert "n’existe pas" in refused.value.message
    start, end = planning.bounds(date(2026, 10, 25), time(2, 30), time(2, 45), PARIS, next_day=False)
    assert end - start == timedelta(minutes=15)


def test_unit_overseas_keeps_its_own_clock(office):
    office.units["lyon"].tz = "Indian/Reunion"
    office.units["lyon"].save()
    add(office)
    assert Presence.objects.get().starts_at == datetime(2026, 11, 12, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"day": "12/13/2026"}, "Ce jour ne se lit pas"),
        ({"day": "0012-11-12"}, "hors du calendrier"),
        ({"start": "25:00"}, "Cette heure ne se lit pas"),
        ({"kind": "absence"}, "Une absence se déclare dans « Absences »"),
        ({"person": ""}, "Choisissez la personne"),
        ({"until": "2026-11-01"}, "Le dernier jour ne vient pas avant le premier"),
        ({"until": "2027-11-01"}, "Répétez sur 62 jours au plus"),
    ],
)
def test_bad_line_is_refused_by_field(office, fields, words):
    page = add(office, **fields)
    assert page.status_code == 422
    assert words in text_of(page)
    assert not Presence.objects.exists()


def test_manager_plans_for_the_own_team_only(office):
    assert "n’est pas de votre équipe" in text_of(add(office, person=office.people["stranger"].pk))


def edit(office: Office, one: Presence, **fields: object):
    seen = fields.pop("seen", planning.version_of(one))
    sent = {name: value for name, value in row(office, **fields).items() if name != "person"}
    return office.browser("manager").post(f"{URL}{one.pk}/", {**sent, "seen": seen}, follow=True)


def test_line_is_changed_and_one_changed_meanwhile_is_shown_with_what_was_typed(office):
    add(office)
    one = Presence.objects.get()
    seen = planning.version_of(one)
    assert "modifié" in text_of(edit(office, one, end="17:00"))
    page = edit(office, one, end="18:30", seen=seen)
    assert page.status_code == 409
    assert "a changé depuis l’affichage. </b>" in text_of(page) or "a changé depuis l’affichage" in text_of(
        page
    )
    assert 'value="18:30"' in page.content.decode()
    assert Presence.objects.get().ends_at == datetime(2026, 11, 12, 16, tzinfo=UTC)


def test_line_is_taken_out_once(office):
    add(office)
    one = Presence.objects.get()
    sent = {"remove": "1", "seen": planning.version_of(one)}
    browser = office.browser("manager")
    assert "Ligne retirée" in text_of(browser.post(f"{URL}{one.pk}/", sent, follow=True))
    assert "a déjà été retirée" in text_of(browser.post(f"{URL}{one.pk}/", sent, follow=True))


def test_declared_absence_is_not_a_line_to_edit(office):
    user = office.people["advisor"]
    one = present(user, "absence", NOW, NOW + timedelta(days=2))
    Absence.objects.create(
        user=user, starts_at=one.starts_at, ends_at=one.ends_at, declared_by=user, declared_at=NOW
    )
    sent = {"remove": "1", "seen": planning.version_of(one)}
    page = office.browser("manager").post(f"{URL}{one.pk}/", sent)
    assert page.status_code == 422
    assert "on y met fin dans" in text_of(page)
    week = text_of(office.browser("manager").get(URL))
    assert week.count("<b>Absence</b>") == 3


def test_empty_weeks_say_so(office):
    assert "Aucun service prévu" in text_of(office.browser("advisor").get("/planning/?week=n%27importe"))
    assert "Aucun conseiller n’est rattaché à vous" in text_of(office.browser("far_manager").get(URL))
