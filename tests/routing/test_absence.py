"""An absence: read, confirmed, returned from (domain.md §5.6; §8, manager 5)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
import time_machine

from atdemain.journal.models import AuditEvent
from atdemain.notifications.models import Notification
from cases.models import Case, CaseNote
from routing import returning
from routing.enums import PresenceKind
from routing.models import Absence, Assignment, HandOver, Presence, RoutingRequest
from tests.office import HOUR, NOW, THURSDAY, Office, text_of

from .cast import more_advisors, present, rd3, ready

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DAY = timedelta(days=1)
URL = "/team/absence/"
FRIDAY = THURSDAY + DAY


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def team(office: Office) -> Office:
    """Both are on shift every day; the 11th is a holiday."""
    ready(office.people["advisor"])
    ready(office.people["colleague"])
    for rank in range(1, 20):
        day = (NOW + rank * DAY - 8 * HOUR, NOW + rank * DAY + 5 * HOUR)
        present(office.people["advisor"], PresenceKind.SHIFT, *day)
        present(office.people["colleague"], PresenceKind.SHIFT, *day)
    return office


def asked(office: Office, day: str = "2026-11-12", until: str = "2026-11-13", **more: object) -> dict:
    return {"person": office.people["advisor"].pk, "day": day, "until": until, **more}


def shown(office: Office, **dates: object) -> dict:
    """What the preview's form would send."""
    page = office.browser("manager").get(URL, asked(office, **dates))
    assert page.status_code == 200, text_of(page)
    form = page.content.decode().split('id="preview"')[1].split("</form>")[0]
    sent = dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form))
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', body)
        sent[name] = chosen[1] if chosen else ""
    return sent


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def test_planned_absence_delegates_its_three_callbacks_and_touches_nothing_else(team):
    owed = [team.case("callback_due", start=THURSDAY + rank * HOUR) for rank in range(3)]
    others = [team.case(), team.case("callback_due", start=FRIDAY + 4 * DAY), team.case("resolved")]
    before = {case.pk: fresh(case).version for case in others}
    page = team.browser("manager").get(URL, asked(team))
    words = text_of(page)
    assert words.count("<h3 ") == 3
    assert "C. Essai" in words
    assert "2 dossiers ne bougent pas" in words
    assert not Absence.objects.exists()
    events = AuditEvent.objects.count()
    done = team.browser("manager").post(URL, shown(team), follow=True)
    assert "3 dossiers ou rappels confiés" in text_of(done)
    colleague, advisor = team.people["colleague"], team.people["advisor"]
    for case in map(fresh, owed):
        assert (case.owner_id, case.delegate_id) == (advisor.pk, colleague.pk)
        assert case.delegate_to == datetime(2026, 11, 13, 23, tzinfo=NOW.tzinfo)
    assert {case.pk: fresh(case).version for case in others} == before
    assert AuditEvent.objects.filter(action="delegate").count() == 3
    assert AuditEvent.objects.count() == events + 3
    kept = Assignment.objects.filter(mode="delegation")
    assert {(one.from_user_id, one.to_user_id, one.rd3plus) for one in kept} == {
        (advisor.pk, colleague.pk, False)
    }
    assert Presence.objects.filter(user=advisor, kind="absence").count() == 1


def test_second_click_finds_the_absence_of_the_first(team):
    team.case("callback_due")
    sent = shown(team)
    for _ in range(2):
        assert team.browser("manager").post(URL, sent).status_code == 302
    assert Absence.objects.count() == 1
    assert AuditEvent.objects.filter(action="delegate").count() == 1


def test_preview_that_is_no_longer_true_is_shown_again_and_nothing_is_written(team):
    case = team.case("callback_due")
    sent = shown(team)
    team.do(case, "add_note", "advisor", text="Le client préfère le matin.")
    page = team.browser("manager").post(URL, sent)
    assert page.status_code == 409
    assert "ont changé depuis l’affichage" in text_of(page)
    assert not Absence.objects.exists()
    assert fresh(case).delegate_id is None
    assert team.browser("manager").post(URL, shown(team)).status_code == 302


def test_manager_may_leave_a_callback_and_the_rest_still_passes(team):
    first, second = team.case("callback_due"), team.case("callback_due", start=THURSDAY + HOUR)
    team.browser("manager").post(URL, shown(team) | {f"to-{first.pk}": ""})
    assert (fresh(first).delegate_id, fresh(second).delegate_id) == (None, team.people["colleague"].pk)


