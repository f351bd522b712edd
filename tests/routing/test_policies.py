"""A new version of the policy: seen on the last days, written once as it was seen, never edited."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine

from atdemain.journal.models import AuditEvent
from routing import reweigh
from routing.facts import policy_in_force
from routing.forms.policy import THEMES
from routing.models import LoadSnapshot, RoutingPolicy
from routing.policy import LABELS, Policy
from routing.policy_preview import preview
from tests.office import HOUR, NOW, Office, text_of
from tests.routing.cast import more_advisors

pytestmark = pytest.mark.django_db
NEW = "/routing/policies/new/"


@pytest.fixture
def office():
    with time_machine.travel(NOW, tick=False):
        RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
        yield Office.gather()


def form(**changes) -> dict[str, str]:
    values = {name: str(value).replace(".", ",") for name, value in Policy().to_json().items()}
    return {
        "reason": "Essai annoncé au CSE",
        "valid_from": "2026-11-10T15:30",
        "based_on": "1",
        "national_pool": "on",
        **values,
        **changes,
    }


def seen(browser, **changes) -> str:
    """The digest of the preview that was shown."""
    page = browser.post(NEW, form(**changes))
    assert page.status_code == 200
    found = re.search(r'name="seen" value="(\w+)"', page.content.decode())
    assert found
    return found[1]


def test_every_setting_is_on_the_page_once():
    assert sorted(name for _title, names in THEMES for name in names) == sorted(LABELS)


def test_version_is_seen_then_written_and_says_what_changed(office):
    browser = office.browser("admin")
    digest = seen(browser, cap="90")
    assert RoutingPolicy.objects.count() == 1
    done = browser.post(NEW, form(cap="90", step="publish", seen=digest), follow=True)
    assert "Plafond à temps plein (points) : 100 → 90" in re.sub(r"<[^>]+>", "", text_of(done))
    assert (policy_in_force(NOW).version, policy_in_force(NOW).policy().cap) == (2, 90)
    event = AuditEvent.objects.get(object_type="routingpolicy", action="created")
    assert event.changes["cap"] == ["100", "90"]
    assert "opened" not in event.changes


def test_what_is_written_is_what_was_seen(office):
    browser = office.browser("admin")
    digest = seen(browser, cap="90")
    page = browser.post(NEW, form(cap="50", step="publish", seen=digest))
    assert "Ce que cette version aurait changé" in text_of(page)
    assert RoutingPolicy.objects.count() == 1


def test_another_version_meanwhile_is_a_conflict_that_keeps_what_was_typed(office):
    browser = office.browser("admin")
    digest = seen(browser, cap="90")
    sent = form(cap="90", step="publish", seen=digest)
    assert browser.post(NEW, sent).status_code == 302
    again = browser.post(NEW, sent)
    assert again.status_code == 409
    assert "la version 2 vient d’être écrite" in text_of(again)
    assert 'value="90"' in again.content.decode()
    assert RoutingPolicy.objects.count() == 2


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"red": "-1"}, "« Facteur rouge » ne peut pas être négatif."),
        ({"cap": "0"}, "« Plafond à temps plein (points) » est supérieur à 0."),
        ({"cap": "beaucoup"}, "Donnez un nombre."),
        ({"reason": ""}, "Dites pourquoi"),
        ({"valid_from": "2020-01-01T00:00"}, "Une version commence maintenant ou plus tard."),
        ({}, "Rien n’a changé"),
    ],
)
def test_version_that_makes_no_sense_is_refused_by_field(office, changes, message):
    page = office.browser("admin").post(NEW, form(**changes))
    assert page.status_code == 422
    assert message in text_of(page)
    assert RoutingPolicy.objects.count() == 1


def test_version_to_come_is_taken_back_and_one_in_force_is_not(office):
    browser = office.browser("admin")
    # The database judges by its own clock, which no test sets.
    RoutingPolicy.objects.create(version=2, valid_from=NOW + timedelta(days=36500))
    assert "À venir" in text_of(browser.get("/routing/policies/"))
    assert browser.post("/routing/policies/2/").status_code == 302
    assert not RoutingPolicy.objects.filter(version=2).exists()
    assert "ne se modifie plus" in text_of(browser.post("/routing/policies/1/", follow=True))
    assert RoutingPolicy.objects.get().version == 1
    assert AuditEvent.objects.filter(object_type="routingpolicy", action="withdrawn").count() == 1


def test_preview_tells_bands_of_five_people_or_more_and_nobody_under(office):
    people = more_advisors(office, 5)
    for user in people:
        LoadSnapshot.objects.create(
            user=user, at=NOW - HOUR, components=[["opened_red", 5, 7500]], score=7500, cap=10_000
        )
    proposed = Policy(red=2)
    shown = {label: pair for label, *pair in preview(Policy(), proposed, NOW).shares}
    assert shown["Bande orange"] == [100, 0]
    assert shown["Saturé"] == [0, 100]
    assert shown["Place pour un nouveau dossier vert"] == [100, 0]
    LoadSnapshot.objects.filter(user=people[0]).delete()
    assert preview(Policy(), proposed, NOW).shares == []


@pytest.mark.parametrize(
    ("part", "after"),
    [
        (("opened_red", 2, 3000), 4000),
        (("overdue", 1, 800), 800),
        (("conflictual", 1, 750), 1500),
        (("scheduled", 90, 900), 900),
        (("unknown", 1, 7), 7),
    ],
)
def test_a_line_told_under_another_policy(part, after):
    assert reweigh.part(*part, Policy(), Policy(red=2, conflictual=20)) == after


def test_how_a_case_is_given_is_told_to_everybody_with_the_weights_in_force(office):
    RoutingPolicy.objects.create(version=2, valid_from=NOW - HOUR, settings_json={"cap": 90})
    page = text_of(office.browser("advisor").get("/routing/how/"))
    assert "plafond : 90" in page
    assert "version 2" in page
