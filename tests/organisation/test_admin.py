"""The administrator's pages: what they refuse, what they write in the journal."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation import participation as participation_module
from atdemain.organisation.enums import ConsentAnswer, ParticipationMode, Role
from atdemain.organisation.models import (
    CalendarException,
    ConsentEvent,
    Entity,
    InternalAdvisor,
    Participation,
    Programme,
    Team,
    Unit,
    UnitParticipation,
    User,
)
from atdemain.organisation.roles import set_dpo, set_roles

pytestmark = pytest.mark.django_db

MODELS = ["user", "team", "unit", "entity", "programme", "unitparticipation", "participation"]
DAYS = {f"hours_{number}": "08:00-20:00" for number in range(6)} | {"hours_6": ""}


def account(username, *roles, **fields):
    user = User.objects.create(username=username, **fields)
    set_roles(user, roles)
    return user


@pytest.fixture
def unit():
    return Unit.objects.create(code="uat-test", name="UAT Test")


@pytest.fixture
def admin_account():
    return account("admin", Role.ADMIN)


@pytest.fixture
def browser(admin_account):
    browser = Client()
    browser.force_login(admin_account)
    return browser


def url(model, action="changelist", *args):
    return reverse(f"admin:organisation_{model}_{action}", args=args)


def inline(prefix, *rows, initial=0, **more):
    data = {
        f"{prefix}-TOTAL_FORMS": len(rows),
        f"{prefix}-INITIAL_FORMS": initial,
        f"{prefix}-MIN_NUM_FORMS": 0,
        f"{prefix}-MAX_NUM_FORMS": 1000,
    }
    for number, row in enumerate(rows):
        data |= {f"{prefix}-{number}-{name}": value for name, value in row.items()}
    return data | more


def unit_data(**changes):
    return {
        "code": "uat-test",
        "name": "UAT Test",
        "tz": "Europe/Paris",
        "holiday_zone": "metropole",
        **DAYS,
        **inline("calendar_exceptions"),
        **changes,
    }


def events(object_type, object_id, action):
    return AuditEvent.objects.filter(object_type=object_type, object_id=str(object_id), action=action)


# -- who gets in ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_the_administrator_reads_each_list_and_each_form(browser, model, unit):
    assert browser.get(url(model)).status_code == 200
    assert browser.get(url(model, "add")).status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_the_other_roles_are_sent_away(role):
    other = Client()
    other.force_login(account("autre", role))
    assert other.get(url("unit")).status_code in (302, 403)


def test_the_administration_has_no_page_that_the_journal_does_not_know():
    """Every page that may write is one of ours; the packages' own pages are withdrawn."""
    for model, page in admin.site._registry.items():
        assert page.__module__.split(".")[0] in ("atdemain", "cases", "routing", "recognition"), model


@pytest.mark.parametrize("model", MODELS)
def test_nothing_of_the_organisation_is_erased(browser, model, unit):
    made = {"unit": unit.pk, "user": User.objects.get(username="admin").pk}.get(model, 1)
    assert browser.post(url(model, "delete", made), {"post": "yes"}).status_code in (302, 403)
    answer = browser.post(
        url(model), {"action": "delete_selected", "_selected_action": [made], "post": "yes"}
    )
    assert answer.status_code in (200, 302)
    assert Unit.objects.filter(pk=unit.pk).exists()
    assert User.objects.filter(username="admin").exists()


def test_the_access_log_is_not_read_here(browser):
    """Who looked at what is asked for with a reason (`cases.views.access_log`)."""
    assert browser.get("/admin/journal/accesslog/").status_code == 404