def test_colleague_who_can_no_longer_take_it_is_said_and_nothing_is_written(team):
    team.case("callback_due")
    sent = shown(team)
    Presence.objects.filter(user=team.people["colleague"], starts_at__date="2026-11-12").delete()
    page = team.browser("manager").post(URL, sent)
    assert page.status_code == 409
    assert "ne peut plus le prendre" in text_of(page)
    assert not Absence.objects.exists()


def test_sudden_absence_goes_from_the_team_board_to_every_callback_of_the_day(team):
    for _ in range(2):
        team.case("callback_due", start=NOW + HOUR, at=NOW - 3 * HOUR)
    board = team.browser("manager").get("/team/members/").content.decode()
    link = re.search(rf'href="(/team/absence/\?person={team.people["advisor"].pk}[^"#]*)', board)[1].replace(
        "&amp;", "&"
    )
    page = team.browser("manager").get(link)
    assert "dès maintenant" in text_of(page)
    dates = {"day": "2026-11-10", "until": "2026-11-10", "start": "15:30"}
    team.browser("manager").post(URL, shown(team, **dates))
    assert Absence.objects.get().sudden
    assert (
        Case.objects.filter(delegate=team.people["colleague"], owner=team.people["advisor"].pk).count() == 2
    )


def test_one_day_planned_leaves_its_callback_and_says_so(team):
    case = team.case("callback_due")
    page = text_of(team.browser("manager").get(URL, asked(team, until="2026-11-12")))
    assert "absence prévue d’un jour ouvré au plus" in page
    assert case.ref in page


LONG = {"day": "2026-11-12", "until": "2026-11-20"}
NEXT = "Rappeler jeudi, ligne à tester."


def notes(sent: dict, **more: str) -> dict:
    return {
        name: (NEXT if name.endswith("-3") and name.startswith("note") else value)
        for name, value in sent.items()
    } | more


def test_long_absence_moves_the_affected_with_a_note_and_offers_them_back(team):
    case, plain = team.case("callback_due"), team.case()
    sent = shown(team, **LONG)
    refused = team.browser("manager").post(URL, sent)
    assert refused.status_code == 422
    assert "La note de passage dit quatre choses. Complétez « À faire ensuite »" in text_of(refused)
    assert not Absence.objects.exists()
    assert AuditEvent.objects.filter(refused=True, action="hand_over").count() == 1
    assert team.browser("manager").post(URL, notes(sent)).status_code == 302
    colleague, advisor = team.people["colleague"], team.people["advisor"]
    assert (fresh(case).owner_id, fresh(plain).owner_id) == (colleague.pk, advisor.pk)
    assert CaseNote.objects.get(case=case).text.count("\n") == 4
    assert Assignment.objects.get(case=case, mode="rebalance").reason_code == "absence"

    back = datetime(2026, 11, 20, 23, tzinfo=NOW.tzinfo)
    assert returning.everybody_due(back - HOUR) == 0
    with time_machine.travel(back, tick=False):
        assert returning.everybody_due(back) == 1
        assert returning.everybody_due(back) == 0
        item = Notification.objects.get(kind="case_offered_back")
        assert item.recipient_id == advisor.pk
        browser = team.browser("advisor")
        assert "Ce dossier était le vôtre" in text_of(browser.get(f"/cases/{case.ref}/"))
        assert case.ref in text_of(browser.get("/planning/"))
        stale = browser.post(f"/cases/{case.ref}/take-back/", {"version": 1}, follow=True)
        assert "vient de faire avancer ce dossier" in text_of(stale)
        sent = {"version": fresh(case).version}
        assert "Vous avez repris" in text_of(browser.post(f"/cases/{case.ref}/take-back/", sent, follow=True))
        browser.post(f"/cases/{case.ref}/take-back/", sent)
    assert fresh(case).owner_id == advisor.pk
    assert AuditEvent.objects.filter(action="take_back", refused=False).count() == 1
    assert HandOver.objects.get().state == "taken_back"
    assert Notification.objects.filter(recipient=colleague, kind="case_reassigned").count() == 1


def test_callback_made_earlier_by_an_answer_is_told_before_its_hour(team):
    case = team.case("callback_due")
    case.current_promise.call_by = THURSDAY - HOUR
    case.current_promise.save()
    sent = shown(team, **LONG)
    assert sent[f"note-{case.pk}-1"] == "Un rappel avant le 12/11 à 09:00, une entité a répondu."
    assert "à appeler avant" in text_of(team.browser("manager").get(URL, asked(team, **LONG)))


