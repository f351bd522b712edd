"""A manager audits a case (domain.md §8, manager 8): every step, who, when, the chain; and reviews it with the advisor."""

from __future__ import annotations

import pytest
from django.db import connection
from playwright.sync_api import expect

from atdemain.journal import triggers
from atdemain.journal.models import AuditEvent
from tests.office import HOUR, NOW, Office

from .axe import violations
from .desk import PHONE, Sit

pytestmark = pytest.mark.browser


def test_manager_reads_every_step_and_sees_that_the_chain_holds_then_that_it_does_not(
    office: Office, sit: Sit
) -> None:
    case = office.case("escalated", at=NOW - 6 * HOUR)
    office.do(case, "add_note", "colleague", at=NOW - HOUR, text="Le client préfère le matin.")
    desk = sit("manager", f"/cases/{case.ref}/")
    desk.page.get_by_role("link", name="Audit du dossier").click()
    page = desk.page

    expect(page.get_by_text("Chaîne vérifiée : 4 lignes.")).to_be_visible()
    rows = page.locator(".at-steps-table tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.nth(2)).to_contain_text("10/11/2026 09:30:00")
    expect(rows.nth(2)).to_contain_text("Advisor Essai")
    expect(rows.nth(2)).to_contain_text("Escaladé vers BO-Cuivre")
    expect(rows.nth(3)).to_contain_text("Colleague Essai")
    expect(rows.nth(3)).to_contain_text("Le client préfère le matin.")
    expect(page.get_by_role("heading", name="Qui a consulté ce dossier, et pourquoi")).to_be_visible()

    with triggers.without_triggers(connection):
        AuditEvent.objects.filter(object_type="case", object_id=str(case.pk), seq=2).update(action="confirm")
    page.reload()
    alert = page.get_by_role("alert").filter(has_text="La chaîne ne tient pas")
    expect(alert).to_contain_text("étape 2 : modifiée après son écriture")
    expect(rows.nth(1)).to_contain_text("Ligne modifiée après son écriture")
    assert violations(page) == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert violations(page) == []
    assert desk.overflow() <= 0


def test_review_is_written_read_and_answered(office: Office, sit: Sit) -> None:
    case = office.case("callback_due")
    desk = sit("manager", f"/cases/{case.ref}/audit/")
    desk.page.get_by_role("link", name="Relire la qualité").click()
    desk.dialog.wait_for()
    for group in desk.dialog.get_by_role("group").all():
        group.get_by_text("Oui", exact=True).click()
    notes = desk.dialog.get_by_role("group", name="4. Les notes")
    precision = desk.dialog.get_by_label("Précision sur le point 4")
    notes.get_by_text("Sans objet").click()
    expect(precision).not_to_be_visible()
    notes.get_by_text("En partie").click()
    precision.fill("L’étage manque.")
    desk.dialog.get_by_label("Appréciation d’ensemble").fill("Client suivi de près, promesse tenue.")
    assert violations(desk.page) == []
    with desk.page.expect_navigation():
        desk.dialog.get_by_role("button", name="Enregistrer la relecture").click()

    own = sit("advisor", "/inbox/")
    own.page.get_by_text("a été relu").first.click()
    expect(own.page.get_by_role("heading", name="Relecture qualité")).to_be_visible()
    own.page.get_by_role("link", name="Répondre à la relecture").click()
    own.dialog.get_by_label("Votre réponse").fill("Il n’y avait pas d’étage : une maison.")
    with own.page.expect_navigation():
        own.dialog.get_by_role("button", name="Envoyer la réponse").click()
    expect(own.page.get_by_text("Il n’y avait pas d’étage : une maison.")).to_be_visible()
    assert violations(own.page) == []


def test_printed_audit_is_whole_and_repeats_its_reference_on_each_sheet(office: Office, sit: Sit) -> None:
    case = office.case("opened")
    for number in range(60):
        office.do(
            case, "add_note", "advisor", text=f"Note numéro {number}, assez longue pour remplir la ligne."
        )
    desk = sit("manager", f"/cases/{case.ref}/audit/")
    page = desk.page
    page.emulate_media(media="print")
    expect(page.locator(".at-nav")).not_to_be_visible()
    expect(page.locator(".at-print-foot")).to_be_visible()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.at-print-head')).display")
        == "table-header-group"
    )
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.at-steps-table thead')).display")
        == "table-header-group"
    )
    expect(page.locator(".at-print-foot")).to_contain_text(case.ref)
    assert page.locator(".at-steps-table tbody tr").count() == 62
    assert page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n") + 1 >= 2


def test_data_protection_officer_asks_who_saw_a_client_and_downloads_the_answer(
    office: Office, sit: Sit
) -> None:
    client = office.client("Jeanne Martin")
    case = office.case("opened", client=client)
    sit("colleague", f"/cases/{case.ref}/")
    desk = sit("dpo", "/access/", expects=(422,))
    page = desk.page
    form = page.locator("form").filter(has_text="Qui a consulté ce client")
    form.get_by_label("Référence, téléphone ou nom du client").fill("martin jeanne")
    form.get_by_role("button", name="Chercher qui l’a consulté").click()
    expect(page.get_by_text("Dites pourquoi vous posez la question.")).to_be_visible()
    assert violations(page) == []
    form.get_by_label("Motif").fill("Demande d’accès du client, courrier reçu ce jour.")
    form.get_by_role("button", name="Chercher qui l’a consulté").click()
    expect(page.get_by_role("heading", name="Qui a consulté Jeanne Martin")).to_be_visible()
    expect(page.locator("tbody tr").first).to_contain_text("Colleague Essai")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger en CSV").click()
    text = download.value.path().read_text(encoding="utf-8-sig")
    assert text.startswith("Date;Heure;Personne")
    assert "Colleague Essai" in text
