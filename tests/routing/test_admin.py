"""What an administrator sets for the engine: planning, skills, versions of the policy."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from atdemain.journal.models import AuditEvent
from routing.facts import policy_in_force
from routing.models import Presence, RoutingPolicy, Skill
from routing.policy import LABELS, Policy
from tests.office import NOW, Office, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_now")]
BASE = "/admin/routing/"


@pytest.fixture
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office() -> Office:
    # The first version comes with the migrations; a transactional test before this one empties the tables.
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
    return Office.gather()


def moment(name: str, day: str, hour: str) -> dict[str, str]:
    return {f"{name}_0": day, f"{name}_1": hour}


def policy_form(**changes) -> dict[str, str]:
    values = {name: str(value).replace(".", ",") for name, value in Policy().to_json().items()}
    values["national_pool"] = "on"
    return {
        "reason": "Essai annoncé au CSE",
        **moment("valid_from", "10/11/2026", "15:30"),
        **values,
        **changes,
    }


def test_planning_is_entered_and_an_overlap_names_the_row_already_there(office):
    browser, user = office.browser("admin"), office.people["advisor"]
    shift = {
        "user": user.pk, "kind": "shift", **moment("starts_at", "12/11/2026", "08:00"),
        **moment("ends_at", "12/11/2026", "16:00"),
    }  # fmt: skip
    assert browser.post(f"{BASE}presence/add/", shift).status_code == 302
    row = Presence.objects.get()
    assert (row.user_id, f"{row.starts_at:%d %H:%M}") == (user.pk, "12 07:00")
    assert not AuditEvent.objects.filter(object_type="presence").exists()
    again = {
        **shift,
        **moment("starts_at", "12/11/2026", "15:00"),
        **moment("ends_at", "12/11/2026", "20:00"),
    }
    page = browser.post(f"{BASE}presence/add/", again)
    assert page.status_code == 200
    assert "Chevauche « en service » du 12/11/2026 08:00 au 12/11/2026 16:00" in text_of(page)
    assert browser.post(f"{BASE}presence/{row.pk}/change/", shift).status_code == 302
    assert Presence.objects.count() == 1


def test_a_night_across_the_clock_change_is_nine_hours_long(office):
    user = office.people["advisor"]
    form = {
        "user": user.pk, "kind": "shift", **moment("starts_at", "24/10/2026", "22:00"),
        **moment("ends_at", "25/10/2026", "06:00"),
    }  # fmt: skip
    office.browser("admin").post(f"{BASE}presence/add/", form)
    row = Presence.objects.get()
    assert (row.ends_at - row.starts_at).total_seconds() == 9 * 3600


def test_new_policy_is_a_new_version_that_the_engine_reads(office):
    browser = office.browser("admin")
    page = text_of(browser.get(f"{BASE}routingpolicy/add/"))
    assert all(label in page for label in ("Plafond à temps plein (points)", "Facteur rouge"))
    assert browser.post(f"{BASE}routingpolicy/add/", policy_form(cap="90", red="1,4")).status_code == 302
    row = policy_in_force(NOW)
    assert (row.version, row.policy().cap, row.policy().red) == (2, 90, 1.4)
    assert row.created_by == office.people["admin"]
    assert AuditEvent.objects.filter(object_type="routingpolicy", action="created").count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"opened": "-1"}, "« Dossier ouvert (points) » ne peut pas être négatif."),
        ({"cap": "0"}, "« Plafond à temps plein (points) » est supérieur à 0."),
        ({"cap": "beaucoup"}, "Saisissez un nombre."),
        ({"reason": ""}, "Ce champ est obligatoire."),
        (moment("valid_from", "01/01/2020", "00:00"), "Une version commence maintenant ou plus tard."),
    ],
)
def test_policy_that_makes_no_sense_is_refused_by_field_and_nothing_is_kept(office, changes, message):
    page = office.browser("admin").post(f"{BASE}routingpolicy/add/", policy_form(**changes))
    assert page.status_code == 200
    assert message in text_of(page)
    assert RoutingPolicy.objects.count() == 1


def test_a_past_policy_is_read_not_edited(office):
    row = RoutingPolicy.objects.get()
    browser = office.browser("admin")
    page = browser.get(f"{BASE}routingpolicy/{row.pk}/change/")
    assert page.status_code == 200
    assert f"{LABELS['cap']} : 100" in text_of(page)
    assert browser.post(f"{BASE}routingpolicy/{row.pk}/change/", policy_form(cap="1")).status_code == 403
    assert policy_in_force(NOW).policy() == Policy()


def test_a_skill_is_created_and_journalled(office):
    form = {"code": "module-tv", "label": "Module télévision", "reason_family": "tv"}
    assert office.browser("admin").post(f"{BASE}skill/add/", form).status_code == 302
    assert Skill.objects.filter(code="module-tv", reason_family="tv").exists()
    assert AuditEvent.objects.filter(object_type="skill", action="created").count() == 1
