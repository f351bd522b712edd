"""Numbers and accounts that cannot be: a rejection naming the field, by either door, and nothing raised."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from atdemain.organisation.models import User
from cases.intake import resolution
from cases.intake.core import database_name
from cases.models import Contact
from tests.cases.intake_cast import HOW, Site

NOBODY = 987_654_321


@pytest.fixture
def site(transactional_db) -> Site:
    return Site.build()


WRONG: tuple[tuple[str, Any], ...] = (
    ("talk_s", float("nan")), ("talk_s", 1.5), ("wait_s", "x"), ("hold_s", True), ("talk_s", Decimal(3)),
    ("talk_s", -1), ("talk_s", 2**31), ("leg_no", "1"), ("leg_no", None), ("leg_no", 1.0), ("leg_no", 32768),
    ("handled_by_id", NOBODY), ("handled_by_id", "x"), ("handled_by_id", 2**63), ("client_id", 2**63),
    ("line_id", "x"), ("unit_id", 1.5), ("reason_id", -1), ("entity_id", True),
)  # fmt: skip


@pytest.mark.parametrize("how", HOW)
def test_number_that_cannot_be_is_refused_naming_its_field(site: Site, how: str) -> None:
    site.post([site.call("05/11 09:00")], how="one")  # those that follow are ordinary: by the hot path
    answers = [site.post([site.call("05/11 10:00", **{name: value})], how)[0] for name, value in WRONG]
    assert [answer.status for answer in answers] == ["rejected"] * len(WRONG)
    assert [answer.rejection.field for answer in answers] == [name for name, _value in WRONG]
    assert all(answer.reason.endswith(".") for answer in answers)
    assert Contact.objects.count() == 1


@pytest.mark.parametrize("how", HOW)
def test_account_that_exists_is_kept_and_looked_up_once(site: Site, how: str) -> None:
    user = User.objects.create(username="agent")
    resolution.forget_handlers()
    site.post([site.call("05/11 09:00")], how="one")
    site.post([site.call("05/11 10:00", handled_by_id=user.pk)], how=how)
    with CaptureQueriesContext(connection) as seen:
        site.post([site.call("05/11 11:00", handled_by_id=user.pk)], how=how)
    assert Contact.objects.filter(handled_by=user).count() == 2
    assert not [one for one in seen if "u.id" in one["sql"] and "u.employee_number" not in one["sql"]]


def test_account_deleted_since_it_was_seen_is_refused_all_the_same(site: Site) -> None:
    user = User.objects.create(username="agent")
    gone = user.pk
    site.post([site.call("05/11 09:00")], how="one")
    resolution._accounts[database_name()] = {gone}
    user.delete()
    (received,) = site.post([site.call("05/11 10:00", handled_by_id=gone)], how="one")
    assert (received.status, received.rejection.field) == ("rejected", "handled_by_id")


def test_batch_refuses_unknown_accounts_and_keeps_the_others(site: Site) -> None:
    user = User.objects.create(username="agent")
    calls = [
        site.call("05/11 10:00", handled_by_id=NOBODY),
        site.call("05/11 11:00", handled_by_id=user.pk),
        site.call("05/11 12:00"),
    ]
    assert [one.status for one in site.post(calls, how="batch")] == ["rejected", "created", "created"]
