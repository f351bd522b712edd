"""Taking part: one's own act, or a designation said as such; consent is nobody else's (domain.md §6.3, L52)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.consent import TEXT_VERSION, ConsentRefused, consent
from atdemain.organisation.models import Participation, UnitParticipation
from routing.facts import Board
from routing.models import Skill
from tests.office import NOW, Office, text_of
from tests.routing.cast import skill

from .people import DAY, TODAY, designated, programme, taking_part, units_take_part

pytestmark = pytest.mark.django_db

VOLUNTEER = reverse("recognition:volunteer")
DESIGNATE = reverse("recognition:designate")
MINE = reverse("account_participation")


def typed(**changes: object) -> dict[str, object]:
    return {"programme": programme().pk, "role": "advisor", "starts_on": TODAY.isoformat(), **changes}


# -- volunteering -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "role"),
    [
        ("advisor", "advisor"),
        ("support", "support"),
        ("trainer", "trainer"),
        ("manager", "manager"),
        ("backoffice", "back_office"),
    ],
)
def test_volunteering_of_any_of_the_five_roles_opens_a_participation_of_their_own(office, who, role):
    units_take_part(office)
    response = office.browser(who).post(VOLUNTEER, typed(role=role))
    assert response.status_code == 302, text_of(response)
    made = Participation.objects.get()
    assert (made.employee, made.role, made.mode, made.consent) == (office.people[who], role, "volunteer", "")
    assert made.declared_at == NOW
    event = AuditEvent.objects.get(object_type="participation")
    assert (event.action, event.actor_id) == ("created", office.people[who].pk)


def test_volunteering_with_the_text_ticked_accepts_that_version(office):
    units_take_part(office)
    office.browser("advisor").post(VOLUNTEER, typed(agrees="on", text_version=TEXT_VERSION))
    made = Participation.objects.get()
    assert made.consent == "accepted"
    assert made.consent_events.get().text_version == TEXT_VERSION


def test_volunteering_with_a_text_that_changed_meanwhile_asks_to_read_it_again(office):
    units_take_part(office)
    response = office.browser("advisor").post(VOLUNTEER, typed(agrees="on", text_version="2026-1"))
    assert response.status_code == 422
    assert "relisez-le" in text_of(response)
    assert not Participation.objects.exists()


def test_volunteering_twice_at_once_opens_one_participation(office):
    units_take_part(office)
    browser = office.browser("advisor")
    assert [browser.post(VOLUNTEER, typed()).status_code for _ in range(2)] == [302, 302]
    assert Participation.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"starts_on": "2027-02-29"}, "starts_on", "Ce jour n’existe pas"),
        ({"starts_on": "29/02/2027"}, "starts_on", "Ce jour n’existe pas"),
        ({"starts_on": ""}, "starts_on", "Donnez une date"),
        ({"starts_on": "2026-11-09"}, "starts_on", "Cette date est passée"),
        ({"starts_on": "2029-01-01"}, "starts_on", "dans plus d’un an"),
        ({"ends_on": "2026-11-09"}, "ends_on", "finit avant de commencer"),
        ({"role": "support"}, "role", "Choisissez dans la liste"),
        ({"programme": "999999"}, "programme", "n’est plus proposé"),
    ],
)
def test_volunteering_with_a_bad_value_says_so_at_its_field_and_keeps_what_was_typed(
    office, changes, field, message
):
    units_take_part(office)
    response = office.browser("advisor").post(VOLUNTEER, typed(**changes))
    assert response.status_code == 422
    assert message in " ".join(response.context["form"].errors[field])
    if changes.get(field) and field.endswith("_on"):
        assert str(changes[field]) in response.content.decode()
    assert not Participation.objects.exists()


def test_volunteering_for_a_leap_day_that_exists_is_kept(office):
    units_take_part(office)
    made = taking_part(office, starts_on=TODAY.replace(year=2028, month=2, day=29), accepts=False)
    assert made.starts_on.isoformat() == "2028-02-29"


def test_volunteering_over_a_period_already_open_names_it_at_the_field(office):
    units_take_part(office)
    taking_part(office)
    response = office.browser("advisor").post(VOLUNTEER, typed())
    assert response.status_code == 422
    assert "en chevauche une autre (depuis le 01/09/2026, sans fin)" in " ".join(
        response.context["form"].errors["starts_on"]
    )
    assert Participation.objects.count() == 1


def test_volunteering_from_a_unit_that_declined_is_refused_with_its_public_reason(office):
    """Staff representative's story 8: IdF's reason is read by everybody, here too."""
    reason = "L’unité demande d’abord des effectifs."
    UnitParticipation.objects.create(
        programme=programme(), unit=office.units["lyon"], participates=False, reason_public=reason
    )
    response = office.browser("advisor").post(VOLUNTEER, typed())
    assert response.status_code == 422
    assert reason in text_of(response)
    assert reason in text_of(office.browser("staffrep").get(reverse("participation")))


# -- designation (manager's story 9) ----------------------------------------------------------------------


def test_designation_is_shown_as_such_waits_for_consent_and_routes_nothing(office):
    units_take_part(office)
    skill(office.people["advisor"])
    browser = office.browser("manager")
    response = browser.post(DESIGNATE, typed(employee=office.people["advisor"].pk))
    assert response.status_code == 302, text_of(response)
    made = Participation.objects.get()
    assert (made.mode, made.designated_by, made.declared_at, made.consent) == (
        "designated",
        office.people["manager"],
        NOW,
        "",
    )
    page = text_of(browser.get(reverse("recognition:participants")))
    assert "désigné" in page
    assert "en attente d’accord" in page
    assert "aucun dossier RD3+ confié" in page
    candidate = Board.at(NOW).candidates[office.people["advisor"].pk]
    assert (candidate.participates, candidate.consents) == (True, False)
    told = Notification.objects.get(recipient=office.people["advisor"])
    assert (told.kind, told.url) == ("participation_designated", MINE)


def test_designated_person_reads_by_whom_and_when_and_answers_alone(office):
    units_take_part(office)
    made = designated(office)
    Participation.objects.filter(pk=made.pk).update(declared_at=NOW)
    browser = office.browser("advisor")
    page = text_of(browser.get(MINE))
    assert "désigné, par Manager Essai, le 10/11/2026" in page
    browser.post(MINE, {"participation": made.pk, "answer": "accepted", "text_version": TEXT_VERSION})
    assert Participation.objects.get().consent == "accepted"


def test_manager_cannot_consent_for_another(office):
    made = designated(office)
    with pytest.raises(ConsentRefused, match="Seul le salarié"):
        consent(made, office.people["manager"], "accepted", TEXT_VERSION, NOW)
    response = office.browser("manager").post(
        MINE, {"participation": made.pk, "answer": "accepted", "text_version": TEXT_VERSION}
    )
    assert response.status_code == 404
    assert Participation.objects.get().consent == ""


@pytest.mark.parametrize("whom", ["stranger", "manager", "backoffice"])
def test_designation_of_somebody_not_of_ones_unit_or_of_oneself_is_not_offered(office, whom):
    units_take_part(office)
    response = office.browser("manager").post(DESIGNATE, typed(employee=office.people[whom].pk))
    assert response.status_code == 422
    assert not Participation.objects.exists()


def test_designation_for_a_role_the_person_does_not_hold_says_so_at_the_role(office):
    units_take_part(office)
    response = office.browser("manager").post(
        DESIGNATE, typed(employee=office.people["advisor"].pk, role="trainer")
    )
    assert response.status_code == 422
    assert "ne tient pas ce rôle" in " ".join(response.context["form"].errors["role"])


# -- the pages --------------------------------------------------------------------------------------------


def test_list_of_a_manager_does_not_tell_who_declined(office: Office):
    made = designated(office)
    consent(made, office.people["advisor"], "declined", TEXT_VERSION, NOW)
    page = text_of(office.browser("manager").get(reverse("recognition:participants")))
    assert "en attente d’accord" in page
    assert "refusé" not in page
    assert "refusé" in text_of(office.browser("hr").get(reverse("recognition:participants")))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"advisor", "colleague", "stranger"}),
        ("?period=ended", {"support"}),
        ("?period=coming", {"trainer"}),
        ("?period=all", {"advisor", "colleague", "stranger", "support", "trainer"}),
        ("?mode=designated", {"colleague"}),
        ("?consent=waiting", {"colleague"}),
        ("?consent=accepted", {"advisor", "stranger"}),
        ("?role=support&period=all", {"support"}),
    ],
)
def test_list_of_hr_filters_by_period_mode_role_and_consent(office, query, shown):
    taking_part(office)
    designated(office, "colleague")
    taking_part(office, "stranger")
    taking_part(office, "support", accepts=False, role="support", ends_on=TODAY - DAY)
    taking_part(office, "trainer", accepts=False, role="trainer", starts_on=TODAY + DAY)
    page = office.browser("hr").get(reverse("recognition:participants") + query).context["page"]
    assert {row.employee.username for row in page.rows} == shown


def test_list_of_hr_filters_by_unit_and_a_managers_holds_the_own_unit_only(office):
    taking_part(office)
    taking_part(office, "stranger")
    brest = office.units["brest"].pk
    address = reverse("recognition:participants")
    page = office.browser("hr").get(f"{address}?unit={brest}").context["page"]
    assert [row.employee.username for row in page.rows] == ["stranger"]
    page = office.browser("manager").get(f"{address}?unit={brest}").context["page"]
    assert [row.employee.username for row in page.rows] == ["advisor"]


def test_list_with_a_filter_that_does_not_exist_says_so_and_shows_nothing(office):
    taking_part(office)
    response = office.browser("hr").get(reverse("recognition:participants") + "?mode=choisi")
    assert "Ce choix n’existe pas" in text_of(response)
    assert response.context["page"].rows == []


def test_old_text_stays_readable_with_its_date_and_an_unknown_one_is_not_found(office):
    page = text_of(office.browser("advisor").get(reverse("recognition:consent_text", args=["2026-1"])))
    assert "En vigueur depuis le 05/01/2026" in page
    assert "remplacé depuis" in page
    assert (
        office.browser("advisor").get(reverse("recognition:consent_text", args=["2019-9"])).status_code == 404
    )


def test_my_participation_shows_skills_with_their_expiry(office):
    skill(office.people["advisor"], expires_on=TODAY - DAY)
    Skill.objects.filter(code="base").update(label="Module de base")
    skill(office.people["advisor"], "fibre", expires_on=TODAY + timedelta(days=20))
    page = text_of(office.browser("advisor").get(MINE))
    assert "Module de base" in page
    assert "expirée" in page
    assert "bientôt expirée" in page
