"""The planning follows the sessions: nobody is routed to meanwhile, +6 points an hour, pro rata (domain.md §5.3)."""

from __future__ import annotations

import pytest

from cases.models import Case
from recognition.models import MentoringSession
from routing.assign import route_all
from routing.enums import PresenceKind
from routing.facts import Board
from routing.models import Presence
from routing.presence import status
from tests.office import NOW, Office, text_of
from tests.routing.cast import present, rd3, ready
from tests.routing.cast import takes_part as unit_takes_part

from .mentoring_cast import DAY, HOUR, MINUTE, NEW, plan, press, takes_part, typed

pytestmark = pytest.mark.django_db


def busy() -> list[tuple[str, int]]:
    rows = Presence.objects.filter(kind=PresenceKind.MENTORING).order_by("user__username")
    return [
        (row.user.username, (row.ends_at - row.starts_at) // MINUTE) for row in rows.select_related("user")
    ]


def points(office: Office, at) -> int:
    return Board.at(at, people=[office.people["advisor"].pk]).candidates[office.people["advisor"].pk].points


def test_nobody_is_routed_to_during_a_session(office):
    unit_takes_part(office.units["lyon"])
    ready(office.people["advisor"])
    plan(office, "advisor", start=NOW, minutes=60, now=NOW - HOUR)
    assert status(office.people["advisor"], NOW + MINUTE).kind == PresenceKind.MENTORING
    board = Board.at(NOW + 30 * MINUTE, people=[office.people["advisor"].pk])
    assert board.candidates[office.people["advisor"].pk].busy
    rd3(office)
    route_all(NOW + 30 * MINUTE)
    assert Case.objects.get().owner is None
    route_all(NOW + 61 * MINUTE)
    assert Case.objects.get().owner_id == office.people["advisor"].pk


def test_the_rest_of_a_session_weighs_six_points_an_hour_pro_rata(office):
    ready(office.people["advisor"])
    assert points(office, NOW) == 0
    plan(office, "advisor", start=NOW + HOUR, minutes=90)
    assert points(office, NOW) == 900
    assert points(office, NOW + HOUR + 30 * MINUTE) == 600
    assert points(office, NOW + HOUR + 75 * MINUTE) == 150
    assert points(office, NOW + 3 * HOUR) == 0


def test_a_session_edited_or_cancelled_takes_its_time_along(office):
    session = plan(office, "advisor", "colleague", start=NOW + HOUR, minutes=60)
    assert busy() == [("advisor", 60), ("colleague", 60), ("trainer", 60)]
    address = f"/mentoring/{session.pk}/edit/"
    edit = typed(office, "advisor", "support", at=NOW + 30 * MINUTE, minutes=90, version=session.version)
    assert office.browser("trainer").post(address, edit).status_code == 302
    assert busy() == [("advisor", 90), ("support", 90), ("trainer", 90)]
    press(office.browser("trainer"), "cancel", session)
    assert busy() == []


def test_a_session_already_held_takes_no_time_of_the_planning(office):
    plan(office, "advisor")
    assert busy() == []


@pytest.mark.parametrize(("who", "field"), [("trainer", "day"), ("advisor", "trainees")])
def test_who_is_planned_elsewhere_refuses_the_whole_at_the_field(office, who, field):
    takes_part(office, "trainer")
    start = NOW + HOUR
    present(office.people[who], PresenceKind.TRAINING, start - HOUR, start + HOUR)
    response = office.browser("trainer").post(NEW, typed(office, "advisor", at=start))
    assert response.status_code == 422
    assert "chevauche « formation »" in response.context["form"].errors[field][0]
    assert not MentoringSession.objects.exists()
    assert busy() == []


def test_an_edit_refused_by_the_planning_leaves_the_session_and_its_time_as_they_were(office):
    session = plan(office, "advisor", start=NOW + HOUR, minutes=60)
    present(office.people["colleague"], PresenceKind.BRIEFING, NOW + HOUR, NOW + 2 * HOUR)
    address = f"/mentoring/{session.pk}/edit/"
    edit = typed(office, "advisor", "colleague", at=NOW + HOUR, minutes=60, version=session.version)
    response = office.browser("trainer").post(address, edit)
    assert response.status_code == 422
    assert "C. Essai : chevauche « briefing »" in text_of(response).replace("\u00a0", " ")
    assert busy() == [("advisor", 60), ("trainer", 60)]
    assert MentoringSession.objects.get().version == session.version


def test_a_session_held_while_somebody_was_absent_is_refused(office):
    takes_part(office, "trainer")
    start = NOW - DAY
    present(office.people["advisor"], PresenceKind.ABSENCE, start - HOUR, start + HOUR)
    response = office.browser("trainer").post(NEW, typed(office, "advisor", at=start, minutes=60))
    assert "chevauche « absence »" in response.context["form"].errors["trainees"][0]


def test_time_that_a_manager_planned_for_mentoring_is_used_and_left_when_the_session_goes(office):
    present(office.people["advisor"], PresenceKind.MENTORING, NOW, NOW + 4 * HOUR)
    session = plan(office, "advisor", start=NOW + HOUR, minutes=60)
    assert busy() == [("advisor", 240), ("trainer", 60)]
    press(office.browser("trainer"), "cancel", session)
    assert busy() == [("advisor", 240)]
