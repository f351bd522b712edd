"""Trainer's stories 6 and 7: a skill is validated with its expiry; the expired ones are listed, and stop routing (L26)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db.models import QuerySet
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from cases.enums import Origin
from cases.models import Case
from recognition.participation import skills
from recognition.participation.periods import a_year_later
from routing.asking import request_for
from routing.engine import decide
from routing.facts import Board
from routing.models import AdvisorSkill, Skill
from tests.office import NOW, text_of
from tests.routing.cast import ready, skill

from .people import DAY, TODAY

pytestmark = pytest.mark.django_db

PAGE, VALIDATE = reverse("recognition:skills"), reverse("recognition:skill_validate")


def base() -> Skill:
    return Skill.objects.get_or_create(code="base", defaults={"label": "Module de base"})[0]


def typed(office, **changes: object) -> dict[str, object]:
    return {
        "person": office.people["advisor"].pk,
        "skill": base().pk,
        "level": "2",
        "validated_on": TODAY.isoformat(),
        "expires_on": "2027-11-09",
        **changes,
    }


def test_validation_by_a_trainer_is_kept_with_its_expiry_journalled_and_told(office):
    response = office.browser("trainer").post(VALIDATE, typed(office))
    assert response.status_code == 302, text_of(response)
    held = AdvisorSkill.objects.get()
    assert (held.user, held.level, held.validated_by, held.expires_on) == (
        office.people["advisor"],
        2,
        office.people["trainer"],
        date(2027, 11, 9),
    )
    assert AuditEvent.objects.get(object_type="advisorskill").action == "created"
    assert "valide votre compétence" in Notification.objects.get(recipient=office.people["advisor"]).title


def test_validation_again_keeps_the_former_one_readable(office):
    browser = office.browser("trainer")
    browser.post(VALIDATE, typed(office, validated_on="2025-11-10", expires_on="2026-11-09"))
    browser.post(VALIDATE, typed(office, level="3"))
    held = AdvisorSkill.objects.get()
    assert (held.level, held.expires_on) == (3, date(2027, 11, 9))
    page = text_of(browser.get(reverse("recognition:skill", args=[held.pk])))
    for shown in ("09/11/2027", "09/11/2026", "10/11/2025", "Trainer Essai"):
        assert shown in page
    assert [(one.level, one.expires_on) for one in skills.former(held)] == [
        (3, date(2027, 11, 9)),
        (2, date(2026, 11, 9)),
    ]


def test_validation_twice_alike_is_once(office):
    browser = office.browser("trainer")
    assert [browser.post(VALIDATE, typed(office)).status_code for _ in range(2)] == [302, 302]
    assert AuditEvent.objects.filter(object_type="advisorskill").count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"expires_on": "2026-11-09"}, "expires_on", "finit avant de commencer"),
        ({"expires_on": "2027-02-29"}, "expires_on", "Ce jour n’existe pas"),
        ({"expires_on": "2045-01-01"}, "expires_on", "Plus de cinq ans"),
        ({"validated_on": "2026-11-11"}, "validated_on", "après l’évaluation"),
        ({"level": "5"}, "level", "de 1 à 4"),
        ({"person": ""}, "person", "Choisissez la personne"),
    ],
)
def test_validation_with_a_bad_value_says_so_at_its_field(office, changes, field, message):
    response = office.browser("trainer").post(VALIDATE, typed(office, **changes))
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors[field])
    assert not AdvisorSkill.objects.exists()


def test_validation_of_ones_own_skill_or_of_another_units_is_not_offered(office):
    for whom in ("trainer", "stranger"):
        response = office.browser("trainer").post(VALIDATE, typed(office, person=office.people[whom].pk))
        assert response.status_code == 422
    assert not AdvisorSkill.objects.exists()


def test_validation_older_than_the_present_one_is_refused(office):
    skill(office.people["advisor"], expires_on=date(2027, 1, 5))
    response = office.browser("trainer").post(VALIDATE, typed(office, validated_on="2026-01-04"))
    assert response.status_code == 422
    assert "05/01/2026 existe déjà" in " ".join(response.context["form"].errors["validated_on"])


def test_expiry_proposed_a_year_after_29_february_is_28_february():
    assert a_year_later(date(2028, 2, 29)) == date(2029, 2, 28)
    assert a_year_later(date(2026, 11, 10)) == date(2027, 11, 10)


# -- the lists --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ends", "standing"),
    [(-1, "expired"), (0, "soon"), (30, "soon"), (31, "valid"), (None, "valid")],
)
def test_standing_of_a_skill_changes_the_day_after_its_last_and_thirty_days_before(ends, standing):
    held = AdvisorSkill(expires_on=None if ends is None else TODAY + ends * DAY)
    assert skills.standing(held, TODAY) == standing


def test_expired_list_of_a_trainer_shows_the_units_with_a_way_to_renew(office):
    expired = skill(office.people["advisor"], expires_on=TODAY - DAY)
    skill(office.people["colleague"], expires_on=TODAY + 10 * DAY)
    skill(office.people["stranger"], expires_on=TODAY - DAY)
    response = office.browser("trainer").get(PAGE)
    assert [one.pk for one, _ in response.context["rows"]] == [expired.pk]
    assert f"{VALIDATE}?person={expired.user_id}&amp;skill={expired.skill_id}" in response.content.decode()
    soon = office.browser("trainer").get(PAGE + "?show=soon").context["rows"]
    assert [one.user.username for one, _ in soon] == ["colleague"]
    whole = office.browser("hr").get(PAGE + "?show=expired").context["rows"]
    assert [one.user.username for one, _ in whole] == ["advisor", "stranger"]
    assert "Renouveler" not in text_of(office.browser("support").get(PAGE))


def test_holder_of_a_skill_that_ends_soon_hears_of_it_once(office):
    skill(office.people["advisor"], expires_on=TODAY + 30 * DAY)
    skill(office.people["colleague"], expires_on=TODAY + 31 * DAY)
    for _ in range(2):
        skills.warn(NOW)
    told = Notification.objects.get(kind="skill_ending")
    assert told.recipient == office.people["advisor"]
    assert "10/12/2026" in told.title


# -- the engine -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("ends", "excluded"), [(0, ""), (-1, "no_training")])
def test_expired_training_stops_routing_the_same_day_through_the_real_engine(office, ends, excluded):
    ready(office.people["advisor"])
    AdvisorSkill.objects.update(expires_on=TODAY + ends * DAY)
    case = office.case("opened", owner=None)
    QuerySet.update(Case.objects.filter(pk=case.pk), origin=Origin.RD3PLUS)
    board = Board.at(NOW)
    request = request_for(Case.objects.get(pk=case.pk), board)
    decision = decide(request, board.candidates.values(), board.policy, NOW)
    assert decision.histogram.get("no_training", 0) == bool(excluded)
    assert (decision.chosen is None) is bool(excluded)
    if not excluded:
        assert decision.chosen.user_id == office.people["advisor"].pk


def test_validation_by_the_trainer_brings_back_to_routing_at_once(office):
    ready(office.people["advisor"])
    AdvisorSkill.objects.update(expires_on=TODAY - DAY, validated_on=TODAY - timedelta(days=366))
    assert "base" not in Board.at(NOW).candidates[office.people["advisor"].pk].skills
    assert office.browser("trainer").post(VALIDATE, typed(office)).status_code == 302
    assert Board.at(NOW).candidates[office.people["advisor"].pk].skills["base"] == 2
