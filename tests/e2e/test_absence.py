"""An absence on the manager's page: read before it is confirmed, and given back in one click (§8, manager 5)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cases.models import Case
from routing import returning
from routing.models import Absence, RoutingPolicy
from tests.office import HOUR, NOW, THURSDAY, Office
from tests.routing.cast import present, skill

from .desk import Clock, Desk, Sit

pytestmark = pytest.mark.browser

DAY = timedelta(days=1)


def staff(office: Office) -> None:
    """Both advisors are trained and on shift every day; the 11th is a holiday.

    Once their cases are made: before, routing would give each at once.
    """
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - 400 * DAY})
    for name in ("advisor", "colleague"):
        skill(office.people[name])
        for rank in range(20):
            present(office.people[name], "shift", NOW + rank * DAY - 8 * HOUR, NOW + rank * DAY + 5 * HOUR)


def plan(desk: Desk, until: str) -> None:
    desk.page.get_by_label("Personne").select_option(label="A. Essai")
    desk.page.get_by_label("Premier jour").fill("2026-11-12")
    desk.page.get_by_label("Dernier jour").fill(until)
    desk.page.get_by_role("button", name="Voir ce qui change").click()
    desk.page.get_by_role("heading", name="Ce que change cette absence").wait_for()


def test_manager_reads_what_an_absence_moves_then_confirms(office: Office, sit: Sit) -> None:
    owed = [office.case("callback_due", start=THURSDAY + rank * HOUR) for rank in range(3)]
    others = [office.case(), office.case("callback_due", start=THURSDAY + 5 * DAY)]
    staff(office)
    desk = sit("manager", "/team/absence/")
    plan(desk, "2026-11-13")
    moving = desk.page.locator("#preview h3")
    assert sorted(moving.locator(".at-ref").all_inner_texts()) == sorted(case.ref for case in owed)
    desk.page.get_by_text("2 dossiers ne bougent pas").wait_for()
    assert not Absence.objects.exists()
    desk.page.get_by_role("button", name="Confirmer l’absence").click()
    desk.page.get_by_text("3 dossiers ou rappels confiés").wait_for()
    colleague = office.people["colleague"].pk
    kept = dict(Case.objects.values_list("pk", "delegate"))
    assert kept == {case.pk: colleague for case in owed} | {case.pk: None for case in others}
    assert set(Case.objects.values_list("owner", flat=True)) == {office.people["advisor"].pk}


def test_case_that_passed_is_taken_back_in_one_click_on_return(
    office: Office, sit: Sit, clock: Clock
) -> None:
    case = office.case("callback_due")
    staff(office)
    desk = sit("manager", "/team/absence/")
    plan(desk, "2026-11-20")
    desk.page.get_by_label("À faire ensuite").fill("Rappeler jeudi, ligne à tester.")
    desk.page.get_by_role("button", name="Confirmer l’absence").click()
    desk.page.get_by_text("1 dossier ou rappel confié").wait_for()
    assert Case.objects.get(pk=case.pk).owner_id == office.people["colleague"].pk

    back = clock.move_to(datetime(2026, 11, 20, 23, tzinfo=NOW.tzinfo))
    assert returning.everybody_due(back) == 1
    owner = sit("advisor", f"/cases/{case.ref}/")
    owner.page.get_by_text("Ce dossier était le vôtre avant votre absence").wait_for()
    owner.click(owner.page.get_by_role("button", name="Le reprendre"))
    owner.page.get_by_text("Vous avez repris").wait_for()
    assert owner.clicks == 1
    assert Case.objects.get(pk=case.pk).owner_id == office.people["advisor"].pk
