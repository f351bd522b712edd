"""Log in, forget and change a password, log out, and the pages that say no."""

from __future__ import annotations

import re

import pytest
from django.core import mail

from tests.office import Office

from .desk import PASSWORD, Sit

pytestmark = pytest.mark.browser

ANOTHER = "encore une autre phrase longue"


@pytest.fixture
def _password(office: Office) -> None:
    advisor = office.people["advisor"]
    advisor.set_password(PASSWORD)
    advisor.save()


@pytest.mark.smoke
@pytest.mark.usefixtures("_password")
def test_wrong_password_says_so_and_keeps_the_name(sit: Sit) -> None:
    desk = sit("", "/accounts/login/")
    desk.page.fill("#id_login", "advisor")
    desk.page.fill("#id_password", "pas celui-là")
    desk.page.get_by_role("button", name="Se connecter").click()
    desk.page.get_by_role("alert").wait_for()
    assert desk.page.input_value("#id_login") == "advisor"
    desk.page.fill("#id_password", PASSWORD)
    desk.page.get_by_role("button", name="Se connecter").click()
    desk.page.get_by_role("heading", name="Ma journée").wait_for()


@pytest.mark.usefixtures("_password")
def test_forgotten_password_goes_by_mail_and_the_new_one_opens(sit: Sit) -> None:
    desk = sit("", "/accounts/login/")
    desk.page.get_by_role("link", name="Mot de passe oublié").click()
    desk.page.fill("#id_email", "advisor@exemple.fr")
    desk.page.get_by_role("button", name="Recevoir le lien").click()
    desk.page.get_by_role("heading", name="Regardez votre messagerie").wait_for()
    link = re.search(r"https?://[^/\s]+(/\S+)", mail.outbox[0].body).group(1)
    desk.go(link)
    desk.page.locator("#id_password1").fill(ANOTHER)
    desk.page.locator("#id_password2").fill(ANOTHER)
    desk.page.get_by_role("button", name="Enregistrer le mot de passe").click()
    desk.page.get_by_role("heading", name="Mot de passe enregistré").wait_for()
    desk.page.get_by_role("link", name="Se connecter").click()
    desk.page.fill("#id_login", "advisor")
    desk.page.fill("#id_password", ANOTHER)
    desk.page.get_by_role("button", name="Se connecter").click()
    desk.page.get_by_role("heading", name="Ma journée").wait_for()
    desk.go(link)
    desk.page.get_by_role("heading", name="Ce lien ne vaut plus").wait_for()


@pytest.mark.usefixtures("_password")
def test_password_is_changed_and_the_session_goes_on(sit: Sit) -> None:
    desk = sit()
    desk.log_in("advisor", "/accounts/password/change/")
    desk.page.fill("#id_oldpassword", PASSWORD)
    desk.page.fill("#id_password1", ANOTHER)
    desk.page.fill("#id_password2", ANOTHER)
    desk.page.get_by_role("button", name="Enregistrer le mot de passe").click()
    desk.page.get_by_role("status").filter(has_text="asse").first.wait_for()
    desk.go("/queue/")
    desk.page.get_by_role("heading", name="File du service").wait_for()


def test_log_out_wipes_what_was_typed_on_the_desk(office: Office, sit: Sit) -> None:
    desk = sit("advisor", "/record/")
    desk.page.fill("#id_summary", "Un résumé en cours")
    assert "résumé en cours" in desk.page.evaluate("JSON.stringify(sessionStorage)")
    desk.page.get_by_role("button", name="Se déconnecter").click()
    desk.page.get_by_role("heading", name="Se connecter").wait_for()
    assert "résumé en cours" not in desk.page.evaluate("JSON.stringify(sessionStorage)")
    desk.go("/queue/")
    desk.page.get_by_role("heading", name="Se connecter").wait_for()


@pytest.mark.parametrize(
    ("username", "path", "status", "says"),
    [
        ("hr", "/queue/", 403, "n’est pas ouverte à votre rôle"),
        ("advisor", "/cases/ATD-2026-999999/", 404, "Rien à cette adresse pour vous"),
        ("advisor", "/nulle-part/", 404, "Rien à cette adresse pour vous"),
    ],
)
def test_refusing_page_says_what_to_do(
    office: Office, sit: Sit, username: str, path: str, status: int, says: str
) -> None:
    desk = sit(username, expects=(status,))
    response = desk.go(path)
    assert response.status == status
    assert says in desk.words("main h1")
    desk.page.get_by_role("link", name="Revenir à l’accueil").click()
    desk.page.locator("#menu").wait_for(state="attached")


def test_breakdown_says_what_to_do(sit: Sit, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("essai")

    monkeypatch.setattr("cases.views.diagram.passages", broken)
    desk = sit("advisor", expects=(500,))
    assert desk.go("/workflow/").status == 500
    assert "Une panne de notre côté" in desk.words("h1")
    assert "Réessayez dans une minute" in desk.words("main")
