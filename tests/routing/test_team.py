"""The team, the list above the cap, and who leaves (domain.md §5.5, §5.6)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import strip_tags

from atdemain.organisation.models import User
from cases.models import Case
from routing.enums import PresenceKind
from routing.models import Assignment
from tests.office import HOUR, NOW, Office, text_of

from .cast import more_advisors, present, rd3, ready

pytestmark = pytest.mark.django_db

WHY = "Elle connaît déjà cette ligne."


def sent(to: object = "engine", code: str = "load") -> dict:
    return {"to": to, "reason_code": code, "reason_text": ""}


def owner(case: Case) -> int | None:
    return Case.objects.get(pk=case.pk).owner_id


@pytest.fixture
def team(office: Office) -> Office:
    for name in ("advisor", "colleague"):
        ready(office.people[name])
    return office


# -- the team ---------------------------------------------------------------------------------------------


def test_the_board_shows_who_is_on_and_the_band_in_a_word_never_a_figure(team):
    present(team.people["advisor"], PresenceKind.TRAINING, NOW - HOUR, NOW + HOUR)
    for _ in range(6):
        team.case(owner="colleague")
    page = text_of(team.browser("manager").get("/team/members/"))
    board = page[page.index('id="s-team"') :]
    assert board.index("A. Essai") < board.index("C. Essai")
    assert "En formation" in board
    assert "jusqu’à 16:30" in board
    assert "Orange" in board
    assert "6 dossiers ouverts, orange" in board
    words = strip_tags(board[: board.index("</table>")])
    assert "Orange" in words
    assert "72" not in words


def test_the_board_is_that_of_the_own_team(team):
    User.objects.filter(username="colleague").update(team=None, manager=team.people["far_manager"])
    board = text_of(team.browser("manager").get("/team/members/")).split('id="s-team"')[1]
    assert "A. Essai" in board
    assert "C. Essai" not in board


def test_the_board_costs_the_same_at_twelve_and_at_a_hundred_and_twenty(team):
    browser = team.browser("manager")
    browser.get("/team/members/")

    def count() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert browser.get("/team/members/").status_code == 200
        return len(seen)

    more_advisors(team, 10)
    rd3(team)
    few = count()
    for user in more_advisors_again(team, 108):
        present(user, PresenceKind.BREAK, NOW - HOUR, NOW + HOUR)
    assert count() == few
    assert few <= 30


def more_advisors_again(office: Office, number: int) -> list[User]:
    renamed = User.objects.filter(username__startswith="lyon-")
    for user in renamed:
        User.objects.filter(pk=user.pk).update(
            username=f"first-{user.username}", employee_number=f"F{user.employee_number}"
        )
    return more_advisors(office, number)


# -- above the cap ----------------------------------------------------------------------------------------


def test_the_weekly_list_names_each_with_its_reason_and_only_its_week_and_unit(team):
    for _ in range(8):
        team.case(owner="advisor")
    case = team.case(owner=None)
    team.do(
        case, "assign", "manager", advisor=team.people["advisor"].pk, reason_code="skill", reason_text=WHY
    )
    page = text_of(team.browser("manager").get("/team/over-cap/"))
    assert "Semaine du 09/11/2026 au 15/11/2026" in page
    assert case.ref in page
    assert f"Compétence : {WHY}" in page
    before = team.browser("manager").get("/team/over-cap/", {"week": "2026-11-03"})
    assert "Semaine du 02/11/2026 au 08/11/2026" in text_of(before)
    assert case.ref not in text_of(before)
    assert case.ref not in text_of(team.browser("far_manager").get("/team/over-cap/"))


def test_the_weekly_list_counts_all_that_the_figure_counts_and_goes_on_page_after_page(team, monkeypatch):
    monkeypatch.setattr("routing.views.assigning.PAGE", 2)
    cases = [team.case(owner=None) for _ in range(3)]
    for number, case in enumerate(cases):
        Assignment.objects.create(
            case=case,
            to_user=team.people["advisor"],
            mode="manual",
            over_cap=True,
            at=NOW + number * HOUR / 60,
        )
    pages = [
        text_of(team.browser("manager").get("/team/over-cap/", {"week": "2026-11-09", "page": page}))
        for page in (1, 2)
    ]
    assert ["3 affectations." in page for page in pages] == [True, True]
    assert [[case.ref in page for case in cases] for page in pages] == [
        [False, True, True],
        [True, False, False],
    ]
    assert "?week=2026-11-09&amp;page=2" in pages[0]


@pytest.mark.parametrize("week", ["", "demain", "9999-99-99", "0001-01-01", "2099-01-01", "\x00"])
def test_a_week_that_means_nothing_is_this_one(office, week):
    page = office.browser("manager").get("/team/over-cap/", {"week": week})
    assert "Semaine du 09/11/2026" in text_of(page)


# -- who leaves -------------------------------------------------------------------------------------------


def test_who_leaves_hands_over_every_open_case_in_one_action(team):
    cases = [team.case(owner="advisor") for _ in range(3)]
    address = reverse("routing:leaving", args=[team.people["advisor"].pk])
    page = text_of(team.browser("manager").get(address))
    assert all(case.ref in page for case in cases)
    done = team.browser("manager").post(address, sent(to=team.people["colleague"].pk, code="absence"))
    assert done.status_code == 302
    assert {owner(case) for case in cases} == {team.people["colleague"].pk}


def test_one_case_nobody_can_take_and_none_is_handed_over(team):
    cases = [team.case(owner="advisor") for _ in range(9)]
    address = reverse("routing:leaving", args=[team.people["advisor"].pk])
    refused = team.browser("manager").post(address, sent(to=team.people["colleague"].pk, code="absence"))
    assert refused.status_code == 422
    assert "Rien n’a été confié." in text_of(refused)
    assert {owner(case) for case in cases} == {team.people["advisor"].pk}
    assert not Assignment.objects.filter(mode="manual").exists()


def test_a_manager_without_unit_has_empty_pages_and_no_error(team):
    User.objects.filter(username__in=["manager", "colleague"]).update(unit=None)
    browser = team.browser("manager")
    for path in ("/team/", "/team/over-cap/", "/queue/"):
        assert browser.get(path).status_code == 200
    assert browser.get(f"/team/leaving/{team.people['colleague'].pk}/").status_code == 404


def test_a_unit_with_cases_is_not_deleted(team):
    case = team.case(owner=None)
    with pytest.raises(ProtectedError):
        team.units["lyon"].delete()
    assert Case.objects.filter(pk=case.pk).exists()
