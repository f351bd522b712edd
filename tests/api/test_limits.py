"""How often a client may ask, and how it is told."""

from __future__ import annotations

import pytest

from atdemain.database import rows, run
from atdemain.rest import limits
from tests.api.cast import Partner, problem
from tests.office import NOW

pytestmark = pytest.mark.django_db


def test_each_answer_says_what_is_left_of_the_minute(office, clock):
    p1 = Partner.of(office, per_minute=3)
    answer = p1.get("/me")
    assert answer["RateLimit-Policy"] == '"minute";q=3;w=60'
    assert answer["RateLimit"] == '"minute";r=2;t=60'


def test_partner_7_a_burst_is_answered_429_with_when_to_come_back_and_the_next_minute_is_open(office, clock):
    p1, p2 = Partner.of(office, per_minute=2), Partner.of(office, "field", per_minute=2)
    assert [p1.get("/me").status_code for _ in range(2)] == [200, 200]
    clock.shift(20)
    refused = p1.get("/me")
    problem(refused, 429, "too_many_requests")
    assert refused["Retry-After"] == "40"
    assert refused["RateLimit"] == '"minute";r=0;t=40'
    assert p2.get("/me").status_code == 200
    clock.shift(40)
    assert p1.get("/me").status_code == 200


def test_a_clock_that_steps_back_a_little_opens_no_second_minute(db):
    assert limits.count("client:1", 5, NOW).used == 1
    assert limits.count("client:1", 5, NOW.replace(minute=NOW.minute - 1)).used == 2


@pytest.mark.postgres
def test_the_count_s_commit_does_not_wait_for_the_disk(db):
    run("SET LOCAL synchronous_commit = on", ())
    limits.count("client:1", 5, NOW)
    assert rows("SHOW synchronous_commit") == [("off",)]  # until this transaction ends
