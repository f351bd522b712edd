"""Ma journée: what to do next, in order; the poll; the second page."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from atdemain.notifications.inbox import notify
from cases.day_query import PAGE
from cases.models import Case
from tests.office import HOUR, NOW, THURSDAY, text_of

pytestmark = pytest.mark.django_db

POLL = {"X-AT-Poll": "1"}
MINUTE = timedelta(minutes=1)


def refs(response) -> list[str]:
    """The references of the lines, in the order of the page."""
    return re.findall(r'class="at-line-title" href="/cases/([^/]+)/"', response.content.decode())


def section(response, key: str) -> str:
    found = re.search(rf'data-section="{key}">(.*?)</ul>', response.content.decode(), re.S)
    return found.group(1) if found else ""


def test_day_of_who_keeps_nothing_says_so_and_points_to_the_queue(office):
    office.case(owner=None)
    page = text_of(office.browser("advisor").get("/"))
    assert "Aucun dossier à votre nom." in page
    assert "1 dossier attend un conseiller dans la file du service" in page


def test_day_is_sorted_by_what_to_do_next(office):
    later = office.case("callback_due", start=NOW + 2 * HOUR, at=NOW - 6 * HOUR)
    late = office.case("callback_due", start=NOW - 2 * HOUR, at=NOW - 6 * HOUR)
    due = office.case("callback_due", start=NOW - 10 * MINUTE, at=NOW - 6 * HOUR)
    thursday = office.case("callback_due")
    work = office.case("opened", at=NOW - HOUR)
    waiting = office.case("escalated")
    watched = office.case("resolved")
    page = office.browser("advisor").get("/")
    expected = [late, due, later, thursday, work, waiting, watched]
    assert refs(page) == [case.ref for case in expected]
    for key, case in zip(["late", "now", "later", "days", "work", "wait", "watch"], expected, strict=True):
        assert case.ref in section(page, key), key


def test_a_detail_an_entity_waits_for_is_owed_and_sorted_with_the_cases_to_work_on(office):
    work = office.case("opened", at=NOW - HOUR)
    waiting, asked = office.case("escalated"), office.case("escalated")
    escalation = asked.escalations.get()
    browser = office.browser("advisor")
    before = browser.get("/", headers=POLL)
    signature = re.search(r'data-signature="(\w+)"', before.content.decode()).group(1)

    office.do(
        asked, "request_info", "backoffice", escalation=escalation.pk, text="Quel est le modèle de la box ?"
    )

    page = browser.get("/")
    assert asked.ref in section(page, "work")
    assert asked.ref not in section(page, "wait")
    assert waiting.ref in section(page, "wait")
    assert work.ref in section(page, "work")
    words = re.sub("[\u2060]", "", text_of(page))
    assert "BO-Cuivre attend une précision de votre part." in words
    assert "précision demandée" in words
    assert browser.get("/", headers={**POLL, "X-AT-Signature": signature}).status_code == 200

    office.do(
        asked, "give_info", "advisor", escalation=escalation.pk, text="Une box de cinquième génération."
    )

    page = browser.get("/")
    assert asked.ref in section(page, "wait")
    assert "attend une précision" not in text_of(page)


def test_a_detail_still_owed_when_the_callback_comes_is_said_with_it(office):
    case = office.case("escalated", start=NOW + HOUR / 4, at=NOW - 6 * HOUR)
    office.do(
        case,
        "request_info",
        "backoffice",
        escalation=case.escalations.get().pk,
        text="Quel est le modèle de la box ?",
    )

    page = office.browser("advisor").get("/")

    assert case.ref in section(page, "later")
    words = re.sub("[\u2060]", "", text_of(page)).replace("\u00a0", " ")
    assert "BO-Cuivre attend une précision de votre part. BO-Cuivre n’a pas encore répondu" in words


def test_each_line_says_the_client_the_colour_in_words_and_the_time_both_ways(office):
    client = office.client("Léa Moreau")
    office.case("callback_due", client=client, start=NOW + 2 * HOUR)
    words = text_of(office.browser("advisor").get("/"))
    assert "Léa Moreau" in words
    assert "Orange" in words
    assert "17:30–18:30" in words
    assert "dans 2 h" in words
    assert "Votre prochaine action : rappeler Léa Moreau, dans 2 h." in words


def test_day_shows_the_delegate_what_the_owner_left_and_no_one_else(office):
    case = office.case("callback_due")
    office.do(case, "delegate", "advisor", delegate=office.people["support"])
    delegated = office.browser("support").get("/")
    assert refs(delegated) == [case.ref]
    assert "suppléance de A. Essai" in text_of(delegated)
    assert refs(office.browser("colleague").get("/")) == []


def test_a_poll_gets_the_list_alone_then_204_while_nothing_changes(office):
    office.case("callback_due")
    browser = office.browser("advisor")
    first = browser.get("/", headers=POLL)
    assert first.status_code == 200
    assert b"<html" not in first.content
    signature = re.search(r'data-signature="(\w+)"', first.content.decode()).group(1)
    same = browser.get("/", headers={**POLL, "X-AT-Signature": signature})
    assert (same.status_code, same.content) == (204, b"")


@pytest.mark.parametrize("event", ["unread", "new case", "time"])
def test_a_poll_gets_the_list_again_when_something_changed(office, clock, event):
    case = office.case("callback_due", start=NOW + 5 * MINUTE)
    browser = office.browser("advisor")
    first = browser.get("/", headers=POLL)
    signature = re.search(r'data-signature="(\w+)"', first.content.decode()).group(1)
    if event == "unread":
        notify(case.owner_id, "essai", "Une réponse", dedupe_key="essai", at=NOW)
    elif event == "new case":
        office.case()
    else:
        clock.shift(6 * MINUTE)
    again = browser.get("/", headers={**POLL, "X-AT-Signature": signature})
    assert again.status_code == 200
    assert signature not in again.content.decode()


def test_a_poll_does_not_keep_the_session_alive(office, clock):
    browser = office.browser("advisor")
    browser.get("/")
    for _ in range(4):
        clock.shift(10 * MINUTE)
        last = browser.get("/", headers=POLL)
    assert last.status_code == 302
    assert last["Location"].startswith("/accounts/login/")


def test_a_poll_after_the_session_closed_answers_401_and_where_to_log_in(office, clock):
    browser = office.browser("advisor")
    clock.shift(40 * MINUTE)
    answer = browser.get("/", headers={**POLL, "HX-Request": "true"})
    assert answer.status_code == 401
    assert answer["X-AT-Login"] == "/accounts/login/?next="
    assert "Se reconnecter" in text_of(answer)


def test_the_second_page_goes_on_where_the_first_stopped(office):
    template = office.case("callback_due")
    cases = [
        Case(
            ref=f"ATD-2026-9{number:05}",
            client=office.client(),
            identity_key=f"page:{number}",
            reason_family="slow",
            origin="manual",
            unit=template.unit,
            owner=template.owner,
            opened_at=NOW,
            last_event_at=NOW,
            next_due_at=THURSDAY + (number + 1) * MINUTE,
        )
        for number in range(PAGE + 5)
    ]
    Case.objects.bulk_create(cases)
    browser = office.browser("advisor")
    first, second = refs(browser.get("/")), refs(browser.get("/?page=2"))
    assert (len(first), len(second)) == (PAGE, 6)
    assert not set(first) & set(second)
    assert refs(browser.get("/?page=3")) == []


@pytest.mark.parametrize(
    "page", ["0", "-1", "abc", "1.5", "²", "1" * 30, "000001" + "9" * 40, "9" * 5000, "", "1\x00"]
)
def test_a_page_that_is_no_page_is_refused_in_french(office, page):
    answer = office.browser("advisor").get("/", {"page": page})
    assert answer.status_code == 400
    assert "Cette demande ne se lit pas" in text_of(answer)


def test_unknown_query_parameters_change_nothing(office):
    case = office.case("callback_due")
    assert refs(office.browser("advisor").get("/?tri=nom&x=1")) == [case.ref]


def test_head_answers_as_get_without_a_body(office):
    answer = office.browser("advisor").head("/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_detail_owed_on_a_late_callback_is_its_advisors_on_the_managers_page(office):
    case = office.case("escalated", start=NOW - 3 * HOUR, at=NOW - 6 * HOUR)
    office.do(
        case,
        "request_info",
        "backoffice",
        at=NOW - 5 * HOUR,
        escalation=case.escalations.get().pk,
        text="Quel est le modèle de la box ?",
    )

    words = re.sub("[\u2060]", "", text_of(office.browser("manager").get("/team/")))

    assert "BO-Cuivre attend une précision du conseiller." in words
