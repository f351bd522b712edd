"""The manager's day: a number opens its list, the list is filtered, sorted, kept, and acted on (domain.md §8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from cases.models import Case
from routing.models import RoutingPolicy
from tests.office import HOUR, NOW, Office

from .axe import violations
from .desk import PHONE, Sit

pytestmark = pytest.mark.browser


def test_a_figure_opens_its_list_which_is_filtered_sorted_and_kept_as_a_view(
    office: Office, sit: Sit
) -> None:
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
    for name in ("Zoé Abel", "Éric Martin"):
        case = office.case("resolved", client=office.client(name), at=NOW - HOUR)
        office.do(case, "reopen", "manager", reason="Le client rappelle, rien ne marche.")
    waiting = office.case(owner=None, client=office.client("Ana Roy"))
    desk = sit("manager", "/team/")
    desk.page.get_by_role("link", name="dossiers rouverts").click()
    assert desk.words("h1") == "Dossiers"
    assert desk.words(".at-head-sub").startswith("2 dossiers")

    desk.page.get_by_role("link", name="Client", exact=True).click()
    expect(desk.page.locator("tbody th")).to_have_text(["Éric Martin", "Zoé Abel"])
    assert desk.page.locator('th[aria-sort="ascending"]').inner_text().strip() == "Client"

    desk.page.get_by_role("link", name="Enregistrer cette vue").click()
    desk.page.get_by_label("Nom de la vue").fill("À revoir")
    desk.page.get_by_role("button", name="Enregistrer la vue").click()
    assert desk.page.locator('.at-views [aria-current="page"]').inner_text() == "À revoir"

    desk.page.get_by_label("À regarder").select_option("")
    desk.page.get_by_label("Conseiller en charge").select_option("none")
    desk.page.get_by_role("button", name="Filtrer").click()
    expect(desk.page.locator("tbody th")).to_have_text(["Ana Roy"])
    assert violations(desk.page) == []
    desk.page.get_by_label(f"Choisir {waiting.ref}").check()
    assert "1 choisi sur 1" in desk.words("#bulk")
    desk.page.get_by_role("button", name="Confier").click()
    desk.page.get_by_text(waiting.ref).first.wait_for()
    assert desk.words("h1") == "Confier 1 dossier"
    assert Case.objects.get(pk=waiting.pk).owner is None

    desk.go("/lists/cases/?opened_from=hier")
    assert desk.page.get_by_label("Ouverts du").input_value() == "hier"
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert violations(desk.page) == []
    assert desk.overflow() == 0


def test_cases_chosen_in_a_list_are_read_given_and_given_back(office: Office, sit: Sit) -> None:
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
    kept, free, over = office.case(), office.case(owner=None), office.case("resolved")
    desk = sit("manager", "/lists/cases/?state=all")
    for case in (kept, free, over):
        desk.page.get_by_label(f"Choisir {case.ref}").check()
    assert "3 choisis sur 3" in desk.words("#bulk")
    desk.page.get_by_role("button", name="Confier").click()
    assert desk.words("h1") == "Confier 3 dossiers"
    assert "2 dossiers changeront, 1 sera refusé." in desk.words("main")
    assert violations(desk.page) == []

    desk.page.get_by_label("À qui").select_option(str(office.people["colleague"].pk))
    desk.page.get_by_label("Motif").select_option("load")
    desk.page.get_by_role("button", name="Vérifier").click()
    desk.page.get_by_text("Vérifié avec ces choix").wait_for()
    assert desk.page.get_by_label("Motif").input_value() == "load"
    assert Case.objects.get(pk=free.pk).owner is None
    desk.page.get_by_role("button", name="Confier 3 dossiers").click()
    assert desk.words("h1") == "Confier 3 dossiers à C. Essai"
    assert "2 faits, 1 refusé, reste 0" in desk.words("main")
    colleague = office.people["colleague"].pk
    assert {Case.objects.get(pk=case.pk).owner_id for case in (kept, free)} == {colleague}
    desk.page.get_by_role("link", name="Voir le refus").click()
    expect(desk.page.locator("tbody th")).to_have_text([over.ref])
    assert violations(desk.page) == []

    desk.page.get_by_role("link", name="Annuler ce qui est fait").click()
    desk.page.get_by_label("Pourquoi").wait_for()
    assert violations(desk.page) == []
    desk.page.get_by_label("Pourquoi").fill("Mauvaise liste choisie.")
    desk.page.get_by_role("button", name="Annuler ce qui est fait").click()
    desk.page.get_by_role("heading", name="Annulation").wait_for()
    assert Case.objects.get(pk=kept.pk).owner_id == office.people["advisor"].pk
    assert Case.objects.get(pk=free.pk).owner_id != colleague
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert violations(desk.page) == []
    assert desk.overflow() == 0


def test_a_list_too_long_for_one_click_opens_the_page_that_has_it_written(
    office: Office, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.case(), office.case()
    desk = sit("manager", "/lists/cases/")
    with desk.page.expect_download() as short:
        desk.page.get_by_role("link", name="CSV").click()
    assert short.value.suggested_filename.endswith(".csv")
    monkeypatch.setattr("cases.views.exports.AT_ONCE", 1)
    desk.page.get_by_role("link", name="CSV").click()
    desk.page.get_by_text("Plus de 1 ligne").wait_for()
    assert violations(desk.page) == []


def test_a_page_is_ticked_at_once_and_a_case_of_several_lines_counts_once(office: Office, sit: Sit) -> None:
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": NOW - timedelta(days=400)})
    twice, once = office.case("escalated"), office.case("escalated")
    office.escalate(twice, "advisor", entity="field")
    desk = sit("manager", "/lists/escalations/")
    box = desk.page.get_by_label("Tout cocher sur cette page")
    box.check()
    assert "2 choisis sur 2" in desk.words("#bulk")
    desk.page.get_by_label(f"Choisir {once.ref}").uncheck()
    assert "1 choisi sur 2" in desk.words("#bulk")
    assert box.evaluate("box => box.indeterminate")
    assert violations(desk.page) == []
    box.check()
    desk.page.get_by_role("button", name="Confier").click()
    assert desk.words("h1") == "Confier 2 dossiers"
    assert sit("manager", "/lists/escalations/", script=False).page.get_by_label("Tout cocher").count() == 0
