"""A token against a client's id and secret: what it opens, for how long, and what ends it at once."""

from __future__ import annotations

import base64
from datetime import timedelta

import pytest
from django.test import Client as Browser
from oauth2_provider.models import AccessToken

from atdemain.journal import purging
from atdemain.journal.actors import system
from atdemain.journal.retention import KINDS
from atdemain.organisation import api_clients
from atdemain.organisation.models import RequestCount
from tests.api.cast import Partner, give_token, problem
from tests.office import NOW

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def p1(office) -> Partner:
    return Partner.of(office)


def token(browser: Browser, partner: Partner, **fields: str):
    data = {
        "grant_type": "client_credentials",
        "client_id": partner.client.client_id,
        "client_secret": partner.secret,
    }
    return browser.post("/api/token", data | fields)


def test_a_token_is_given_for_fifteen_minutes_with_every_scope_of_the_client(client, p1):
    answer = token(client, p1)
    told = answer.json()
    assert answer.status_code == 200
    assert (told["expires_in"], told["token_type"]) == (900, "Bearer")
    assert set(told["scope"].split()) == set(p1.client.granted)
    assert "no-store" in answer["Cache-Control"]
    p1.token = told["access_token"]
    assert p1.get("/me").status_code == 200


def test_a_token_by_basic_authentication_may_ask_for_fewer_scopes(client, p1):
    coded = base64.b64encode(f"{p1.client.client_id}:{p1.secret}".encode()).decode()
    data = {"grant_type": "client_credentials", "scope": "cases:read"}
    answer = client.post("/api/token", data, HTTP_AUTHORIZATION=f"Basic {coded}")
    assert answer.json()["scope"] == "cases:read"


def test_a_parameter_without_a_value_is_as_left_out(client, p1):
    """Libraries write « scope= » for none, and empty ids beside the header."""
    coded = base64.b64encode(f"{p1.client.client_id}:{p1.secret}".encode()).decode()
    data = {"grant_type": "client_credentials", "scope": "", "client_id": "", "client_secret": ""}
    answer = client.post("/api/token", data, HTTP_AUTHORIZATION=f"Basic {coded}")
    assert set(answer.json()["scope"].split()) == set(p1.client.granted)
    wrong = client.post("/api/token", data, HTTP_AUTHORIZATION=f"Basic {coded[:8]}")
    assert (wrong.status_code, wrong["WWW-Authenticate"]) == (401, 'Basic realm="api"')


def test_neither_the_token_nor_the_secret_lies_in_the_database(client, p1):
    given = token(client, p1).json()["access_token"]
    assert not AccessToken.objects.filter(token=given).exists()
    p1.client.refresh_from_db()
    assert p1.secret not in p1.client.client_secret


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"client_secret": "faux"}, "invalid_client"),
        ({"client_id": "inconnu"}, "invalid_client"),
        ({"scope": "faults:delete"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"client_id": "a\x00b"}, "invalid_request"),
        ({"resource": "https://ailleurs.example/"}, "invalid_target"),
    ],
)
def test_a_token_asked_wrongly_is_refused_as_oauth_says(client, p1, fields, error):
    answer = token(client, p1, **fields)
    assert answer.status_code in (400, 401)
    assert answer.json()["error"] == error
    assert answer.json()["error_description"].endswith(".")


def test_a_scope_the_client_has_not_is_refused(client, office):
    narrow = Partner.of(office, scopes=["cases:read"])
    assert token(client, narrow, scope="contacts:write").json()["error"] == "invalid_scope"


def test_guessing_is_slowed_for_that_client_id_from_that_address(client, p1, monkeypatch):
    monkeypatch.setattr("atdemain.rest.token.PER_MINUTE", 2)
    for _ in range(2):
        assert token(client, p1, client_secret="faux").status_code == 401
    refused = token(client, p1)
    problem(refused, 429, "too_many_requests")
    assert 1 <= int(refused["Retry-After"]) <= 60
    elsewhere = token(Browser(REMOTE_ADDR="192.0.2.7"), p1)
    assert elsewhere.status_code == 200


def test_partner_7_an_expired_token_opens_nothing(p1):
    p1.token = give_token(p1.client, expires=NOW - MINUTE)
    answer = p1.get("/me")
    problem(answer, 401, "expired_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer faux", "Basic YTpi", "Bearer \u00e9\u00e9"])
def test_a_request_without_a_good_token_is_answered_401(client, db, header):
    answer = client.get("/api/v1/me", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer.json()["code"] in ("unauthenticated", "invalid_token")
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_client_is_out_at_its_next_request_and_its_other_tokens_with_it(client, office, p1):
    second = give_token(p1.client)
    assert p1.get("/me").status_code == 200
    assert api_clients.revoke(p1.client, reason="Fin de contrat", actor=office.actor("admin"), now=NOW)
    problem(p1.get("/me"), 401, "invalid_token")
    p1.token = second
    problem(p1.get("/me"), 401, "invalid_token")
    assert token(client, p1).json()["error"] == "invalid_client"
    assert not api_clients.revoke(p1.client, reason="Encore", actor=office.actor("admin"), now=NOW)


def test_a_token_made_while_the_client_was_being_revoked_opens_nothing(office, p1):
    api_clients.revoke(p1.client, reason="Fin de contrat", actor=office.actor("admin"), now=NOW)
    p1.token = give_token(p1.client)
    problem(p1.get("/me"), 401, "invalid_token")


def test_a_right_withdrawn_is_withdrawn_from_the_tokens_already_given(office, p1):
    assert "cases:read" in p1.get("/me").json()["scopes"]
    api_clients.change(
        p1.client, scopes=["contacts:write"], per_minute=5, actor=office.actor("admin"), now=NOW
    )
    told = p1.get("/me").json()
    assert told["scopes"] == ["contacts:write"]
    assert told["limits"]["requests_per_minute"] == 5


def test_expired_tokens_and_old_attempts_are_purged_by_the_round_and_the_last_use_stays(p1):
    p1.token = give_token(p1.client, expires=NOW - MINUTE)
    p1.token = give_token(p1.client, expires=NOW + MINUTE)
    p1.get("/me")
    RequestCount.objects.create(key="token:vieux", minute=1, used=3, last_at=NOW - timedelta(days=2))
    told = purging.run(NOW, [KINDS["api_tokens"]], system("purge"))
    assert told.counts["api_tokens"] == {"tokens": 1, "attempts": 1}
    assert p1.get("/me").status_code == 200
    assert api_clients.last_uses([p1.client]) == {p1.client.pk: NOW}
