"""File du service, the manager's unit, the back office's escalations, the inbox, and home for each role."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from atdemain.notifications.inbox import notify
from atdemain.notifications.models import Notification
from cases.models import Case, Escalation
from tests.office import HOUR, NOW, posted, text_of

pytestmark = pytest.mark.django_db


def refs(page) -> list[str]:
    return list(dict.fromkeys(re.findall(r"/cases/(ATD-[^/]+)/", page.content.decode())))


# -- home ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "title"),
    [
        ("advisor", "Ma journée"),
        ("support", "Ma journée"),
        ("manager", "Mon unité"),
        ("backoffice", "Mes escalades, BO-Cuivre"),
    ],
)
def test_home_is_the_day_of_who_is_logged_in(office, who, title):
    page = office.browser(who).get("/")
    assert f"<h1>{title}</h1>" in text_of(page)


@pytest.mark.parametrize("who", ["trainer", "hr", "staffrep", "admin", "partner"])
def test_home_of_a_role_without_cases_shows_none_and_says_where_to_go(office, who):
    case = office.case("callback_due")
    page = office.browser(who).get("/")
    assert page.status_code == 200
    assert case.ref not in text_of(page)
    assert len(text_of(page)) > 500


@pytest.mark.parametrize("who", ["advisor", "support", "manager", "backoffice", "trainer", "hr", "admin"])
def test_the_menu_leads_only_to_pages_its_reader_may_open(office, who):
    browser = office.browser(who)
    menu = re.search(r'<nav class="at-nav".*?</nav>', browser.get("/").content.decode(), re.S).group()
    for address in re.findall(r'href="([^"#]+)"', menu):
        assert browser.get(address).status_code == 200, address


# -- File du service -------------------------------------------------------------------------------------


def test_the_queue_lists_the_units_unkept_cases_red_first_then_oldest(office):
    recent, old = office.case(owner=None, at=NOW - HOUR), office.case(owner=None, at=NOW - 5 * HOUR)
    red = office.case(owner=None, at=NOW - HOUR)
    office.do(red, "set_colour", "manager", colour="red", reason="Client isolé, sans mobile.")
    office.case()
    office.case(owner=None, unit="brest")
    page = office.browser("advisor").get("/queue/")
    assert refs(page) == [red.ref, old.ref, recent.ref]


def test_a_case_is_claimed_from_the_queue_and_leaves_it(office):
    case = office.case(owner=None)
    browser = office.browser("advisor")
    assert f'action="/cases/{case.ref}/claim/"' in browser.get("/queue/").content.decode()
    answer = browser.post(f"/cases/{case.ref}/claim/", posted(case))
    assert answer["Location"] == f"/cases/{case.ref}/"
    assert Case.objects.get(pk=case.pk).owner_id == office.people["advisor"].pk
    assert refs(browser.get("/queue/")) == []
    assert refs(browser.get("/")) == [case.ref]


@pytest.mark.parametrize("page", ["abc", "0", "-3", str(10**9), "9" * 5000, "", "\x00"])
@pytest.mark.parametrize("address", ["/queue/", "/inbox/"])
def test_a_list_asked_a_page_it_has_not_shows_one_that_it_has(office, address, page):
    case = office.case(owner=None)
    notify(office.people["advisor"].pk, "essai", "Un message", dedupe_key="essai", at=NOW)
    words = text_of(office.browser("advisor").get(address, {"page": page}))
    assert case.ref in words or "Un message" in words


# -- Mon unité -------------------------------------------------------------------------------------------


def test_the_manager_sees_the_units_late_callbacks_oldest_first_with_who_keeps_them(office):
    second = office.case("callback_due", start=NOW - 2 * HOUR)
    first = office.case("callback_due", owner="colleague", start=NOW - 4 * HOUR)
    office.case("callback_due")
    office.case("callback_due", owner="stranger", unit="brest", start=NOW - 4 * HOUR)
    page = office.browser("manager").get("/team/")
    assert refs(page) == [first.ref, second.ref]
    assert "C. Essai" in text_of(page)


def test_the_manager_with_nothing_late_is_told_so(office):
    assert "Aucun rappel promis n’est en retard." in text_of(office.browser("manager").get("/team/"))


# -- Mes escalades ---------------------------------------------------------------------------------------


def test_the_back_office_sees_its_entitys_open_escalations_and_no_other(office):
    mine, other = office.case("escalated"), office.case("escalated", entity="field")
    withdrawn = office.case("escalated")
    office.do(
        withdrawn,
        "withdraw_escalation",
        "advisor",
        escalation=withdrawn.escalations.get().pk,
        reason="Le service est revenu.",
    )
    page = office.browser("backoffice").get("/escalations/")
    assert refs(page) == [mine.ref]
    assert other.ref not in text_of(page)
    assert "<b>1</b> ouverte" in text_of(page)


def test_an_escalation_is_acknowledged_then_answered_and_the_owner_reads_it(office):
    case = office.case("escalated")
    escalation = case.escalations.get()
    browser = office.browser("backoffice")
    done = browser.post(f"/cases/{case.ref}/acknowledge_escalation/", posted(case, escalation=escalation.pk))
    assert done.status_code == 302
    assert Escalation.objects.get(pk=escalation.pk).ack_at == NOW
    case = Case.objects.get(pk=case.pk)
    again = browser.post(
        f"/cases/{case.ref}/acknowledge_escalation/", posted(case, escalation=escalation.pk), follow=True
    )
    assert "déjà accusée" in text_of(again)
    form = browser.get(f"/cases/{case.ref}/answer_escalation/?escalation={escalation.pk}")
    assert "Reçue par téléphone" not in text_of(form)
    case = Case.objects.get(pk=case.pk)
    answer = posted(case, escalation=escalation.pk, answer_code="fixed", answer_text="La paire est rétablie.")
    assert browser.post(f"/cases/{case.ref}/answer_escalation/", answer).status_code == 302
    assert Case.objects.get(pk=case.pk).state == "callback_due"
    inbox = text_of(office.browser("advisor").get("/inbox/"))
    assert "BO-Cuivre répond : réparé" in inbox
    assert refs(browser.get("/escalations/")) == []


def test_another_entity_cannot_answer_even_with_the_number_of_the_escalation(office):
    case = office.case("escalated")
    office.escalate(case, "advisor", entity="field")
    case = Case.objects.get(pk=case.pk)
    copper = case.escalations.get(target_entity=office.entities["copper"])
    answer = posted(case, escalation=copper.pk, answer_code="fixed", answer_text="La paire est rétablie.")
    answer |= {"named_contact": office.entities["copper"].contacts.get().pk}
    refused = office.browser("field").post(f"/cases/{case.ref}/answer_escalation/", answer)
    assert refused.status_code == 403
    assert Escalation.objects.get(pk=copper.pk).status == "sent"


def test_the_owner_types_the_answer_given_by_phone_and_says_by_whom(office):
    case = office.case("escalated")
    escalation = case.escalations.get()
    answer = posted(case, escalation=escalation.pk, answer_code="fixed", answer_text="La paire est rétablie.")
    browser = office.browser("advisor")
    address = f"/cases/{case.ref}/answer_escalation/"
    nameless = browser.post(address, answer)
    assert nameless.status_code == 422
    assert "La paire est rétablie." in text_of(nameless)
    named = answer | {"named_contact": escalation.target_entity.contacts.get().pk}
    assert browser.post(address, named).status_code == 302


# -- Boîte de réception ----------------------------------------------------------------------------------


@pytest.fixture
def items(office) -> list[Notification]:
    for number in range(3):
        key = f"essai:{number}"
        url = "/cases/ATD-2026-000001/" if number else "https://ailleurs.exemple/"
        at = NOW + timedelta(minutes=number)
        notify(office.people["advisor"].pk, "essai", f"Message {number}", dedupe_key=key, at=at, url=url)
    notify(office.people["colleague"].pk, "essai", "Pour un autre", dedupe_key="autre", at=NOW)
    return list(Notification.objects.filter(recipient=office.people["advisor"]).order_by("pk"))


def test_the_inbox_shows_ones_own_items_newest_first(office, items):
    words = text_of(office.browser("advisor").get("/inbox/"))
    places = [words.index(f"Message {number}") for number in (2, 1, 0)]
    assert places == sorted(places)
    assert "Pour un autre" not in words


def test_an_item_read_leaves_the_list_and_stays_in_the_whole_one(office, items):
    browser = office.browser("advisor")
    assert browser.post(f"/inbox/{items[0].pk}/read/")["Location"] == "/inbox/"
    assert "Message 0" not in text_of(browser.get("/inbox/"))
    assert "Message 0" in text_of(browser.get("/inbox/", {"show": "all"}))
    first = Notification.objects.get(pk=items[0].pk).read_at
    browser.post(f"/inbox/{items[0].pk}/read/")
    assert Notification.objects.get(pk=items[0].pk).read_at == first


def test_opening_an_item_leads_to_what_it_is_about_and_never_outside(office, items):
    browser = office.browser("advisor")
    assert browser.post(f"/inbox/{items[1].pk}/read/", {"open": ""})["Location"] == items[1].url
    assert browser.post(f"/inbox/{items[0].pk}/read/", {"open": ""})["Location"] == "/inbox/"


def test_somebody_elses_item_is_a_404_and_stays_unread(office, items):
    other = Notification.objects.get(title="Pour un autre")
    assert office.browser("advisor").post(f"/inbox/{other.pk}/read/").status_code == 404
    assert Notification.objects.get(pk=other.pk).read_at is None


def test_read_all_leaves_what_arrived_since_the_page_was_drawn(office, items):
    browser = office.browser("advisor")
    browser.post("/inbox/read/", {"last": items[1].pk})
    words = text_of(browser.get("/inbox/"))
    assert "2 messages marqués comme lus." in words
    assert "Message 2" in words
    assert "Message 1" not in words
    assert Notification.objects.get(title="Pour un autre").read_at is None


# -- the state diagram -----------------------------------------------------------------------------------


def test_the_diagram_is_open_to_everyone_and_names_every_state(office):
    words = text_of(office.browser("trainer").get("/workflow/"))
    for state in ("Ouvert", "Escaladé", "Rappel à faire", "Résolu", "Clos"):
        assert state in words
