from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine

from tests.aside import taken_back

if TYPE_CHECKING:
    from .stage import Stage


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker) -> Iterator[Stage]:
    """Every page asked by every role once; the tests only read what was answered."""
    from tests.office import NOW, Office

    from .stage import play

    with django_db_blocker.unblock(), taken_back(), time_machine.travel(NOW, tick=False):
        yield play(Office.gather())