def test_case_that_nobody_offers_is_not_taken_back(team):
    case = team.case("callback_due", owner="colleague")
    sent = {"version": fresh(case).version}
    page = team.browser("advisor").post(f"/cases/{case.ref}/take-back/", sent, follow=True)
    assert "ne vous est pas proposé" in text_of(page)
    assert fresh(case).owner_id == team.people["colleague"].pk


def test_case_given_to_another_meanwhile_is_offered_to_nobody(team):
    case = team.case("callback_due")
    team.browser("manager").post(URL, notes(shown(team, **LONG)))
    third = more_advisors(team, 1)[0]
    team.do(case, "assign", "manager", advisor=third.pk, reason_code="load")
    assert HandOver.objects.get().state == "over"


def test_return_before_the_end_closes_the_delegation_and_the_planning_and_wakes_the_queue(team):
    case = team.case("callback_due", start=NOW + HOUR, at=NOW - 3 * HOUR)
    team.browser("manager").post(URL, shown(team, day="2026-11-10", start="15:30", until="2026-11-13"))
    assert fresh(case).delegate_id
    Presence.objects.filter(user=team.people["colleague"]).delete()
    waiting = rd3(team, at=NOW)
    RoutingRequest.objects.update(next_try_at=NOW + 5 * HOUR)
    absence = Absence.objects.get()
    with time_machine.travel(NOW + HOUR, tick=False):
        page = team.browser("manager").post(f"/team/absence/{absence.pk}/end/", follow=True)
    assert "est de retour" in text_of(page)
    assert fresh(case).delegate_id is None
    assert Presence.objects.get(user=team.people["advisor"], kind="absence").ends_at == NOW + HOUR
    assert RoutingRequest.objects.get(case=waiting).cause == "returned"
    assert RoutingRequest.objects.get(case=waiting).next_try_at <= NOW + HOUR


def test_absence_to_come_that_is_cancelled_leaves_no_trace_in_the_planning(team):
    team.browser("manager").post(URL, shown(team))
    absence = Absence.objects.get()
    for words in ("est annulée", "déjà terminée"):
        page = team.browser("manager").post(f"/team/absence/{absence.pk}/end/", follow=True)
        assert words in text_of(page)
    assert not Presence.objects.filter(kind="absence").exists()


def test_training_planned_inside_is_said_and_taken_out_its_edges_kept(team):
    present(team.people["advisor"], "training", THURSDAY - 20 * HOUR, THURSDAY)
    page = text_of(team.browser("manager").get(URL, asked(team)))
    assert "Retiré du planning" in page
    team.browser("manager").post(URL, shown(team))
    training = Presence.objects.get(kind="training")
    assert training.ends_at == Absence.objects.get().starts_at


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"day": "2026-11-13", "until": "2026-11-12"}, "Le dernier jour ne vient pas avant le premier"),
        ({"day": "2026-11-01", "until": "2026-11-02"}, "L’absence est déjà finie"),
        ({"day": "demain", "until": "2026-11-12"}, "Ce jour ne se lit pas"),
        ({"day": "2026-11-12", "until": "2029-11-12"}, "un an au plus"),
        (
            {"day": "2026-11-12", "until": "2026-11-12", "start": "10:00", "end": "09:00"},
            "finit après son début",
        ),
    ],
)
def test_dates_that_make_no_sense_are_refused_by_field(team, sent, words):
    page = team.browser("manager").get(URL, asked(team, **sent))
    assert page.status_code == 422
    assert words in text_of(page)
    assert sent["until"] in page.content.decode()


def test_nobody_chosen_is_said_and_the_dates_typed_stay(team):
    page = team.browser("manager").get(URL, asked(team) | {"person": ""})
    assert page.status_code == 422
    assert "Choisissez la personne" in text_of(page)
    assert "2026-11-13" in page.content.decode()


def test_absence_that_overlaps_another_names_it(team):
    team.browser("manager").post(URL, shown(team))
    page = team.browser("manager").get(URL, asked(team, day="2026-11-13", until="2026-11-18"))
    assert "est déjà en absence du 12/11/2026 00:00 au 14/11/2026 00:00" in text_of(page)


def test_manager_declares_for_the_own_team_only(team):
    page = team.browser("manager").get(URL, asked(team) | {"person": team.people["stranger"].pk})
    assert page.status_code == 422
    assert "n’est pas de votre équipe" in text_of(page)
    team.browser("manager").post(URL, shown(team))
    assert (
        team.browser("far_manager").post(f"/team/absence/{Absence.objects.get().pk}/end/").status_code == 404
    )
