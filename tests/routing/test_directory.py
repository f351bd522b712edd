"""The directory: found without accents, kept up to date, alerts once (domain.md L35, L36, §5.6)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from atdemain.journal.actors import system
from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from atdemain.organisation.models import Entity, EntityContact, PriorityLine
from routing.directory import changes
from routing.models import UnreachableReport
from tests.office import NOW, Office, text_of

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
TODAY = date(2026, 11, 10)


@pytest.fixture
def contact(office: Office) -> EntityContact:
    found = office.entities["copper"].contacts.get()
    found.verified_on = TODAY - timedelta(days=30)
    found.save()
    return found


def line(office: Office, **fields) -> PriorityLine:
    return PriorityLine.objects.create(entity=office.entities["copper"], number="+33199009980", **fields)


def page(office: Office, address: str, who: str = "advisor") -> str:
    response = office.browser(who).get(address)
    assert response.status_code == 200
    return text_of(response)


def test_list_shows_the_priority_line_first_hours_and_who_to_call(office, contact):
    line(office)
    shown = page(office, "/directory/")
    assert shown.index("01 99 00 99 80") < shown.index("Permanence BO-Cuivre")
    assert "jusqu’à 20:00" in shown
    assert "vérifié le 11/10/2026" in shown
    assert 'data-copy="+33199009980"' in shown
    assert 'href="tel:+33199009980"' in shown


@pytest.mark.parametrize("query", ["regié", "REGIE", "perma regie", "01 99 00 99 07", "+33199009907"])
def test_search_finds_without_accents_and_by_number(office, query):
    entity = Entity.objects.create(code="regie", name="Régie Élan", kind="other")
    EntityContact.objects.create(entity=entity, name="Permanence", phone="+33199009907")
    shown = page(office, f"/directory/?q={query.replace('+', '%2B')}")
    assert "Régie Élan" in shown
    assert "BO-Cuivre" not in shown.split("<main")[1]


def test_search_that_finds_nothing_says_what_to_do(office):
    assert "Aucune entité ne correspond" in page(office, "/directory/?q=zzz&kind=inconnu&page=x")


def test_gap_list_names_what_each_entity_lacks(office, contact):
    line(office)
    EntityContact.objects.filter(entity__code="p1").update(active=False)
    shown = page(office, "/directory/?show=gaps").split("<main")[1]
    assert "BO-Cuivre" not in shown
    assert "sans interlocuteur joignable" in shown
    assert "sans fil prioritaire" in shown


def test_gap_list_leaves_out_an_entity_closed_to_escalations(office):
    Entity.objects.update(accepts_escalations=False)
    assert "Rien à compléter" in page(office, "/directory/?show=gaps")


@pytest.mark.parametrize(("days", "amber"), [(90, False), (91, True), (None, True)])
def test_contact_is_amber_after_ninety_days(office, contact, days, amber):
    contact.verified_on = None if days is None else TODAY - timedelta(days=days)
    contact.save()
    shown = page(office, "/directory/copper/")
    assert ("à revoir" in shown or "jamais vérifié" in shown) is amber


def test_line_out_of_its_dates_is_not_shown_to_who_calls(office):
    line(office, valid_from=TODAY + timedelta(days=1))
    assert "Pas de fil prioritaire" in page(office, "/directory/copper/")
    line_of_support = page(office, "/directory/copper/", "support")
    assert "Passés ou à venir" in line_of_support


def test_entity_without_anybody_says_so_everywhere(office):
    office.entities["copper"].contacts.all().delete()
    assert "Personne à appeler" in page(office, "/directory/copper/")
    case = office.case("escalated", entity="field")
    assert "Personne à appeler" in page(office, f"/cases/{case.ref}/entities/")


# -- kept up to date -------------------------------------------------------------------------------------


def edit(office: Office, address: str, who: str = "support", **data):
    return office.browser(who).post(f"/directory/copper/{address}", data)


def test_verify_in_one_click_dates_it_and_journals_it_once(office, contact):
    for _ in range(2):
        assert edit(office, f"contacts/{contact.pk}/verify/").status_code == 302
    contact.refresh_from_db()
    assert (contact.verified_on, contact.verified_by) == (TODAY, office.people["support"])
    assert AuditEvent.objects.filter(object_type="entitycontact", action="verified").count() == 1


def test_contact_number_in_any_writing_is_kept_as_e164_and_journalled(office, contact):
    data = {
        "name": "Permanence nuit",
        "phone": "0033 1.99.00.99-02",
        "active": "on",
        "version": contact.version,
    }
    assert edit(office, f"contacts/{contact.pk}/", **data).status_code == 302
    contact.refresh_from_db()
    assert (contact.phone, contact.version) == ("+33199009902", 2)
    row = AuditEvent.objects.get(object_type="entitycontact", object_id=str(contact.pk))
    assert row.payload.body["phone"] == ["+33199009900", "+33199009902"]
    assert "phone" not in row.changes


def test_contact_edited_by_two_is_written_once_and_the_second_is_told(office, contact):
    data = {"name": "Première", "phone": "01 99 00 99 02", "active": "on", "version": contact.version}
    edit(office, f"contacts/{contact.pk}/", **data)
    answer = edit(office, f"contacts/{contact.pk}/", who="admin", **(data | {"name": "Seconde saisie"}))
    assert answer.status_code == 409
    shown = text_of(answer)
    assert "a changé entre-temps" in shown
    assert "Seconde saisie" in shown
    contact.refresh_from_db()
    assert contact.name == "Première"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "", "phone": "01 99 00 99 02"}, "Donnez un nom ou une fonction."),
        ({"name": "X", "phone": "12"}, "Ce numéro n’est pas lisible"),
        ({"name": "X", "phone": ""}, "Donnez au moins un téléphone ou un courriel"),
        ({"name": "X", "email": "sans-arobase"}, "Écrivez une adresse complète"),
    ],
)
def test_contact_badly_typed_is_refused_in_words_and_kept_typed(office, data, words):
    answer = edit(office, "contacts/", **data)
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert all(value in answer.content.decode() for value in data.values())
    assert office.entities["copper"].contacts.count() == 1


def test_line_is_added_with_its_dates(office):
    data = {"number": "01 99 00 99 81", "target_answer_s": "45", "valid_from": "2026-11-10"}
    assert edit(office, "lines/", "backoffice", **data).status_code == 302
    made = PriorityLine.objects.get()
    assert (made.number, made.target_answer_s, made.valid_from) == ("+33199009981", 45, TODAY)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"number": "01 99 00 99 80"}, "a déjà ce fil prioritaire"),
        (
            {"number": "01 99 00 99 82", "valid_from": "2026-11-12", "valid_to": "2026-11-11"},
            "avant de commencer",
        ),
        ({"number": "01 99 00 99 82", "target_answer_s": "0"}, "de 1 à 3 600 secondes"),
        ({"number": "01 99 00 99 82", "valid_from": "demain"}, "Écrivez une date"),
        ({"number": ""}, "Donnez le numéro"),
    ],
)
def test_line_badly_typed_is_refused_in_words(office, data, words):
    line(office)
    answer = edit(office, "lines/", **({"target_answer_s": "60"} | data))
    assert answer.status_code == 422
    assert words in text_of(answer)
    assert PriorityLine.objects.count() == 1


def test_line_given_twice_at_once_is_one_and_the_second_is_told(office):
    """Both forms were read before either was written."""
    line(office)
    twice = PriorityLine(entity=office.entities["copper"], number="+33199009980")
    with pytest.raises(changes.StaleRow):
        changes.save(twice, seen=None, actor=system("test"), now=NOW)
    assert PriorityLine.objects.count() == 1
    assert not AuditEvent.objects.filter(object_type="priorityline").exists()


def test_line_has_hours_of_its_own_shown_judged_and_journalled(office):
    row = line(office)
    data = {"version": "1", "number": "01 99 00 99 83", "target_answer_s": "60", "hours_1": "08:00-12:00"}
    assert edit(office, f"lines/{row.pk}/", "admin", **data).status_code == 302
    row.refresh_from_db()
    assert row.number == "+33199009983"
    assert row.weekly_hours == [[], [["08:00", "12:00"]], [], [], [], [], []]
    shown = page(office, "/directory/copper/")
    assert "Horaires propres à ce fil" in shown
    assert "08:00-12:00" in shown
    told = AuditEvent.objects.get(object_type="priorityline", action="changed")
    assert told.changes["weekly_hours"] == [None, row.weekly_hours]
    assert told.payload.body["number"] == ["+33199009980", "+33199009983"]
    form = office.browser("admin").get(f"/directory/copper/lines/{row.pk}/")
    assert 'value="08:00-12:00"' in form.content.decode()


def test_line_without_hours_of_its_own_follows_the_entity_again(office):
    row = line(office, weekly_hours=[[["08:00", "12:00"]]] + [[]] * 6)
    data = {"version": "1", "number": "01 99 00 99 80", "target_answer_s": "60"}
    assert edit(office, f"lines/{row.pk}/", "admin", **data).status_code == 302
    row.refresh_from_db()
    assert row.weekly_hours is None
    assert "Horaires propres" not in page(office, "/directory/copper/")


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        ("18:00-09:00", "Mercredi : la fermeture (09:00) vient après l’ouverture (18:00)"),
        ("9h-12h", "Mercredi : « 9h » n’est pas une heure"),
        ("08:00-12:00, 11:00-14:00", "Mercredi : deux ouvertures se chevauchent à 11:00"),
        ("08:00", "Mercredi : « 08:00 » n’est pas une ouverture"),
    ],
)
def test_line_with_hours_that_cannot_be_read_is_refused_in_words(office, hours, words):
    row = line(office)
    data = {"version": "1", "number": "01 99 00 99 80", "target_answer_s": "60", "hours_2": hours}
    answer = edit(office, f"lines/{row.pk}/", "admin", **data)
    assert answer.status_code == 422
    assert words in text_of(answer).replace("\u00a0", " ").replace("\u202f", " ")
    row.refresh_from_db()
    assert (row.weekly_hours, row.version) == (None, 1)


def test_database_refuses_a_line_that_ends_before_it_begins(office):
    with pytest.raises(IntegrityError), transaction.atomic():
        line(office, valid_from=TODAY, valid_to=TODAY - timedelta(days=1))


def test_hours_are_typed_as_lines_and_journalled(office):
    data = {"version": "1", "hours_0": "09:00-12:00, 14:00-18:00"}
    assert edit(office, "hours/", "backoffice", **data).status_code == 302
    office.entities["copper"].refresh_from_db()
    assert office.entities["copper"].weekly_hours[0] == [["09:00", "12:00"], ["14:00", "18:00"]]
    assert AuditEvent.objects.filter(object_type="entity", action="changed").count() == 1
    wrong = edit(office, "hours/", "backoffice", version="2", hours_1="18:00-09:00")
    assert wrong.status_code == 422
    assert "Mardi" in text_of(wrong)


def test_change_made_in_the_administration_is_seen_by_a_page_drawn_before(office):
    entity = office.entities["copper"]
    browser = office.browser("admin")
    form = browser.get(f"/admin/organisation/entity/{entity.pk}/change/").context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields} | {"name": "BO-Cuivre Nord"}
    for prefix in ("priority_lines", "contacts"):
        data |= {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}
    assert browser.post(f"/admin/organisation/entity/{entity.pk}/change/", data).status_code == 302
    assert edit(office, "hours/", version="1", hours_0="09:00-12:00").status_code == 409


# -- « injoignable » --------------------------------------------------------------------------------------


def report(office: Office, contact: EntityContact, who: str = "support"):
    return office.browser(who).post(f"/directory/copper/contacts/{contact.pk}/unreachable/", follow=True)


def told(office: Office) -> list[str]:
    items = Notification.objects.filter(kind="contact_unreachable").order_by("pk")
    return list(items.values_list("recipient__username", flat=True))


def test_unreachable_reported_twice_alerts_the_entity_once_until_it_is_verified(office, contact, clock):
    assert "signalé injoignable" in text_of(report(office, contact))
    assert told(office) == []
    report(office, contact)  # a double click is one report
    assert told(office) == []
    assert UnreachableReport.objects.count() == 1
    assert "BO-Cuivre est prévenue" in text_of(report(office, contact, "advisor"))
    assert told(office) == ["backoffice"]
    clock.shift(15 * MINUTE)
    report(office, contact, "manager")
    assert told(office) == ["backoffice"]
    edit(office, f"contacts/{contact.pk}/verify/", "backoffice")
    assert not UnreachableReport.objects.filter(settled_at__isnull=True).exists()
    clock.shift(15 * MINUTE)
    for who in ("support", "advisor"):
        report(office, contact, who)
    assert told(office) == ["backoffice", "backoffice"]


def test_unreachable_in_an_entity_without_people_is_told_to_the_administrators(office, clock):
    office.people["backoffice"].is_active = False
    office.people["backoffice"].save()
    for who in ("support", "advisor"):
        report(office, office.entities["copper"].contacts.get(), who)
    assert told(office) == ["admin"]


def test_another_number_settles_what_was_reported_of_the_former(office, contact):
    report(office, contact)
    data = {"name": contact.name, "phone": "01 99 00 99 02", "active": "on", "version": contact.version}
    edit(office, f"contacts/{contact.pk}/", **data)
    assert UnreachableReport.objects.get().settled_at == NOW