def test_the_journal_is_read_and_nothing_else(browser, unit):
    path = "journal/auditevent/"
    browser.post(url("unit", "change", unit.pk), unit_data(hours_0="09:00-12:00"))
    row = AuditEvent.objects.get(object_type="unit")
    assert browser.get(f"/admin/{path}").status_code == 200
    assert browser.get(f"/admin/{path}add/").status_code == 403
    assert browser.get(f"/admin/{path}?q=1").status_code == 200
    page = browser.get(f"/admin/{path}{row.pk}/change/")
    assert row.hash in page.content.decode()
    assert browser.post(f"/admin/{path}{row.pk}/change/", {"action": "x"}).status_code == 403
    assert browser.post(f"/admin/{path}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_former_advisor_does_not_become_a_partner(browser, unit):
    entity = Entity.objects.create(code="p1", name="P1", kind="partner_contact_centre", internal=False)
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    data = account_data(user, roles=["partner"], entity=entity.pk, **profile_inline(user))
    page = browser.post(url("user", "change", user.pk), data)
    assert "créez-en un autre" in page.content.decode()
    assert User.objects.get(pk=user.pk).roles == {Role.ADVISOR}


def test_the_groups_of_the_roles_are_not_edited_as_such(browser):
    assert browser.get("/admin/auth/group/").status_code == 404


# -- units ----------------------------------------------------------------------------------------------


def test_change_hours_saves_them_and_writes_one_journal_row(browser, unit, admin_account):
    data = unit_data(hours_0="08:00-12:00, 14:00-18:00", hours_6="10:00 – 24:00")
    assert browser.post(url("unit", "change", unit.pk), data).status_code == 302
    unit.refresh_from_db()
    assert unit.weekly_hours[0] == [["08:00", "12:00"], ["14:00", "18:00"]]
    assert unit.weekly_hours[6] == [["10:00", "24:00"]]
    event = events("unit", unit.pk, "changed").get()
    assert event.actor_id == admin_account.pk
    assert event.changes["weekly_hours"][1][6] == [["10:00", "24:00"]]


def test_the_form_shows_the_hours_as_they_are_typed(browser, unit):
    page = browser.get(url("unit", "change", unit.pk)).content.decode()
    assert 'value="08:00-20:00"' in page


def test_save_without_change_writes_nothing(browser, unit):
    browser.post(url("unit", "change", unit.pk), unit_data())
    assert not AuditEvent.objects.filter(object_type="unit").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"hours_2": "de 8 à 20"}, "Mercredi : « de 8 à 20 » n’est pas une ouverture"),
        ({"hours_2": "8h-20:00"}, "Mercredi : « 8h » n’est pas une heure"),
        ({"hours_2": "20:00-08:00"}, "Mercredi : la fermeture (08:00) vient après"),
        ({"hours_2": "08:00-12:00, 11:00-13:00"}, "Mercredi : deux ouvertures se chevauchent à 11:00"),
        ({"tz": "Europe/Lutèce"}, "« Europe/Lutèce » n’est pas un fuseau horaire"),
    ],
)
def test_change_hours_that_cannot_be_read_says_why_and_keeps_what_was_typed(browser, unit, changes, message):
    page = browser.post(url("unit", "change", unit.pk), unit_data(**changes))
    assert page.status_code == 200
    text = page.content.decode()
    assert message in text
    assert next(iter(changes.values())) in text
    unit.refresh_from_db()
    assert unit.weekly_hours[2] == [["08:00", "20:00"]]


def test_a_unit_keeps_an_hour_of_opening_and_an_entity_needs_none(browser, unit):
    """Everything due on its cases is counted in them (domain.md §3.3); a closure is dated exceptions."""
    page = browser.post(url("unit", "change", unit.pk), unit_data(**dict.fromkeys(DAYS, "")))
    assert page.status_code == 200
    assert "Gardez au moins une ouverture par semaine" in page.content.decode().replace("\u00a0", " ")
    assert "exception de calendrier" in page.content.decode().replace("\u00a0", " ")
    unit.refresh_from_db()
    assert unit.weekly_hours[0] == [["08:00", "20:00"]]
    new = unit_data(code="uat-new", **dict.fromkeys(DAYS, ""))
    assert browser.post(url("unit", "add"), new).status_code == 200
    assert Unit.objects.count() == 1
    entity = {
        "code": "bo",
        "name": "BO",
        "kind": "back_office",
        "tz": "Europe/Paris",
        "holiday_zone": "metropole",
    }
    data = entity | inline("priority_lines") | inline("contacts") | dict.fromkeys(DAYS, "")
    assert browser.post(url("entity", "add"), data).status_code == 302
    assert Entity.objects.get().weekly_hours == [[]] * 7


