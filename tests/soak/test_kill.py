"""`kill -9` of the product's own processes, in small (`make soak` for the whole)."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext

import pytest

from tests.conftest import MISSING
from tests.soak.servers import kill_run, postgres, redis_url

SMALL = {"promises": 40, "kills": 6, "seconds": 8}


@pytest.mark.database
def test_reminders_survive_kills_of_every_process_once_each_and_none_is_lost() -> None:
    """On the session's database; its broker is Redis, flushed on the way, where the session has one."""
    on_postgres = not MISSING["postgres"]
    redis = "" if MISSING["redis"] or not on_postgres else redis_url(os.environ["TEST_REDIS_URL"])
    with postgres() if on_postgres else nullcontext("") as url:
        found = kill_run(url, redis, **SMALL)
    assert found["items"] == found["distinct"] == SMALL["promises"], json.dumps(found)
    assert sum(found["kills"].values()) == SMALL["kills"], found
    assert found["redis_flushed"] == bool(redis)
    assert found["ok"], found
