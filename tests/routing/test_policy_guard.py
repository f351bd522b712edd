"""A version of the policy that has begun is never rewritten, whatever goes behind the models."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from routing.models import RoutingPolicy
from routing.triggers import GUARD, MESSAGE

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
TABLE = "routing_routingpolicy"


@pytest.fixture
def versions() -> dict[str, int]:
    now = timezone.now()
    RoutingPolicy.objects.get_or_create(version=1, defaults={"valid_from": now - 2 * DAY})
    force = RoutingPolicy.objects.create(version=2, valid_from=now - timedelta(seconds=2))
    to_come = RoutingPolicy.objects.create(version=3, valid_from=now + DAY)
    return {"past": RoutingPolicy.objects.get(version=1).pk, "force": force.pk, "to_come": to_come.pk}


def run(statement: str, *params: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, params)


REWRITES = [
    f"UPDATE {TABLE} SET reason = 'autre' WHERE id = %s",
    f"UPDATE {TABLE} SET version = version WHERE id = %s",
    f"DELETE FROM {TABLE} WHERE id = %s",
    f"INSERT INTO {TABLE} (id, version, valid_from, settings_json, reason) SELECT id, version, valid_from, "
    f"settings_json, 'autre' FROM {TABLE} WHERE id = %s ON CONFLICT (id) DO UPDATE SET reason = 'autre'",
]


@pytest.mark.parametrize("which", ["past", "force"])
@pytest.mark.parametrize("statement", REWRITES, ids=["update", "touch", "delete", "upsert"])
def test_version_begun_is_not_rewritten_behind_the_models(versions, which, statement):
    before = list(RoutingPolicy.objects.order_by("pk").values())
    with pytest.raises(DatabaseError, match=MESSAGE):
        run(statement, versions[which])
    assert list(RoutingPolicy.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("key", ["id", "version"])
def test_version_begun_is_not_replaced_through_its_keys(versions, key, engine):
    if engine != "sqlite":
        run("SET CONSTRAINTS ALL IMMEDIATE")  # what is still to be checked stands in the way of a TRUNCATE
        with pytest.raises(DatabaseError, match=MESSAGE):
            run(f"TRUNCATE {TABLE} CASCADE")
        return
    changed = {"id": "id, version + 100", "version": "id + 100, version"}[key]
    with pytest.raises(DatabaseError, match=MESSAGE):
        run(
            f"INSERT OR REPLACE INTO {TABLE} (id, version, valid_from, settings_json, reason) "
            f"SELECT {changed}, valid_from, settings_json, reason FROM {TABLE} WHERE id = %s",
            versions["force"],
        )


def test_version_to_come_is_still_taken_back(versions):
    run(f"UPDATE {TABLE} SET reason = 'autre' WHERE id = %s", versions["to_come"])
    run(f"DELETE FROM {TABLE} WHERE id = %s", versions["to_come"])
    assert not RoutingPolicy.objects.filter(version=3).exists()


def test_guard_stands_again_after_a_migration(versions):
    GUARD.remove(connection)
    with transaction.atomic():
        RoutingPolicy.objects.filter(version=2).update(reason="sans garde")  # what the guard is for
    call_command("migrate", verbosity=0)
    with pytest.raises(DatabaseError, match=MESSAGE), transaction.atomic():
        RoutingPolicy.objects.filter(version=2).update(reason="autre")