def exception(unit, day, opens="", closes="", **more):
    return {"unit": unit.pk, "date": day.strftime("%d/%m/%Y"), "opens": opens, "closes": closes} | {
        "reason": "Inventaire",
        **more,
    }


def test_add_an_exception_writes_its_journal_row(browser, unit):
    row = exception(unit, date(2026, 5, 25), "09:00", "17:00")
    data = unit_data(**inline("calendar_exceptions", row))
    assert browser.post(url("unit", "change", unit.pk), data).status_code == 302
    made = CalendarException.objects.get(unit=unit)
    assert events("calendarexception", made.pk, "created").get().changes["date"] == [None, "2026-05-25"]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([("09:00", "12:00"), ("11:00", "14:00")], "Le 25/05/2026 : deux ouvertures se chevauchent"),
        ([("09:00", "12:00"), ("", "")], "un jour fermé n’a pas d’autre horaire"),
        ([("09:00", "")], "n’est pas une heure"),
        ([("9h", "12:00")], "« 9h » n’est pas une heure"),
        ([("14:00", "12:00")], "la fermeture (12:00) vient après"),
    ],
)
def test_exceptions_of_one_day_that_clash_are_refused(browser, unit, rows, message):
    forms = [exception(unit, date(2026, 5, 25), opens, closes) for opens, closes in rows]
    page = browser.post(url("unit", "change", unit.pk), unit_data(**inline("calendar_exceptions", *forms)))
    assert page.status_code == 200
    assert message in page.content.decode()
    assert not CalendarException.objects.exists()


def test_an_exception_replaced_in_one_go_is_accepted(browser, unit):
    old = CalendarException.objects.create(unit=unit, date=date(2026, 5, 25), reason="Fermé")
    rows = [
        exception(unit, old.date, id=old.pk, DELETE="on"),
        exception(unit, old.date, "09:00", "12:00"),
    ]
    data = unit_data(**inline("calendar_exceptions", *rows, initial=1))
    assert browser.post(url("unit", "change", unit.pk), data).status_code == 302
    assert CalendarException.objects.get().opens == "09:00"
    assert events("calendarexception", old.pk, "deleted").count() == 1


# -- accounts -------------------------------------------------------------------------------------------


def account_data(user, **changes):
    return {
        "username": user.username,
        "is_active": "on" if user.is_active else "",
        "last_name": user.last_name,
        "first_name": user.first_name,
        "email": "",
        "employee_number": user.employee_number or "",
        "roles": [role.value for role in user.roles],
        "unit": user.unit_id or "",
        "contract_type": "permanent",
        "working_time_pct": "100",
        **inline("advisor_profile"),
        **changes,
    }


@pytest.mark.parametrize("sent", ["x", "\x00", "²", "9" * 40, "-1"])
def test_what_is_no_key_is_refused_at_its_field(browser, admin_account, sent):
    page = browser.post(url("user", "change", admin_account.pk), account_data(admin_account, manager=sent))
    assert page.status_code == 200
    assert page.context["errors"]
    assert User.objects.get(pk=admin_account.pk).manager_id is None


def test_create_an_account_then_give_it_roles(browser, unit):
    data = {
        "username": "n.neuf",
        "last_name": "Neuf",
        "first_name": "Nina",
        "usable_password": "true",
        "password1": "une-phrase-assez-longue",
        "password2": "une-phrase-assez-longue",
    }
    assert browser.post(url("user", "add"), data).status_code == 302
    user = User.objects.get(username="n.neuf")
    created = events("user", user.pk, "created").get()
    assert "last_name" not in created.changes
    assert created.payload.body["last_name"][1] == "Neuf"
    data = account_data(user, unit=unit.pk, roles=["advisor", "staff_rep"])
    assert browser.post(url("user", "change", user.pk), data).status_code == 302
    user = User.objects.get(pk=user.pk)
    assert user.roles == {Role.ADVISOR, Role.STAFF_REP}
    assert user.advisor_profile.active
    assert events("user", user.pk, "roles_changed").get().changes["roles"] == [[], ["advisor", "staff_rep"]]
    assert events("user", user.pk, "changed").get().changes["unit"] == [None, unit.pk]


