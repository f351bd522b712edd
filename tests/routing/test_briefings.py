"""Briefings (domain.md L27): announced, confirmed, nobody routed to meanwhile, closed with their real duration."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from atdemain.notifications.models import Notification
from routing import evidence
from routing.enums import PresenceKind
from routing.facts import Board
from routing.models import Briefing, Presence
from routing.presence import status
from tests.office import HOUR, NOW, Office, text_of
from tests.routing.cast import more_advisors, present, ready

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
NEW = reverse("routing:briefing_new")
START = NOW + 30 * MINUTE


def local(at: datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def typed(office: Office, *people: str, **changes) -> dict:
    return {
        "subject": "Nouveaux scripts fibre",
        "starts_at": local(START),
        "minutes": "15",
        "people": [office.people[name].pk for name in people or ("advisor", "colleague")],
    } | changes


def announce(office: Office, *people: str, who: str = "manager", **changes) -> Briefing:
    response = office.browser(who).post(NEW, typed(office, *people, **changes))
    assert response.status_code == 302, text_of(response)
    return Briefing.objects.order_by("pk").last()


def hold(
    office: Office, briefing: Briefing, *people, at: datetime, version: int | None = None, who="manager"
):
    data = {
        "version": version or briefing.version,
        "ended_at": local(at),
        "present": [one.pk for one in people],
    }
    return office.browser(who).post(reverse("routing:briefing_hold", args=[briefing.pk]), data)


def test_a_briefing_is_time_when_nobody_is_routed_to_and_counts_what_it_took(office, clock):
    advisor, colleague = ready(office.people["advisor"]), ready(office.people["colleague"])
    briefing = announce(office)
    told = Notification.objects.filter(kind="briefing_announced").values_list(
        "recipient__username", flat=True
    )
    assert set(told) == {"advisor", "colleague"}
    confirm = reverse("routing:briefing_confirm", args=[briefing.pk])
    for words in ("vous y serez", "déjà fait"):
        assert words in text_of(office.browser("advisor").post(confirm, follow=True))
    assert "1 sur 2 ont confirmé" in text_of(office.browser("manager").get(reverse("routing:briefings")))

    clock.shift(40 * MINUTE)
    during = START + 10 * MINUTE
    assert status(advisor, during).kind == PresenceKind.BRIEFING
    assert Board.at(during, people=[advisor.pk]).candidates[advisor.pk].busy
    clock.shift(10 * MINUTE)
    assert hold(office, briefing, advisor, at=START + 20 * MINUTE).status_code == 302
    briefing.refresh_from_db()
    assert (briefing.minutes, list(briefing.attendees.all())) == (20, [advisor])
    assert (
        Presence.objects.get(kind="briefing").ends_at == START + 20 * MINUTE
    )  # who was away has the time back
    assert status(colleague, during).kind == ""
    of = {"start": NOW - HOUR, "end": NOW + 2 * HOUR}
    assert evidence.briefing_time(**of, user_id=advisor.pk).people_minutes == 20
    assert evidence.briefing_time(**of, user_id=colleague.pk).people_minutes == 0


def test_fifteen_minutes_with_eleven_people_are_two_hours_and_three_quarters(office, clock):
    people = more_advisors(office, 11)
    data = typed(office) | {"people": [one.pk for one in people]}
    assert office.browser("support").post(NEW, data).status_code == 302
    briefing = Briefing.objects.get()
    clock.shift(HOUR)
    assert hold(office, briefing, *people, at=START + 15 * MINUTE, who="support").status_code == 302
    assert evidence.briefing_time(NOW, NOW + HOUR, unit_id=office.units["lyon"].pk).hours == 2.75
    page = text_of(office.browser("support").get(reverse("routing:briefing", args=[briefing.pk])))
    assert "15 min × 11 personnes = <b>2 h 45</b>" in page


def test_somebody_who_has_something_else_planned_refuses_the_whole_naming_who(office):
    present(office.people["colleague"], PresenceKind.TRAINING, START - HOUR, START + HOUR)
    response = office.browser("manager").post(NEW, typed(office))
    page = text_of(response)
    assert response.status_code == 422
    assert "Rien n’est annoncé. C. Essai : chevauche « formation »" in page
    assert "Nouveaux scripts fibre" in page
    assert not Briefing.objects.exists()
    assert not Presence.objects.filter(kind="briefing").exists()


def test_nobody_is_at_two_briefings_at_once(office):
    announce(office)
    response = office.browser("support").post(NEW, typed(office, subject="Un autre sujet"))
    assert "déjà au briefing « Nouveaux scripts fibre »" in text_of(response)
    assert Briefing.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"subject": ""}, "subject", "nécessaire"),
        ({"starts_at": "demain"}, "starts_at", "ne se lit pas"),
        ({"starts_at": local(NOW + timedelta(days=90))}, "starts_at", "60 jours"),
        ({"minutes": "4"}, "minutes", "5 minutes"),
        ({"minutes": "400"}, "minutes", "240 minutes"),
        ({"people": []}, "people", "au moins une personne"),
        ({"people": ["zut"]}, "people", "n’est plus proposée"),
    ],
)
def test_what_cannot_be_announced_names_the_field(office, changes, field, words):
    response = office.browser("manager").post(NEW, typed(office, **changes))
    assert response.status_code == 422
    assert words in response.context["form"].errors[field][0]
    assert not Briefing.objects.exists()


def test_a_colleague_of_another_unit_is_not_invited(office):
    response = office.browser("manager").post(NEW, typed(office, "stranger"))
    assert "people" in response.context["form"].errors


def test_the_same_form_twice_is_one_briefing(office):
    announce(office)
    announce(office)
    assert Briefing.objects.count() == 1
    assert Presence.objects.filter(kind="briefing").count() == 2


def test_closing_twice_is_once_and_a_stale_page_writes_nothing(office, clock):
    briefing = announce(office)
    clock.shift(HOUR)
    people = [office.people["advisor"]]
    assert hold(office, briefing, *people, at=START + 10 * MINUTE, version=7).status_code == 409
    assert Briefing.objects.get().state == "planned"
    hold(office, briefing, *people, at=START + 10 * MINUTE)
    hold(office, briefing, *people, office.people["colleague"], at=START + 15 * MINUTE)
    assert (Briefing.objects.get().minutes, Briefing.objects.get().attendees.count()) == (10, 1)


@pytest.mark.parametrize(
    ("at", "people", "words"),
    [
        (START + 2 * HOUR, ["advisor"], "maintenant ou plus tôt"),
        (START, ["advisor"], "après le début"),
        (START + 15 * MINUTE, [], "au moins une personne"),
    ],
)
def test_an_end_that_cannot_be_says_what(office, clock, at, people, words):
    briefing = announce(office)
    clock.shift(HOUR)
    response = hold(office, briefing, *[office.people[name] for name in people], at=at)
    assert response.status_code == 422
    assert words in text_of(response)


def test_before_its_time_it_cannot_be_closed_but_cancelled_and_the_time_comes_back(office):
    briefing = announce(office)
    assert "n’a pas commencé" in text_of(hold(office, briefing, office.people["advisor"], at=NOW))
    address = reverse("routing:briefing_cancel", args=[briefing.pk])
    assert office.browser("support").post(address, {"version": 1}).status_code == 403  # not who leads it
    for words in ("Briefing annulé", "déjà fait"):
        assert words in text_of(office.browser("manager").post(address, {"version": 1}, follow=True))
    assert not Presence.objects.filter(kind="briefing").exists()
    assert Notification.objects.filter(kind="briefing_cancelled").count() == 2
    confirm = reverse("routing:briefing_confirm", args=[briefing.pk])
    assert "est annulé" in text_of(office.browser("advisor").post(confirm, follow=True))


def test_who_is_not_invited_sees_nothing_of_it(office):
    briefing = announce(office, "advisor")
    address = reverse("routing:briefing", args=[briefing.pk])
    assert office.browser("colleague").get(address).status_code == 404
    assert office.browser("colleague").post(address + "confirm/").status_code == 404
    assert "Nouveaux scripts" not in text_of(office.browser("colleague").get(reverse("routing:briefings")))
