from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from tests.recognition.campaign_cast import Season


@pytest.fixture
def season(office) -> Iterator[Season]:
    """A version whose period is over, on Monday 20 July 2026 at ten."""
    from tests.recognition.campaign_cast import JULY, Season  # read before Django is set up

    with time_machine.travel(JULY, tick=False):
        yield Season.of(office)