@pytest.mark.parametrize(
    ("roles", "message"),
    [
        (["advisor"], "Ce rôle s’exerce dans une unité."),
        (["back_office"], "Un spécialiste back-office ou un partenaire appartient à une entité."),
        (["partner", "hr"], "Un client partenaire n’a aucun autre rôle."),
    ],
)
def test_roles_the_account_cannot_hold_are_refused(browser, roles, message):
    user = account("n.neuf")
    page = browser.post(url("user", "change", user.pk), account_data(user, roles=roles))
    assert message in page.content.decode()
    assert not User.objects.get(pk=user.pk).roles


def test_a_team_of_another_unit_is_refused(browser, unit):
    other = Unit.objects.create(code="autre", name="Autre unité")
    team = Team.objects.create(unit=other, name="Équipe 1")
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    data = account_data(user, team=team.pk, **profile_inline(user))
    assert (
        "celle d’une autre unité (Autre unité)"
        in browser.post(url("user", "change", user.pk), data).content.decode()
    )


def profile_inline(user, active="on"):
    return inline("advisor_profile", {"user": user.pk, "active": active}, initial=1)


def test_an_advisor_with_cases_does_not_leave(browser, unit, monkeypatch):
    objection = "Deux dossiers en cours : confiez-les d’abord."
    monkeypatch.setattr(participation_module, "leaving_objections", [lambda user, at: objection])
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    data = account_data(user, roles=["support"], **profile_inline(user))
    assert objection in browser.post(url("user", "change", user.pk), data).content.decode()
    assert User.objects.get(pk=user.pk).roles == {Role.ADVISOR}


def test_an_open_account_is_not_closed_by_its_form_which_shows_the_way(browser):
    user = account("n.neuf")
    page = browser.get(url("user", "change", user.pk)).content.decode()
    assert 'name="is_active"' not in page
    assert reverse("accounts:account", args=[user.pk]) in page
    assert "se ferme depuis « Départ et accès »" in page
    assert browser.post(url("user", "change", user.pk), account_data(user, is_active="")).status_code == 302
    assert User.objects.get(pk=user.pk).is_active


def test_a_closed_account_is_reopened_by_its_form(browser):
    user = account("n.neuf", is_active=False)
    assert 'name="is_active"' in browser.get(url("user", "change", user.pk)).content.decode()
    assert browser.post(url("user", "change", user.pk), account_data(user, is_active="on")).status_code == 302
    assert User.objects.get(pk=user.pk).is_active


@pytest.mark.parametrize(
    "changes", [{"roles": ["admin", "hr"]}, {"roles": []}, {"roles": ["admin"], "dpo": "on"}]
)
def test_an_administrator_does_not_change_their_own_rights(browser, admin_account, changes):
    account("autre.admin", Role.ADMIN)
    page = browser.post(url("user", "change", admin_account.pk), account_data(admin_account, **changes))
    assert "par un autre administrateur" in page.content.decode()
    user = User.objects.get(pk=admin_account.pk)
    assert (user.roles, user.is_dpo) == ({Role.ADMIN}, False)
    data = account_data(admin_account, first_name="Anne")
    assert browser.post(url("user", "change", admin_account.pk), data).status_code == 302


def test_the_account_made_on_the_server_gives_itself_the_role(unit):
    """`createsuperuser` is how a site begins: nobody else is there to give it."""
    user = User.objects.create(username="root", is_superuser=True, is_staff=True)
    browser = Client()
    browser.force_login(user)
    data = account_data(user, roles=["admin"])
    assert browser.post(url("user", "change", user.pk), data).status_code == 302
    assert User.objects.get(pk=user.pk).roles == {Role.ADMIN}


