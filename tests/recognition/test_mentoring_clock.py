"""What the clock does to a session: the reminder of day 7, once; the end of the fourteen days, once."""

from __future__ import annotations

import pytest

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from cases import hooks
from recognition.mentoring import rounds
from recognition.models import MentoringSession
from tests.office import NOW

from .mentoring_cast import DAY, HOUR, MINUTE, START, plan, press, sign, typed

pytestmark = pytest.mark.django_db

END = START + 3 * HOUR


def told(kind: str) -> list[str]:
    found = Notification.objects.filter(kind=f"mentoring_{kind}")
    return sorted(found.order_by("pk").values_list("recipient__username", flat=True))


def test_on_day_seven_only_who_has_not_signed_is_reminded_and_only_once(office):
    sign(office, plan(office, "advisor", "colleague"), "trainer", "advisor")
    rounds.round_(END + 7 * DAY - MINUTE)
    assert told("remind") == []
    for _ in range(3):
        rounds.round_(END + 7 * DAY)
        rounds.round_(END + 9 * DAY)
    assert told("remind") == ["colleague"]


def test_an_edited_session_is_reminded_of_again(office, clock):
    session = plan(office)
    rounds.round_(END + 7 * DAY)
    clock.shift(7 * DAY)
    address = f"/mentoring/{session.pk}/edit/"
    edited = office.browser("trainer").post(address, typed(office, minutes=60, version=session.version))
    assert edited.status_code == 302
    rounds.round_(END + 7 * DAY + HOUR)
    assert told("remind") == ["advisor", "advisor", "trainer", "trainer"]


@pytest.mark.parametrize(
    ("signers", "state"),
    [
        ((), "expired"),
        (("trainer",), "expired"),
        (("advisor", "colleague"), "expired"),
        (("trainer", "advisor"), "co_signed"),
    ],
)
def test_after_fourteen_days_what_lacks_a_side_expires_once(office, signers, state):
    session = sign(office, plan(office, "advisor", "colleague"), *signers)
    rounds.round_(END + 14 * DAY)
    assert MentoringSession.objects.get().state == session.state
    for _ in range(3):
        rounds.round_(END + 14 * DAY + MINUTE)
    assert MentoringSession.objects.get().state == state
    expired = state == "expired"
    assert AuditEvent.objects.filter(action="mentoring_expired").count() == expired
    assert told("expired") == (["advisor", "colleague", "trainer"] if expired else [])


@pytest.mark.parametrize("name", ["cancelled", "disputed"])
def test_what_is_cancelled_or_disputed_is_neither_reminded_of_nor_expired(office, name):
    session = plan(office)
    who, what = ("trainer", "cancel") if name == "cancelled" else ("advisor", "dispute")
    press(office.browser(who), what, session, text="La séance n’a pas eu lieu du tout.")
    rounds.round_(END + 8 * DAY)
    rounds.round_(END + 15 * DAY)
    assert MentoringSession.objects.get().state == name
    assert told("remind") == told("expired") == []


def test_it_comes_round_with_the_clock_of_the_product(office):
    assert rounds.round_ in hooks.rounds
    plan(office)
    hooks.tick(NOW + 20 * DAY)
    assert MentoringSession.objects.get().state == "expired"


def test_a_late_signature_is_refused_even_before_the_clock_came_round(office, clock):
    session = plan(office)
    clock.shift(14 * DAY)
    page = press(office.browser("trainer"), "sign", session).content.decode()
    assert "Le délai de signature de 14" in page
    assert MentoringSession.objects.get().state == "draft"
