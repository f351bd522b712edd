"""The administrator's pages of the API's clients (domain.md §8, Admin 6)."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from atdemain.journal.models import AuditEvent
from atdemain.organisation import api_clients
from atdemain.organisation.api_clients import ClientRefused
from atdemain.organisation.models import ApiClient
from tests.api.cast import Partner, problem
from tests.office import NOW, text_of

pytestmark = pytest.mark.django_db

NEW = {"name": "SI de P1", "scopes": ["contacts:write", "cases:read"], "per_minute": "60"}


@pytest.fixture
def browser(office):
    return office.browser("admin")


def token_of(browser, client_id: str, secret: str):
    data = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    return browser.post("/api/token", data)


def acts(client: ApiClient) -> list[str]:
    rows = AuditEvent.objects.filter(object_type="api_client", object_id=str(client.pk))
    return list(rows.order_by("seq").values_list("action", flat=True))


def test_a_created_client_shows_its_secret_once(browser, office):
    page = browser.post("/partners/new/", NEW | {"entity": office.entities["p1"].pk})
    secret, made = page.context["secret"], ApiClient.objects.get()
    assert page.status_code == 201
    assert secret in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert token_of(browser, made.client_id, secret).status_code == 200
    for address in ("/partners/", f"/partners/{made.pk}/"):
        shown = browser.get(address).content.decode()
        assert secret not in shown
        assert made.client_secret not in shown
    event = AuditEvent.objects.get(object_type="api_client")
    assert (event.action, event.actor_id) == ("created", office.people["admin"].pk)
    assert secret not in str(event.changes)


def test_sending_the_creation_again_makes_no_second_client(browser, office):
    data = NEW | {"entity": office.entities["p1"].pk}
    browser.post("/partners/new/", data)
    again = browser.post("/partners/new/", data)
    assert again.status_code == 422
    assert "a déjà un client en service" in text_of(again)
    assert ApiClient.objects.count() == 1


def test_a_creation_without_name_or_right_says_so_at_the_field_and_keeps_the_rest(browser, office):
    page = browser.post("/partners/new/", {"entity": office.entities["p1"].pk, "per_minute": "0"})
    assert page.status_code == 422
    assert {"name", "scopes", "per_minute"} == set(page.context["form"].errors)
    assert ApiClient.objects.count() == 0


def test_admin_6_an_api_key_is_rotated_without_a_gap_and_the_old_one_dies_at_once(browser, office):
    old = Partner.of(office)
    assert old.get("/me").status_code == 200
    page = browser.post(f"/partners/{old.client.pk}/rotate/")
    assert page.status_code == 201
    new = Partner(page.context["client"], page.context["secret"])
    given = token_of(browser, new.client.client_id, new.secret)
    new.token = given.json()["access_token"]
    assert [one.get("/me").status_code for one in (old, new)] == [200, 200]
    assert new.get("/me").json()["entity"] == old.get("/me").json()["entity"]
    assert new.client.granted == old.client.granted
    shown = text_of(browser.get("/partners/"))
    assert "en service, nouveau" in shown
    assert "en service, à remplacer" in shown

    third = browser.post(f"/partners/{new.client.pk}/rotate/")
    assert third.status_code == 422
    assert "déjà deux clients" in text_of(third)

    sure = {"reason": "Le partenaire a changé de clé", "sure": "on"}
    assert browser.post(f"/partners/{old.client.pk}/revoke/", sure).status_code == 302
    problem(old.get("/me"), 401, "invalid_token")
    assert token_of(browser, old.client.client_id, old.secret).status_code == 401
    assert new.get("/me").status_code == 200
    assert acts(old.client) == ["created", "revoked"]
    shown = text_of(browser.get(f"/partners/{old.client.pk}/"))
    assert "Révoqué" in shown
    assert "Le partenaire a changé de clé" in shown
    assert "Admin E." in shown or "Admin Essai" in shown
    assert browser.post(f"/partners/{new.client.pk}/rotate/").status_code == 201


def test_a_revocation_without_its_confirmation_changes_nothing(browser, office):
    p1 = Partner.of(office)
    page = browser.post(f"/partners/{p1.client.pk}/revoke/", {"reason": "Fin de contrat"})
    assert page.status_code == 422
    assert "Cochez la case" in text_of(page)
    assert 'value="Fin de contrat"' in page.content.decode()
    assert p1.get("/me").status_code == 200


def test_other_rights_are_saved_and_told_in_the_history(browser, office):
    p1 = Partner.of(office, scopes=["cases:read"])
    data = {"scopes": ["contacts:write"], "per_minute": "30"}
    assert browser.post(f"/partners/{p1.client.pk}/", data).status_code == 302
    shown = text_of(browser.get(f"/partners/{p1.client.pk}/"))
    assert "cases:read → contacts:write" in shown
    assert browser.post(f"/partners/{p1.client.pk}/", data).status_code == 302
    assert acts(p1.client) == ["created", "changed"]


def test_the_list_says_when_each_was_last_used_and_hides_the_revoked_ones(browser, office):
    p1, gone = Partner.of(office), Partner.of(office, "field")
    api_clients.revoke(gone.client, reason="Fin de contrat", actor=office.actor("admin"), now=NOW)
    assert "jamais" in text_of(browser.get("/partners/"))
    p1.get("/me")
    shown = text_of(browser.get("/partners/"))
    assert "jamais" not in shown
    assert "UI-Provence" not in shown
    assert "UI-Provence" in text_of(browser.get("/partners/?show=all"))


def test_the_database_refuses_a_third_live_client_of_an_entity(office):
    from django.db import IntegrityError, transaction

    p1 = Partner.of(office)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiClient.objects.create(entity=p1.client.entity, client_id="autre", slot=1)


def test_the_command_creates_lists_renews_and_revokes(office, capsys):
    call_command("api_client", "create", "--entity", "p1", "--name", "SI", "--scope", "cases:read")
    made = ApiClient.objects.get()
    assert made.client_id in capsys.readouterr().out
    call_command("api_client", "rotate", made.client_id)
    call_command("api_client", "list")
    assert capsys.readouterr().out.count("jamais") == 2
    call_command("api_client", "revoke", made.client_id, "--reason", "Fin de contrat")
    assert "révoqué" in capsys.readouterr().out
    with pytest.raises(CommandError, match="Aucune entité"):
        call_command("api_client", "create", "--entity", "nulle", "--name", "SI")
    with pytest.raises(CommandError, match="déjà un client"):
        call_command("api_client", "create", "--entity", "p1", "--name", "SI")
    made.refresh_from_db()
    with pytest.raises(ClientRefused):
        api_clients.rotate(made, actor=office.actor("admin"), now=NOW)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--name", "x" * 81], "dépasse 80"),
        (["--per-minute", "0"], "de 1 à 60000"),
        (["--per-minute", "99999999999"], "de 1 à 60000"),
        (["--name", " "], "Donnez un nom"),
        (["--scope", "cases:read", "--scope", "telephony"], "réservé aux entités internes"),
    ],
)
def test_the_command_refuses_what_the_page_refuses(office, wrong, words):
    with pytest.raises(CommandError, match=words):
        call_command("api_client", "create", "--entity", "p1", "--name", "SI", *wrong)
    assert not ApiClient.objects.exists()
