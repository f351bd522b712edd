"""The administrator's stories and the second factor, in a browser: a device added, accounts created, one closed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from atdemain.organisation.models import User
from tests.office import Office

from .axe import violations
from .desk import PASSWORD, PHONE, Desk, Sit

pytestmark = pytest.mark.browser

ACCOUNTS = """identifiant;nom;prénom;matricule;messagerie;rôles;unité;équipe;entité
l.moreau;Moreau;Léa;A001;lea@exemple.fr;conseiller;lyon;1;
p.durand;Durand;Paul;A002;paul@exemple.fr;pompier;lyon;;
"""


def code(secret: str, shift: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + shift))


def checked(desk: Desk) -> None:
    """No violation, and nothing sideways on a telephone."""
    assert violations(desk.page) == []
    size = desk.page.viewport_size
    desk.page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert desk.overflow() <= 0
    desk.page.set_viewport_size(size)


def test_a_manager_adds_a_device_at_the_first_log_in_and_proves_it_at_the_next(
    sit: Sit, office: Office, settings: Any
) -> None:
    settings.SECOND_FACTOR = True
    manager = office.people["manager"]
    manager.set_password(PASSWORD)
    manager.save()
    desk = sit("", "/accounts/login/")
    desk.page.fill("#id_login", "manager")
    desk.page.fill("#id_password", PASSWORD)
    desk.page.get_by_role("button", name="Se connecter").click()
    desk.page.get_by_role("heading", name="Vérification en deux temps").wait_for()
    assert desk.page.locator(".at-qr").evaluate("image => image.complete && image.naturalWidth > 0")
    desk.page.get_by_text("Sans appareil photo").click()
    checked(desk)
    secret = desk.page.locator(".at-secret").inner_text().strip()
    desk.page.fill("#id_code", code(secret))
    desk.page.get_by_role("button", name="Activer").click()
    desk.page.get_by_role("heading", name="Codes de secours").wait_for()
    assert desk.page.locator(".at-codes li").count() == 10
    checked(desk)
    one = desk.page.locator(".at-codes li").first.inner_text()
    desk.page.get_by_role("link", name="Je les ai notés").click()
    desk.page.get_by_role("heading", name="Mon unité").first.wait_for()
    desk.page.get_by_role("button", name="Se déconnecter").first.click()
    desk.page.fill("#id_login", "manager")
    desk.page.fill("#id_password", PASSWORD)
    desk.page.get_by_role("button", name="Se connecter").click()
    desk.page.get_by_role("heading", name="Code de vérification").wait_for()
    checked(desk)
    desk.page.fill("#id_code", "000000")
    desk.page.get_by_role("button", name="Se connecter").click()
    desk.page.get_by_text("Ce code n’est pas le bon").wait_for()
    desk.page.fill("#id_code", one)
    desk.page.get_by_role("button", name="Se connecter").click()
    desk.page.get_by_role("heading", name="Mon unité").first.wait_for()


def test_an_administrator_creates_accounts_from_a_file(sit: Sit, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "comptes.csv"
    file.write_text(ACCOUNTS, encoding="utf-8")
    desk = sit("admin", "/accounts/administration/import/")
    desk.page.set_input_files("input[type=file]", file)
    desk.page.get_by_role("button", name="Voir ce que le fichier ferait").click()
    desk.page.get_by_role("heading", name="1 compte à créer").wait_for()
    assert "Rôle inconnu : « pompier »." in desk.words()
    checked(desk)
    desk.page.get_by_role("button", name="Créer ce compte et inviter").click()
    desk.page.get_by_text("1 compte créé").wait_for()
    assert User.objects.filter(username="l.moreau").exists()
    assert not User.objects.filter(username="p.durand").exists()


def test_an_account_that_keeps_cases_closes_once_its_manager_has_given_them(sit: Sit, office: Office) -> None:
    office.case("callback_due")
    address = f"/accounts/administration/{office.people['advisor'].pk}/"
    desk = sit("admin", address)
    desk.page.get_by_role("button", name="Demander la passation").click()
    desk.page.get_by_text("Passation demandée à M. Essai").wait_for()
    manager = sit("manager", "/inbox/")
    manager.page.get_by_role("button", name="Départ de A. Essai").first.click()
    manager.page.get_by_role("heading", name="Départ de A. Essai").wait_for()
    manager.page.select_option("select[name=to]", value=str(office.people["colleague"].pk))
    manager.page.select_option("select[name=reason_code]", index=1)
    manager.page.get_by_role("button", name="Confier tous ses dossiers").click()
    manager.page.get_by_text("Les dossiers de A. Essai sont confiés").wait_for()
    desk.go(address)
    desk.page.get_by_label("Motif").fill("Départ à la retraite.")
    checked(desk)
    desk.page.get_by_role("button", name="Fermer le compte").click()
    desk.page.get_by_text("compte fermé").first.wait_for()
    assert not User.objects.get(username="advisor").is_active
