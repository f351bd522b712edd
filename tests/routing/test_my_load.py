"""« Ma charge » and what an advisor says of herself: presence, hard contacts, recovery (domain.md L14–L16)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from atdemain.journal.actors import system
from atdemain.journal.models import AuditEvent
from atdemain.journal.purging import run
from atdemain.journal.retention import KINDS
from cases.models import Contact
from routing import presence, recovery
from routing.assign import route_waiting
from routing.enums import PresenceKind, PresenceSource
from routing.facts import Board
from routing.load import score
from routing.models import Presence, RecoveryOffer, RoutingRequest
from tests.office import NOW, Office, text_of

from .cast import HOUR, present, rd3, ready

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office() -> Office:
    return Office.gather()


def handled(office: Office, at, who: str = "advisor") -> Contact:
    """A call that ended at `at`."""
    found = office.contact(office.client(), at - 5 * MINUTE, who=who)
    return Contact.objects.get(pk=found.contact_id)


def points(office: Office, at) -> int:
    user = office.people["advisor"]
    board = Board.at(at, people=[user.pk])
    return score(board.facts[user.pk], board.policy, at)


@time_machine.travel(NOW, tick=False)
def test_page_explains_the_score_line_by_line(office):
    office.case("escalated", owner="advisor")
    office.case(owner="advisor")
    ready(office.people["advisor"])
    page = text_of(office.browser("advisor").get("/load/"))
    assert "points sur 100" in page
    assert page.split("points sur 100")[0].rstrip().endswith("18 <small>")
    assert "1 dossier ouvert, orange" in page
    assert "1 dossier escaladé, orange" in page
    assert "Vert, moins de 60" in page
    assert "Disponible, jusqu’à 19:30" in page


def test_declared_contact_weighs_at_once_fades_and_can_be_taken_back(office):
    ready(office.people["advisor"])
    contact = handled(office, NOW)
    actor = office.actor("advisor")
    offer = recovery.declare(contact.pk, actor=actor, now=NOW)
    assert [points(office, NOW + n * MINUTE) for n in (0, 30, 120)] == [1000, 750, 0]
    assert not offer.blocking
    assert recovery.declare(contact.pk, actor=actor, now=NOW + MINUTE) is None
    assert RecoveryOffer.objects.count() == 1
    recovery.declare(contact.pk, actor=actor, now=NOW + MINUTE, conflictual=False)
    assert points(office, NOW + MINUTE) == 0
    rows = AuditEvent.objects.filter(object_type="contact", action="flag_conflictual")
    assert [row.changes["conflictual"] for row in rows.order_by("seq")] == [[False, True], [True, False]]


@pytest.mark.parametrize("who", ["colleague", "manager"])
def test_only_who_handled_the_contact_declares_it(office, who):
    contact = handled(office, NOW)
    with pytest.raises(recovery.DeclarationRefused):
        recovery.declare(contact.pk, actor=office.actor(who), now=NOW)


def test_an_old_contact_is_no_longer_declared(office):
    contact = handled(office, NOW)
    with pytest.raises(recovery.DeclarationRefused, match="deux heures"):
        recovery.declare(contact.pk, actor=office.actor("advisor"), now=NOW + 3 * HOUR)


def test_two_hard_contacts_in_a_row_suspend_routing_until_the_offer_is_answered_or_over(office):
    advisor = ready(office.people["advisor"])
    for at in (NOW, NOW + 4 * MINUTE):
        recovery.declare(handled(office, at).pk, actor=office.actor("advisor"), now=at)
    second = NOW + 4 * MINUTE
    assert recovery.pending(advisor, second).blocking
    case = rd3(office, at=second)
    route_waiting(second)
    assert RoutingRequest.objects.get(case=case).histogram["recovery_needed"] == 1
    assert recovery.answer(advisor, accepted=False, now=second + MINUTE)
    assert not recovery.answer(advisor, accepted=True, now=second + MINUTE)
    assert route_waiting(second + MINUTE).assigned == 1


def test_an_unanswered_offer_is_over_after_ten_minutes(office):
    ready(office.people["advisor"])
    for at in (NOW, NOW + 4 * MINUTE):
        recovery.declare(handled(office, at).pk, actor=office.actor("advisor"), now=at)
    rd3(office, at=NOW + 4 * MINUTE)
    assert route_waiting(NOW + 13 * MINUTE).assigned == 0
    assert route_waiting(NOW + 14 * MINUTE + HOUR).assigned == 1


def test_recovery_taken_is_ten_minutes_without_routing(office):
    advisor = ready(office.people["advisor"])
    recovery.declare(handled(office, NOW).pk, actor=office.actor("advisor"), now=NOW)
    recovery.answer(advisor, accepted=True, now=NOW)
    row = Presence.objects.get(kind=PresenceKind.RECOVERY)
    assert (row.starts_at, row.ends_at, row.source) == (NOW, NOW + 10 * MINUTE, PresenceSource.LIVE)
    rd3(office)
    assert route_waiting(NOW).assigned == 0
    assert route_waiting(NOW + 10 * MINUTE).assigned == 1


def test_one_click_changes_presence_and_twice_is_once(office):
    advisor = ready(office.people["advisor"])
    assert presence.click(advisor, "break", NOW).kind == "break"
    assert presence.click(advisor, "break", NOW + MINUTE).kind == "break"
    assert Presence.objects.filter(kind="break").count() == 1
    assert presence.click(advisor, "", NOW + 2 * MINUTE).kind == ""
    assert Presence.objects.get(kind="break").ends_at == NOW + 2 * MINUTE


def test_click_outside_a_shift_is_refused_on_the_page(office):
    ready(office.people["advisor"], shift=None)
    response = office.browser("advisor").post("/load/presence/", {"kind": "break"}, follow=True)
    assert "Vous n’êtes pas en service à cette heure" in text_of(response)
    assert not Presence.objects.exists()


@pytest.mark.parametrize("kind", ["absence", "shift", "nimporte", "\x00"])
def test_no_other_kind_is_clicked(office, kind):
    ready(office.people["advisor"])
    office.browser("advisor").post("/load/presence/", {"kind": kind})
    assert Presence.objects.exclude(kind="shift").count() == 0


def test_next_address_stays_on_the_site(office):
    ready(office.people["advisor"])
    response = office.browser("advisor").post("/load/presence/", {"kind": "", "next": "https://ailleurs.fr/"})
    assert response["Location"] == "/load/"


def test_planning_overlap_names_the_row_already_there(office):
    advisor = office.people["advisor"]
    presence.plan(advisor, "shift", NOW, NOW + 8 * HOUR)
    presence.plan(advisor, "shift", NOW, NOW + 8 * HOUR)  # the same again is the same row
    presence.plan(advisor, "training", NOW + HOUR, NOW + 2 * HOUR)
    with pytest.raises(presence.PresenceRefused, match="Chevauche « en service »"):
        presence.plan(advisor, "shift", NOW + 7 * HOUR, NOW + 12 * HOUR)
    with pytest.raises(presence.PresenceRefused, match="finit après son début"):
        presence.plan(advisor, "shift", NOW, NOW)
    assert Presence.objects.count() == 2


def test_presences_are_kept_seven_days_and_planned_shifts_twenty_eight(office):
    advisor = office.people["advisor"]
    for days in (6, 8, 29):
        at = NOW - timedelta(days=days)
        present(advisor, "shift", at - HOUR, at)
        present(advisor, "break", at - HOUR, at, source="live")
    gone = run(NOW, list(KINDS.values()), system("purge")).counts
    assert (gone["individual_load"]["presences"], gone["planning"]["shifts"]) == (2, 1)
    assert sorted(Presence.objects.values_list("kind", flat=True)) == ["break", "shift", "shift"]
