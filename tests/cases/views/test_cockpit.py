"""The manager's figures: each opens a list, and equals its length (domain.md §8, manager 1 to 4)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from cases.cockpit import figures
from cases.models import CallbackAttempt, Escalation, Promise
from routing.limits import reached_limit
from routing.models import Assignment, RoutingPolicy
from tests.office import HOUR, NOW, Office, text_of

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
ORDER = ["late", "unassigned", "silent", "reopened", "late_answer", "over_cap", "bad_news"]


@pytest.fixture
def day(office: Office) -> Office:
    """A unit with something of each kind, and its like in another unit."""
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - 400 * DAY})
    for unit, owner, manager in (("lyon", "advisor", "manager"), ("brest", "stranger", "far_manager")):
        for number in range(2 if unit == "lyon" else 3):
            office.case("callback_due", owner=owner, unit=unit, start=NOW - (3 + number) * HOUR)
            office.case(owner=None, unit=unit, at=NOW - HOUR)
            office.case(owner=owner, unit=unit, at=NOW - 20 * DAY)
            again = office.case("resolved", owner=owner, unit=unit, at=NOW - HOUR)
            office.do(again, "reopen", manager, reason="Le client rappelle, rien ne marche.")
            asked = office.case("escalated", owner=owner, unit=unit, at=NOW - HOUR)
            Escalation.objects.filter(case=asked).update(answer_due=NOW - MINUTE)
            Assignment.objects.create(
                case=again, to_user=office.people[owner], mode="manual", over_cap=True, at=NOW - HOUR
            )
    case = office.case("callback_due", start=NOW + HOUR)
    promise = case.promises.get()
    Promise.objects.filter(pk=promise.pk).update(kind="bad_news")
    CallbackAttempt.objects.bulk_create(
        CallbackAttempt(
            case=case, promise=promise, by=office.people["advisor"], at=NOW - n * MINUTE, outcome="reached"
        )
        for n in range(1, 6)
    )
    return office


def told(page) -> dict[str, tuple[int, str]]:
    found = re.findall(r'<a href="([^"]+)" data-figure="(\w+)"[^>]*><b>(\d+)</b>', page.content.decode())
    return {key: (int(count), url) for url, key, count in found}


def test_the_figures_are_in_the_order_of_what_presses(day):
    assert list(told(day.browser("manager").get("/team/"))) == ORDER


@pytest.mark.parametrize("key", ORDER)
def test_each_figure_equals_the_length_of_the_list_it_opens(day, key):
    browser = day.browser("manager")
    page = browser.get("/team/")
    count, url = told(page)[key]
    assert count >= (1 if key == "bad_news" else 2)
    opened = page if url.startswith("#") else browser.get(url)
    body = opened.content.decode()
    if key == "bad_news":
        rows = re.search(r"<ul[^>]*data-reached>.*?</ul>", body, re.S).group().count("<li")
    elif key == "unassigned":
        rows = body.count("data-line")
    else:
        rows = re.search(r"<tbody>.*?</tbody>", body, re.S).group().count("<tr")
    assert rows == count
    if url.startswith("/lists/"):
        assert re.search(rf"\b{count} (dossier|rappel|escalade)s\b", text_of(opened))


def test_a_unit_without_anything_counts_zero_everywhere(office):
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - 400 * DAY})
    assert {count for count, _url in told(office.browser("manager").get("/team/")).values()} == {0}


def test_manager_1_the_unassigned_list_says_why_nobody_could_take_each(day):
    from routing.models import RoutingRequest

    case = day.case(owner=None, at=NOW - HOUR)
    RoutingRequest.objects.update_or_create(
        case=case,
        defaults={
            "cause": "opened", "requested_at": NOW - HOUR, "tried_at": NOW - HOUR, "next_try_at": NOW + HOUR,
            "histogram": {"OVER_CAP": 24, "OFF_SHIFT": 14},
        },
    )  # fmt: skip
    for address in ("/team/", "/queue/"):
        assert "38 écartés" in text_of(day.browser("manager").get(address))


def test_manager_4_a_callback_enters_the_figure_thirty_business_minutes_after_its_window(office, clock):
    """Its window ends at 19:50: ten minutes of that day, twenty of the next, the 12th (the 11th is a holiday)."""
    office.case("callback_due", start=NOW + 3 * HOUR + 20 * MINUTE)
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - 400 * DAY})
    for moment, expected in (
        (NOW + 4 * HOUR + 29 * MINUTE, 0),
        (NOW + 20 * HOUR, 0),
        (NOW + 40 * HOUR + 49 * MINUTE, 0),
        (NOW + 40 * HOUR + 50 * MINUTE, 1),
    ):
        clock.move_to(moment, tick=False)
        browser = office.browser("manager")
        assert told(browser.get("/team/"))["late"][0] == expected, moment


def test_the_limit_of_bad_news_is_of_the_day_and_of_the_own_team(day):
    manager = day.people["manager"]
    assert [one.name for one in reached_limit(manager, NOW)] == ["A. Essai"]
    assert reached_limit(manager, NOW + DAY) == []
    assert reached_limit(day.people["far_manager"], NOW) == []
    CallbackAttempt.objects.filter(pk=CallbackAttempt.objects.latest("pk").pk).delete()
    assert reached_limit(manager, NOW) == []


def test_the_team_is_read_once_the_page_is_drawn_and_is_a_page_without_script(day):
    browser = day.browser("manager")
    page = browser.get("/team/").content.decode()
    assert 'hx-get="/team/members/"' in page
    assert 'href="/team/members/"' in page
    whole = browser.get("/team/members/")
    assert "Mon équipe, 2 personnes" in text_of(whole)
    assert "<h1>Mon équipe</h1>" in text_of(whole)
    part = browser.get("/team/members/", headers={"HX-Request": "true"})
    assert "<h1>" not in part.content.decode()
    assert "Mon équipe, 2 personnes" in text_of(part)


def test_an_account_without_a_unit_counts_nothing(office, django_assert_num_queries):
    from cases.attention import Limits

    manager = office.people["manager"]
    manager.unit = None
    assert {figure.count for figure in figures(manager, NOW, Limits(None, NOW))} == {0}