def test_the_last_administrator_keeps_the_role_until_another_has_it(admin_account):
    browser = Client()
    browser.force_login(User.objects.create(username="root", is_superuser=True, is_staff=True))
    address, data = url("user", "change", admin_account.pk), account_data(admin_account, roles=["hr"])
    data["unit"] = Unit.objects.create(code="uat-rh", name="UAT RH").pk
    account("ferme", Role.ADMIN, is_active=False)
    page = browser.post(address, data)
    assert "est le seul administrateur" in page.content.decode()
    assert User.objects.get(pk=admin_account.pk).roles == {Role.ADMIN}
    account("second", Role.ADMIN)
    assert browser.post(address, data).status_code == 302
    assert User.objects.get(pk=admin_account.pk).roles == {Role.HR}


@pytest.mark.parametrize(
    ("changes", "right"),
    [
        ({"roles": ["admin"]}, "administrateur"),
        ({"roles": ["hr", "staff_rep"]}, "RH"),
        ({"roles": [], "dpo": "on"}, "délégué à la protection des données"),
        ({"roles": ["staff_rep"]}, None),
    ],
)
def test_a_right_over_others_data_is_told_to_the_other_administrators_and_officers(browser, changes, right):
    other, officer = account("autre.admin", Role.ADMIN), account("dpo")
    set_dpo(officer, True)
    account("ferme", Role.ADMIN, is_active=False)
    user = account("n.neuf", first_name="Nina", last_name="Neuf")
    assert browser.post(url("user", "change", user.pk), account_data(user, **changes)).status_code == 302
    told = dict(Notification.objects.values_list("recipient", "title"))
    title = f"Nina Neuf (n.neuf) a reçu un droit : {right}"
    assert told == ({other.pk: title, officer.pk: title} if right else {})


def test_an_advisor_without_cases_leaves_and_keeps_a_switched_off_profile(browser, unit):
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    data = account_data(user, roles=["support"], **profile_inline(user))
    assert browser.post(url("user", "change", user.pk), data).status_code == 302
    assert not InternalAdvisor.objects.get(user=user).active


def test_a_password_set_by_the_administrator_is_journalled_without_it(browser):
    user = account("n.neuf")
    before = user.password
    address = reverse("admin:auth_user_password_change", args=[user.pk])
    data = {"password1": "une-autre-phrase-longue", "password2": "une-autre-phrase-longue"}
    assert browser.post(address, data | {"usable_password": "true"}).status_code == 302
    event = events("user", user.pk, "password_set").get()
    assert event.changes == {"password": ["", "set"]}
    assert User.objects.get(pk=user.pk).password != before


def test_an_account_is_never_erased(browser):
    user = account("n.neuf")
    assert browser.post(url("user", "delete", user.pk), {"post": "yes"}).status_code == 403


# -- entities -------------------------------------------------------------------------------------------


def test_an_entity_and_its_contact_are_created_and_journalled(browser):
    data = {
        "code": "bo-test",
        "name": "BO Test",
        "kind": "back_office",
        "internal": "on",
        "accepts_escalations": "on",
        "tz": "Europe/Paris",
        "holiday_zone": "metropole",
        **DAYS,
        **inline("priority_lines", {"number": "+33199009980", "target_answer_s": "60"}),
        **inline("contacts", {"name": "Permanence", "phone": "+33199009901", "active": "on"}),
    }
    assert browser.post(url("entity", "add"), data).status_code == 302
    entity = Entity.objects.get(code="bo-test")
    contact = entity.contacts.get()
    assert events("entity", entity.pk, "created").count() == 1
    assert events("priorityline", entity.priority_lines.get().pk, "created").count() == 1
    created = events("entitycontact", contact.pk, "created").get()
    assert "phone" not in created.changes
    assert created.payload.body["phone"][1] == "+33199009901"


# -- programme ------------------------------------------------------------------------------------------


