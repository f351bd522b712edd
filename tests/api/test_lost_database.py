"""The server closes a connection under a request: 503 for that one, and the next ones are answered."""

from __future__ import annotations

import psycopg
import pytest
from django.db import close_old_connections, connection
from django.utils import timezone

from atdemain.journal.actors import system
from atdemain.organisation import api_clients
from atdemain.organisation.enums import EntityKind
from atdemain.organisation.models import Entity
from tests.api.cast import Partner, give_token, problem

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def p1() -> Partner:
    entity = Entity.objects.create(code="p1", name="Partenaire P1", kind=EntityKind.PARTNER_CONTACT_CENTRE)
    issued = api_clients.create(
        entity, name="SI", scopes=["cases:read"], actor=system("test"), now=timezone.now()
    )
    return Partner(issued.client, issued.secret, give_token(issued.client))


def cut() -> None:
    """What a restart of PostgreSQL does to an open connection."""
    connection.ensure_connection()
    told = connection.settings_dict
    with psycopg.connect(
        host=told["HOST"], port=told["PORT"] or None, user=told["USER"], password=told["PASSWORD"] or None,
        dbname=told["NAME"], autocommit=True,
    ) as other:  # fmt: skip
        other.execute("SELECT pg_terminate_backend(%s, 5000)", (connection.connection.info.backend_pid,))


def test_a_connection_lost_between_two_requests_is_opened_again_unseen(p1: Partner) -> None:
    assert p1.get("/me").status_code == 200
    cut()
    close_old_connections()  # as each request begins
    assert p1.get("/me").status_code == 200


def test_a_connection_lost_during_a_request_is_503_with_when_to_come_back(
    p1: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    from atdemain.rest import caller

    ask = caller._TOKEN.first

    def lost(**values: str) -> object:
        cut()
        return ask(**values)

    monkeypatch.setattr(caller._TOKEN, "first", lost)
    close_old_connections()
    assert p1.get("/me").status_code == 200
    with monkeypatch.context() as patch:
        patch.setattr(connection, "health_check_done", True)
        answer = p1.get("/me")
    problem(answer, 503, "unavailable")
    assert answer["Retry-After"] == "5"
    monkeypatch.undo()
    close_old_connections()
    assert p1.get("/me").status_code == 200