@pytest.fixture
def programme():
    return Programme.objects.create(code="test", name="Test")


def test_a_unit_that_does_not_take_part_says_why(browser, programme, unit):
    data = {"programme": programme.pk, "unit": unit.pk, "reason_public": "Non"}
    page = browser.post(url("unitparticipation", "add"), data)
    assert "20" in page.content.decode()
    assert not UnitParticipation.objects.exists()
    data["reason_public"] = "L’unité attend d’abord des effectifs."
    assert browser.post(url("unitparticipation", "add"), data).status_code == 302
    made = UnitParticipation.objects.get()
    assert events("unitparticipation", made.pk, "created").count() == 1


def participation_data(user, programme, **changes):
    return {
        "employee": user.pk,
        "programme": programme.pk,
        "role": "advisor",
        "mode": "volunteer",
        "starts_on": "01/02/2026",
        **inline("consent_events"),
        **changes,
    }


def test_the_administrator_cannot_answer_for_the_employee(browser, programme, unit):
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    row = {"at_0": "01/02/2026", "at_1": "10:00", "answer": "accepted", "text_version": "1"}
    data = participation_data(user, programme, consent="accepted", **inline("consent_events", row))
    browser.post(url("participation", "add"), data)
    made = Participation.objects.get()
    assert made.consent == ""
    assert not ConsentEvent.objects.exists()


def test_a_designation_says_by_whom(browser, programme, unit):
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    page = browser.post(url("participation", "add"), participation_data(user, programme, mode="designated"))
    assert "Une désignation dit par qui." in page.content.decode()


def test_a_participation_that_overlaps_another_is_refused(browser, programme, unit):
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    browser.post(url("participation", "add"), participation_data(user, programme, ends_on="28/02/2026"))
    page = browser.post(
        url("participation", "add"), participation_data(user, programme, starts_on="20/02/2026")
    )
    assert "chevauche une autre (depuis le 01/02/2026 jusqu’au 28/02/2026)" in page.content.decode()


def test_whose_participation_it_is_does_not_change(browser, programme, unit):
    user, other = account("n.neuf", Role.ADVISOR, unit=unit), account("autre", Role.ADVISOR, unit=unit)
    browser.post(url("participation", "add"), participation_data(user, programme))
    made = Participation.objects.get()
    data = participation_data(other, programme, starts_on="02/02/2026")
    assert browser.post(url("participation", "change", made.pk), data).status_code == 302
    assert Participation.objects.get().employee == user
    assert Participation.objects.get().starts_on == date(2026, 2, 2)


def test_a_start_put_off_is_leaving_too(browser, programme, unit, monkeypatch):
    monkeypatch.setattr(participation_module, "leaving_objections", [lambda user, at: "Un dossier en cours."])
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    browser.post(url("participation", "add"), participation_data(user, programme))
    made = Participation.objects.get()
    later = timezone.localdate() + timedelta(days=30)
    data = participation_data(user, programme, starts_on=later.strftime("%d/%m/%Y"))
    page = browser.post(url("participation", "change", made.pk), data)
    assert "Un dossier en cours." in page.content.decode()
    assert Participation.objects.get().starts_on == date(2026, 2, 1)


def test_a_participation_does_not_end_while_cases_are_owned(browser, programme, unit, monkeypatch):
    monkeypatch.setattr(participation_module, "leaving_objections", [lambda user, at: "Un dossier en cours."])
    user = account("n.neuf", Role.ADVISOR, unit=unit)
    made = Participation.objects.create(
        employee=user,
        programme=programme,
        role=Role.ADVISOR,
        mode=ParticipationMode.VOLUNTEER,
        starts_on=date(2026, 2, 1),
        consent=ConsentAnswer.ACCEPTED,
    )
    end = timezone.localdate() + timedelta(days=1)
    data = participation_data(user, programme, ends_on=end.strftime("%d/%m/%Y"))
    page = browser.post(url("participation", "change", made.pk), data)
    assert "Un dossier en cours." in page.content.decode()
    assert Participation.objects.get().ends_on is None
